//! When less was known of a contact's mail than is known now, as measuring found it.

use std::collections::BTreeSet;

use rusqlite::params;

use super::Store;
use crate::domain::model::{ContactId, Moment};
use crate::error::Result;

impl Store {
    /// Replaces what was known of it by what was computed now.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn put_hindsight(
        &self,
        contact: ContactId,
        stretches: Vec<(Moment, Moment)>,
    ) -> Result<()> {
        let mut forget = self.db.prepare_cached("DELETE FROM hindsight WHERE contact = ?1")?;
        forget.execute([contact.0])?;
        let mut enter = self
            .db
            .prepare_cached("INSERT INTO hindsight (contact, since, until) VALUES (?1, ?2, ?3)")?;
        for (since, until) in stretches {
            enter.execute(params![contact.0, since.0, until.0])?;
        }
        Ok(())
    }

    /// Of whose mail more is known now than was known at `then` of what had come.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn known_better_since(&self, then: Moment) -> Result<BTreeSet<ContactId>> {
        let mut find = self
            .db
            .prepare_cached("SELECT contact FROM hindsight WHERE since <= ?1 AND until > ?1")?;
        let found = find.query_map([then.0], |row| row.get(0).map(ContactId))?;
        Ok(found.collect::<Result<_, _>>()?)
    }
}
