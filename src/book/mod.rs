//! Everything known at one instant, opened for reading: contacts, their turns, who owes whom; and
//! what measuring derives and writes.
//!
//! Reads and writes the store, and asks nobody for the time. Whatever is decided, `domain` decides.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use jiff::tz::TimeZone;

use crate::domain::decide::ledger::Kept;
use crate::domain::measure::calendar::Calendar;
use crate::domain::measure::decisions::Decisions;
use crate::domain::measure::need::because;
use crate::domain::measure::need::model::Model;
use crate::domain::measure::population::Population;
use crate::domain::measure::terms::Terms;
use crate::domain::measure::turns::{Turn, UnjudgedTurn};
use crate::domain::message::absence::Absence;
use crate::domain::model::{ContactId, Moment, Side, TouchId};
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
mod person;
mod report;
mod sift;
mod suggestions;
mod survey;
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

/// The contacts and what is known of each, as of one instant.
pub struct Book<'a> {
    store: StoreAt<'a>,
    policy: &'a Policy,
    as_of: AsOf,
    decisions: Decisions,
    population: Population,
    /// What asks for an answer, by what the user said of it.
    need: Model,
    absences: HashMap<ContactId, Vec<Absence>>,
    /// Mails of mine that introduce people to each other.
    introducing: HashSet<TouchId>,
    dead_addresses: DeadAddresses,
    /// Compiled when it is asked for first.
    ledger: OnceCell<Ledger>,
}

impl<'a> Book<'a> {
    /// Opens what is known as of an instant.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn open(store: &'a Store, policy: &'a Policy, as_of: AsOf) -> Result<Book<'a>> {
        let store = StoreAt::at(store, policy, as_of)?;
        let decisions = store.decisions(None, as_of.moment())?;
        let (population, absences) = (store.population()?, store.absences()?);
        let need = Model::of(&labels(&store, as_of.moment())?, policy.reads_text);
        let introducing = introducing(&store)?;
        let dead_addresses = DeadAddresses::of(&store, policy)?;
        let ledger = OnceCell::new();
        let mut book = Book {
            store,
            policy,
            as_of,
            decisions,
            population,
            need,
            absences,
            introducing,
            ledger,
            dead_addresses,
        };
        if let StoreAt::Then(_) = book.store {
            book.population = book.survey()?;
        }
        Ok(book)
    }

    fn judged(&self, turns: Vec<UnjudgedTurn>) -> Vec<Turn> {
        let judged = |turn| {
            let turn = self.without_introductions(turn).judged(&self.need);
            if self.came_back(&turn) { turn.came_back() } else { turn }
        };
        turns.into_iter().map(judged).collect()
    }

    /// A mail of mine that makes two people known to each other asks nothing of either for me.
    fn without_introductions(&self, mut turn: UnjudgedTurn) -> UnjudgedTurn {
        if turn.side == Side::Mine && !self.introducing.is_empty() {
            turn.asks.retain(|asked| !self.introducing.contains(&asked.touch));
        }
        turn
    }

    pub fn now(&self) -> Moment {
        self.as_of.moment()
    }

    /// In which an answer is owed between a contact and me.
    fn limit_h(&self, contact: ContactId) -> f64 {
        self.decisions.limit_h(contact).unwrap_or(self.policy.limit_h)
    }

    pub fn terms(&self, contact: ContactId) -> Terms {
        let zone = self.zone_of(contact);
        let absences = self.absences_of(contact);
        let spans: Vec<_> = absences.iter().map(|absence| absence.span(&zone)).collect();
        let calendar =
            Calendar::new(zone).with_holidays(self.policy.holidays.clone()).with_absences(spans);
        Terms { limit_h: self.limit_h(contact), calendar }
    }

    /// The zone in which a contact's days begin.
    fn zone_of(&self, contact: ContactId) -> TimeZone {
        let zone = self.decisions.zone(contact);
        zone.and_then(|zone| TimeZone::get(zone).ok()).unwrap_or_else(|| self.policy.zone.clone())
    }

    fn absences_of(&self, contact: ContactId) -> &[Absence] {
        self.absences.get(&contact).map(Vec::as_slice).unwrap_or_default()
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
fn introducing(store: &Store) -> Result<HashSet<TouchId>> {
    let found = store.findings()?.into_iter().filter_map(|kept| match kept {
        Kept::Introduction(it) => Some(TouchId::Message(it.message)),
        Kept::Resume(_) | Kept::Received(_) => None,
    });
    Ok(found.collect())
}
