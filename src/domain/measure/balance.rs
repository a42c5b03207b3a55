//! What was given, asked and received between me and one contact, and what is left of it at an
//! instant.
//!
//! Adds up what counts; what does, the ledger decides.

use super::terms::recency;
use crate::domain::model::Moment;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// From me to them: an introduction, a résumé passed on, a favour.
    Given,
    /// I asked something of them.
    Asked,
    /// From them to me.
    Received,
}

/// Something that counts between me and a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// When it happened.
    pub at: Moment,
    /// What it was.
    pub deed: Deed,
}

/// What counts, decayed by age.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Balance {
    /// Introductions, résumés and favours of mine.
    pub gives: f64,
    /// What I asked of them.
    pub asks_me: f64,
    /// What they did for me.
    pub received: f64,
}

impl Balance {
    /// Of what had happened by `now`.
    pub fn of(counted: &[Counted], now: Moment) -> Balance {
        let mut balance = Balance::default();
        for Counted { at, deed } in counted.iter().filter(|counted| counted.at <= now) {
            let weight = recency(*at, now);
            match deed {
                Deed::Given => balance.gives += weight,
                Deed::Asked => balance.asks_me += weight,
                Deed::Received => balance.received += weight,
            }
        }
        balance
    }
}
