//! How they stand, by example.

use jiff::tz::TimeZone;

use super::*;
use crate::domain::measure::calendar::Calendar;
use crate::domain::model::{DAY, HOUR};

mod laws;

const NOW: Moment = Moment(1_700_000_000);

/// Mine, answered after five hours.
fn turn(days_ago: i64) -> Turn {
    Turn::asked(Side::Mine, days_ago, NOW - days_ago * DAY).answered_after(5.0)
}

fn measured(turns: &[Turn], last_touch: Moment, now: Moment) -> Standing {
    let terms = Terms { limit_h: 48.0, calendar: Calendar::new(TimeZone::UTC) };
    let record = Record { turns, counted: &[], last_touch: Some(last_touch), terms: &terms };
    standing(&record, &Population::default(), Stance::Resource, now)
}

#[test]
fn a_point_takes_ten_turns() {
    let figure = |turns: i64| {
        let turns: Vec<Turn> = (3..3 + turns).map(turn).collect();
        measured(&turns, NOW - 3 * DAY, NOW).figure()
    };
    assert_eq!(figure(9), None);
    assert!(figure(12).is_some());
}

#[test]
fn what_came_later_does_not_change_how_they_stood() {
    let (long_ago, this_week) = ([turn(40), turn(30), turn(20), turn(10)], [turn(2)]);
    let then = NOW - 7 * DAY;
    let known_then = measured(&long_ago, NOW - 10 * DAY + 5 * HOUR, then);
    let looking_back =
        measured(&[&long_ago[..], &this_week].concat(), NOW - 2 * DAY + 5 * HOUR, then);
    assert_eq!(looking_back.score, known_then.score);
    assert_eq!(looking_back.last_touch, known_then.last_touch);
}

#[test]
fn whoever_is_unknown_stands_last() {
    use Estimate::{AtLeast, Point, Range, Unknown};
    let (soon, late) = (Range(1.0, 3.0), Point(9.0));
    let mut medians = [Unknown, late, AtLeast(1.0), soon, Unknown];
    medians.sort_by(|a, b| a.rising(*b));
    assert_eq!(medians, [soon, late, AtLeast(1.0), Unknown, Unknown]);
    let mut scores = [Unknown, soon, late];
    scores.sort_by(|a, b| a.falling(*b));
    assert_eq!(scores, [late, soon, Unknown]);
}
