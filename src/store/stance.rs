//! How the user has held their network over time.

use rusqlite::{OptionalExtension, params};

use super::Store;
use crate::domain::model::{Moment, Stance};
use crate::error::Result;

/// A stance that was left for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StanceChange {
    pub from: Stance,
    /// When the present one was taken.
    pub at: Moment,
}

impl Store {
    /// Notes the present stance, where it is another than the last.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn note_stance(&self, stance: Stance, at: Moment) -> Result<()> {
        self.db.execute(
            "INSERT INTO stance (at, stance) SELECT ?1, ?2
             WHERE ?2 IS NOT (SELECT stance FROM stance ORDER BY id DESC LIMIT 1)",
            params![at.0, stance],
        )?;
        Ok(())
    }

    /// The last change by `now`.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn last_stance_change(&self, now: Moment) -> Result<Option<StanceChange>> {
        let mut find = self.db.prepare_cached(
            "SELECT a.at, (SELECT stance FROM stance b WHERE b.id < a.id ORDER BY id DESC LIMIT 1)
             FROM stance a WHERE a.at <= ?1 ORDER BY a.id DESC LIMIT 1",
        )?;
        let found = find
            .query_row([now.0], |row| Ok((Moment(row.get(0)?), row.get::<_, Option<Stance>>(1)?)));
        Ok(found.optional()?.and_then(|(at, from)| Some(StanceChange { from: from?, at })))
    }
}
