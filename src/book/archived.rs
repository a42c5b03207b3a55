//! Whom the user has let go of: measured as before, and on no list, until they write.

use super::Book;
use crate::domain::measure::decisions::Verb;
use crate::domain::measure::turns::Turn;
use crate::domain::model::{ContactId, Moment, Side};
use crate::error::Result;

impl Book<'_> {
    /// When the user let go of a contact; `None`: never, or they have written since.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn archived_at(&self, contact: ContactId) -> Result<Option<Moment>> {
        if !self.decisions.has(contact, Verb::Archive) {
            return Ok(None);
        }
        Ok(self.decisions.archived_at(contact, self.store.last_signs_of(contact)?.from_them))
    }

    /// Who wrote after the user had let go of them, and when first.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn restored(&self) -> Result<Vec<(ContactId, Moment)>> {
        let said = self.decisions.0.iter();
        let mut once: Vec<ContactId> = said.map(|decision| decision.contact).collect();
        once.dedup();
        let mut found = Vec::new();
        for contact in once {
            let Some(let_go) = self.decisions.let_go_at(contact) else { continue };
            let last = self.store.last_signs_of(contact)?.from_them;
            if self.decisions.archived_at(contact, last).is_none() {
                // What continues a turn of before begins none.
                let wrote = self.first_word(contact, let_go)?.or(last);
                found.extend(wrote.map(|at| (contact, at)));
            }
        }
        Ok(found)
    }

    /// The first word of a contact's after an instant.
    fn first_word(&self, contact: ContactId, after: Moment) -> Result<Option<Moment>> {
        let turns = self.judged(self.store.turns_of(contact)?);
        let word = |turn: &Turn| match turn.side {
            Side::Theirs => Some(turn.start),
            Side::Mine => turn.answer.map(|answer| answer.at),
        };
        Ok(turns.iter().filter_map(word).filter(|at| *at > after && *at <= self.now()).min())
    }
}
