//! The instant of which a book speaks, and what was stored then.
//!
//! An earlier instant is read from a copy in memory, measured anew; the database stays as it is.

use std::ops::Deref;

use super::measure::measure_dirty;
use crate::domain::model::Moment;
use crate::domain::policy::Policy;
use crate::error::Result;
use crate::store::Store;

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
pub(super) enum StoreAt<'a> {
    Now(&'a Store),
    Then(Box<Store>),
}

impl Deref for StoreAt<'_> {
    type Target = Store;
    fn deref(&self) -> &Store {
        match self {
            StoreAt::Now(store) => store,
            StoreAt::Then(store) => store,
        }
    }
}

impl<'a> StoreAt<'a> {
    pub(super) fn at(store: &'a Store, policy: &Policy, as_of: AsOf) -> Result<StoreAt<'a>> {
        match as_of {
            AsOf::Now(_) => Ok(StoreAt::Now(store)),
            AsOf::Then(then) => Ok(StoreAt::Then(Box::new(measured_then(store, policy, then)?))),
        }
    }
}

/// What the store would hold had nothing come after `then`.
fn measured_then(store: &Store, policy: &Policy, then: Moment) -> Result<Store> {
    let earlier = store.as_of(then, |clocks| clocks.time(policy.time))?;
    earlier.transaction(|store| {
        store.recognise()?;
        measure_dirty(store, policy)
    })?;
    Ok(earlier)
}
