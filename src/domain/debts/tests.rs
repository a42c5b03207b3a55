//! Who is told of whose silence, and when.

use jiff::tz::TimeZone;

use super::super::calendar::Calendar;
use super::super::statistics::Observation;
use super::super::turns::{Answer, Link};
use super::*;

fn moment(text: &str) -> Moment {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

fn turn(side: Side, start: &str) -> Turn {
    Turn { needs_reply: 0.8, ..Turn::asked(side, 1, moment(start)) }
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

/// Which of the tellings the batch of `now` is for, with the next one a day later.
#[track_caller]
fn check(side: Side, starred: bool, now: &str, expect: [bool; 3]) {
    // A Thursday.
    let debt = debt(side, "2026-11-19T12:00:00Z", now);
    let now = moment(now);
    let population = population();
    let habit = starred.then(|| Habit::of([].into_iter(), &population, now));
    let batch = Batch { now, next: now.plus_hours(24.0), covered_since: Moment(0), q_star: 0.45 };
    let worth = [0, 1, 2].map(|told| is_worth_telling(&debt, &batch, told, habit.as_ref()));
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
fn what_others_owe_is_never_an_alert() {
    check(Side::Mine, false, "2026-12-10T12:00:00Z", [false, false, false]);
}

#[test]
fn snoozed_and_old_debts_are_not_told() {
    let now = moment("2026-11-25T12:00:00Z");
    let late = debt(Side::Mine, "2026-11-19T12:00:00Z", "2026-11-25T12:00:00Z");
    let population = population();
    let habit = Habit::of([].into_iter(), &population, now);
    let worth = |debt: &Debt, covered_since| {
        let batch = Batch { now, next: now, covered_since, q_star: 0.45 };
        is_worth_telling(debt, &batch, 0, Some(&habit))
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
            touch: TouchId::Message(2),
            link: Link::Reply,
        }),
        ..turn(Side::Mine, "2026-10-01T12:00:00Z")
    };
    check(Side::Mine, "2026-11-23T12:00:00Z", &vec![slow; 20], false);
}
