//! When the next alert batch and the next digest are due, in local time and whatever the clocks
//! do: a time that a change of the clocks skips falls on the next one that exists.

use jiff::ToSpan;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

use crate::domain::model::Moment;
use crate::domain::policy::AlertPolicy;

/// The latest instant at or before `now` at which the clock of `zone` showed `time`.
pub fn last_daily(now: Moment, time: Time, zone: &TimeZone) -> Moment {
    let today = local_date(now, zone);
    let candidate = at(today, time, zone);
    if candidate <= now { candidate } else { at(day_before(today), time, zone) }
}

/// The first instant after `now` at which it shows `time`.
pub fn next_daily(now: Moment, time: Time, zone: &TimeZone) -> Moment {
    let today = local_date(now, zone);
    let candidate = at(today, time, zone);
    if candidate > now { candidate } else { at(day_after(today), time, zone) }
}

/// When the next local day begins.
pub fn next_midnight(now: Moment, zone: &TimeZone) -> Moment {
    at(day_after(local_date(now, zone)), Time::midnight(), zone)
}

/// When the batch goes out: at its time, or when the quiet hours that cover it end.
pub fn batch_time(policy: &AlertPolicy) -> Time {
    match policy.quiet {
        Some((start, end)) if is_within(policy.batch, start, end) => end,
        _ => policy.batch,
    }
}

/// Whether `now` lies in the quiet hours.
pub fn is_quiet(now: Moment, policy: &AlertPolicy, zone: &TimeZone) -> bool {
    let time = now.timestamp().to_zoned(zone.clone()).time();
    policy.quiet.is_some_and(|(start, end)| is_within(time, start, end))
}

/// The digest whose time came last: its ISO week, such as `2026-W47`, and the instant it was due.
pub fn last_digest(now: Moment, day: Weekday, time: Time, zone: &TimeZone) -> (String, Moment) {
    let mut date = local_date(now, zone);
    while date.weekday() != day || at(date, time, zone) > now {
        date = day_before(date);
    }
    (iso_week(date), at(date, time, zone))
}

/// The first instant after `now` at which a digest is due.
pub fn next_digest(now: Moment, day: Weekday, time: Time, zone: &TimeZone) -> Moment {
    let mut date = local_date(now, zone);
    while date.weekday() != day || at(date, time, zone) <= now {
        date = day_after(date);
    }
    at(date, time, zone)
}

/// By ISO 8601, such as `2026-W47`.
pub fn iso_week(date: Date) -> String {
    let week = date.iso_week_date();
    format!("{}-W{:02}", week.year(), week.week())
}

/// When the ISO week of `now` began in `zone`.
pub fn week_begin(now: Moment, zone: &TimeZone) -> Moment {
    let mut date = local_date(now, zone);
    while date.weekday() != Weekday::Monday {
        date = day_before(date);
    }
    at(date, Time::midnight(), zone)
}

/// The last second of a local day.
pub fn day_end(day: Date, zone: &TimeZone) -> Moment {
    at(day_after(day), Time::midnight(), zone) - 1
}

/// The day that it is in `zone`.
pub fn local_date(now: Moment, zone: &TimeZone) -> Date {
    now.timestamp().to_zoned(zone.clone()).date()
}

fn at(date: Date, time: Time, zone: &TimeZone) -> Moment {
    match date.to_datetime(time).to_zoned(zone.clone()) {
        Ok(zoned) => zoned.timestamp().into(),
        Err(_) => Moment::MAX,
    }
}

fn day_after(date: Date) -> Date {
    date.checked_add(1.day()).unwrap_or(Date::MAX)
}

fn day_before(date: Date) -> Date {
    date.checked_sub(1.day()).unwrap_or(Date::MIN)
}

/// Both ends of the day belong to an interval that wraps round midnight.
fn is_within(time: Time, start: Time, end: Time) -> bool {
    if start <= end { (start..end).contains(&time) } else { time >= start || time < end }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    fn moment(text: &str) -> Moment {
        text.parse::<jiff::Timestamp>().unwrap().into()
    }

    #[track_caller]
    fn check_digest(zone: &str, now: &str, week: &str, due: &str) {
        let zone = TimeZone::get(zone).unwrap();
        let found = last_digest(moment(now), Weekday::Monday, time(7, 0, 0, 0), &zone);
        assert_eq!(found, (week.to_owned(), moment(due)));
    }

    #[test]
    fn the_digest_of_a_week_is_due_on_its_monday_by_the_local_clock() {
        check_digest("UTC", "2026-11-23T07:00:00Z", "2026-W48", "2026-11-23T07:00:00Z");
        check_digest("UTC", "2026-11-23T06:59:59Z", "2026-W47", "2026-11-16T07:00:00Z");
        check_digest("Europe/Paris", "2026-11-25T12:00:00Z", "2026-W48", "2026-11-23T06:00:00Z");
        check_digest("Europe/Paris", "2026-03-30T12:00:00Z", "2026-W14", "2026-03-30T05:00:00Z");
    }

    #[test]
    fn a_year_may_begin_in_the_last_week_of_the_one_before() {
        check_digest("UTC", "2027-01-03T12:00:00Z", "2026-W53", "2026-12-28T07:00:00Z");
    }

    #[test]
    fn a_time_that_the_clocks_skip_falls_on_the_next_that_exists() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let next = next_daily(moment("2026-03-28T23:00:00Z"), time(2, 30, 0, 0), &zone);
        assert_eq!(next, moment("2026-03-29T01:30:00Z"));
    }

    #[test]
    fn a_batch_in_quiet_hours_waits_for_their_end() {
        let policy = AlertPolicy { batch: time(7, 0, 0, 0), ..AlertPolicy::default() };
        assert_eq!(batch_time(&policy), time(8, 0, 0, 0));
        assert!(is_quiet(moment("2026-11-23T21:00:00Z"), &policy, &TimeZone::UTC));
        assert!(is_quiet(moment("2026-11-23T03:00:00Z"), &policy, &TimeZone::UTC));
        assert!(!is_quiet(moment("2026-11-23T08:00:00Z"), &policy, &TimeZone::UTC));
    }
}
