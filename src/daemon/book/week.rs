//! The week's digest, composed from a book.
//!
//! Gathers what `domain::digest` is to choose from; chooses and writes nothing itself.

use std::collections::HashMap;

use super::{Book, NamedDebt, Person};
use crate::domain::debts::{self, Debt, Habit};
use crate::domain::digest;
use crate::domain::model::{ContactId, DAY, Moment, Side};
use crate::domain::standing::{Record, standing};
use crate::domain::turns::Turn;
use crate::error::Result;

impl Book<'_> {
    pub fn digest(&self) -> Result<digest::Digest> {
        let people = self.people()?;
        let debts = self.debts()?;
        let since = self.now() - 7 * DAY;
        let totals = self.totals(&debts)?;
        let members: Vec<digest::Member<'_>> = people
            .iter()
            .map(|person| digest::Member {
                id: person.row.id,
                name: &person.row.name,
                turns: &person.turns,
                terms: &person.terms,
                before: self.figure_at(person, since),
                now: person.standing.figure(),
            })
            .collect();
        let of_contact: HashMap<ContactId, &[Turn]> =
            people.iter().map(|person| (person.row.id, person.turns.as_slice())).collect();
        let usual = &self.population.usual(Side::Mine).curve;
        let is_unusual = |debt: &Debt| {
            let turns = of_contact.get(&debt.turn.id.contact).into_iter().copied().flatten();
            let mine = turns.filter(|turn| turn.side == Side::Mine);
            debt.overdue && debts::is_unusual(debt, &Habit::of(mine, usual, self.now()))
        };
        let debts = debts.into_iter().map(|named| shown(is_unusual(&named.debt), named));
        let debts = debts.collect();
        let in_junk = self.in_junk(since)?;
        Ok(digest::compose(&members, debts, in_junk, totals, self.policy, self.now()))
    }

    fn in_junk(&self, since: Moment) -> Result<Vec<digest::JunkMail>> {
        let mut found = Vec::new();
        for (contact, subject, at) in self.store.junk_from_contacts(since)? {
            let (name, _) = self.store.name_of(contact)?.unwrap_or_default();
            found.push(digest::JunkMail { name, subject, at });
        }
        Ok(found)
    }

    /// With today's priors: a contact's score moves by what the two did, not by what others did.
    fn figure_at(&self, person: &Person, then: Moment) -> Option<f64> {
        let Person { turns, entries, terms, .. } = person;
        let last_touch = person.standing.last_touch;
        let record = Record { turns, entries, last_touch, terms };
        standing(&record, &self.population, self.policy.stance, then).figure()
    }
}

fn shown(unusual: bool, named: NamedDebt) -> (Side, digest::Debt) {
    let NamedDebt { debt, name, address, subject, .. } = named;
    let shown = digest::Debt {
        id: debt.turn.id,
        name,
        address,
        subject,
        since: debt.turn.start,
        due: debt.due,
        age_h: debt.age_h,
        limit_h: debt.limit_h,
        overdue: debt.overdue,
        needs_reply: debt.turn.needs_reply,
        unusual,
    };
    (debt.turn.side, shown)
}
