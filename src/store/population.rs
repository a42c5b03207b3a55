//! What was learned from all contacts together, until it is learned anew.

use rusqlite::OptionalExtension;

use super::Store;
use crate::domain::measure::population::Population;
use crate::error::{Error, Result};

impl Store {
    /// What was learned last. What can't be read any more is as good as never learned.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn population(&self) -> Result<Population> {
        let kept: Option<String> = self
            .db
            .prepare_cached("SELECT value FROM setting WHERE key = 'population'")?
            .query_row([], |row| row.get(0))
            .optional()?;
        Ok(kept.and_then(|kept| serde_json::from_str(&kept).ok()).unwrap_or_default())
    }

    /// Replaces what was learned before.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn put_population(&self, population: &Population) -> Result<()> {
        let text = serde_json::to_string(population)
            .map_err(|cause| Error::failed("what was learned can't be kept").because(cause))?;
        self.db.execute(
            "INSERT INTO setting (key, value) VALUES ('population', ?1)
             ON CONFLICT DO UPDATE SET value = excluded.value",
            [text],
        )?;
        Ok(())
    }
}
