//! Everything known at one instant, opened for reading: contacts, their turns, who owes whom; and
//! what measuring derives and writes.
//!
//! Reads and writes the store, and asks nobody for the time. Whatever is decided, `domain` decides.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::ops::Deref;

use crate::domain::decide::ledger::Kept;
use crate::domain::measure::calendar::Calendar;
use crate::domain::measure::need::because;
use crate::domain::measure::need::model::Model;
use crate::domain::measure::population::Population;
use crate::domain::measure::turns::Turn;
use crate::domain::model::{Moment, TouchId};
use crate::domain::policy::Policy;
use crate::error::Result;
use crate::store::Store;

pub mod archive;
mod archived;
pub mod arrival;
mod as_of;
mod basis;
mod can_help;
mod dead_addresses;
mod debts;
mod findings;
mod in_touch;
mod labels;
mod ledger;
mod measure;
mod network;
mod page;
mod past;
mod person;
mod report;
mod scales;
mod sift;
mod suggestions;
mod survey;
mod two_threads;
mod week;

pub use as_of::AsOf;
pub use basis::{is_told, prepare, rests_on_the_same};
pub use ledger::{BookedEntry, Ledger};
pub use measure::{measure_dirty, measure_history, measure_marked, take_stock};
pub use page::{ContactPage, ExplainedTurn};
pub use person::Person;
pub use sift::Sift;
pub use survey::learn;

use as_of::StoreAt;
use dead_addresses::DeadAddresses;
use labels::labels;
use scales::Scales;

/// The contacts and what is known of each, as of one instant.
pub struct Book<'a> {
    store: StoreAt<'a>,
    scales: Scales<'a>,
    /// Compiled when it is asked for first.
    ledger: OnceCell<Ledger>,
    population: OnceCell<Population>,
}

/// A book is opened at its scales.
impl<'a> Deref for Book<'a> {
    type Target = Scales<'a>;
    fn deref(&self) -> &Scales<'a> {
        &self.scales
    }
}

impl<'a> Book<'a> {
    /// Opens what is known as of an instant.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn open(store: &'a Store, policy: &'a Policy, as_of: AsOf) -> Result<Book<'a>> {
        let store = StoreAt::at(store, policy, as_of)?;
        let scales = Scales {
            policy,
            as_of,
            decisions: store.decisions(None, as_of.moment())?,
            need: Model::of(&labels(&store, as_of.moment())?, policy.reads_text),
            absences: store.absences()?,
            introducing: introducing(&store, as_of.moment())?,
            dead_addresses: DeadAddresses::of(&store, policy, as_of)?,
            calendar: Calendar::new(policy.zone.clone()).with_holidays(policy.holidays.clone()),
        };
        Ok(Book { store, scales, ledger: OnceCell::new(), population: OnceCell::new() })
    }

    /// What all contacts teach about each, as it was learned last; of an earlier instant, learned
    /// when it is asked for first.
    fn population(&self) -> Result<&Population> {
        if let Some(known) = self.population.get() {
            return Ok(known);
        }
        let known = match self.store {
            StoreAt::Now(store) => store.population()?,
            StoreAt::Then(_) => self.survey()?,
        };
        Ok(self.population.get_or_init(|| known))
    }

    /// Why a turn is judged as it is, by the message that speaks loudest.
    fn because(&self, turn: &Turn) -> Vec<&'static str> {
        if turn.wanted {
            return vec!["you said that it asks for an answer"];
        }
        let strongest = turn.strongest(&self.need);
        strongest.map_or(Vec::new(), |asked| because(turn.side, asked.features, turn.needs_reply))
    }
}

/// As found when the mail was last gone through.
fn introducing(store: &Store, now: Moment) -> Result<HashSet<TouchId>> {
    let found = store.findings()?.into_iter().filter_map(|kept| match kept {
        Kept::Introduction(it) if it.at <= now => Some(TouchId::Message(it.message)),
        _ => None,
    });
    Ok(found.collect())
}
