//! Who could use somebody, or help with something: contacts by what is known of them in words.

use std::collections::HashMap;

use super::Book;
use crate::domain::model::ContactId;
use crate::error::Result;
use crate::store::{ContactRow, Described};

impl Book<'_> {
    /// Whom these words describe, the best match first, each with what was noted around them;
    /// nobody whom the user has let go of.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn described_by(&self, words: &str) -> Result<Vec<(ContactRow, Option<String>)>> {
        let mut rows: HashMap<ContactId, ContactRow> =
            self.store.contacts()?.into_iter().map(|row| (row.id, row)).collect();
        let mut found = Vec::new();
        for Described { contact, note } in self.store.described_by(words, self.now())? {
            if self.archived_at(contact)?.is_none() {
                found.extend(rows.remove(&contact).map(|row| (row, note)));
            }
        }
        Ok(found)
    }
}
