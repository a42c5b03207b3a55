//! The ledger, compiled: what stands in the mail, what was entered by hand, and what the user said
//! of either, with what came of it.
//!
//! Going through the mail is part of learning; what was found is kept until then. Asks follow from
//! the turns, which are always as of now.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Book;
use crate::domain::decide::ledger::asks::{self, AskOutcome};
use crate::domain::decide::ledger::introductions::{Introduction, IntroductionOutcome};
use crate::domain::decide::ledger::judging::{ClassRecord, Judgement, settle};
use crate::domain::decide::ledger::{
    self, EntryId, EntryState, Finding, Kept, LedgerEntry, LedgerKind, LedgerOutcome,
};
use crate::domain::measure::balance::{Balance, Counted};
use crate::domain::measure::turns::Turn;
use crate::domain::message::identity::name_key;
use crate::domain::model::{ContactId, MessageNumber, Moment, TouchId};
use crate::error::Result;

/// Everything that stands in the ledger as of one instant.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Oldest first.
    pub entries: Vec<LedgerEntry>,
    pub classes: Vec<ClassRecord>,
    counted: HashMap<ContactId, Vec<Counted>>,
    kept: Vec<Kept>,
    /// Turns of mine that request something.
    requests: Vec<Turn>,
    /// Which of the requests hold a message.
    requests_by_touch: HashMap<TouchId, Vec<usize>>,
    /// What the user wrote about entries by hand.
    notes: HashMap<EntryId, String>,
}

/// An entry with what is told of it.
#[derive(Debug)]
pub struct BookedEntry {
    pub entry: LedgerEntry,
    /// Whom it concerns, by id and name.
    pub people: Vec<(ContactId, String)>,
    pub outcome: Option<LedgerOutcome>,
    /// Of its mail.
    pub subject: Option<String>,
    /// What the user wrote about it.
    pub text: Option<String>,
    pub message_id: Option<String>,
}

impl Ledger {
    /// What counts between me and a contact.
    pub fn counted(&self, contact: ContactId) -> &[Counted] {
        self.counted.get(&contact).map(Vec::as_slice).unwrap_or_default()
    }

    /// Of everybody together.
    pub fn balance(&self, now: Moment) -> Balance {
        let all: Vec<Counted> = self.entries.iter().filter_map(LedgerEntry::counted).collect();
        Balance::of(&all, now)
    }

    fn requests_holding(&self, touch: TouchId) -> impl Iterator<Item = &Turn> {
        let places = self.requests_by_touch.get(&touch).into_iter().flatten();
        places.filter_map(|place| self.requests.get(*place))
    }

    /// All that weren't rejected, oldest first.
    pub(super) fn introductions(&self) -> impl DoubleEndedIterator<Item = &LedgerEntry> {
        self.entries.iter().filter(|entry| {
            entry.kind == LedgerKind::Introduction && entry.state != EntryState::Rejected
        })
    }

    /// What concerns a contact, oldest first.
    pub fn of(&self, contact: ContactId) -> impl Iterator<Item = &LedgerEntry> {
        self.entries.iter().filter(move |entry| entry.contacts.contains(&contact))
    }
}

impl Book<'_> {
    /// Compiled once.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn ledger(&self) -> Result<&Ledger> {
        if let Some(ledger) = self.ledger.get() {
            return Ok(ledger);
        }
        let compiled = self.compiled_ledger()?;
        Ok(self.ledger.get_or_init(|| compiled))
    }

    fn compiled_ledger(&self) -> Result<Ledger> {
        let now = self.now();
        let kept = self.store.findings()?;
        let requests = self.judged(self.store.requests()?);
        let entered = self.store.entries_of(&ledger::ENTERED)?;
        let people = self.store.contacts_by_address()?;
        let bearers = self.bearers_of_names(&kept)?;
        let contact_of = |address: &str| people.get(address).copied();
        let contact_named = |name: &str| bearers.get(&name_key(name)?).copied();
        let mut found: Vec<Finding> =
            kept.iter().map(|kept| kept.finding(contact_of, contact_named, now)).collect();
        found.retain(|finding| !finding.contacts.is_empty());
        found.extend(asks::asks(&requests));
        found.extend(entered.iter().filter_map(|(entry, who)| ledger::entered(entry, who)));
        found.retain(|finding| finding.at <= now);
        let mut judgements = self.store.judgements(now)?;
        rename_newcomers(&mut judgements, &found, &people.values().copied().collect());
        let settled = settle(found, &judgements);
        let counted = ledger::counted(&settled.entries);
        let notes = entered.into_iter().map(|(entry, _)| (EntryId::Hand(entry.id), entry.text));
        let notes = notes.filter(|(_, text)| !text.is_empty()).collect();
        let mut requests_by_touch: HashMap<TouchId, Vec<usize>> = HashMap::new();
        for (place, turn) in requests.iter().enumerate() {
            for touch in &turn.touches {
                requests_by_touch.entry(*touch).or_default().push(place);
            }
        }
        let (entries, classes) = (settled.entries, settled.classes);
        Ok(Ledger { entries, classes, counted, kept, requests, requests_by_touch, notes })
    }

    /// What is told of these entries, in their order.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn booked<'l>(
        &self,
        entries: impl IntoIterator<Item = &'l LedgerEntry>,
    ) -> Result<Vec<BookedEntry>> {
        let ledger = self.ledger()?;
        let outcomes = Outcomes { book: self, ledger };
        let mut booked = Vec::new();
        for entry in entries {
            let (subject, message_id) = match entry.id.touch() {
                TouchId::Message(message) => self.store.headline(message)?,
                TouchId::Entry(_) => (None, None),
            };
            let mut people = Vec::new();
            for contact in &entry.contacts {
                let name = self.store.name_of(*contact)?.map(|(name, _)| name);
                people.extend(name.map(|name| (*contact, name)));
            }
            let outcome = outcomes.of(entry);
            let text = ledger.notes.get(&entry.id).cloned();
            let entry = entry.clone();
            booked.push(BookedEntry { entry, people, outcome, subject, text, message_id });
        }
        Ok(booked)
    }

    /// Who bears the names that files are called by, where exactly one contact does.
    fn bearers_of_names(&self, kept: &[Kept]) -> Result<HashMap<String, ContactId>> {
        let is_named = |kept: &Kept| matches!(kept, Kept::Resume(resume) if resume.is_named());
        let mut bearers: BTreeMap<String, Option<ContactId>> = BTreeMap::new();
        if kept.iter().any(is_named) {
            for row in self.store.contacts()? {
                let Some(key) = name_key(&row.name) else { continue };
                bearers.entry(key).and_modify(|one| *one = None).or_insert(Some(row.id));
            }
        }
        Ok(bearers.into_iter().filter_map(|(name, one)| Some((name, one?))).collect())
    }
}

/// Who was taken back and came again has another number: there the mail says who it is, as it did
/// when the user judged it.
fn rename_newcomers(judgements: &mut [Judgement], found: &[Finding], known: &HashSet<ContactId>) {
    for Judgement { entry, .. } in judgements {
        if entry.contacts.iter().all(|contact| known.contains(contact)) {
            continue;
        }
        if let Some(again) = found.iter().find(|found| found.id == entry.id) {
            entry.contacts.clone_from(&again.contacts);
        }
    }
}

/// What came of entries.
struct Outcomes<'a> {
    book: &'a Book<'a>,
    ledger: &'a Ledger,
}

impl Outcomes<'_> {
    fn of(&self, entry: &LedgerEntry) -> Option<LedgerOutcome> {
        let EntryId::Found { message, .. } = entry.id else { return None };
        match entry.kind {
            LedgerKind::Introduction => {
                let introduction = self.ledger.kept.iter().find_map(|kept| match kept {
                    Kept::Introduction(found) if found.message == message => Some(found),
                    _ => None,
                });
                introduction.map(|found| self.of_introduction(found))
            }
            LedgerKind::Ask => self.of_ask(message),
            LedgerKind::Resume | LedgerKind::Favour | LedgerKind::Received => None,
        }
    }

    fn of_introduction(&self, introduction: &Introduction) -> LedgerOutcome {
        let outcome = introduction.outcome(self.book.now());
        let name_of = |address: &str| {
            let person = introduction.people.iter().find(|person| person.address == address);
            person.and_then(|person| person.name.clone()).unwrap_or_else(|| address.to_owned())
        };
        let (at, hours) = match outcome {
            IntroductionOutcome::Wrote { word, after_h } => (Some(word.at), Some(after_h)),
            _ => (None, None),
        };
        LedgerOutcome { state: outcome.name(), at, hours, text: outcome.text(name_of) }
    }

    /// Of the first of those asked who answered; else of the first of them.
    fn of_ask(&self, message: MessageNumber) -> Option<LedgerOutcome> {
        let now = self.book.now();
        let touch = TouchId::Message(message);
        let asked = self.ledger.requests_holding(touch);
        let outcomes = asked.filter_map(|turn| {
            let terms = self.book.terms(turn.id.contact);
            asks::outcome(touch, std::slice::from_ref(turn), &terms, now)
                .map(|outcome| (turn, outcome))
        });
        let (turn, outcome) = outcomes.min_by(|(_, one), (_, other)| one.rank(other))?;
        let (at, hours) = match outcome {
            AskOutcome::Answered { hours, .. } => (turn.answer.map(|it| it.at), Some(hours)),
            AskOutcome::Waiting { hours } => (None, Some(hours)),
            AskOutcome::Unanswered | AskOutcome::Settled | AskOutcome::CameBack => (None, None),
        };
        Some(LedgerOutcome { state: outcome.name(), at, hours, text: outcome.text() })
    }
}
