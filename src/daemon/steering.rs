//! What the user decides of a turn from elsewhere than the terminal: on an alert, or by mail.
//!
//! Each is noted like a command and said in the log, with the command that takes it back.

use tracing::info;

use crate::domain::measure::decisions::{Decided, Decision};
use crate::domain::model::{Moment, TurnId};
use crate::domain::text::clean;
use crate::error::Result;
use crate::store::Store;

/// Notes a decision within the caller's transaction, which has to measure the contact. `by`: how it
/// was made, in words.
///
/// # Errors
/// Where the database can't be written.
pub fn decide(store: &Store, turn: TurnId, what: Decided, by: &str, now: Moment) -> Result<()> {
    let contact = turn.contact;
    let name = store.name_of(contact)?.map(|(name, _)| clean(&name)).unwrap_or_default();
    let verb = what.verb().name();
    let object = match what.touch() {
        Some(_) => turn.to_string(),
        None => contact.to_string(),
    };
    store.decide(&Decision { at: now, contact, what })?;
    info!("{verb} {object} ({name}), {by}; to take it back: requite {verb} {object} --undo");
    Ok(())
}
