//! What the user said of turns, as far as it teaches what asks for an answer.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};

use super::as_of::StoreAt;
use crate::domain::measure::decisions::Verb;
use crate::domain::measure::need::Features;
use crate::domain::measure::need::model::{NEWEST, UserLabel};
use crate::domain::measure::turns::UnjudgedTurn;
use crate::domain::model::{ContactId, Moment};
use crate::error::Result;

pub(super) fn labels(store: &StoreAt<'_>, now: Moment) -> Result<Vec<UserLabel>> {
    let mut turns: BTreeMap<ContactId, Vec<UnjudgedTurn>> = BTreeMap::new();
    let mut seen = HashSet::new();
    let mut labels = Vec::new();
    for decision in store.said_of_turns(now, NEWEST)? {
        let Some(touch) = decision.what.touch() else { continue };
        let contact = decision.contact;
        // Newest first: of two words on one message the later holds.
        if !seen.insert((contact, touch)) {
            continue;
        }
        let turns = match turns.entry(contact) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(store.turns_of(contact)?),
        };
        let Some(turn) = turns.iter().find(|turn| turn.touches.contains(&touch)) else { continue };
        let Some(asked) = turn.strongest() else { continue };
        if asked.features.contains(Features::CALL) {
            continue;
        }
        let (side, features) = (turn.side, asked.features);
        let due = decision.what.verb() != Verb::Done;
        labels.push(UserLabel { at: decision.at, side, contact, features, due });
    }
    Ok(labels)
}
