//! Everything that is told of one contact, with the evidence, asked for once.

use std::collections::HashMap;

use super::{Book, BookedEntry, Person};
use crate::domain::measure::balance::Balance;
use crate::domain::measure::entries::{Entry, EntryKind};
use crate::domain::measure::need::because;
use crate::domain::measure::rhythm::Rhythm;
use crate::domain::measure::touches::{self, LeftOut};
use crate::domain::measure::turns::Turn;
use crate::domain::message::absence::Absence;
use crate::domain::model::{ContactId, MessageNumber, Moment, TouchId};
use crate::error::Result;
use crate::store::{ContactRow, MessageDetails};

pub struct ContactPage {
    pub now: Moment,
    /// Without the turns, which stand beside.
    pub person: Person,
    /// The absence that they are in, and its end.
    pub away: Option<(Absence, Moment)>,
    /// Oldest first.
    pub turns: Vec<ExplainedTurn>,
    /// What was entered by hand, oldest first.
    pub entries: Vec<Entry>,
    /// What stands in the ledger about them, oldest first.
    pub ledger: Vec<BookedEntry>,
    /// What of it is left.
    pub balance: Balance,
    pub rhythm: Rhythm,
    /// When they wrote though the user had let go of them.
    pub restored_at: Option<Moment>,
    /// That they work elsewhere or as something else, with when it was heard; the newest first.
    pub work_news: Vec<(Moment, String)>,
    /// The messages between the two of us that don't count, oldest first.
    pub left_out: Vec<LeftOut>,
    details: HashMap<MessageNumber, MessageDetails>,
}

/// A turn, and why it is judged as it is.
pub struct ExplainedTurn {
    pub turn: Turn,
    pub because: Vec<&'static str>,
    pub asks: Vec<ExplainedAsk>,
}

/// A message of a turn, and how likely it asks for an answer, 0…1.
pub struct ExplainedAsk {
    pub touch: TouchId,
    pub at: Moment,
    pub needs_reply: f64,
    pub because: Vec<&'static str>,
}

impl ContactPage {
    /// What is known of a message; nothing of what is none.
    pub fn details(&self, touch: TouchId) -> Option<&MessageDetails> {
        match touch {
            TouchId::Message(message) => self.details.get(&message),
            TouchId::Entry(_) => None,
        }
    }

    /// What the user entered about them, oldest first.
    pub fn entered_by_hand(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.imported.is_none())
    }

    /// What was noted about them by hand, oldest first.
    pub fn notes(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.kind == EntryKind::Note)
    }

    /// Of the turn's first message, or what was noted of its first call.
    pub fn subject(&self, turn: &Turn) -> Option<&str> {
        match *turn.touches.first()? {
            TouchId::Entry(first) => {
                let entry = self.entries.iter().find(|entry| entry.id == first)?;
                Some(entry.text.as_str()).filter(|text| !text.is_empty())
            }
            message @ TouchId::Message(_) => self.details(message)?.subject.as_deref(),
        }
    }
}

impl Book<'_> {
    /// # Errors
    /// Where the database can't be read.
    pub fn page(&self, row: ContactRow) -> Result<ContactPage> {
        let mut person = self.person_of(row)?;
        let rhythm = self.rhythm(&person)?;
        let turns = std::mem::take(&mut person.turns);
        let turns: Vec<ExplainedTurn> =
            turns.into_iter().map(|turn| self.explained(turn)).collect();
        let left_out = self.left_out(person.row.id)?;
        let mut entries = self.store.entries(person.row.id)?;
        entries.retain(|entry| entry.at <= self.now());
        let ledger = self.booked(self.ledger()?.of(person.row.id))?;
        let balance = person.standing.counts.balance;
        let touches = turns.iter().flat_map(|explained| {
            let answer = explained.turn.answer.map(|answer| answer.touch);
            explained.turn.touches.iter().copied().chain(answer)
        });
        let messages = touches.filter_map(|touch| match touch {
            TouchId::Message(message) => Some(message),
            TouchId::Entry(_) => None,
        });
        let messages = messages.chain(left_out.iter().map(|left| left.message));
        let details = self.store.details(messages)?;
        let away = self.away(&person);
        let restored_at = self.restored_at(person.row.id)?;
        let work_news = self.work_news_of(person.row.id)?;
        let now = self.now();
        Ok(ContactPage {
            now,
            person,
            away,
            turns,
            entries,
            ledger,
            balance,
            rhythm,
            restored_at,
            work_news,
            left_out,
            details,
        })
    }

    fn work_news_of(&self, contact: ContactId) -> Result<Vec<(Moment, String)>> {
        let news = self.store.work_news(Some(contact), self.news_since(), self.now())?;
        Ok(news.into_iter().filter_map(|(_, at, work)| Some((at, work.sentence()?))).collect())
    }

    fn explained(&self, turn: Turn) -> ExplainedTurn {
        let asks = turn.asks.iter().map(|asked| {
            let d = self.need.d(turn.side, turn.id.contact, asked.features);
            let because = because(turn.side, asked.features, d);
            ExplainedAsk { touch: asked.touch, at: asked.at, needs_reply: d, because }
        });
        ExplainedTurn { because: self.because(&turn), asks: asks.collect(), turn }
    }

    /// The absence that a contact is in now, with its end.
    fn away(&self, person: &Person) -> Option<(Absence, Moment)> {
        let zone = self.zone_of(person.row.id);
        let current = |absence: &&Absence| absence.contains(self.now(), &zone);
        let absences = person.absences.iter().filter(current);
        absences.map(|absence| (*absence, absence.span(&zone).1)).max_by_key(|(_, end)| *end)
    }

    /// The messages between me and a contact that don't count, oldest first, with why.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn left_out(&self, contact: ContactId) -> Result<Vec<LeftOut>> {
        let letters = self.store.letters(contact)?;
        let read = touches::read(&letters, &[], self.policy.time, self.now());
        let mut left_out = read.left_out;
        left_out.sort_by_key(|left| (left.at, left.message));
        Ok(left_out)
    }
}
