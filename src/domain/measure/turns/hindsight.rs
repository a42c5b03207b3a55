//! Since when what is known of a correspondence has been known.
//!
//! Turns come about touch by touch, so that what was known earlier can be read off what is known now,
//! by leaving out whatever came later. Some of it is only learned from what comes later, and said of
//! what came before: those stretches are kept here.

use crate::domain::model::Moment;

/// The stretches of time in which less was known of what had come than is known now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hindsight {
    /// Begin (included) and end (excluded) of each.
    stretches: Vec<(Moment, Moment)>,
}

impl Hindsight {
    /// What concerns a touch of `from` was known from `known` on only.
    pub fn learned(&mut self, from: Moment, known: Moment) {
        if from < known {
            self.stretches.push((from, known));
        }
    }

    /// What came at one time counts from another.
    pub fn moved(&mut self, came: Option<Moment>, counts: Option<Moment>) {
        if let Some((came, counts)) = came.zip(counts) {
            self.learned(came.min(counts), came.max(counts));
        }
    }

    /// Adds what was learned of something else.
    pub fn extend(&mut self, other: Hindsight) {
        self.stretches.extend(other.stretches);
    }

    /// As few stretches as say the same, in order.
    pub fn stretches(mut self) -> Vec<(Moment, Moment)> {
        self.stretches.sort_unstable();
        self.stretches.dedup_by(|later, earlier| {
            let overlap = later.0 <= earlier.1;
            if overlap {
                earlier.1 = earlier.1.max(later.1);
            }
            overlap
        });
        self.stretches
    }

    /// Whether more is known now of what had come by `then`.
    pub fn covers(&self, then: Moment) -> bool {
        self.stretches.iter().any(|(from, known)| *from <= then && then < *known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_that_touch_are_one() {
        let mut hindsight = Hindsight::default();
        for (from, known) in [(8, 9), (1, 3), (3, 5), (2, 4), (6, 6), (7, 2)] {
            hindsight.learned(Moment(from), Moment(known));
        }
        assert!(hindsight.covers(Moment(4)) && hindsight.covers(Moment(1)));
        assert!(!hindsight.covers(Moment(5)) && !hindsight.covers(Moment(9)));
        let stretches = [(1, 5), (8, 9)].map(|(from, known)| (Moment(from), Moment(known)));
        assert_eq!(hindsight.stretches(), stretches);
    }
}
