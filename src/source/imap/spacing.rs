//! How soon a folder is looked at when the server says that something happened in it: whatever it
//! says, and however often, looks that find no new mail come ever more rarely.
//!
//! Looks by the clock are none of its business.

use tokio::time::{Duration, Instant};

/// So many times in a row a count that grows may be one that nothing comes of.
const BROKEN: u32 = 3;
/// After a look that found nothing new, so long, and twice as long after each further one.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, Default)]
pub(super) struct Spacing {
    /// To the next look after the last one.
    wait: Duration,
    looked: Option<Instant>,
    /// When the server said something last.
    notified: Option<Instant>,
    /// It has said something since the last look.
    was_notified: bool,
    /// The highest number of messages that it has counted.
    highest: u32,
    /// It has counted more since the last look than ever before.
    has_grown: bool,
    /// How often nothing came of that.
    broken: u32,
}

impl Spacing {
    /// The server said something; when to look. `exists`: how many messages it counts by now.
    pub(super) fn notified(&mut self, exists: Option<u32>, now: Instant) -> Instant {
        if self.notified.is_none_or(|last| now - last >= LONGEST) {
            self.wait = Duration::ZERO;
        }
        (self.notified, self.was_notified) = (Some(now), true);
        self.has_grown |= exists.is_some_and(|exists| exists > self.highest);
        let believed = self.has_grown && self.broken < BROKEN;
        let wait = if believed { self.wait.min(SHORTEST) } else { self.wait };
        self.looked.map_or(now, |looked| looked + wait).max(now)
    }

    /// The folder was looked at.
    pub(super) fn looked(&mut self, found_mail: bool, exists: u32, now: Instant) {
        self.broken = match (found_mail, self.has_grown) {
            (true, _) => 0,
            (false, true) => self.broken + 1,
            (false, false) => self.broken,
        };
        if found_mail {
            self.wait = Duration::ZERO;
        } else if self.was_notified {
            self.wait = (self.wait * 2).clamp(SHORTEST, LONGEST);
        }
        (self.looked, self.was_notified, self.has_grown) = (Some(now), false, false);
        self.highest = self.highest.max(exists);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of ten messages, just looked at.
    fn known(now: Instant) -> Spacing {
        let mut spacing = Spacing::default();
        spacing.looked(true, 10, now);
        spacing
    }

    /// When a server is looked after that says something all the time, in seconds.
    fn looks(spacing: &mut Spacing, begin: Instant, exists: fn(u32) -> u32, end: u32) -> Vec<u64> {
        let mut looks = Vec::new();
        for tick in 0..end * 2 {
            let now = begin + Duration::from_millis(500) * tick;
            if spacing.notified(Some(exists(tick)), now) == now {
                looks.push((now - begin).as_secs());
                spacing.looked(false, exists(tick), now);
            }
        }
        looks
    }

    #[test]
    fn who_cries_wolf_is_looked_after_ever_more_rarely() {
        let now = Instant::now();
        let same = looks(&mut known(now), now, |_| 10, 184);
        assert_eq!(same, [0, 1, 3, 7, 15, 31, 63, 123, 183]);
        let rising = looks(&mut known(now), now, |tick| 10 + tick, 70);
        assert_eq!(rising, [0, 1, 2, 3, 11, 27, 59]);
    }

    #[test]
    fn new_mail_is_found_at_once_again() {
        let now = Instant::now();
        let mut spacing = known(now);
        looks(&mut spacing, now, |_| 10, 32);
        let late = now + Duration::from_secs(40);
        spacing.looked(true, 11, late);
        assert_eq!(spacing.notified(Some(11), late), late);
    }

    #[test]
    fn after_a_minute_without_a_word_the_first_is_believed_again() {
        let now = Instant::now();
        let mut spacing = known(now);
        looks(&mut spacing, now, |_| 10, 64);
        let late = now + Duration::from_secs(64 + 60);
        assert_eq!(spacing.notified(None, late), late);
    }

    #[test]
    fn more_mail_than_ever_is_looked_at_within_a_second() {
        let now = Instant::now();
        let mut spacing = known(now);
        looks(&mut spacing, now, |_| 10, 32);
        let soon = now + Duration::from_millis(31_900);
        assert_eq!(spacing.notified(Some(10), soon), now + Duration::from_secs(63));
        assert_eq!(spacing.notified(Some(11), soon), now + Duration::from_secs(32));
    }
}
