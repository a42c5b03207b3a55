//! The connections that were lost: how long the next one waits, and when a pass gives up.
//!
//! What a connection brought weighs more than how it ended: a server that is read to the end at
//! the price of many connections is read to the end.

use std::time::Duration;

use crate::error::{Error, Result};

/// After so many connections in a row without anything new a pass gives up.
pub(super) const FRUITLESS: u32 = 3;
/// A connection that lived so long was good: the next failure is the first again.
pub(super) const STEADY: Duration = Duration::from_secs(120);
/// So many connections in a row may end soon, as long as each brings something: as many as it
/// takes to find one message in a chunk that breaks them.
const SHORT_LIVED: u32 = 20;

#[derive(Debug, Default)]
pub(super) struct Losses {
    /// In a row, without anything new from them.
    fruitless: u32,
    /// By what the last one was lost.
    cause: String,
    /// In a row that didn't last, whatever came from them.
    short_lived: u32,
}

impl Losses {
    /// A connection was lost that had `lived` so long.
    pub(super) fn add(&mut self, lived: Duration, cause: String) {
        self.fruitless += 1;
        self.cause = cause;
        self.short_lived = if lived < STEADY { self.short_lived + 1 } else { 0 };
    }

    /// Something new was stored: the server works.
    pub(super) fn progressed(&mut self) {
        self.fruitless = 0;
    }

    /// The failures that the next connection waits for.
    pub(super) fn failures(&self) -> u32 {
        self.fruitless.max(self.short_lived.saturating_sub(SHORT_LIVED))
    }

    /// Whether so many were lost in a row without anything new from them.
    pub(super) fn reach(&self, connections: u32) -> bool {
        self.fruitless >= connections
    }

    /// What there is to say of a server from which nothing new comes.
    ///
    /// # Errors
    /// `Temporary` once so many were lost in a row as a pass tries.
    pub(super) fn bearable(&self) -> Result<()> {
        if !self.reach(FRUITLESS) {
            return Ok(());
        }
        let cause = &self.cause;
        let text = format!("{FRUITLESS} connections were lost without any mail: {cause}");
        Err(Error::temporary(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(1);

    fn lost(connections: u32, lived: Duration, brought_mail: bool) -> Losses {
        let mut losses = Losses::default();
        for _ in 0..connections {
            if brought_mail {
                losses.progressed();
            }
            losses.add(lived, "reset by peer".to_owned());
        }
        losses
    }

    #[test]
    fn three_connections_without_any_mail_end_a_pass() {
        assert!(lost(2, SOON, false).bearable().is_ok());
        let error = lost(3, SOON, false).bearable().expect_err("fruitless").to_string();
        assert_eq!(error, "3 connections were lost without any mail: reset by peer");
    }

    #[test]
    fn a_server_that_brings_mail_each_time_is_read_to_the_end() {
        assert!(lost(100, SOON, true).bearable().is_ok());
    }

    #[test]
    fn connections_that_bring_mail_but_end_soon_come_more_slowly_after_twenty() {
        assert_eq!(lost(21, SOON, true).failures(), 1, "the last one brought nothing since");
        assert_eq!(lost(30, SOON, true).failures(), 10);
        assert_eq!(lost(30, STEADY, true).failures(), 1);
    }

    #[test]
    fn the_next_connection_after_mail_waits_for_nothing() {
        let mut losses = lost(2, SOON, false);
        assert_eq!(losses.failures(), 2);
        losses.progressed();
        assert_eq!(losses.failures(), 0);
    }
}
