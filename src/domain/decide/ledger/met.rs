//! Who was on one message with whom, and whom the mailbox had seen before.

use crate::domain::message::facts::MessageKey;
use crate::domain::model::Moment;

/// A mail to more people than this makes nobody known to anybody.
const LARGEST_ROUND: u32 = 25;

/// A message that the people in question are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting {
    /// When it was sent.
    pub at: Moment,
    /// Of two in the same second the key decides.
    pub key: MessageKey,
    /// Distinct addresses in To and Cc.
    pub recipients: u32,
}

impl Sighting {
    /// Whether so many are on it that it tells nothing of who knows whom.
    pub fn is_crowd(&self) -> bool {
        self.recipients > LARGEST_ROUND
    }

    /// Whether it came before another one.
    pub fn precedes(&self, other: &Sighting) -> bool {
        (self.at, self.key) < (other.at, other.key)
    }

    /// Whether two people who are both on it knew each other when the other one came.
    pub fn acquaints_before(&self, other: &Sighting) -> bool {
        self.precedes(other) && !self.is_crowd()
    }
}

pub(super) fn pair(one: &str, other: &str) -> (String, String) {
    let (low, high) = if one <= other { (one, other) } else { (other, one) };
    (low.to_owned(), high.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sighting(n: u8, recipients: u32) -> Sighting {
        Sighting { at: Moment(n.into()), key: MessageKey([n; 16]), recipients }
    }

    #[test]
    fn people_know_each_other_from_an_earlier_message_but_not_from_a_crowd() {
        let now = sighting(5, 2);
        assert!(sighting(4, 25).acquaints_before(&now));
        assert!(!sighting(4, 26).acquaints_before(&now), "a crowd");
        assert!(!now.acquaints_before(&now), "they meet on this one");
        assert!(!sighting(6, 2).acquaints_before(&now), "later");
    }

    #[test]
    fn of_two_in_one_second_one_comes_first() {
        let (one, other) =
            (sighting(5, 2), Sighting { key: MessageKey([7; 16]), ..sighting(5, 2) });
        assert!(one.precedes(&other) && !other.precedes(&one));
    }
}
