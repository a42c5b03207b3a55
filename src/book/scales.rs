//! By what everybody is measured: values alone, so that several threads may measure at once.

use std::collections::{HashMap, HashSet};

use jiff::tz::TimeZone;

use super::AsOf;
use super::dead_addresses::DeadAddresses;
use crate::domain::measure::calendar::Calendar;
use crate::domain::measure::decisions::Decisions;
use crate::domain::measure::need::model::Model;
use crate::domain::measure::terms::Terms;
use crate::domain::measure::turns::{Turn, UnjudgedTurn};
use crate::domain::message::absence::Absence;
use crate::domain::model::{ContactId, Moment, Side, TouchId};
use crate::domain::policy::Policy;
use crate::store::DeadAddress;

/// What is known that belongs to no single contact, as of one instant.
pub struct Scales<'a> {
    pub(super) policy: &'a Policy,
    pub(super) as_of: AsOf,
    pub(super) decisions: Decisions,
    /// What asks for an answer, by what the user said of it.
    pub(super) need: Model,
    pub(super) absences: HashMap<ContactId, Vec<Absence>>,
    /// Mails of mine that introduce people to each other.
    pub(super) introducing: HashSet<TouchId>,
    pub(super) dead_addresses: DeadAddresses,
    /// The days of whoever has none of their own.
    pub(super) calendar: Calendar,
}

impl Scales<'_> {
    pub fn now(&self) -> Moment {
        self.as_of.moment()
    }

    pub(super) fn judged(&self, turns: Vec<UnjudgedTurn>) -> Vec<Turn> {
        let judged = |turn| {
            let turn = self.without_introductions(turn).judged(&self.need);
            if self.dead_addresses.has_returned(&turn) { turn.came_back() } else { turn }
        };
        turns.into_iter().map(judged).collect()
    }

    /// A mail of mine that makes two people known to each other asks nothing of either for me.
    fn without_introductions(&self, mut turn: UnjudgedTurn) -> UnjudgedTurn {
        if turn.side == Side::Mine && !self.introducing.is_empty() {
            turn.asks.retain(|asked| !self.introducing.contains(&asked.touch));
        }
        turn
    }

    /// The dead addresses of one contact.
    pub fn dead_addresses_of(&self, contact: ContactId) -> &[DeadAddress] {
        self.dead_addresses.of_contact(contact)
    }

    /// Since when mail doesn't reach a contact.
    pub(super) fn unreachable_since(&self, contact: ContactId) -> Option<Moment> {
        self.dead_addresses.unreachable_since(contact)
    }

    /// In which an answer is owed between a contact and me.
    pub(super) fn limit_h(&self, contact: ContactId) -> f64 {
        self.decisions.limit_h(contact).unwrap_or(self.policy.limit_h)
    }

    pub fn terms(&self, contact: ContactId) -> Terms {
        let (zone, calendar) = match self.own_zone(contact) {
            None => (self.policy.zone.clone(), self.calendar.clone()),
            Some(zone) => {
                let holidays = self.policy.holidays.clone();
                (zone.clone(), Calendar::new(zone).with_holidays(holidays))
            }
        };
        let absences = self.absences_of(contact).iter().map(|absence| absence.span(&zone));
        Terms { limit_h: self.limit_h(contact), calendar: calendar.with_absences(absences) }
    }

    /// The zone in which a contact's days begin.
    pub(super) fn zone_of(&self, contact: ContactId) -> TimeZone {
        self.own_zone(contact).unwrap_or_else(|| self.policy.zone.clone())
    }

    fn own_zone(&self, contact: ContactId) -> Option<TimeZone> {
        self.decisions.zone(contact).and_then(|zone| TimeZone::get(zone).ok())
    }

    pub(super) fn absences_of(&self, contact: ContactId) -> &[Absence] {
        self.absences.get(&contact).map(Vec::as_slice).unwrap_or_default()
    }
}
