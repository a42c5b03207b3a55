//! Business days across weekends, holidays and changes of the clocks.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::domain::model::DAY;

fn moment(rfc3339: &str) -> Moment {
    rfc3339.parse::<jiff::Timestamp>().unwrap().into()
}

fn calendar(zone: &str) -> Calendar {
    Calendar::new(TimeZone::get(zone).unwrap())
}

#[track_caller]
fn check_due(calendar: &Calendar, start: &str, hours: f64, expect: &str) {
    let due = calendar.after_business_hours(moment(start), hours);
    assert_eq!(due, moment(expect), "{start} + {hours} h");
    assert_eq!(calendar.business_hours(moment(start), due), hours);
}

#[test]
fn a_weekend_stands_still() {
    let brussels = calendar("Europe/Brussels");
    // 2026-03-05 is a Thursday.
    check_due(&brussels, "2026-03-05T17:30:00+01:00", 48.0, "2026-03-09T17:30:00+01:00");
    check_due(&brussels, "2026-03-07T12:00:00+01:00", 1.0, "2026-03-09T01:00:00+01:00");
}

#[test]
fn a_limit_that_ends_with_friday_ends_on_friday() {
    let brussels = calendar("Europe/Brussels");
    check_due(&brussels, "2026-03-05T00:00:00+01:00", 48.0, "2026-03-07T00:00:00+01:00");
}

#[test]
fn the_weekend_is_that_of_the_contact() {
    // Friday evening in New York is Saturday in Paris.
    let start = "2026-05-16T02:00:00+02:00";
    check_due(&calendar("America/New_York"), start, 4.0, "2026-05-16T06:00:00+02:00");
    check_due(&calendar("Europe/Paris"), start, 4.0, "2026-05-18T04:00:00+02:00");
}

#[test]
fn holidays_are_local_dates() {
    let closed = calendar("Europe/Paris").with_holidays(BTreeSet::from([date(2026, 7, 14)]));
    check_due(&closed, "2026-07-13T12:00:00+02:00", 24.0, "2026-07-15T12:00:00+02:00");
}

#[test]
fn absences_pause_the_clock_once_even_where_they_overlap() {
    let day = |d: &str| moment(&format!("2026-06-{d}T00:00:00+02:00"));
    let away = calendar("Europe/Paris").with_absences([
        (day("04"), day("06")),
        (day("03"), day("05")),
        (day("09"), day("09")),
    ]);
    // Wednesday the 3rd to Friday the 5th are off, then comes a weekend.
    check_due(&away, "2026-06-02T12:00:00+02:00", 24.0, "2026-06-08T12:00:00+02:00");
}

#[test]
fn absences_given_one_after_the_other_add_up() {
    let day = |d: &str| moment(&format!("2026-06-{d}T00:00:00Z"));
    let away = calendar("UTC")
        .with_absences([(day("04"), day("05"))])
        .with_absences([(day("02"), day("03"))]);
    check_due(&away, "2026-06-01T12:00:00Z", 37.0, "2026-06-05T01:00:00Z");
}

#[test]
fn a_day_on_which_midnight_is_skipped_begins_at_one() {
    // Chile moved from 24:00 on Saturday 2026-09-05 to 01:00 on Sunday.
    let santiago = calendar("America/Santiago");
    let sunday = moment("2026-09-06T12:00:00-03:00");
    assert_eq!(
        santiago.days.at(moment("2026-09-05T12:00:00-04:00")).end,
        moment("2026-09-06T04:00:00Z")
    );
    assert_eq!(santiago.days.at(sunday).end, moment("2026-09-07T00:00:00-03:00"));
}

#[test]
fn time_does_not_run_backwards() {
    let zone = calendar("UTC");
    let (early, late) = (moment("2026-06-01T00:00:00Z"), moment("2026-06-02T00:00:00Z"));
    assert_eq!(zone.business_hours(late, early), 0.0);
    assert_eq!(zone.after_business_hours(late, -5.0), late);
}

#[test]
fn someone_away_for_ever_is_never_due() {
    let gone = calendar("UTC").with_absences([(Moment(0), END_OF_TIME)]);
    assert_eq!(gone.after_business_hours(Moment(DAY), 48.0), END_OF_TIME);
    assert_eq!(gone.business_hours(Moment(DAY), Moment(30 * DAY)), 0.0);
}

const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Brussels",
    "America/New_York",
    "America/Santiago",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
];

fn busy_calendar() -> impl Strategy<Value = Calendar> {
    let holidays = prop::collection::vec(0i32..1500, 0..20);
    let absences = prop::collection::vec((0i64..1500 * DAY, 0i64..40 * DAY), 0..8);
    (prop::sample::select(ZONES.to_vec()), holidays, absences).prop_map(|(zone, days, absences)| {
        let holiday = |day: i32| date(2024, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap();
        let absence = |(begin, length)| (EPOCH + begin, EPOCH + begin + length);
        calendar(zone)
            .with_holidays(days.into_iter().map(holiday).collect::<BTreeSet<_>>())
            .with_absences(absences.into_iter().map(absence))
    })
}

/// 2024-01-01; four years from here hold every kind of clock change.
const EPOCH: Moment = Moment(1_704_067_200);

proptest! {
    #[test]
    fn adding_and_counting_hours_are_inverse(
        calendar in busy_calendar(), start in 0i64..1400 * DAY, seconds in 0i64..400 * HOUR,
    ) {
        let start = EPOCH + start;
        let hours = seconds as f64 / HOUR as f64;
        let due = calendar.after_business_hours(start, hours);
        prop_assert_eq!(calendar.business_hours(start, due), hours);
        prop_assert!(due >= start + seconds);
        if seconds > 0 {
            prop_assert!(calendar.business_hours(start, due - 1) < hours, "no earlier moment does");
        }
    }

    #[test]
    fn hours_add_up_and_never_exceed_the_wall(
        calendar in busy_calendar(), mut times in prop::array::uniform3(0i64..1400 * DAY),
    ) {
        times.sort();
        let [a, b, c] = times.map(|t| EPOCH + t);
        let parts = calendar.business_hours(a, b) + calendar.business_hours(b, c);
        let whole = calendar.business_hours(a, c);
        prop_assert!((parts - whole).abs() < 1e-9);
        prop_assert!(whole <= c.hours_since(a));
    }

    #[test]
    fn days_off_only_put_the_answer_off(
        calendar in busy_calendar(), start in 0i64..1400 * DAY, end in 0i64..100 * DAY,
        away in 0i64..1500 * DAY, length in 0i64..40 * DAY, holiday in 0i32..1500,
    ) {
        let start = EPOCH + start;
        let end = start + end;
        let away = [(EPOCH + away, EPOCH + away + length)];
        let holiday = date(2024, 1, 1).checked_add(jiff::Span::new().days(holiday)).unwrap();
        let holidays: BTreeSet<_> =
            calendar.days.holidays.iter().copied().chain([holiday]).collect();
        for off in [calendar.clone().with_absences(away), calendar.clone().with_holidays(holidays)] {
            prop_assert!(off.business_hours(start, end) <= calendar.business_hours(start, end));
            let due = calendar.after_business_hours(start, 48.0);
            prop_assert!(off.after_business_hours(start, 48.0) >= due);
        }
    }

    #[test]
    fn a_later_start_is_never_due_earlier(
        calendar in busy_calendar(), start in 0i64..1400 * DAY, later in 0i64..30 * DAY,
    ) {
        let (one, other) = (EPOCH + start, EPOCH + start + later);
        let due = |at| calendar.after_business_hours(at, 48.0);
        prop_assert!(due(one) <= due(other));
    }
}
