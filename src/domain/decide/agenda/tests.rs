//! What is due when, by example.

use jiff::civil::{date, time};

use super::*;
use crate::domain::model::HOUR;
use crate::domain::policy::AlertPolicy;

/// Wednesday, 25 November 2026, 12:00 UTC; the batch was due at 8:30.
const NOW: Moment = Moment(1_795_608_000);
const BATCH: Date = date(2026, 11, 25);

/// All is read, measured and learned, and nothing waits.
fn at_rest() -> Known {
    Known {
        covered_since: Some(NOW - 30 * DAY),
        is_measured: true,
        population: Population { at: Some(NOW - HOUR), messages: 100, ..Population::default() },
        messages: 100,
        last_batch: Some(BATCH),
        last_digest: Some("2026-W48".to_owned()),
        has_read: true,
        wants_alerts: true,
        digest: Some((Weekday::Monday, time(7, 0, 0, 0))),
        ..Known::default()
    }
}

#[track_caller]
fn check(change: impl FnOnce(&mut Known), due: &[Task], next: i64) {
    check_at(NOW, &Policy::default(), change, due, next);
}

/// `next`: in seconds from then.
#[track_caller]
fn check_at(
    now: Moment,
    policy: &Policy,
    change: impl FnOnce(&mut Known),
    due: &[Task],
    next: i64,
) {
    let mut known = at_rest();
    change(&mut known);
    let found = agenda(now, &known, policy);
    assert_eq!((found.due.as_slice(), found.next), (due, Some(now + next)));
}

fn plan_alerts(day: Date, next: Moment) -> Task {
    Task::PlanAlerts { day, covered_since: NOW - 30 * DAY, next }
}

/// From noon to the next batch, at 8:30.
const TO_BATCH: i64 = 20 * HOUR + HOUR / 2;

#[test]
fn at_rest_the_next_look_is_at_the_next_batch() {
    check(|_| {}, &[], TO_BATCH);
}

#[test]
fn all_that_is_due_is_done_in_order() {
    let known = |known: &mut Known| {
        known.population = Population::default();
        (known.last_batch, known.last_digest) = (None, None);
        (known.has_alerts, known.has_problems, known.has_notices) = (true, true, true);
        known.digest_since = Some(NOW);
    };
    let due = [
        Task::Survey,
        plan_alerts(BATCH, NOW + TO_BATCH),
        Task::PlanDigest { week: "2026-W48".to_owned() },
        Task::ShowAlerts,
        Task::ShowNotices { day: BATCH },
        Task::SendDigest,
    ];
    check(known, &due, 12 * HOUR);
}

#[test]
fn what_is_not_measured_yet_is_neither_learned_from_nor_told() {
    let known = |known: &mut Known| {
        known.is_measured = false;
        known.population = Population::default();
        known.last_batch = None;
    };
    check(known, &[], TO_BATCH);
}

#[test]
fn nothing_is_planned_before_every_folder_is_known() {
    let known = |known: &mut Known| {
        (known.last_batch, known.last_digest, known.covered_since) = (None, None, None);
    };
    check(known, &[], TO_BATCH);
    // Known since today: there is something to tell, but nothing to say of the last week.
    let known = |known: &mut Known| {
        (known.last_batch, known.last_digest) = (None, None);
        known.covered_since = Some(NOW - 1);
    };
    let due = [Task::PlanAlerts { day: BATCH, covered_since: NOW - 1, next: NOW + TO_BATCH }];
    check(known, &due, TO_BATCH);
}

#[test]
fn at_night_nobody_is_told_of_anything_until_the_quiet_hours_end() {
    let night = NOW + 10 * HOUR;
    let known = |known: &mut Known| {
        (known.has_alerts, known.has_problems, known.has_notices) = (true, true, true);
        known.last_batch = None;
    };
    check_at(night, &Policy::default(), known, &[], 10 * HOUR);
}

#[test]
fn whoever_is_away_is_told_of_nothing_until_they_are_back() {
    let away = Policy { away: vec![(BATCH, date(2026, 11, 30))], ..Policy::default() };
    let known = |known: &mut Known| (known.has_alerts, known.last_batch) = (true, None);
    check_at(NOW, &away, known, &[], 12 * HOUR);
}

#[test]
fn what_failed_is_tried_again_in_time() {
    let known = |known: &mut Known| {
        known.has_alerts = true;
        known.desktop_retry = Some(NOW + 60);
    };
    check(known, &[], 60);
    let known = |known: &mut Known| {
        known.digest_since = Some(NOW);
        known.post_retry = Some(NOW + 90);
    };
    check(known, &[], 90);
    check(|known| known.desktop_retry = Some(NOW + 60), &[], TO_BATCH);
}

#[test]
fn a_digest_waits_a_day_for_what_may_have_come_back() {
    let waiting = |since| {
        move |known: &mut Known| {
            known.digest_since = Some(since);
            known.has_read = false;
        }
    };
    check(waiting(NOW - HOUR), &[], TO_BATCH);
    check(waiting(NOW - 20 * HOUR), &[], 4 * HOUR);
    check(waiting(NOW - DAY), &[Task::SendDigest], TO_BATCH);
}

#[test]
fn alerts_wait_for_somebody_to_be_there() {
    let known = |known: &mut Known| {
        (known.has_alerts, known.nobody_is_there) = (true, true);
        // They are planned all the same.
        known.last_batch = None;
    };
    check(known, &[plan_alerts(BATCH, NOW + TO_BATCH)], TO_BATCH);
}

#[test]
fn without_a_desktop_or_a_digest_only_learning_falls_due() {
    let known = |known: &mut Known| {
        (known.wants_alerts, known.digest) = (false, None);
        (known.has_alerts, known.last_batch, known.digest_since) = (true, None, Some(NOW));
    };
    check(known, &[], 23 * HOUR);
}

#[test]
fn a_quiet_morning_moves_the_batch() {
    let alerts = AlertPolicy { batch: time(7, 0, 0, 0), ..AlertPolicy::default() };
    let policy = Policy { alerts, ..Policy::default() };
    check_at(NOW, &policy, |_| {}, &[], 20 * HOUR);
}

#[test]
fn a_folder_is_compared_once_a_day() {
    assert!(must_reconcile(None, NOW));
    assert!(must_reconcile(Some(NOW - DAY - 1), NOW));
    assert!(!must_reconcile(Some(NOW - DAY), NOW));
}
