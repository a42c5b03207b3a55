//! What earlier digests told of: once a quarter is enough.

use std::collections::HashMap;
use std::fmt::Display;

use jiff::tz::TimeZone;

use crate::domain::decide::schedule;
use crate::domain::model::{DAY, Moment};

/// For so long, in seconds, nothing is told a second time.
const QUARTER: i64 = 91 * DAY;

/// Of what a digest tells once a quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ToldOf {
    /// Somebody with whom I am losing touch.
    LosingTouch,
    /// Somebody whom I may want to let go of.
    Sift,
    /// Somebody with whom nothing was tried.
    Untested,
    /// Something that only I can know.
    Question,
}

impl ToldOf {
    /// All there are.
    pub const ALL: [ToldOf; 4] =
        [ToldOf::LosingTouch, ToldOf::Sift, ToldOf::Untested, ToldOf::Question];

    /// As the database spells it.
    pub fn name(self) -> &'static str {
        match self {
            ToldOf::LosingTouch => "losing-touch",
            ToldOf::Sift => "sift",
            ToldOf::Untested => "untested",
            ToldOf::Question => "question",
        }
    }
}

/// When each was told last, as of one instant.
#[derive(Debug, Clone)]
pub struct Told {
    last: HashMap<(ToldOf, String), Moment>,
    now: Moment,
    zone: TimeZone,
}

impl Told {
    /// `last`: by what it was about.
    pub fn new(last: HashMap<(ToldOf, String), Moment>, now: Moment, zone: TimeZone) -> Told {
        Told { last, now, zone }
    }

    /// Of these, in their order, what this week's digest may tell of: what it told of this week
    /// already, then what was never told, then what was told longest ago, a quarter at least.
    pub fn due<T, A: Display>(
        &self,
        of: ToldOf,
        all: Vec<T>,
        about: impl Fn(&T) -> A,
        most: usize,
    ) -> Vec<T> {
        let rank = |one: &T| self.rank(of, &about(one).to_string());
        let mut due: Vec<((u8, Option<Moment>), T)> =
            all.into_iter().filter_map(|one| Some((rank(&one)?, one))).collect();
        due.sort_by_key(|(rank, _)| *rank);
        due.into_iter().map(|(_, one)| one).take(most).collect()
    }

    /// The smaller, the sooner; `None`: not yet again.
    fn rank(&self, of: ToldOf, about: &str) -> Option<(u8, Option<Moment>)> {
        let Some(last) = self.last.get(&(of, about.to_owned())) else { return Some((1, None)) };
        if *last >= schedule::week_begin(self.now, &self.zone) {
            return Some((0, None));
        }
        (*last <= self.now - QUARTER).then_some((2, Some(*last)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Tuesday.
    const NOW: Moment = Moment(1_794_895_200);

    /// Of three, each told so many days ago.
    fn due(told: [Option<i64>; 3], most: usize) -> Vec<usize> {
        let last = told.iter().enumerate().filter_map(|(nth, days)| {
            Some(((ToldOf::Sift, nth.to_string()), NOW - (*days)? * DAY))
        });
        let told = Told::new(last.collect(), NOW, TimeZone::UTC);
        told.due(ToldOf::Sift, vec![0, 1, 2], |nth| *nth, most)
    }

    #[test]
    fn nothing_is_told_twice_in_a_quarter() {
        assert_eq!(due([Some(1), Some(2), Some(90)], 9), [0], "yesterday's digest is this week's");
        assert_eq!(due([Some(91), Some(7), None], 9), [2, 0]);
    }

    #[test]
    fn what_was_never_told_comes_before_what_was() {
        assert_eq!(due([Some(100), Some(200), None], 1), [2]);
        assert_eq!(due([Some(100), Some(200), None], 3), [2, 1, 0]);
        assert_eq!(due([None, None, Some(0)], 2), [2, 0]);
    }
}
