//! Whom the user has let go of: measured as before, and on no list, until they write.

use super::Book;
use crate::domain::measure::decisions::Verb;
use crate::domain::measure::need::Likelihood;
use crate::domain::measure::standing::is_owed;
use crate::domain::measure::touches;
use crate::domain::measure::turns::{Author, Turn};
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
        let mut contacts: Vec<ContactId> =
            self.decisions.0.iter().map(|decision| decision.contact).collect();
        contacts.dedup();
        let mut found = Vec::new();
        for contact in contacts {
            found.extend(self.restored_at(contact)?.map(|at| (contact, at)));
        }
        Ok(found)
    }

    /// When a contact first wrote after the user had let go of them.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn restored_at(&self, contact: ContactId) -> Result<Option<Moment>> {
        match self.decisions.let_go_at(contact) {
            Some(let_go) if self.archived_at(contact)?.is_none() => {
                self.first_word(contact, let_go)
            }
            _ => Ok(None),
        }
    }

    /// The first word of a contact's after an instant, by mail or by mouth.
    fn first_word(&self, contact: ContactId, after: Moment) -> Result<Option<Moment>> {
        let (letters, entries) = (self.store.letters(contact)?, self.store.entries(contact)?);
        let read = touches::read(&letters, &entries, self.policy.time, self.now());
        let theirs = read.touches.iter().filter(|it| it.author == Author::Them || it.spoken);
        Ok(theirs.map(|touch| touch.at).filter(|at| *at > after).min())
    }

    /// How many answers I owe to a contact, listed or not.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn owed_to(&self, contact: ContactId) -> Result<usize> {
        let turns = self.judged(self.store.turns_of(contact)?);
        let owed = |turn: &&Turn| {
            turn.side == Side::Theirs
                && turn.likelihood() == Likelihood::Due
                && is_owed(turn, self.now())
        };
        Ok(turns.iter().filter(owed).count())
    }

    /// Whether a contact is kept or archived now.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn sifted(&self, contact: ContactId) -> Result<Option<Verb>> {
        if self.decisions.kept_at(contact, self.now()).is_some() {
            return Ok(Some(Verb::Keep));
        }
        Ok(self.archived_at(contact)?.map(|_| Verb::Archive))
    }
}
