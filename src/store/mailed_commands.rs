//! Commands that came by mail: each is carried out once, and each refusal is told once.

use rusqlite::params;

use super::Store;
use crate::domain::model::Moment;
use crate::error::Result;

impl Store {
    /// Notes that a command was carried out for the digest of that week; `false`: it was before.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn note_mailed_command(&self, week: &str, words: &str, now: Moment) -> Result<bool> {
        let added = self.db.execute(
            "INSERT INTO mailed_command (week, words, at) VALUES (?1, ?2, ?3)
             ON CONFLICT DO NOTHING",
            params![week, words, now.0],
        )?;
        Ok(added > 0)
    }

    /// Notes that a command was refused, and why; `false`: it was before.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn note_refused_command(&self, refusal: &str, now: Moment) -> Result<bool> {
        self.note_mailed_command("", refusal, now)
    }
}
