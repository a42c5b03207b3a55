//! Store → domain → store: the turns of contacts whose mail changed.

use super::book::{AsOf, Book};
use crate::config::{AccountKind, Config};
use crate::domain::absence::Absence;
use crate::domain::correspondence;
use crate::domain::model::{ContactId, Moment};
use crate::domain::policy::Policy;
use crate::domain::turns::{self, Done, Turn};
use crate::error::Result;
use crate::store::{Store, Verb};

/// What is derived of one contact's mail and entries.
pub struct Measured {
    pub turns: Vec<Turn>,
    pub last_touch: Option<Moment>,
    pub absences: Vec<Absence>,
}

/// The turns and absences of one contact from everything up to `until`.
pub fn measured_until(
    store: &Store,
    contact: ContactId,
    policy: &Policy,
    until: Moment,
) -> Result<Measured> {
    let entries = store.entries(contact)?;
    let letters = store.letters(contact)?;
    let read = correspondence::read(&letters, &entries, policy.time, until);
    let done: Vec<Done> = store
        .decisions(Some(contact), until)?
        .of(contact)
        .filter(|decision| decision.verb == Verb::Done)
        .filter_map(|decision| Some(Done { touch: decision.touch?, at: decision.at }))
        .collect();
    let last_touch = read.touches.iter().map(|touch| touch.at).max();
    let turns = turns::turns(contact, read.touches, &done);
    Ok(Measured { turns, last_touch, absences: read.absences })
}

/// Computes the turns of every contact that is marked, inside the caller's transaction; how many
/// there were.
pub fn measure_dirty(store: &Store, policy: &Policy) -> Result<usize> {
    let dirty = store.dirty_contacts()?;
    for &contact in &dirty {
        let measured = measured_until(store, contact, policy, Moment(i64::MAX))?;
        store.put_turns(contact, &measured.turns, measured.last_touch)?;
        store.put_absences(contact, &measured.absences)?;
    }
    Ok(dirty.len())
}

/// Learns anew from all turns what the contacts have in common.
pub fn learn(store: &Store, policy: &Policy, now: Moment) -> Result<()> {
    let population = Book::open(store, policy, AsOf::Now(now))?.survey()?;
    store.transaction(|store| store.put_population(&population))
}

/// Tells the store what the configuration says of me, and measures again what that changes.
pub fn prepare(store: &Store, config: &Config) -> Result<()> {
    store.transaction(|store| {
        let accounts: Vec<(String, &'static str)> = config
            .accounts
            .iter()
            .map(|account| {
                let kind = match account.kind {
                    AccountKind::Imap(_) => "imap",
                    AccountKind::Maildir { .. } => "maildir",
                };
                (account.name.clone(), kind)
            })
            .collect();
        store.set_accounts(&accounts)?;
        store.set_mine(&config.me.addresses)?;
        store.set_time_basis(config.policy.time)?;
        measure_dirty(store, &config.policy)?;
        Ok(())
    })
}
