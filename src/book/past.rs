//! What was known at an earlier instant: what is known now without what came later.
//!
//! Only those are measured again, from their mail up to then, of whose mail more was learned since, or
//! of whose turns the user has spoken since. Writes nothing.

use std::collections::{BTreeMap, HashMap};

use super::measure::{Measured, letters_then, measured_then};
use crate::domain::measure::touches::Letter;
use crate::domain::measure::turns::UnjudgedTurn;
use crate::domain::message::absence::Absence;
use crate::domain::model::{ContactId, Moment, Side};
use crate::domain::policy::Policy;
use crate::error::Result;
use crate::store::{ContactRow, InTouch, LastSigns, PackedTurns, Store};

pub(super) struct Past<'a> {
    pub(super) store: &'a Store,
    policy: &'a Policy,
    then: Moment,
    anew: BTreeMap<ContactId, Measured>,
}

impl<'a> Past<'a> {
    pub(super) fn of(store: &'a Store, policy: &'a Policy, then: Moment) -> Result<Past<'a>> {
        let mut contacts = store.known_better_since(then)?;
        for spoken_of in store.spoken_of_since(then)? {
            let held = store.turn_holding(spoken_of)?;
            contacts.extend(held.filter(|turn| turn.start <= then).map(|_| spoken_of.contact));
        }
        let mut anew = BTreeMap::new();
        for contact in contacts {
            anew.insert(contact, measured_then(store, contact, policy, then)?);
        }
        Ok(Past { store, policy, then, anew })
    }

    pub(super) fn each_history(
        &self,
        mut take: impl FnMut(PackedTurns) -> Result<()>,
    ) -> Result<()> {
        let mut anew = self.anew.iter().map(|(id, it)| PackedTurns::of(*id, &it.turns)).peekable();
        self.store.each_history(|turns| {
            while let Some(other) = anew.next_if(|it| it.contact() < turns.contact()) {
                take(other)?;
            }
            match anew.next_if(|it| it.contact() == turns.contact()) {
                Some(anew) => take(anew),
                None => take(turns.as_of(self.then)),
            }
        })?;
        anew.try_for_each(take)
    }

    pub(super) fn packed_turns_of(&self, contact: ContactId) -> Result<PackedTurns> {
        match self.anew.get(&contact) {
            Some(measured) => Ok(PackedTurns::of(contact, &measured.turns)),
            None => Ok(self.store.packed_turns_of(contact)?.as_of(self.then)),
        }
    }

    pub(super) fn waiting_turns(&self, started_after: Moment) -> Result<Vec<UnjudgedTurn>> {
        let waits = |turn: &UnjudgedTurn| turn.answer.is_none() && turn.closed().is_none();
        let mut found = Vec::new();
        self.each_history(|turns| {
            found.extend(turns.begun_since(started_after + 1).filter(waits));
            Ok(())
        })?;
        Ok(in_order(found))
    }

    pub(super) fn requests(&self) -> Result<Vec<UnjudgedTurn>> {
        // Who requests nothing by now has requested nothing before.
        let known = self.store.requests()?.into_iter();
        let known = known.filter(|turn| !self.anew.contains_key(&turn.id.contact));
        let mut found: Vec<UnjudgedTurn> = known.filter_map(|turn| turn.as_of(self.then)).collect();
        found.extend(self.anew.values().flat_map(|measured| measured.turns.iter().cloned()));
        found.retain(UnjudgedTurn::requests);
        Ok(in_order(found))
    }

    pub(super) fn count_missed(
        &self,
        contact: ContactId,
        since: Moment,
        hours: f64,
    ) -> Result<usize> {
        let turns = self.packed_turns_of(contact)?.unpacked();
        let missed = |turn: &&UnjudgedTurn| {
            turn.side == Side::Mine
                && turn.start > since
                && turn.closed().is_none()
                && turn.answer.is_none_or(|answer| answer.at > turn.start.plus_hours(hours))
        };
        Ok(turns.iter().filter(missed).count())
    }

    pub(super) fn in_touch(&self, contact: ContactId) -> Result<InTouch> {
        match self.anew.get(&contact) {
            Some(measured) => Ok(measured.in_touch.clone()),
            None => Ok(self.store.in_touch(contact)?.as_of(self.then)),
        }
    }

    pub(super) fn last_signs(&self) -> Result<HashMap<ContactId, LastSigns>> {
        let mut found = HashMap::new();
        self.store.each_in_touch(|contact, known| {
            found.insert(contact, known.as_of(self.then).last());
        })?;
        found.extend(self.anew.iter().map(|(contact, it)| (*contact, it.in_touch.last())));
        Ok(found)
    }

    pub(super) fn absences(&self) -> Result<HashMap<ContactId, Vec<Absence>>> {
        let mut found = self.store.absences()?;
        for absences in found.values_mut() {
            *absences = absences.iter().filter_map(|it| it.as_of(self.then)).collect();
        }
        found.extend(self.anew.iter().map(|(contact, it)| (*contact, it.absences.clone())));
        Ok(found)
    }

    pub(super) fn letters(&self, contact: ContactId) -> Result<Vec<Letter>> {
        letters_then(self.store, contact, self.policy, self.then)
    }

    pub(super) fn contacts(&self) -> Result<Vec<ContactRow>> {
        let last = self.last_signs()?;
        let mut rows = self.store.contacts()?;
        for row in &mut rows {
            row.last_touch = last.get(&row.id).and_then(|last| last.latest());
        }
        Ok(rows)
    }

    pub(super) fn message_count(&self) -> Result<u64> {
        self.store.message_count_by(self.then, |clocks| clocks.time(self.policy.time))
    }
}

/// By when they began.
fn in_order(mut turns: Vec<UnjudgedTurn>) -> Vec<UnjudgedTurn> {
    turns.sort_by_key(|turn| (turn.start, turn.id.touch));
    turns
}
