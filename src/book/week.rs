//! The week's digest, composed from a book.
//!
//! Gathers what `domain::digest` is to choose from; chooses and writes nothing itself.

use super::{Book, Person};
use crate::domain::decide::debts::{self, Debt, NamedDebt};
use crate::domain::decide::digest;
use crate::domain::measure::need::Likelihood;
use crate::domain::measure::standing::{Record, standing};
use crate::domain::model::{DAY, Moment, Side};
use crate::error::Result;

impl Book<'_> {
    /// The digest of the week that ends now.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn digest(&self) -> Result<digest::Digest> {
        let since = self.now() - 7 * DAY;
        let mut week = digest::Week::new(self.policy, self.now());
        self.each_person(|person| {
            week.count(&digest::Member {
                id: person.row.id,
                name: &person.row.name,
                turns: &person.turns,
                terms: &person.terms,
                before: self.figure_at(&person, since)?,
                now: person.standing.figure().filter(|_| person.archived_at.is_none()),
            });
            Ok(())
        })?;
        let debts = self.debts()?;
        let totals = self.totals(&debts)?;
        let mut listed = Vec::with_capacity(debts.len());
        for named in debts.into_iter().filter(|it| it.debt.likelihood() == Likelihood::Due) {
            let unusual = self.is_unusual(&named.debt)?;
            listed.push(NamedDebt { unusual, ..named });
        }
        let digest = week.digest(listed, self.in_junk(since)?, totals);
        Ok(digest::Digest { network: self.network(&digest.mine)?, ..digest })
    }

    /// Whether they keep me waiting longer than they nearly ever did.
    fn is_unusual(&self, debt: &Debt) -> Result<bool> {
        let theirs = debt.overdue && debt.turn.side == Side::Mine;
        Ok(theirs && debts::is_unusual(debt, &self.habit(debt.turn.id.contact, Side::Mine)?))
    }

    fn in_junk(&self, since: Moment) -> Result<Vec<digest::JunkMail>> {
        let mut found = Vec::new();
        for (contact, subject, at) in self.store.junk_from_contacts(since)? {
            if self.archived_at(contact)?.is_some() {
                continue;
            }
            let (name, _) = self.store.name_of(contact)?.unwrap_or_default();
            found.push(digest::JunkMail { name, subject, at });
        }
        Ok(found)
    }

    /// With today's priors: a contact's score moves by what the two did, not by what others did.
    fn figure_at(&self, person: &Person, then: Moment) -> Result<Option<f64>> {
        let Person { turns, terms, .. } = person;
        let last_touch = person.standing.last_touch;
        let counted = self.ledger()?.counted(person.row.id);
        let record = Record { turns, counted, last_touch, terms };
        Ok(standing(&record, &self.population, self.policy.stance, then).figure())
    }
}
