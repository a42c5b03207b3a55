//! When an open turn becomes worth telling about, from its age, its limit and the curve of how
//! long answers take.
//!
//! Judges one turn at one time; quiet hours, the week's budget and what was already said are the
//! caller's.

/// Warn when the answer falls due less than this many hours after the next batch.
pub const LEAD_AFTER_BATCH_H: f64 = 6.0;
/// A starred contact's turn is worth a warning from this chance on that I'd miss it.
pub const MISS_TOLERATED: f64 = 0.25;
/// Their silence can only surprise where an answer was more likely needed than not.
const NEEDED: f64 = 0.5;
/// Silence is unusual when at most this share of their answers comes even later.
const UNUSUAL_TAIL: f64 = 0.10;

/// The chance that the answer is needed and won't be there by the limit, given that none has
/// come so far: q·S̃(L) / (q·S̃(a) + 1 − q). Meant for ages up to the limit.
pub fn miss(q: f64, s_age: f64, s_limit: f64) -> f64 {
    ratio(q * s_limit, q * s_age + 1.0 - q)
}

/// The share of all answers that ever come which take longer than this turn's age:
/// (S̃(a) − S̃(∞)) / (1 − S̃(∞)), silence counting as for ever from its expiry on.
pub fn late_tail(s_age: f64, s_expiry: f64) -> f64 {
    ratio(s_age - s_expiry, 1.0 - s_expiry)
}

/// A turn that I owe an answer to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IOwe {
    /// Probability that an answer is expected.
    pub q: f64,
    /// Wall hours since it began.
    pub age_h: f64,
    /// Hours in which the answer is owed.
    pub limit_h: f64,
    /// The contact's answers must not be late.
    pub starred: bool,
    /// [`miss`] for this turn.
    pub miss: f64,
}

impl IOwe {
    /// Its limit ends before `lead_h` have passed, and it is likely enough to need an answer.
    pub fn due(&self, lead_h: f64, q_star: f64) -> bool {
        self.age_h >= self.limit_h - lead_h && self.q >= q_star
    }

    /// Whether it is worth a warning now.
    pub fn fires(&self, lead_h: f64, q_star: f64) -> bool {
        self.due(lead_h, q_star) || self.starred && self.miss >= MISS_TOLERATED
    }
}

/// Whether their open turn has lasted its limit, both on the contact's own clock.
pub fn they_are_late(age_h: f64, limit_h: f64) -> bool {
    age_h >= limit_h
}

/// Whether their lateness is unusual enough to tell.
pub fn unusual(late: bool, q: f64, late_tail: f64) -> bool {
    late && q >= NEEDED && late_tail <= UNUSUAL_TAIL
}

/// 0 where nothing is left to compare with.
fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(q: f64, age_h: f64) -> IOwe {
        IOwe { q, age_h, limit_h: 48.0, starred: false, miss: 0.9 }
    }

    #[track_caller]
    fn check(turn: IOwe, fires: bool) {
        assert_eq!(turn.fires(6.0, 0.45), fires, "{turn:?}");
    }

    #[test]
    fn i_am_warned_before_the_limit_of_a_turn_that_asks_something() {
        check(turn(0.8, 41.9), false);
        check(turn(0.8, 42.0), true);
        check(turn(0.8, 90.0), true);
        check(turn(0.44, 47.0), false);
    }

    #[test]
    fn a_starred_contact_warns_as_soon_as_i_am_likely_to_miss_it() {
        let starred = IOwe { starred: true, ..turn(0.8, 20.0) };
        check(starred, true);
        check(IOwe { miss: 0.24, ..starred }, false);
    }

    #[test]
    fn waiting_makes_a_miss_likelier() {
        assert!(miss(0.8, 0.5, 0.2) > miss(0.8, 0.9, 0.2));
        assert_eq!(miss(1.0, 0.0, 0.0), 0.0, "everyone answers by then");
    }

    #[test]
    fn silence_is_unusual_only_late_needed_and_rare() {
        assert!(unusual(they_are_late(48.0, 48.0), 0.5, 0.10));
        assert!(!unusual(they_are_late(47.9, 48.0), 0.9, 0.01));
        assert!(!unusual(true, 0.49, 0.01));
        assert!(!unusual(true, 0.9, 0.11));
        assert_eq!(late_tail(0.4, 1.0), 0.0, "nobody ever answers");
    }
}
