//! The sift: whom the user may want to let go of, whom nothing was ever asked, whose address is dead,
//! and what the user decided of whom.
//!
//! Gathers what the domain judges by, of those only of whom a first look says that it may matter.

use std::collections::HashMap;

use super::Book;
use crate::domain::decide::schedule;
use crate::domain::decide::sift::{
    Background, Candidate, FirstLook, LastChance, PER_WEEK, Receipt, Suggestion, Untested, Verdict,
    first_look, verdict, weekly, weekly_untested,
};
use crate::domain::measure::decisions::{SiftList, Verb};
use crate::domain::measure::standing::{Record, standing};
use crate::domain::measure::terms::Terms;
use crate::domain::measure::turns::Turn;
use crate::domain::model::{ContactId, Moment, Side, TouchId};
use crate::error::Result;
use crate::store::{ContactRow, LastSigns};

/// What the sift says as of one instant.
#[derive(Debug, Default)]
pub struct Sift {
    /// The surest first.
    pub suggested: Vec<Candidate>,
    /// The longest untouched first.
    pub untested: Vec<(ContactId, Untested)>,
    /// With the time since when.
    pub find_address: Vec<(ContactId, Moment)>,
    /// All but a last chance speaks for a suggestion.
    pub last_chances: Vec<(ContactId, LastChance)>,
    /// With the time when the user said so.
    pub kept: Vec<(ContactId, Moment)>,
    pub archived: Vec<(ContactId, Moment)>,
    /// How many are beyond the week's.
    pub more_suggested: usize,
    pub more_untested: usize,
    rows: HashMap<ContactId, ContactRow>,
}

impl Sift {
    pub fn row(&self, contact: ContactId) -> Option<&ContactRow> {
        self.rows.get(&contact)
    }

    /// Leaves as many as a week is for, given how many the user decided about already.
    #[must_use]
    pub fn of_the_week(mut self, decided: impl Fn(SiftList) -> usize) -> Sift {
        let (suggested, untested) = (self.suggested.len(), self.untested.len());
        let most = |list| PER_WEEK.saturating_sub(decided(list));
        self.suggested = weekly(self.suggested, most(SiftList::Suggested));
        self.untested = weekly_untested(self.untested, most(SiftList::Untested));
        self.more_suggested = suggested - self.suggested.len();
        self.more_untested = untested - self.untested.len();
        self
    }

    /// Puts a contact on the list where they belong; whether there is one.
    fn list(&mut self, contact: ContactId, verdict: Verdict) -> bool {
        let last_chance = verdict.last_chance();
        match verdict {
            Verdict::Keep(_) => {
                self.last_chances.extend(last_chance.map(|chance| (contact, chance)));
                return last_chance.is_some();
            }
            Verdict::Suggest(suggestion) => self.suggested.push(Candidate { contact, suggestion }),
            Verdict::Untested(found) => self.untested.push((contact, found)),
            Verdict::FindNewAddress { dead_since } => {
                self.find_address.push((contact, dead_since));
            }
        }
        true
    }
}

impl Book<'_> {
    /// Everybody who stands on one of the sift's lists, without a limit.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn sift(&self) -> Result<Sift> {
        let signs = self.store.last_signs()?;
        let mut sift = Sift::default();
        for row in self.store.contacts()? {
            let id = row.id;
            let last = signs.get(&id).copied().unwrap_or_default();
            let kept = self.decisions.kept_at(id, self.now());
            let archived = self.decisions.archived_at(id, last.from_them);
            sift.kept.extend(kept.map(|at| (id, at)));
            sift.archived.extend(archived.map(|at| (id, at)));
            let look = first_look(last.from_them, last.from_me, self.now());
            let is_named = if kept.or(archived).is_some() {
                true
            } else if self.may_be_listed(id, look)? {
                sift.list(id, self.verdict(&row, last, look)?)
            } else {
                false
            };
            if is_named {
                sift.rows.insert(id, row);
            }
        }
        Ok(sift)
    }

    /// As many as a week is for, less those about whom the user decided this week.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn sift_of_the_week(&self) -> Result<Sift> {
        let since = schedule::week_begin(self.now(), &self.policy.zone);
        Ok(self.sift()?.of_the_week(|list| self.decisions.sifted_since(list, since)))
    }

    /// What the sift says of one contact.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn sift_verdict(&self, row: &ContactRow) -> Result<Verdict> {
        let last = self.store.last_signs_of(row.id)?;
        let look = first_look(last.from_them, last.from_me, self.now());
        self.verdict(row, last, look)
    }

    /// What each receipt of a suggestion was about, as far as it is kept.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn subjects_of_receipts(&self, suggestion: &Suggestion) -> Result<Vec<Option<String>>> {
        let subject = |receipt: &Receipt| match receipt.turn.touch {
            TouchId::Message(message) => Ok(self.store.headline(message)?.0),
            TouchId::Entry(entry) => self.store.text_of(entry),
        };
        suggestion.evidence.iter().map(subject).collect()
    }

    fn may_be_listed(&self, contact: ContactId, look: FirstLook) -> Result<bool> {
        Ok(match look {
            FirstLook::Settled => false,
            FirstLook::Untested => true,
            FirstLook::Asked { since, at_least } => {
                !self.dead_addresses_of(contact).is_empty()
                    || self.store.count_missed(contact, since, self.limit_h(contact))? >= at_least
            }
        })
    }

    fn verdict(&self, row: &ContactRow, last: LastSigns, look: FirstLook) -> Result<Verdict> {
        let (id, now) = (row.id, self.now());
        let turns = match look {
            FirstLook::Untested => Vec::new(),
            _ => self.judged(self.store.turns_of(id)?),
        };
        let zone = self.zone_of(id);
        let absences: Vec<_> = self.absences_of(id).iter().map(|it| it.span(&zone)).collect();
        let first = self.store.in_touch(id)?.first();
        let terms = self.terms(id);
        let background = Background {
            since: [row.connected_at(), first, Some(row.created_at)].into_iter().flatten().min(),
            kept_since: self.decisions.kept_at(id, now),
            archived_since: self.decisions.archived_at(id, last.from_them),
            starred: self.decisions.has(id, Verb::Star),
            address_dead_since: self.unreachable_since(id),
            absences: &absences,
            last_from_them: last.from_them,
            last_from_me: last.from_me,
            i_answer: self.i_answer(&turns, &terms)?,
        };
        let threads = self.threads_of(&turns)?;
        let thread_of = |turn: &Turn| threads.get(&turn.id.touch).copied().unwrap_or_default();
        let prior = self.population()?.usual(Side::Mine).prior;
        Ok(verdict(&turns, &terms, &background, prior, thread_of, now))
    }

    /// How surely I answer them in time, 0…1.
    fn i_answer(&self, turns: &[Turn], terms: &Terms) -> Result<f64> {
        let record = Record { turns, counted: &[], last_touch: None, terms };
        let standing = standing(&record, self.population()?, self.policy.stance, self.now());
        Ok(standing.me.within_limit.share.mean)
    }

    /// In which conversation each turn of mine is; what was entered by hand is in none.
    fn threads_of(&self, turns: &[Turn]) -> Result<HashMap<TouchId, i64>> {
        let mut threads = HashMap::new();
        for turn in turns.iter().filter(|turn| turn.side == Side::Mine) {
            let thread = match turn.id.touch {
                TouchId::Message(message) => self.store.thread_of(message)?,
                TouchId::Entry(entry) => -entry.0,
            };
            threads.insert(turn.id.touch, thread);
        }
        Ok(threads)
    }
}
