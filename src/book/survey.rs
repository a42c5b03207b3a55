//! What all contacts together teach about each.

use super::dead_addresses::find_dead;
use super::findings::find;
use super::two_threads::by_two;
use super::{AsOf, Book};
use crate::domain::measure::population::{Census, Population};
use crate::domain::measure::terms::Terms;
use crate::domain::measure::turns::Turn;
use crate::domain::model::Moment;
use crate::domain::policy::Policy;
use crate::error::Result;
use crate::store::{PackedTurns, Store};

/// Learns anew from all turns what the contacts have in common, and finds anew in all mail what
/// stands in the ledger, and which addresses are dead.
///
/// # Errors
/// Where the database can't be written.
pub fn learn(store: &Store, policy: &Policy, now: Moment) -> Result<()> {
    let messages = store.highest_message()?;
    let surveyed = Book::open(store, policy, AsOf::Now(now))?.survey()?;
    let population = Population { messages, ..surveyed };
    let found = find(store, policy)?;
    let dead = find_dead(store, policy, now)?;
    store.transaction(|store| {
        store.put_findings(&found)?;
        store.put_dead_addresses(&dead)?;
        store.note_stance(policy.stance, now)?;
        store.put_population(&population)
    })
}

impl Book<'_> {
    /// What all contacts teach together, learned from the turns of this book.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn survey(&self) -> Result<Population> {
        let mut census = Census::new(self.now());
        let scales = &self.scales;
        let read =
            |turns: PackedTurns| (scales.judged(turns.unpacked()), scales.terms(turns.contact()));
        let count = |(turns, terms): (Vec<Turn>, Terms)| census.count(&turns, &terms);
        by_two(read, count, |add| {
            self.store.each_history(|turns| {
                add(turns);
                Ok(())
            })
        })?;
        Ok(census.population())
    }
}
