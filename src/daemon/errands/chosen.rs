//! What the user chose on an alert, carried out.

use crate::book::measure_marked;
use crate::config::Config;
use crate::daemon::steering;
use crate::deliver::{Action, ToOpen, links};
use crate::domain::decide::alerts::snoozed_until;
use crate::domain::measure::decisions::Decided;
use crate::domain::model::{Moment, TouchId, TurnId};
use crate::domain::policy::Policy;
use crate::error::Result;
use crate::store::Store;

/// Writes, within the caller's transaction, what was decided and what follows from it. Opening
/// decides nothing.
///
/// # Errors
/// Where the database can't be written.
pub fn carry_out(
    store: &Store,
    turn: TurnId,
    action: Action,
    policy: &Policy,
    now: Moment,
) -> Result<()> {
    let what = match action {
        Action::Open => return Ok(()),
        Action::Done => Decided::Done(turn.touch),
        Action::Snooze => Decided::Snooze { touch: turn.touch, until: snoozed_until(now) },
        Action::Mute => Decided::Mute,
    };
    let before = store.dirty_contacts()?;
    steering::decide(store, turn, what, "as you chose on its alert", now)?;
    measure_marked(store, &before, &[turn.contact], policy).map(drop)
}

/// How the first message of a turn is opened; `None` where it has none, or none that can be named.
///
/// # Errors
/// Where the database can't be read.
pub fn to_open(store: &Store, turn: TurnId, config: &Config) -> Result<Option<ToOpen>> {
    let first = store.turn_holding(turn)?.map_or(turn.touch, |it| it.id.touch);
    let TouchId::Message(message) = first else { return Ok(None) };
    let (_, message_id) = store.headline(message)?;
    let Some(message_id) = message_id else { return Ok(None) };
    if let Some(command) = &config.opener {
        return Ok(Some(ToOpen::Command(links::filled_in(command, &message_id))));
    }
    let account = store.account_of(message)?;
    Ok(Some(ToOpen::Url(links::shown_at(&message_id, account.as_deref(), config))))
}
