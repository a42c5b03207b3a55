//! Everything known at one instant, opened for reading: contacts, their turns, who owes whom.
//!
//! Reads what the store holds, or held at an earlier instant; decides nothing itself.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Deref;

use jiff::tz::TimeZone;

use super::measure::measure_dirty;
use crate::domain::decide::debts::{self, Debt, Habit};
use crate::domain::decide::digest;
use crate::domain::measure::calendar::Calendar;
use crate::domain::measure::need::said::{self, Model};
use crate::domain::measure::need::{Features, Likelihood, because};
use crate::domain::measure::population::{Census, Population};
use crate::domain::measure::standing::{Record, Standing, Terms, standing};
use crate::domain::measure::touches::{self, LeftOut};
use crate::domain::measure::turns::Turn;
use crate::domain::message::absence::Absence;
use crate::domain::model::{ContactId, Moment, Side, TouchId};
use crate::domain::policy::{EXPIRY_H, Policy};
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
    /// What asks for an answer, by what the user said of it.
    due: Model,
    absences: HashMap<ContactId, Vec<Absence>>,
}

/// A contact with everything that is measured of them.
pub struct Person {
    pub row: ContactRow,
    pub turns: Vec<Turn>,
    pub entries: Vec<touches::Entry>,
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
    /// Why an answer is, or may be, due.
    pub because: Vec<&'static str>,
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
        let due = Model::of(&words(&store, as_of.moment())?, policy.reads_text);
        let mut book = Book { store, policy, as_of, decisions, population, due, absences };
        if let Held::Then(_) = book.store {
            book.population = book.survey()?;
        }
        Ok(book)
    }

    /// What all contacts teach together, learned from the turns of this book.
    pub fn survey(&self) -> Result<Population> {
        let mut census = Census::new(self.now());
        self.store.each_contacts_turns(|contact, mut turns| {
            self.judge(&mut turns);
            census.count(&turns, &self.terms(contact));
            Ok(())
        })?;
        Ok(census.population())
    }

    /// What asks for an answer.
    pub fn due(&self) -> &Model {
        &self.due
    }

    fn judge(&self, turns: &mut [Turn]) {
        turns.iter_mut().for_each(|turn| turn.judge(&self.due));
    }

    /// How long the turns of that side with a contact usually wait.
    pub fn habit(&self, contact: ContactId, side: Side) -> Result<Habit<'_>> {
        let mut turns = self.store.turns_of(contact)?;
        turns.retain(|turn| turn.side == side);
        self.judge(&mut turns);
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
        let read = touches::read(&letters, &[], self.policy.time, self.now());
        let mut left_out = read.left_out;
        left_out.sort_by_key(|left| (left.at, left.message));
        Ok(left_out)
    }

    fn person(&self, row: ContactRow, mut turns: Vec<Turn>) -> Result<Person> {
        self.judge(&mut turns);
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

    /// Every open turn to which an answer is or may be owed, the likeliest and most urgent first.
    pub fn debts(&self) -> Result<Vec<NamedDebt>> {
        let now = self.now();
        let mut by_contact: BTreeMap<ContactId, Vec<Turn>> = BTreeMap::new();
        for mut turn in self.store.waiting_turns(now.plus_hours(-EXPIRY_H))? {
            turn.judge(&self.due);
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
        found.sort_by_cached_key(|named| named.debt.rank(named.starred, now, &self.policy.zone));
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
        let because = self.because(&debt.turn);
        Ok(NamedDebt { debt, name, address, subject, message_id, because, starred, muted })
    }

    /// Why a turn is judged as it is, by the message that speaks loudest.
    pub fn because(&self, turn: &Turn) -> Vec<&'static str> {
        if turn.wanted {
            return vec!["you said that it asks for an answer"];
        }
        let strongest = turn.strongest(&self.due);
        strongest.map_or(Vec::new(), |asked| because(turn.side, asked.features, turn.needs_reply))
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
}

/// What the user said of turns, as far as it teaches what asks for an answer.
fn words(store: &Store, now: Moment) -> Result<Vec<said::Said>> {
    let mut turns: BTreeMap<ContactId, Vec<Turn>> = BTreeMap::new();
    let mut heard = HashSet::new();
    let mut words = Vec::new();
    for decision in store.said_of_turns(now, said::NEWEST)? {
        let Some(touch) = decision.touch else { continue };
        let contact = decision.contact;
        // Newest first: of two words on one message the later holds.
        if !heard.insert((contact, touch)) {
            continue;
        }
        let turns = match turns.entry(contact) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(store.turns_of(contact)?),
        };
        let Some(turn) = turns.iter().find(|turn| turn.touches.contains(&touch)) else { continue };
        let Some(asked) = turn.strongest(&Model::default()) else { continue };
        if asked.features.contains(Features::CALL) {
            continue;
        }
        let (side, features) = (turn.side, asked.features);
        let due = decision.verb != Verb::Done;
        words.push(said::Said { at: decision.at, side, contact, features, due });
    }
    Ok(words)
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
