//! Whom the user writes with who is no contact yet.

use super::Book;
use crate::domain::decide::suggestions::{SuggestedContact, suggestions};
use crate::error::Result;

impl Book<'_> {
    /// People with whom letters go both ways and who are no contact, best first.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn suggestions(&self) -> Result<Vec<SuggestedContact>> {
        Ok(suggestions(self.store.correspondents(self.now())?))
    }
}
