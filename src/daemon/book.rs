//! Everything known at one instant, opened for reading: contacts, their turns, who owes whom.
//!
//! Reads what the store holds, or held at an earlier instant; decides nothing itself.

use std::collections::{BTreeMap, HashMap};
use std::ops::Deref;

use jiff::tz::TimeZone;

use super::measure::measure_dirty;
use crate::domain::absence::Absence;
use crate::domain::calendar::Calendar;
use crate::domain::correspondence::{self, Entry, LeftOut};
use crate::domain::debts::{self, Debt, Habit};
use crate::domain::digest;
use crate::domain::model::{ContactId, Moment, Side, TouchId};
use crate::domain::policy::{EXPIRY_H, Policy};
use crate::domain::population::{Census, Lessons, Population};
use crate::domain::standing::{Record, Standing, Terms, standing};
use crate::domain::turns::Turn;
use crate::error::Result;
use crate::store::{ContactRow, Decisions, Store, Verb};

mod week;

/// As of when the book is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    Now(Moment),
    /// From mail and decisions up to then only.
    Then(Moment),
}

impl AsOf {
    pub fn moment(self) -> Moment {
        match self {
            AsOf::Now(at) | AsOf::Then(at) => at,
        }
    }
}

/// The store as it is, or a copy of what it was.
enum Held<'a> {
    Now(&'a Store),
    Then(Box<Store>),
}

impl Deref for Held<'_> {
    type Target = Store;
    fn deref(&self) -> &Store {
        match self {
            Held::Now(store) => store,
            Held::Then(store) => store,
        }
    }
}

pub struct Book<'a> {
    store: Held<'a>,
    policy: &'a Policy,
    as_of: AsOf,
    decisions: Decisions,
    population: Population,
    absences: HashMap<ContactId, Vec<Absence>>,
}

/// A contact with everything that is measured of them.
pub struct Person {
    pub row: ContactRow,
    pub turns: Vec<Turn>,
    pub entries: Vec<Entry>,
    pub absences: Vec<Absence>,
    pub terms: Terms,
    pub standing: Standing,
    pub starred: bool,
    pub muted: bool,
}

/// A debt with the name and the words to show beside it.
pub struct NamedDebt {
    pub debt: Debt,
    pub name: String,
    pub address: Option<String>,
    pub subject: Option<String>,
    pub message_id: Option<String>,
    pub starred: bool,
    pub muted: bool,
}

impl<'a> Book<'a> {
    pub fn open(store: &'a Store, policy: &'a Policy, as_of: AsOf) -> Result<Book<'a>> {
        let store = match as_of {
            AsOf::Now(_) => Held::Now(store),
            AsOf::Then(then) => Held::Then(Box::new(measured_then(store, policy, then)?)),
        };
        let decisions = store.decisions(None, as_of.moment())?;
        let (population, absences) = (store.population()?, store.absences()?);
        let mut book = Book { store, policy, as_of, decisions, population, absences };
        if let Held::Then(_) = book.store {
            book.population = book.survey()?;
        }
        Ok(book)
    }

    /// What all contacts teach together, learned from the turns of this book.
    pub fn survey(&self) -> Result<Population> {
        let now = self.now();
        let mut lessons = Lessons::new(now, self.store.turn_count()?);
        self.store.each_contacts_turns(|contact, turns| {
            for turn in &turns {
                let wanted = self.snoozed_until(contact, &turn.touches).is_some();
                lessons.hear(turn, wanted);
            }
            Ok(())
        })?;
        let need = lessons.learned();
        let mut census = Census::new(self.policy, need, now);
        self.store.each_contacts_turns(|contact, mut turns| {
            turns.iter_mut().for_each(|turn| turn.judge(&need));
            census.count(&turns, &self.terms(contact));
            Ok(())
        })?;
        Ok(census.population())
    }

    /// What asks less than this is listed, never alerted.
    pub fn q_star(&self) -> f64 {
        self.population.q_star
    }

    /// How long the turns of that side with a contact usually wait.
    pub fn habit(&self, contact: ContactId, side: Side) -> Result<Habit<'_>> {
        let mut turns = self.store.turns_of(contact)?;
        turns.retain(|turn| turn.side == side);
        turns.iter_mut().for_each(|turn| turn.judge(&self.population.need));
        Ok(Habit::of(turns.iter(), &self.population.usual(side).curve, self.now()))
    }

    pub fn now(&self) -> Moment {
        self.as_of.moment()
    }

    pub fn terms(&self, contact: ContactId) -> Terms {
        let limit_h = self.decisions.setting(contact, "limit").and_then(|hours| hours.parse().ok());
        let zone = self.zone_of(contact);
        let absences = self.absences_of(contact);
        let spans: Vec<_> = absences.iter().map(|absence| absence.span(&zone)).collect();
        let calendar =
            Calendar::new(zone).with_holidays(self.policy.holidays.clone()).with_absences(spans);
        Terms { limit_h: limit_h.unwrap_or(self.policy.limit_h), calendar }
    }

    /// The zone in which a contact's days begin.
    fn zone_of(&self, contact: ContactId) -> TimeZone {
        let zone = self.decisions.setting(contact, "zone");
        zone.and_then(|zone| TimeZone::get(zone).ok()).unwrap_or_else(|| self.policy.zone.clone())
    }

    fn absences_of(&self, contact: ContactId) -> &[Absence] {
        self.absences.get(&contact).map(Vec::as_slice).unwrap_or_default()
    }

    /// The absence that a contact is in now, with its end.
    pub fn away(&self, person: &Person) -> Option<(Absence, Moment)> {
        let zone = self.zone_of(person.row.id);
        let current = |absence: &&Absence| absence.contains(self.now(), &zone);
        let absences = person.absences.iter().filter(current);
        absences.map(|absence| (*absence, absence.span(&zone).1)).max_by_key(|(_, end)| *end)
    }

    /// Every contact with everything that is measured of them, one after the other: all turns of
    /// all of them at once would be far more than the daemon has room for.
    pub fn each_person(&self, mut take: impl FnMut(Person) -> Result<()>) -> Result<()> {
        let mut rows = self.store.contacts()?.into_iter().peekable();
        self.store.each_contacts_turns(|contact, turns| {
            while let Some(row) = rows.next_if(|row| row.id < contact) {
                take(self.person(row, Vec::new())?)?;
            }
            rows.next_if(|row| row.id == contact)
                .map_or(Ok(()), |row| take(self.person(row, turns)?))
        })?;
        rows.try_for_each(|row| take(self.person(row, Vec::new())?))
    }

    /// Everything that is measured of one contact.
    pub fn person_of(&self, row: ContactRow) -> Result<Person> {
        let turns = self.store.turns_of(row.id)?;
        self.person(row, turns)
    }

    /// The messages between me and a contact that don't count, oldest first, with why.
    pub fn left_out(&self, contact: ContactId) -> Result<Vec<LeftOut>> {
        let letters = self.store.letters(contact)?;
        let read = correspondence::read(&letters, &[], self.policy.time, self.now());
        let mut left_out = read.left_out;
        left_out.sort_by_key(|left| (left.at, left.message));
        Ok(left_out)
    }

    fn person(&self, row: ContactRow, mut turns: Vec<Turn>) -> Result<Person> {
        turns.iter_mut().for_each(|turn| turn.judge(&self.population.need));
        let entries = self.store.entries(row.id)?;
        let absences = self.absences_of(row.id).to_vec();
        let terms = self.terms(row.id);
        let record =
            Record { turns: &turns, entries: &entries, last_touch: row.last_touch, terms: &terms };
        let standing = standing(&record, &self.population, self.policy.stance, self.now());
        let starred = self.decisions.has(row.id, Verb::Star);
        let muted = self.decisions.has(row.id, Verb::Mute);
        Ok(Person { row, turns, entries, absences, terms, standing, starred, muted })
    }

    /// Every open turn that an answer is owed to, oldest first.
    pub fn debts(&self) -> Result<Vec<NamedDebt>> {
        let now = self.now();
        let mut by_contact: BTreeMap<ContactId, Vec<Turn>> = BTreeMap::new();
        for mut turn in self.store.waiting_turns(now.plus_hours(-EXPIRY_H))? {
            turn.judge(&self.population.need);
            by_contact.entry(turn.id.contact).or_default().push(turn);
        }
        let mut found = Vec::new();
        for (contact, turns) in &by_contact {
            let terms = self.terms(*contact);
            let snoozed = |touches: &[TouchId]| self.snoozed_until(*contact, touches);
            for debt in debts::debts(turns, &terms, snoozed, now) {
                found.push(self.named(debt)?);
            }
        }
        found.sort_by_key(|named| (named.debt.turn.start, named.debt.turn.id));
        Ok(found)
    }

    fn named(&self, debt: Debt) -> Result<NamedDebt> {
        let contact = debt.turn.id.contact;
        let (name, address) = self.store.name_of(contact)?.unwrap_or_default();
        let (subject, message_id) = match debt.turn.id.touch {
            TouchId::Message(message) => self.store.headline(message)?,
            TouchId::Entry(_) => (None, None),
        };
        let starred = self.decisions.has(contact, Verb::Star);
        let muted = self.decisions.has(contact, Verb::Mute);
        Ok(NamedDebt { debt, name, address, subject, message_id, starred, muted })
    }

    fn snoozed_until(&self, contact: ContactId, touches: &[TouchId]) -> Option<Moment> {
        self.decisions
            .of(contact)
            .filter(|decision| decision.verb == Verb::Snooze)
            .filter(|decision| decision.touch.is_some_and(|touch| touches.contains(&touch)))
            .filter_map(|decision| decision.value.parse().ok().map(Moment))
            .max()
    }

    pub fn totals(&self, debts: &[NamedDebt]) -> Result<digest::Totals> {
        let count = |side, overdue: bool| {
            debts
                .iter()
                .filter(|named| named.debt.turn.side == side && (!overdue || named.debt.overdue))
                .count()
        };
        Ok(digest::Totals {
            messages: self.store.message_count()?,
            contacts: self.store.contact_count()?,
            i_owe: count(Side::Theirs, false),
            i_owe_overdue: count(Side::Theirs, true),
            they_owe: count(Side::Mine, false),
            they_owe_overdue: count(Side::Mine, true),
        })
    }
}

/// What the store would hold had nothing come after `then`.
fn measured_then(store: &Store, policy: &Policy, then: Moment) -> Result<Store> {
    let earlier = store.as_of(then, |clocks| clocks.time(policy.time))?;
    earlier.transaction(|store| {
        store.match_by_name()?;
        measure_dirty(store, policy)
    })?;
    Ok(earlier)
}
