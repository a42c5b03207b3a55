//! Who is told of whose silence, and when.

use jiff::tz::TimeZone;

use super::*;
use crate::domain::decide::alerts::{AlertBatch, AlertCandidate};
use crate::domain::measure::calendar::Calendar;
use crate::domain::measure::statistics::Observation;
use crate::domain::measure::turns::{Answer, Link};
use crate::domain::model::MessageNumber;

fn moment(text: &str) -> Moment {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

fn turn(side: Side, start: &str) -> Turn {
    Turn { wanted: false, needs_reply: 0.8, ..Turn::asked(side, 1, moment(start)) }
}

fn terms() -> Terms {
    Terms { limit_h: 48.0, calendar: Calendar::new(TimeZone::UTC) }
}

fn debt(side: Side, start: &str, now: &str) -> Debt {
    let found = debts(&[turn(side, start)], &terms(), |_| None, moment(now)).next();
    found.expect("an open turn")
}

/// Nine in ten still wait before the limit of two days, two in ten ever after.
fn population() -> PopulationCurve {
    let answered =
        |hours, turns| vec![Observation { hours, answered: hours < EXPIRY_H, weight: 1.0 }; turns];
    let seen = [answered(1.0, 10_000), answered(48.0, 70_000), answered(EXPIRY_H, 20_000)];
    PopulationCurve::of(&KaplanMeier::fit(&seen.concat()))
}

fn batch(now: Moment, next: Moment) -> AlertBatch {
    AlertBatch { now, next, covered_since: Moment(0), reads_text: true, they_owe: false }
}

#[track_caller]
fn check(side: Side, starred: bool, now: &str, expect: [bool; 3]) {
    check_where((side, starred, false), now, expect);
}

/// Which of the tellings the batch of `now` is for, with the next one a day later.
#[track_caller]
fn check_where((side, starred, they_owe): (Side, bool, bool), now: &str, expect: [bool; 3]) {
    // A Thursday.
    let debt = debt(side, "2026-11-19T12:00:00Z", now);
    let now = moment(now);
    let population = population();
    let habit = starred.then(|| Habit::of([].into_iter(), &population, now));
    let batch = AlertBatch { they_owe, ..batch(now, now.plus_hours(24.0)) };
    let mut candidate = AlertCandidate { debt: &debt, told: 0, starred: habit };
    let worth = [0, 1, 2].map(|told| {
        candidate.told = told;
        candidate.is_worth_telling(&batch)
    });
    assert_eq!(worth, expect, "{side:?} at {now}");
}

#[test]
fn what_i_owe_is_told_before_its_limit_ends() {
    check(Side::Theirs, false, "2026-11-20T05:00:00Z", [false, false, false]);
    check(Side::Theirs, false, "2026-11-20T06:00:00Z", [true, false, false]);
    check(Side::Theirs, false, "2026-11-23T12:00:00Z", [true, true, false]);
}

#[test]
fn what_a_starred_contact_owes_is_told_when_it_is_late_on_their_working_days() {
    check(Side::Mine, true, "2026-11-21T12:00:00Z", [false, false, false]);
    check(Side::Mine, true, "2026-11-23T11:00:00Z", [false, false, false]);
    check(Side::Mine, true, "2026-11-23T12:00:00Z", [true, false, false]);
    check(Side::Mine, true, "2026-11-25T11:00:00Z", [true, false, false]);
    check(Side::Mine, true, "2026-11-25T12:00:00Z", [true, true, false]);
}

#[test]
fn what_others_owe_is_an_alert_only_where_it_is_wanted() {
    check(Side::Mine, false, "2026-12-10T12:00:00Z", [false, false, false]);
    check_where((Side::Mine, false, true), "2026-11-23T12:00:00Z", [true, false, false]);
}

#[test]
fn snoozed_and_old_debts_are_not_told() {
    let now = moment("2026-11-25T12:00:00Z");
    let late = debt(Side::Mine, "2026-11-19T12:00:00Z", "2026-11-25T12:00:00Z");
    let population = population();
    let worth = |debt: &Debt, covered_since| {
        let batch = AlertBatch { covered_since, ..batch(now, now) };
        let habit = Some(Habit::of([].into_iter(), &population, now));
        AlertCandidate { debt, told: 0, starred: habit }.is_worth_telling(&batch)
    };
    assert!(worth(&late, late.due));
    assert!(!worth(&late, now));
    assert!(!worth(&Debt { snoozed_until: Some(now), ..late }, Moment(0)));
}

#[test]
fn silence_is_unusual_when_nearly_everybody_had_answered_by_then() {
    #[track_caller]
    fn check(side: Side, now: &str, own: &[Turn], expect: bool) {
        let population = population();
        let habit = Habit::of(own.iter(), &population, moment(now));
        assert_eq!(is_unusual(&debt(side, "2026-11-19T12:00:00Z", now), &habit), expect, "{now}");
    }
    check(Side::Mine, "2026-11-22T12:00:00Z", &[], false);
    check(Side::Mine, "2026-11-23T12:00:00Z", &[], true);
    check(Side::Theirs, "2026-11-23T12:00:00Z", &[], false);
    let slow = Turn {
        answer: Some(Answer {
            at: moment("2026-10-25T12:00:00Z"),
            touch: TouchId::Message(MessageNumber(2)),
            link: Link::Reply,
        }),
        ..turn(Side::Mine, "2026-10-01T12:00:00Z")
    };
    check(Side::Mine, "2026-11-23T12:00:00Z", &vec![slow; 20], false);
}

#[test]
fn only_what_is_due_is_told_unless_no_text_is_read_and_the_contact_is_starred() {
    #[track_caller]
    fn check(d: f64, reads_text: bool, starred: bool, expect: bool) {
        let now = moment("2026-11-21T12:00:00Z");
        let mut debt = debt(Side::Theirs, "2026-11-19T12:00:00Z", "2026-11-21T12:00:00Z");
        debt.turn.needs_reply = d;
        let population = population();
        let habit = starred.then(|| Habit::of([].into_iter(), &population, now));
        let next = now.plus_hours(24.0);
        let batch = AlertBatch { reads_text, ..batch(now, next) };
        let candidate = AlertCandidate { debt: &debt, told: 0, starred: habit };
        let worth = candidate.is_worth_telling(&batch);
        assert_eq!(worth, expect, "{d} {reads_text} {starred}");
    }
    check(0.5, true, false, true);
    check(0.49, true, false, false);
    check(0.49, true, true, false);
    check(0.49, false, false, false);
    check(0.49, false, true, true);
    check(0.24, false, true, false);
}

#[test]
fn what_is_due_and_can_still_be_kept_stands_first() {
    let now = moment("2026-11-21T12:00:00Z");
    let debt = |name: i64, start: &str, d: f64| {
        let turn = Turn {
            wanted: false,
            needs_reply: d,
            ..Turn::asked(Side::Theirs, name, moment(start))
        };
        debts(&[turn], &terms(), |_| None, now).next().unwrap()
    };
    let mut listed = [
        debt(1, "2026-11-18T12:00:00Z", 0.9),
        debt(2, "2026-11-19T18:00:00Z", 0.6),
        debt(3, "2026-11-20T12:00:00Z", 0.9),
        debt(4, "2026-11-19T18:00:00Z", 0.4),
        debt(5, "2026-11-18T12:00:00Z", 0.7),
        debt(6, "2026-11-20T12:00:00Z", 0.6),
        debt(7, "2026-11-21T11:00:00Z", 0.9),
    ];
    listed.sort_by_key(|debt| {
        let starred = debt.turn.id.touch == TouchId::Message(MessageNumber(6));
        debt.rank(starred, now, &TimeZone::UTC)
    });
    let order = listed.map(|debt| debt.turn.id.touch.to_string());
    assert_eq!(order, ["6", "2", "1", "5", "3", "7", "4"]);
}
