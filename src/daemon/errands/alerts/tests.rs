//! What a batch tells, of whom and in which words.

use super::*;
use crate::domain::measure::need::Features;
use crate::domain::measure::turns::{Asked, Turn, UnjudgedTurn};
use crate::domain::model::{ContactId, HOUR, TouchId};
use crate::domain::policy::{AlertPolicy, Policy};
use crate::store::{Decision, ImportRun, NewCard, Verb};

/// Wednesday, 25 November 2026, 12:00 UTC.
const NOW: Moment = Moment(1_795_608_000);
const ADA: ContactId = ContactId(1);
const BOB: ContactId = ContactId(2);

fn turn(contact: ContactId, side: Side, hours_ago: i64, touch: i64) -> UnjudgedTurn {
    let at = NOW - hours_ago * HOUR;
    let (features, touch_id) = (Features::PLAIN_QUESTION, TouchId::Message(touch));
    UnjudgedTurn {
        id: TurnId { contact, touch: touch_id },
        asks: vec![Asked { at, touch: touch_id, features }],
        wanted: false,
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
    let star =
        Decision { at: NOW, verb: Verb::Star, contact: ADA, touch: None, value: String::new() };
    store.decide(&star).unwrap();
    store
}

#[track_caller]
fn check(per_week: u32, expect: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    let policy =
        Policy { alerts: AlertPolicy { per_week, ..AlertPolicy::default() }, ..Policy::default() };
    plan_batch(&store, &policy, NOW - 7 * DAY, (NOW, NOW + DAY)).unwrap();
    let planned = store.unsent("alert").unwrap();
    let subjects: Vec<&str> = planned.iter().map(|item| item.subject.as_str()).collect();
    assert_eq!(subjects, expect);
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
        store.plan("batch", "", &now.to_string(), "", now).unwrap();
        plan_batch(&store, &policy, NOW - 30 * DAY, (now, now + DAY)).unwrap();
        let planned = store.unsent("alert").unwrap();
        let subjects = planned.into_iter().map(|item| item.subject);
        subjects.filter(|subject| subject.starts_with("C2")).collect::<Vec<_>>()
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
    let alerts = debts.iter().map(|named| alert(named, &policy.zone, NOW));
    let told: Vec<(String, String)> = alerts.map(|alert| (alert.title, alert.body)).collect();
    let missing = "You have waited 2 days 2 h; the answer was due Wednesday 10:00, 2 h ago";
    let expect = [
        ("Ada hasn't answered you", missing),
        (
            "Bob is waiting for your answer",
            "Waiting for 2 days 1 h, was due Wednesday 11:00, 1 h ago",
        ),
        ("Bob hasn't answered you", missing),
    ];
    assert_eq!(told, expect.map(|(title, body)| (title.to_owned(), body.to_owned())));
}
