//! The instant of which a book speaks, and what was known then.
//!
//! Whatever isn't dated is known as it is now: who somebody is, whose word on a list is believed, where
//! copies lie.

use std::collections::HashMap;
use std::ops::Deref;

use super::past::Past;
use crate::domain::measure::touches::Letter;
use crate::domain::measure::turns::UnjudgedTurn;
use crate::domain::message::absence::Absence;
use crate::domain::model::{ContactId, Moment};
use crate::domain::policy::Policy;
use crate::error::Result;
use crate::store::{ContactRow, InTouch, LastSigns, PackedTurns, Store};

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

/// The store, and what was measured of it by the instant.
pub(super) enum StoreAt<'a> {
    Now(&'a Store),
    Then(Past<'a>),
}

/// What isn't dated, and what is asked for by date.
impl Deref for StoreAt<'_> {
    type Target = Store;
    fn deref(&self) -> &Store {
        match self {
            StoreAt::Now(store) => store,
            StoreAt::Then(past) => past.store,
        }
    }
}

/// What is measured, each as the [`Store`] says it.
impl<'a> StoreAt<'a> {
    pub(super) fn at(store: &'a Store, policy: &'a Policy, as_of: AsOf) -> Result<StoreAt<'a>> {
        match as_of {
            AsOf::Now(_) => Ok(StoreAt::Now(store)),
            AsOf::Then(then) => Ok(StoreAt::Then(Past::of(store, policy, then)?)),
        }
    }

    pub(super) fn each_history(&self, take: impl FnMut(PackedTurns) -> Result<()>) -> Result<()> {
        match self {
            StoreAt::Now(store) => store.each_history(take),
            StoreAt::Then(past) => past.each_history(take),
        }
    }

    pub(super) fn packed_turns_of(&self, contact: ContactId) -> Result<PackedTurns> {
        match self {
            StoreAt::Now(store) => store.packed_turns_of(contact),
            StoreAt::Then(past) => past.packed_turns_of(contact),
        }
    }

    pub(super) fn turns_of(&self, contact: ContactId) -> Result<Vec<UnjudgedTurn>> {
        Ok(self.packed_turns_of(contact)?.unpacked())
    }

    pub(super) fn waiting_turns(&self, started_after: Moment) -> Result<Vec<UnjudgedTurn>> {
        match self {
            StoreAt::Now(store) => store.waiting_turns(started_after),
            StoreAt::Then(past) => past.waiting_turns(started_after),
        }
    }

    pub(super) fn requests(&self) -> Result<Vec<UnjudgedTurn>> {
        match self {
            StoreAt::Now(store) => store.requests(),
            StoreAt::Then(past) => past.requests(),
        }
    }

    pub(super) fn count_missed(
        &self,
        contact: ContactId,
        since: Moment,
        hours: f64,
    ) -> Result<usize> {
        match self {
            StoreAt::Now(store) => store.count_missed(contact, since, hours),
            StoreAt::Then(past) => past.count_missed(contact, since, hours),
        }
    }

    pub(super) fn in_touch(&self, contact: ContactId) -> Result<InTouch> {
        match self {
            StoreAt::Now(store) => store.in_touch(contact),
            StoreAt::Then(past) => past.in_touch(contact),
        }
    }

    pub(super) fn last_signs_of(&self, contact: ContactId) -> Result<LastSigns> {
        match self {
            StoreAt::Now(store) => store.last_signs_of(contact),
            StoreAt::Then(past) => Ok(past.in_touch(contact)?.last()),
        }
    }

    pub(super) fn last_signs(&self) -> Result<HashMap<ContactId, LastSigns>> {
        match self {
            StoreAt::Now(store) => store.last_signs(),
            StoreAt::Then(past) => past.last_signs(),
        }
    }

    pub(super) fn absences(&self) -> Result<HashMap<ContactId, Vec<Absence>>> {
        match self {
            StoreAt::Now(store) => store.absences(),
            StoreAt::Then(past) => past.absences(),
        }
    }

    pub(super) fn letters(&self, contact: ContactId) -> Result<Vec<Letter>> {
        match self {
            StoreAt::Now(store) => store.letters(contact),
            StoreAt::Then(past) => past.letters(contact),
        }
    }

    pub(super) fn contacts(&self) -> Result<Vec<ContactRow>> {
        match self {
            StoreAt::Now(store) => store.contacts(),
            StoreAt::Then(past) => past.contacts(),
        }
    }

    pub(super) fn message_count(&self) -> Result<u64> {
        match self {
            StoreAt::Now(store) => store.message_count(),
            StoreAt::Then(past) => past.message_count(),
        }
    }
}
