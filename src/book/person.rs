//! Contacts with everything that is measured of them, one or all.
//!
//! What is stored is read by one thread; where somebody stands is a pure function of it, and by far
//! most of the work: that is shared by two.

use std::panic::resume_unwind;
use std::thread;

use super::Book;
use crate::domain::measure::balance::Counted;
use crate::domain::measure::decisions::Verb;
use crate::domain::measure::entries::Entry;
use crate::domain::measure::population::Population;
use crate::domain::measure::standing::{self, Record, Standing};
use crate::domain::measure::terms::Terms;
use crate::domain::measure::turns::{Turn, UnjudgedTurn};
use crate::domain::message::absence::Absence;
use crate::domain::model::{Moment, Stance};
use crate::error::Result;
use crate::store::{ContactRow, DeadAddress};

/// So many are measured at a time: all turns of all contacts at once would be far more than the
/// daemon has room for.
const TOGETHER: usize = 128;
/// Of fewer, starting a thread isn't worth it.
const FEW: usize = 8;

/// A contact with everything that is measured of them.
pub struct Person {
    pub row: ContactRow,
    pub turns: Vec<Turn>,
    pub entries: Vec<Entry>,
    /// Of their addresses.
    pub dead: Vec<DeadAddress>,
    pub absences: Vec<Absence>,
    pub terms: Terms,
    pub standing: Standing,
    /// The score at an earlier instant, where one was asked for and it may be named.
    pub before: Option<f64>,
    pub starred: bool,
    pub muted: bool,
    /// When the user let go of them.
    pub archived_at: Option<Moment>,
}

/// A contact of whom everything is known but where they stand.
struct Known {
    row: ContactRow,
    turns: Vec<Turn>,
    entries: Vec<Entry>,
    dead: Vec<DeadAddress>,
    absences: Vec<Absence>,
    terms: Terms,
    counted: Vec<Counted>,
    starred: bool,
    muted: bool,
    archived_at: Option<Moment>,
}

/// By what they are measured.
#[derive(Clone, Copy)]
struct Scales<'a> {
    population: &'a Population,
    stance: Stance,
    now: Moment,
    before: Option<Moment>,
}

impl Book<'_> {
    /// Every contact with everything that is measured of them, one after the other.
    ///
    /// # Errors
    /// Those of `take`, and where the database can't be read.
    pub fn each_person(&self, take: impl FnMut(Person) -> Result<()>) -> Result<()> {
        self.each(None, take)
    }

    /// The same, with the score of each as it was at `before`. With today's priors: a contact's
    /// score moves by what the two did, not by what others did.
    ///
    /// # Errors
    /// As [`Book::each_person`].
    pub(super) fn each_person_since(
        &self,
        before: Moment,
        take: impl FnMut(Person) -> Result<()>,
    ) -> Result<()> {
        self.each(Some(before), take)
    }

    fn each(
        &self,
        before: Option<Moment>,
        mut take: impl FnMut(Person) -> Result<()>,
    ) -> Result<()> {
        let scales = self.scales(before);
        let mut waiting = Vec::with_capacity(TOGETHER);
        let mut add = |known: Known| {
            waiting.push(known);
            match waiting.len() {
                TOGETHER => measured(&mut waiting, scales).into_iter().try_for_each(&mut take),
                _ => Ok(()),
            }
        };
        let mut rows = self.store.contacts()?.into_iter().peekable();
        self.store.each_contacts_turns(|contact, turns| {
            while let Some(row) = rows.next_if(|row| row.id < contact) {
                add(self.known(row, Vec::new())?)?;
            }
            rows.next_if(|row| row.id == contact).map_or(Ok(()), |row| add(self.known(row, turns)?))
        })?;
        rows.try_for_each(|row| add(self.known(row, Vec::new())?))?;
        measured(&mut waiting, scales).into_iter().try_for_each(take)
    }

    /// Everything that is measured of one contact.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn person_of(&self, row: ContactRow) -> Result<Person> {
        let turns = self.store.turns_of(row.id)?;
        Ok(self.known(row, turns)?.measured(self.scales(None)))
    }

    fn scales(&self, before: Option<Moment>) -> Scales<'_> {
        let (population, stance) = (&self.population, self.policy.stance);
        Scales { population, stance, now: self.now(), before }
    }

    fn known(&self, row: ContactRow, turns: Vec<UnjudgedTurn>) -> Result<Known> {
        let contact = row.id;
        Ok(Known {
            turns: self.judged(turns),
            entries: self.store.entries(contact)?,
            dead: self.dead_addresses_of(contact).to_vec(),
            absences: self.absences_of(contact).to_vec(),
            terms: self.terms(contact),
            counted: self.ledger()?.counted(contact).to_vec(),
            starred: self.decisions.has(contact, Verb::Star),
            muted: self.decisions.has(contact, Verb::Mute),
            archived_at: self.archived_at(contact)?,
            row,
        })
    }
}

/// All of them, in their order; none is left.
fn measured(waiting: &mut Vec<Known>, scales: Scales<'_>) -> Vec<Person> {
    let measure = |known: Vec<Known>| -> Vec<Person> {
        known.into_iter().map(|known| known.measured(scales)).collect()
    };
    let all = std::mem::take(waiting);
    if all.len() < FEW {
        return measure(all);
    }
    let mut first = all;
    let second = first.split_off(first.len() / 2);
    thread::scope(|scope| {
        let second = scope.spawn(|| measure(second));
        let mut people = measure(first);
        people.extend(second.join().unwrap_or_else(|panic| resume_unwind(panic)));
        people
    })
}

impl Known {
    fn measured(self, scales: Scales<'_>) -> Person {
        let standing = standing(&self.record(self.row.last_touch), scales);
        let before = scales.before.and_then(|now| {
            let then = Scales { now, ..scales };
            self::standing(&self.record(standing.last_touch), then).figure()
        });
        Person {
            row: self.row,
            turns: self.turns,
            entries: self.entries,
            dead: self.dead,
            absences: self.absences,
            terms: self.terms,
            standing,
            before,
            starred: self.starred,
            muted: self.muted,
            archived_at: self.archived_at,
        }
    }

    fn record(&self, last_touch: Option<Moment>) -> Record<'_> {
        let Known { turns, counted, terms, .. } = self;
        Record { turns, counted, last_touch, terms }
    }
}

fn standing(record: &Record<'_>, scales: Scales<'_>) -> Standing {
    standing::standing(record, scales.population, scales.stance, scales.now)
}
