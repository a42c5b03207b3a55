//! What the user chose on an alert, carried out.

use crate::book::measure_marked;
use crate::deliver::{Action, Deed};
use crate::domain::decide::alerts::snoozed_until;
use crate::domain::model::{Moment, TurnId};
use crate::domain::policy::Policy;
use crate::error::Result;
use crate::store::{Decision, Store, Verb};

/// Writes what was decided, and what follows from it.
///
/// # Errors
/// Where the database can't be written.
pub fn carry_out(store: &Store, action: &Action, policy: &Policy, now: Moment) -> Result<()> {
    let Ok(id) = action.id.parse::<TurnId>() else { return Ok(()) };
    let (verb, value) = match action.what {
        Deed::Open => return Ok(()),
        Deed::Done => (Verb::Done, String::new()),
        Deed::Snooze => (Verb::Snooze, snoozed_until(now).0.to_string()),
        Deed::Mute => (Verb::Mute, String::new()),
    };
    let touch = (verb != Verb::Mute).then_some(id.touch);
    let decision = Decision { at: now, verb, contact: id.contact, touch, value };
    store.transaction(|store| {
        let before = store.dirty_contacts()?;
        store.decide(&decision)?;
        measure_marked(store, &before, &[id.contact], policy).map(drop)
    })
}
