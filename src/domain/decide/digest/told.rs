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

    /// Whether this week's digest may tell of it: it was told this week, or not for a quarter.
    pub fn is_due(&self, of: ToldOf, about: &impl Display) -> bool {
        let week = |at| schedule::iso_week(schedule::local_date(at, &self.zone));
        let last = self.last.get(&(of, about.to_string()));
        last.is_none_or(|at| *at <= self.now - QUARTER || week(*at) == week(self.now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_told_twice_in_a_quarter() {
        // A Monday.
        let now = Moment(1_794_808_800);
        let due_when_told = |days: i64| {
            let last = HashMap::from([((ToldOf::Sift, "C1".to_owned()), now - days * DAY)]);
            Told::new(last, now + DAY, TimeZone::UTC).is_due(ToldOf::Sift, &"C1")
        };
        assert!(due_when_told(0), "the digest of this week");
        assert!(!due_when_told(7) && !due_when_told(80));
        assert!(due_when_told(91));
        let nothing = Told::new(HashMap::new(), now, TimeZone::UTC);
        assert!(nothing.is_due(ToldOf::Question, &"C1"));
    }
}
