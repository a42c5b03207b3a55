//! How often two people are in touch, and whether they are losing it: Navarro et al. (2017),
//! "Temporal patterns behind the strength of persistent ties", find that beyond eight times the
//! usual gap a tie has most likely ended.
//!
//! Knows touches by their days alone; whose turn it is to write, the debts say.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::model::{DAY, Moment};

/// What is longer ago, in seconds, tells nothing of the rhythm of today.
const LOOKING_BACK: i64 = 3 * 365 * DAY;
/// Fewer days with a touch make no rhythm.
const DAYS_OF_A_RHYTHM: usize = 5;
/// So many times the usual gap.
const GAPS: f64 = 8.0;
/// Nobody is lost sooner, in days.
const SOONEST_D: f64 = 60.0;
/// From then on, in days, nothing was tried for so long that there is nothing left to lose.
const UNTESTED_FROM: f64 = 730.0;

/// How often the two of us are in touch.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rhythm {
    /// The median of the days between days with a touch, each gap as often as it has days; `None`
    /// while there are too few.
    pub usual_gap_d: Option<f64>,
    /// Days since the last touch of either side; `None`: there never was one.
    pub silence_d: Option<f64>,
    /// How often the user wants to be in touch, in days.
    pub every_d: Option<f64>,
    /// The first touch of all.
    pub since: Option<Moment>,
    /// The last one of either side.
    pub last: Option<Moment>,
    /// Silent far beyond the rhythm, or beyond what the user wants.
    pub losing_touch: bool,
}

/// What a rhythm is found from.
#[derive(Debug, Clone, Copy)]
pub struct Signs<'a> {
    /// When either side was in touch, on any channel, in order.
    pub touches: &'a [Moment],
    /// How often the user wants to be in touch, in days.
    pub every_d: Option<f64>,
    /// They have said that they are away now.
    pub away: bool,
    /// An open turn says already who is to write.
    pub waits: bool,
}

/// The rhythm at `now`; days begin in `zone`.
pub fn rhythm(signs: &Signs<'_>, zone: &TimeZone, now: Moment) -> Rhythm {
    let by_now = signs.touches.partition_point(|at| *at <= now);
    let touches = signs.touches.get(..by_now).unwrap_or_default();
    let silence_d = touches.last().map(|last| now.days_since(*last));
    let usual_gap_d = usual_gap(touches, zone, now);
    let is_silent = silence_d.is_some_and(|silence| match (signs.every_d, usual_gap_d) {
        (Some(every), _) => silence > every,
        (None, Some(gap)) => silence > SOONEST_D.max(GAPS * gap) && silence < UNTESTED_FROM,
        (None, None) => false,
    });
    Rhythm {
        usual_gap_d,
        silence_d,
        every_d: signs.every_d,
        since: touches.first().copied(),
        last: touches.last().copied(),
        losing_touch: is_silent && !signs.away && !signs.waits,
    }
}

/// In days; `touches` in order. The gap into which a day taken at random falls: who asks every ten
/// weeks and is answered overnight is in touch every ten weeks, not every day.
fn usual_gap(touches: &[Moment], zone: &TimeZone, now: Moment) -> Option<f64> {
    let recent = touches.iter().filter(|at| **at > now - LOOKING_BACK);
    let mut days: Vec<Date> =
        recent.map(|at| at.timestamp().to_zoned(zone.clone()).date()).collect();
    days.dedup();
    if days.len() < DAYS_OF_A_RHYTHM {
        return None;
    }
    let mut gaps: Vec<i64> = days
        .windows(2)
        .filter_map(|pair| Some(pair.first()?.duration_until(*pair.last()?).as_hours() / 24))
        .collect();
    gaps.sort_unstable();
    let whole: i64 = gaps.iter().sum();
    let mut passed = 0;
    let middle = gaps.into_iter().find(|gap| {
        passed += gap;
        2 * passed >= whole
    });
    middle.map(|gap| gap as f64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Moment = Moment(1_780_000_000);

    fn of(days_ago: &[i64], every_d: Option<f64>) -> Rhythm {
        let mut touches: Vec<Moment> = days_ago.iter().map(|days| NOW - days * DAY).collect();
        touches.sort_unstable();
        let signs = Signs { touches: &touches, every_d, away: false, waits: false };
        rhythm(&signs, &TimeZone::UTC, NOW)
    }

    /// In touch every so many days until so many days ago, six times.
    fn regular(every: i64, until: i64) -> Vec<i64> {
        (0..6).map(|n| until + n * every).collect()
    }

    #[track_caller]
    fn check(every: i64, silent: i64, expect: bool) {
        let found = of(&regular(every, silent), None);
        assert_eq!(found.usual_gap_d, Some(every as f64));
        assert_eq!(found.losing_touch, expect, "every {every} days, silent for {silent}");
    }

    #[test]
    fn eight_times_the_usual_gap_is_long() {
        check(10, 80, false);
        check(10, 81, true);
        check(2, 59, false);
        check(2, 61, true);
        check(90, 725, true);
        check(90, 731, false);
    }

    #[test]
    fn an_answer_on_the_next_day_is_no_rhythm() {
        let exchanges: Vec<i64> = (0..4).flat_map(|n| [62 + 70 * n, 63 + 70 * n]).collect();
        let found = of(&exchanges, None);
        assert_eq!((found.usual_gap_d, found.losing_touch), (Some(69.0), false));
    }

    #[test]
    fn four_days_make_no_rhythm() {
        let four = &regular(10, 300)[..4];
        let found = of(four, None);
        assert_eq!((found.usual_gap_d, found.losing_touch), (None, false));
        let twice_a_day = [four, four].concat();
        assert_eq!(of(&twice_a_day, None).usual_gap_d, None, "days count, not messages");
    }

    #[test]
    fn what_the_user_wants_goes_before() {
        let touches = regular(10, 81);
        assert!(!of(&touches, Some(90.0)).losing_touch);
        assert!(of(&touches, Some(80.0)).losing_touch);
        assert!(of(&[800], Some(90.0)).losing_touch);
        assert!(!of(&[], Some(90.0)).losing_touch, "never in touch");
    }

    #[test]
    fn who_is_away_or_waited_for_is_not_lost() {
        let touches = [NOW - 100 * DAY];
        let losing = |away, waits| {
            let signs = Signs { touches: &touches, every_d: Some(9.0), away, waits };
            rhythm(&signs, &TimeZone::UTC, NOW).losing_touch
        };
        assert!(losing(false, false));
        assert!(!losing(true, false) && !losing(false, true));
    }

    proptest! {
        #[test]
        fn the_same_touch_twice_changes_nothing(days in prop::collection::vec(0..1500_i64, 0..12)) {
            let twice: Vec<i64> = days.iter().chain(&days).copied().collect();
            prop_assert_eq!(of(&days, None), of(&twice, None));
        }

        #[test]
        fn what_came_later_changes_nothing(days in prop::collection::vec(-99..999_i64, 0..12)) {
            let past: Vec<i64> = days.iter().copied().filter(|days| *days >= 0).collect();
            prop_assert_eq!(of(&days, None), of(&past, None));
        }
    }
}
