//! What a batch tells, of whom and in which words; and when there is something to learn.

use super::*;
use crate::book::measure_history;
use crate::config;
use crate::domain::measure::decisions::{Decided, Decision};
use crate::domain::measure::need::Features;
use crate::domain::measure::turns::{Asked, Turn, UnjudgedTurn};
use crate::domain::model::{ContactId, DAY, HOUR, MessageNumber, Side, TouchId, TurnId};
use crate::domain::policy::AlertPolicy;
use crate::store::{ImportRun, NewCard};

/// Wednesday, 25 November 2026, 12:00 UTC.
const NOW: Moment = Moment(1_795_608_000);
const ADA: ContactId = ContactId(1);
const BOB: ContactId = ContactId(2);

fn turn(contact: ContactId, side: Side, hours_ago: i64, touch: i64) -> UnjudgedTurn {
    let at = NOW - hours_ago * HOUR;
    let (features, touch_id) = (Features::PLAIN_QUESTION, TouchId::Message(MessageNumber(touch)));
    UnjudgedTurn {
        id: TurnId { contact, touch: touch_id },
        asks: vec![Asked::of(at, touch_id, features)],
        said: None,
        ..Turn::asked(side, touch, at).unjudged()
    }
}

/// Ada, who is starred, and Bob both have owed an answer since Monday, and I owe Bob one.
fn store(folder: &tempfile::TempDir) -> Store {
    let store = Store::open(folder.path()).unwrap();
    for (contact, name) in [(ADA, "Ada"), (BOB, "Bob")] {
        let card = NewCard { name: name.to_owned(), ..NewCard::default() };
        store.import_card(&card, Moment(0), &mut ImportRun::default()).unwrap();
        let mut turns = vec![turn(contact, Side::Mine, 50, contact.0)];
        if contact == BOB {
            turns.push(turn(BOB, Side::Theirs, 49, 3));
        }
        store.put_turns(contact, &turns, None).unwrap();
    }
    let star = Decision { at: NOW, contact: ADA, what: Decided::Star };
    store.decide(&star).unwrap();
    store
}

fn batch(now: Moment, covered_since: Moment) -> AlertBatch {
    super::batch(now, now + DAY, covered_since, &Policy::default())
}

fn planned(store: &Store) -> Vec<String> {
    let planned = store.unsent(DeliveryKind::Alert).unwrap();
    planned.iter().map(|item| item.what.subject()).collect()
}

#[track_caller]
fn check(per_week: u32, expect: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    let policy =
        Policy { alerts: AlertPolicy { per_week, ..AlertPolicy::default() }, ..Policy::default() };
    plan_alerts(&store, &policy, &batch(NOW, NOW - 7 * DAY)).unwrap();
    assert_eq!(planned(&store), expect);
}

#[test]
fn of_those_who_owe_me_only_starred_contacts_are_told() {
    check(6, &["C2-3", "C1-1"]);
}

#[test]
fn starred_contacts_are_outside_of_the_budget() {
    check(1, &["C2-3", "C1-1"]);
    check(0, &["C1-1"]);
}

#[test]
fn a_short_budget_goes_to_what_is_likeliest_and_most_urgent_and_the_first_morning_is_gentle() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    let ages = [90, 88, 60, 47, 30, 70];
    let mut turns: Vec<UnjudgedTurn> =
        (10..).zip(ages).map(|(touch, hours)| turn(BOB, Side::Theirs, hours, touch)).collect();
    turns[1].asks[0].features = Features::PLAIN_THANKS;
    store.put_turns(BOB, &turns, None).unwrap();
    let planned = |per_week, now: Moment| {
        let alerts = AlertPolicy { per_week, ..AlertPolicy::default() };
        let policy = Policy { alerts, ..Policy::default() };
        let day = schedule::local_date(now, &policy.zone);
        store.plan(&Delivery::Batch { day }, DeliveryMark::Plain, now).unwrap();
        plan_alerts(&store, &policy, &batch(now, NOW - 30 * DAY)).unwrap();
        let planned = planned(&store).into_iter();
        planned.filter(|subject| subject.starts_with("C2")).collect::<Vec<_>>()
    };
    // Due today, then what is overdue, the oldest first; thanks are never told.
    assert_eq!(planned(6, NOW), ["C2-13", "C2-10", "C2-15"]);
    assert_eq!(planned(4, NOW + HOUR), ["C2-13", "C2-10", "C2-15", "C2-12"]);
}

#[test]
fn an_alert_says_whose_answer_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    let policy = Policy::default();
    let debts = Book::open(&store, &policy, AsOf::Now(NOW)).unwrap().debts().unwrap();
    let alerts = debts.iter().map(|named| words::alert(named, &policy, NOW));
    let told: Vec<(String, String)> = alerts.map(|alert| (alert.title, alert.body)).collect();
    let missing = "you ended with a question · to them alone\n\
         You've been waiting for 2 days 2 h; answer was due Wednesday 10:00, 2 h ago\nrequite done ";
    let expect = [
        ("Ada hasn't answered you", format!("{missing}C1-1")),
        (
            "Bob is waiting for you",
            "ends with a question · to you alone\n\
             Waiting for 2 days 1 h, was due Wednesday 11:00, 1 h ago\nrequite done C2-3"
                .to_owned(),
        ),
        ("Bob hasn't answered you", format!("{missing}C2-2")),
    ];
    assert_eq!(told, expect.map(|(title, body)| (title.to_owned(), body)));
}

#[test]
fn a_summary_names_people_and_what_to_type() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    let policy = Policy::default();
    let debts = Book::open(&store, &policy, AsOf::Now(NOW)).unwrap().debts().unwrap();
    let theirs: Vec<NamedDebt> =
        debts.iter().filter(|it| it.debt.turn.side == Side::Theirs).cloned().collect();
    let called = |names: &[&str]| {
        let named = |name: &&str| NamedDebt { name: (*name).to_owned(), ..theirs[0].clone() };
        words::summary(&names.iter().map(named).collect::<Vec<_>>(), &policy).title
    };
    assert_eq!(called(&["Ada", "Bob"]), "Ada and Bob are waiting for you");
    assert_eq!(called(&["Ada", "Bob", "Eve"]), "Ada, Bob and 1 other are waiting for you");
    assert_eq!(called(&["Ada", "Ada"]), "Ada is waiting for you");
    let all = words::summary(&debts, &policy);
    assert_eq!(all.title, "Ada and Bob are waiting for you, or owe you an answer");
    assert_eq!(all.body, "Ada (C1-1)\nBob (C2-3)\nBob (C2-2)");
}

#[tokio::test]
async fn nothing_is_learned_from_mail_that_is_not_measured_yet() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::below(folder.path());
    let store = Store::open(&home.data).unwrap();
    let card = NewCard { name: "Ann Lee".to_owned(), ..NewCard::default() };
    store.import_card(&card, Moment(0), &mut ImportRun::default()).unwrap();
    let config = watch::channel(Arc::new(config::defaults())).1;
    let now = Moment(1_700_000_000);
    let clock = Clock::fast(now, 0.0);
    let mut errands = Errands::new(home, config, clock, Outlet::default());

    errands.run_due().await;
    assert_eq!(store.population().unwrap().at, None);
    measure_history(&store, &Policy::default()).unwrap();
    errands.run_due().await;
    assert_eq!(store.population().unwrap().at, Some(now));
}
