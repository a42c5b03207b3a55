//! Contacts with everything that is measured of them, one or all.
//!
//! Where somebody stands is a pure function of what is stored of them.

use super::scales::Scales;
use super::two_threads::by_two;
use super::{Book, Ledger};
use crate::domain::measure::decisions::Verb;
use crate::domain::measure::population::Population;
use crate::domain::measure::standing::{Record, Standing, standing};
use crate::domain::measure::terms::Terms;
use crate::domain::measure::turns::Turn;
use crate::domain::message::absence::Absence;
use crate::domain::model::Moment;
use crate::error::Result;
use crate::store::{ContactRow, DeadAddress, PackedTurns};

/// A contact with everything that is measured of them.
pub struct Person {
    pub row: ContactRow,
    pub turns: Vec<Turn>,
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

/// What is stored of a contact.
struct Stored {
    row: ContactRow,
    turns: PackedTurns,
    archived_at: Option<Moment>,
}

/// Makes persons of contacts; any thread may.
#[derive(Clone, Copy)]
struct Measuring<'a> {
    scales: &'a Scales<'a>,
    ledger: &'a Ledger,
    population: &'a Population,
    /// When their score is wanted, too.
    before: Option<Moment>,
}

impl Book<'_> {
    /// The gist of every contact with everything that is measured of them, one after the other.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn each_person<T: Send>(
        &self,
        gist: impl Fn(Person) -> T + Sync,
        take: impl FnMut(T),
    ) -> Result<()> {
        self.each(None, gist, take)
    }

    /// The same, with the score of each as it was at `before`. With today's priors: a contact's
    /// score moves by what the two did, not by what others did.
    ///
    /// # Errors
    /// As [`Book::each_person`].
    pub(super) fn each_person_since<T: Send>(
        &self,
        before: Moment,
        gist: impl Fn(Person) -> T + Sync,
        take: impl FnMut(T),
    ) -> Result<()> {
        self.each(Some(before), gist, take)
    }

    fn each<T: Send>(
        &self,
        before: Option<Moment>,
        gist: impl Fn(Person) -> T + Sync,
        take: impl FnMut(T),
    ) -> Result<()> {
        let measuring = self.measuring(before)?;
        by_two(
            |stored| gist(measuring.person(stored)),
            take,
            |add| {
                let mut add = |row: ContactRow, turns: Option<PackedTurns>| {
                    let turns = turns.unwrap_or_else(|| PackedTurns::none(row.id));
                    let archived_at = self.archived_at(row.id)?;
                    add(Stored { row, turns, archived_at });
                    Ok(())
                };
                let mut rows = self.store.contacts()?.into_iter().peekable();
                self.store.each_history(|turns| {
                    let contact = turns.contact();
                    while let Some(row) = rows.next_if(|row| row.id < contact) {
                        add(row, None)?;
                    }
                    rows.next_if(|row| row.id == contact)
                        .map_or(Ok(()), |row| add(row, Some(turns)))
                })?;
                rows.try_for_each(|row| add(row, None))
            },
        )
    }

    /// Everything that is measured of one contact.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn person_of(&self, row: ContactRow) -> Result<Person> {
        let turns = self.store.packed_turns_of(row.id)?;
        let archived_at = self.archived_at(row.id)?;
        let last_touch = self.store.last_signs_of(row.id)?.latest();
        let row = ContactRow { last_touch, ..row };
        Ok(self.measuring(None)?.person(Stored { row, turns, archived_at }))
    }

    fn measuring(&self, before: Option<Moment>) -> Result<Measuring<'_>> {
        let (ledger, population) = (self.ledger()?, self.population()?);
        Ok(Measuring { scales: &self.scales, ledger, population, before })
    }
}

impl Measuring<'_> {
    fn person(self, stored: Stored) -> Person {
        let Measuring { scales, ledger, population, before } = self;
        let Stored { row, turns, archived_at } = stored;
        let turns = scales.judged(turns.unpacked());
        let terms = scales.terms(row.id);
        let counted = ledger.counted(row.id);
        let at = |last_touch, now| {
            let record = Record { turns: &turns, counted, last_touch, terms: &terms };
            standing(&record, population, scales.policy.stance, now)
        };
        let now = at(row.last_touch, scales.now());
        Person {
            // Who has no score has none that moved.
            before: before
                .filter(|_| now.figure().is_some())
                .and_then(|before| at(now.last_touch, before).figure()),
            standing: now,
            dead: scales.dead_addresses_of(row.id).to_vec(),
            absences: scales.absences_of(row.id).to_vec(),
            starred: scales.decisions.has(row.id, Verb::Star),
            muted: scales.decisions.has(row.id, Verb::Mute),
            terms,
            turns,
            archived_at,
            row,
        }
    }
}
