//! What the user chose on an alert, carried out.

use crate::book::measure_marked;
use crate::deliver::{Action, ActionInvoked};
use crate::domain::decide::alerts::snoozed_until;
use crate::domain::measure::decisions::{Decided, Decision};
use crate::domain::model::{Moment, TurnId};
use crate::domain::policy::Policy;
use crate::error::Result;
use crate::store::Store;

/// Writes what was decided, and what follows from it.
///
/// # Errors
/// Where the database can't be written.
pub fn carry_out(
    store: &Store,
    chosen: &ActionInvoked,
    policy: &Policy,
    now: Moment,
) -> Result<()> {
    let Ok(id) = chosen.id.parse::<TurnId>() else { return Ok(()) };
    let what = match chosen.action {
        Action::Open => return Ok(()),
        Action::Done => Decided::Done(id.touch),
        Action::Snooze => Decided::Snooze { touch: id.touch, until: snoozed_until(now) },
        Action::Mute => Decided::Mute,
    };
    let decision = Decision { at: now, contact: id.contact, what };
    store.transaction(|store| {
        let before = store.dirty_contacts()?;
        store.decide(&decision)?;
        measure_marked(store, &before, &[id.contact], policy).map(drop)
    })
}
