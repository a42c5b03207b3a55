//! How often two people are in touch, and whether they are losing it: Navarro et al. (2017),
//! "Temporal patterns behind the strength of persistent ties", find that beyond eight times the
//! usual gap a tie has most likely ended.
//!
//! Knows touches by their days alone; whose turn it is to write, the debts say.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::touches::{Entry, EntryKind};
use super::turns::{Status, Turn};
use crate::domain::model::{DAY, Moment};

/// What is longer ago, in seconds, tells nothing of the rhythm of today.
const LOOKING_BACK: i64 = 3 * 365 * DAY;
/// Fewer days with a touch make no rhythm.
const DAYS_OF_A_RHYTHM: usize = 5;
/// So many times the usual gap.
const GAPS: f64 = 8.0;
/// Nobody is lost sooner, in days.
pub const SOONEST_D: f64 = 60.0;
/// From then on, in days, nothing was tried for so long that there is nothing left to lose.
const UNTESTED_FROM: f64 = 730.0;

/// How often the two of us are in touch.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rhythm {
    /// The median of the days between days with a touch; `None` while there are too few.
    pub usual_gap_d: Option<f64>,
    /// Days since the last touch of either side; `None`: there never was one.
    pub silence_d: Option<f64>,
    /// How often the user wants to be in touch, in days.
    pub every_d: Option<f64>,
    /// The first touch of all.
    pub since: Option<Moment>,
    /// Silent far beyond the rhythm, or beyond what the user wants.
    pub losing_touch: bool,
}

/// What a rhythm is found from.
#[derive(Debug, Clone, Copy)]
pub struct Signs<'a> {
    /// Of either side.
    pub turns: &'a [Turn],
    /// By hand.
    pub entries: &'a [Entry],
    /// How often the user wants to be in touch, in days.
    pub every_d: Option<f64>,
    /// They have said that they are away now.
    pub away: bool,
}

/// The rhythm at `now`; days begin in `zone`.
pub fn rhythm(known: &Signs<'_>, zone: &TimeZone, now: Moment) -> Rhythm {
    let mut touches = touches(known, now);
    touches.sort_unstable();
    let silence_d = touches.last().map(|last| now.days_since(*last));
    let usual_gap_d = usual_gap(&touches, zone, now);
    let waits = known
        .turns
        .iter()
        .any(|turn| turn.start <= now && turn.counts(now) && turn.status(now) == Status::Open);
    let is_silent = silence_d.is_some_and(|silence| match (known.every_d, usual_gap_d) {
        (Some(every), _) => silence > every,
        (None, Some(gap)) => silence > SOONEST_D.max(GAPS * gap) && silence < UNTESTED_FROM,
        (None, None) => false,
    });
    Rhythm {
        usual_gap_d,
        silence_d,
        every_d: known.every_d,
        since: touches.first().copied(),
        losing_touch: is_silent && !known.away && !waits,
    }
}

/// Of either side, on any channel.
fn touches(known: &Signs<'_>, now: Moment) -> Vec<Moment> {
    let of_turn = |turn: &Turn| {
        let messages = turn.asks.iter().map(|asked| asked.at);
        let ends = [Some(turn.start), turn.answer.map(|answer| answer.at)];
        messages.chain(ends.into_iter().flatten()).collect::<Vec<_>>()
    };
    let is_spoken = |entry: &&Entry| match entry.kind {
        EntryKind::Call => !entry.other_way,
        kind => kind == EntryKind::Meeting,
    };
    let spoken = known.entries.iter().filter(is_spoken).map(|entry| entry.at);
    known.turns.iter().flat_map(of_turn).chain(spoken).filter(|at| *at <= now).collect()
}

/// In days; `touches` in order.
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
    let middle = |at: usize| gaps.get(at).map(|gap| *gap as f64);
    Some((middle((gaps.len() - 1) / 2)? + middle(gaps.len() / 2)?) / 2.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::model::{EntryNumber, Side};

    const NOW: Moment = Moment(1_780_000_000);

    /// Answered at once, so that nobody waits.
    fn turn(days_ago: i64) -> Turn {
        Turn::asked(Side::Mine, days_ago, NOW - days_ago * DAY).answered_after(1.0)
    }

    fn of(turns: &[Turn], every_d: Option<f64>) -> Rhythm {
        let known = Signs { turns, entries: &[], every_d, away: false };
        rhythm(&known, &TimeZone::UTC, NOW)
    }

    /// In touch every so many days until so many days ago, six times.
    fn regular(every: i64, until: i64) -> Vec<Turn> {
        (0..6).map(|n| turn(until + n * every)).collect()
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
    fn four_days_make_no_rhythm() {
        let four: Vec<Turn> = regular(10, 300).into_iter().take(4).collect();
        assert_eq!((of(&four, None).usual_gap_d, of(&four, None).losing_touch), (None, false));
        let twice_a_day: Vec<Turn> = four.iter().cloned().chain(four.clone()).collect();
        assert_eq!(of(&twice_a_day, None).usual_gap_d, None, "days count, not messages");
    }

    #[test]
    fn what_the_user_wants_goes_before() {
        let turns = regular(10, 81);
        assert!(!of(&turns, Some(90.0)).losing_touch);
        assert!(of(&turns, Some(80.0)).losing_touch);
        assert!(of(&[turn(800)], Some(90.0)).losing_touch);
        assert!(!of(&[], Some(90.0)).losing_touch, "never in touch");
    }

    #[test]
    fn who_is_away_or_is_to_write_is_not_lost() {
        let turns = regular(10, 100);
        let known = Signs { turns: &turns, entries: &[], every_d: None, away: true };
        assert!(!rhythm(&known, &TimeZone::UTC, NOW).losing_touch);
        let open = Turn::asked(Side::Theirs, 1, NOW - 20 * DAY);
        let turns: Vec<Turn> = turns.into_iter().chain([open]).collect();
        assert!(!of(&turns, Some(10.0)).losing_touch);
    }

    #[test]
    fn a_call_is_a_touch_too() {
        let call = |other_way| Entry {
            id: EntryNumber(1),
            at: NOW - 3 * DAY,
            kind: EntryKind::Call,
            other_way,
            text: String::new(),
        };
        let turns = regular(10, 100);
        let losing = |entry: Entry| {
            let known = Signs { turns: &turns, entries: &[entry], every_d: None, away: false };
            rhythm(&known, &TimeZone::UTC, NOW).losing_touch
        };
        assert!(!losing(call(false)));
        assert!(losing(call(true)), "nobody was reached");
    }

    proptest! {
        #[test]
        fn neither_order_nor_duplicates_matter(
            days in prop::collection::vec(0..1500_i64, 0..12).prop_flat_map(|days| {
                let twice: Vec<i64> = days.iter().chain(&days).copied().collect();
                (Just(days), Just(twice).prop_shuffle())
            })
        ) {
            let found = |days: &[i64]| {
                let turns: Vec<Turn> = days.iter().map(|days| turn(*days)).collect();
                of(&turns, None)
            };
            prop_assert_eq!(found(&days.0), found(&days.1));
        }
    }
}
