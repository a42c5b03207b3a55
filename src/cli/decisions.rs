//! What the user decides about turns and contacts, and taking it back: what `done`, `due`, `snooze`,
//! `mute` and `star` have in common.
//!
//! Decisions about a turn stay with the touch that was named, whatever turn holds it later.

use super::desk::Desk;
use super::person;
use crate::domain::measure::decisions::{Decided, Decision, Verb};
use crate::domain::measure::turns::UnjudgedTurn;
use crate::domain::model::{ContactId, TouchId, TurnId};
use crate::domain::text::clean;
use crate::error::{Error, Result};
use crate::store::Store;

/// A turn as it was named, and as it is.
pub(super) type NamedTurn = (TurnId, UnjudgedTurn);

/// The turns that hold the touches which `ids` name, as `status` prints them.
///
/// # Errors
/// `Usage` for what is no id, and for one that is in no turn.
pub(super) fn named_turns(store: &Store, ids: &[String]) -> Result<Vec<NamedTurn>> {
    ids.iter().map(|id| named_turn(store, id)).collect()
}

fn named_turn(store: &Store, id: &str) -> Result<NamedTurn> {
    let named: TurnId = id.trim().parse().map_err(|()| {
        Error::usage(format!("not a turn ID: {id}"))
            .hint("use an ID from `requite status`, like C12-812")
    })?;
    match store.turn_holding(named)? {
        Some(turn) => Ok((named, turn)),
        None => {
            Err(Error::usage(format!("no turn {named}: nobody is waiting for an answer to it"))
                .hint("`requite status` prints the ids of the turns that wait"))
        }
    }
}

/// Says of each of the turns with whom it is and what holds for it now.
///
/// # Errors
/// Those of reading the database.
pub(super) fn tell(desk: &Desk, store: &Store, turns: &[NamedTurn], what: &str) -> Result<()> {
    for (named, _) in turns {
        let who = store.name_of(named.contact)?;
        let who = who.map_or_else(|| named.contact.to_string(), |(name, _)| clean(&name));
        desk.say(&format!("{named} with {who} {what}"));
    }
    Ok(())
}

/// For all of the turns, or for none.
///
/// # Errors
/// Those of writing the database.
pub(super) fn decide_on_turns(
    desk: &Desk,
    store: &Store,
    turns: &[NamedTurn],
    what: impl Fn(TouchId) -> Decided,
) -> Result<()> {
    desk.write(store, &about(turns), |store| {
        turns.iter().try_for_each(|(TurnId { contact, touch }, _)| {
            let (contact, what) = (*contact, what(*touch));
            store.decide(&Decision { at: desk.now, contact, what })
        })
    })
}

/// Whose turns these are.
fn about(turns: &[NamedTurn]) -> Vec<ContactId> {
    turns.iter().map(|(id, _)| id.contact).collect()
}

/// For all of the turns, or for none.
///
/// # Errors
/// `Usage` where it was never said of one of them.
pub(super) fn take_back_from_turns(
    desk: &Desk,
    store: &Store,
    verb: Verb,
    turns: &[NamedTurn],
) -> Result<()> {
    let what = match verb {
        Verb::Done => "marked done",
        Verb::Due => "marked due",
        _ => "snoozed",
    };
    desk.write(store, &about(turns), |store| {
        turns.iter().try_for_each(|(_, turn)| {
            let taken = store.take_back(verb, turn.id.contact, &turn.touches, desk.now)?;
            if taken { Ok(()) } else { Err(Error::usage(format!("{} isn't {what}", turn.id))) }
        })
    })
}

/// Mutes or stars a contact, or takes that back; says so where it is as wanted already.
///
/// # Errors
/// `Usage` for a contact whom nobody or several could be meant by.
pub(super) fn mark(desk: &Desk, what: &Decided, contact: &str, undo: bool) -> Result<()> {
    let store = person::known_people(desk)?;
    let row = person::find(&store, contact)?;
    let (verb, id) = (what.verb(), row.id);
    let participle = if verb == Verb::Star { "starred" } else { "muted" };
    let is = store.decisions(Some(id), desk.now)?.has(id, verb);
    if is != undo {
        let state = if undo { "is not" } else { "is already" };
        desk.say(&format!("{} {state} {participle}", clean(&row.name)));
        return Ok(());
    }
    desk.write(&store, &[id], |store| {
        if undo {
            return store.take_back(verb, id, &[], desk.now).map(drop);
        }
        store.decide(&Decision { at: desk.now, contact: id, what: what.clone() })
    })?;
    let state = if undo { "is no longer" } else { "is now" };
    desk.say(&format!("{} {state} {participle}", clean(&row.name)));
    Ok(())
}
