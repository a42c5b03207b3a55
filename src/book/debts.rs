//! Who owes whom an answer, with the name and the words to show beside it.

use std::collections::BTreeMap;

use super::Book;
use crate::domain::decide::debts::{self, Debt, Habit, NamedDebt};
use crate::domain::decide::digest;
use crate::domain::measure::decisions::Verb;
use crate::domain::measure::need::Likelihood;
use crate::domain::measure::turns::Turn;
use crate::domain::model::{ContactId, Side, TouchId};
use crate::domain::policy::EXPIRY_H;
use crate::error::Result;

impl Book<'_> {
    /// Every open turn to which an answer is or may be owed, the likeliest and most urgent first.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn debts(&self) -> Result<Vec<NamedDebt>> {
        let now = self.now();
        let mut by_contact: BTreeMap<ContactId, Vec<Turn>> = BTreeMap::new();
        for turn in self.judged(self.store.waiting_turns(now.plus_hours(-EXPIRY_H))?) {
            by_contact.entry(turn.id.contact).or_default().push(turn);
        }
        let mut found = Vec::new();
        for (contact, turns) in &by_contact {
            if self.archived_at(*contact)?.is_some() {
                continue;
            }
            let terms = self.terms(*contact);
            let snoozed = |touches: &[TouchId]| self.decisions.snoozed_until(*contact, touches);
            for debt in debts::debts(turns, &terms, snoozed, now) {
                found.push(self.named(debt)?);
            }
        }
        found.sort_by_cached_key(|named| named.debt.rank(named.starred, now, &self.policy.zone));
        Ok(found)
    }

    fn named(&self, debt: Debt) -> Result<NamedDebt> {
        let contact = debt.turn.id.contact;
        let (name, address) = self.store.name_of(contact)?.unwrap_or_default();
        let (subject, message_id) = match debt.turn.id.touch {
            TouchId::Message(message) => self.store.headline(message)?,
            TouchId::Entry(entry) => (self.store.text_of(entry)?, None),
        };
        let starred = self.decisions.has(contact, Verb::Star);
        let muted = self.decisions.has(contact, Verb::Mute);
        let because = self.because(&debt.turn);
        let unusual = false;
        Ok(NamedDebt {
            debt,
            name,
            address,
            subject,
            message_id,
            account: None,
            because,
            starred,
            muted,
            unusual,
        })
    }

    /// How much there is of everything; `debts`: all of them.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn totals(&self, debts: &[NamedDebt]) -> Result<digest::Totals> {
        let of = |side, likelihood| {
            let of_side = debts.iter().filter(move |named| named.debt.turn.side == side);
            of_side.filter(move |named| named.debt.likelihood() == likelihood)
        };
        let due = |side| of(side, Likelihood::Due).count();
        let overdue = |side| of(side, Likelihood::Due).filter(|named| named.debt.overdue).count();
        let perhaps = |side| of(side, Likelihood::Perhaps).count();
        Ok(digest::Totals {
            messages: self.store.message_count()?,
            contacts: self.store.contact_count()?,
            i_owe: due(Side::Theirs),
            i_owe_overdue: overdue(Side::Theirs),
            i_owe_perhaps: perhaps(Side::Theirs),
            they_owe: due(Side::Mine),
            they_owe_overdue: overdue(Side::Mine),
            they_owe_perhaps: perhaps(Side::Mine),
        })
    }

    /// How long the turns of that side with a contact usually wait.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn habit(&self, contact: ContactId, side: Side) -> Result<Habit<'_>> {
        let mut turns = self.judged(self.store.turns_of(contact)?);
        turns.retain(|turn| turn.side == side);
        Ok(Habit::of(turns.iter(), &self.population()?.usual(side).curve, self.now()))
    }
}
