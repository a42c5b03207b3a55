//! The week's digest, composed from a book.
//!
//! Gathers what `domain::digest` is to choose from; chooses and writes nothing itself.

use super::{AsOf, Book, Person};
use crate::domain::decide::debts::{self, Debt};
use crate::domain::decide::digest::{self, Unmeasured};
use crate::domain::message::mailbox::MailboxKind;
use crate::domain::model::{DAY, HOUR, Moment, Side, TouchId};
use crate::domain::policy::TEXT_AGE;
use crate::error::Result;

/// An account that was reached so lately, in seconds, will be again.
const PASSING: i64 = HOUR;

impl Person {
    /// What they contribute to a week.
    pub(super) fn member(&self) -> digest::Member<'_> {
        digest::Member {
            id: self.row.id,
            name: &self.row.name,
            turns: &self.turns,
            terms: &self.terms,
            before: self.before,
            now: self.standing.figure().filter(|_| self.archived_at.is_none()),
        }
    }
}

impl Book<'_> {
    /// The digest of the week that ends now.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn digest(&self) -> Result<digest::Digest> {
        let week = digest::Week::new(self.policy, self.now(), digest::LETTER);
        let mut parts = Vec::new();
        self.each_person_since(
            self.a_week_ago(),
            |person| week.part_of(&person.member()),
            |part| parts.push(part),
        )?;
        let debts = self.debts()?;
        let totals = self.totals(&debts)?;
        let mut digest = self.completed(week.digest(parts, debts, totals))?;
        digest.network = self.network(digest.mine.this_week())?;
        Ok(digest)
    }

    /// With what only the mail itself says: what lies in Junk and what couldn't be measured, where
    /// the debts lead, and which of them are unusual.
    pub(super) fn completed(&self, mut digest: digest::Digest) -> Result<digest::Digest> {
        for named in &mut digest.they_owe {
            named.unusual = self.is_unusual(&named.debt)?;
        }
        let lists = [
            &mut digest.i_owe,
            &mut digest.i_owe_perhaps,
            &mut digest.they_owe,
            &mut digest.they_owe_perhaps,
        ];
        for named in lists.into_iter().flatten() {
            named.account = self.account_of(named.debt.turn.id.touch)?;
        }
        digest.in_junk = self.in_junk(self.a_week_ago())?;
        digest.unmeasured = self.unmeasured()?;
        Ok(digest)
    }

    fn a_week_ago(&self) -> Moment {
        self.now() - 7 * DAY
    }

    /// In which of my accounts a message lies.
    fn account_of(&self, touch: TouchId) -> Result<Option<String>> {
        match touch {
            TouchId::Message(message) => self.store.account_of(message),
            TouchId::Entry(_) => Ok(None),
        }
    }

    /// What stands in the way of the figures now; earlier ones are not remembered.
    fn unmeasured(&self) -> Result<Option<Vec<Unmeasured>>> {
        if let AsOf::Then(_) = self.as_of {
            return Ok(None);
        }
        let (mut found, mut incomplete) = (Vec::new(), Vec::new());
        for account in self.store.accounts()? {
            if account.kind == MailboxKind::Archive {
                continue;
            }
            let lately = account.reached.is_some_and(|at| at > self.now() - PASSING);
            // One that is no longer configured is in no state any more.
            if account.state.has_failed() && !lately {
                let since = account.reached;
                found.push(Unmeasured::OutOfReach { account: account.name.clone(), since });
            }
            let unread = account.folders.into_iter().filter(|folder| !folder.complete);
            incomplete.extend(unread.map(|folder| Unmeasured::Incomplete {
                account: account.name.clone(),
                folder: folder.name,
            }));
        }
        found.extend(incomplete);
        if !self.policy.reads_text {
            found.push(Unmeasured::TextsNeverRead);
            return Ok(Some(found));
        }
        let texts = self.store.unread_texts(self.now() - TEXT_AGE)?;
        found.extend((texts > 0).then_some(Unmeasured::TextsUnread { texts }));
        Ok(Some(found))
    }

    /// Whether they keep me waiting longer than they nearly ever did.
    fn is_unusual(&self, debt: &Debt) -> Result<bool> {
        let theirs = debt.overdue && debt.turn.side == Side::Mine;
        Ok(theirs && debts::is_unusual(debt, &self.habit(debt.turn.id.contact, Side::Mine)?))
    }

    fn in_junk(&self, since: Moment) -> Result<Vec<digest::JunkMail>> {
        let mut found = Vec::new();
        for (contact, subject, at) in self.store.junk_from_contacts(since, self.now())? {
            if self.archived_at(contact)?.is_some() {
                continue;
            }
            let (name, _) = self.store.name_of(contact)?.unwrap_or_default();
            found.push(digest::JunkMail { name, subject, at });
        }
        Ok(found)
    }
}
