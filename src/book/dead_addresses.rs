//! Which addresses of contacts nobody reads any more: mail to them came back, and none came from
//! them since.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::AsOf;
use crate::domain::measure::touches::Clocks;
use crate::domain::measure::turns::Turn;
use crate::domain::message::bounces::{
    COMES_BACK_WITHIN, dead_since, is_about_what_it_answers, may_be_of,
};
use crate::domain::model::{Channel, ContactId, Moment, Side};
use crate::domain::policy::Policy;
use crate::error::Result;
use crate::store::{DeadAddress, Store};

/// Goes through all bounces that had come by `now`; each address with the time since when it is dead.
///
/// # Errors
/// Where the database can't be read.
pub fn find_dead(store: &Store, policy: &Policy, now: Moment) -> Result<Vec<(String, Moment)>> {
    let mut bounces = store.bounces()?;
    bounces.retain(|it| it.addresses.is_some() || is_about_what_it_answers(it.traits, &it.subject));
    let nameless = bounces.iter().filter(|bounce| bounce.addresses.is_none());
    let parents: HashSet<i64> = nameless.filter_map(|bounce| bounce.parent).collect();
    let soles = store.sole_recipients(&parents)?;
    let mut came_back: BTreeMap<String, Vec<Moment>> = BTreeMap::new();
    for bounce in bounces {
        let at = bounce.clocks.time(policy.time).filter(|at| *at <= now);
        let Some(at) = at else { continue };
        let sole = || bounce.parent.and_then(|parent| soles.get(&parent).cloned());
        for address in bounce.addresses.unwrap_or_else(|| sole().into_iter().collect()) {
            came_back.entry(address).or_default().push(at);
        }
    }
    let mut dead = Vec::new();
    for (address, mut came_back) in came_back {
        let Some(mail) = store.mail_on_address(&address)? else { continue };
        let sent = times(&mail.to_it, policy, now);
        came_back.retain(|back| sent.iter().any(|sent| may_be_of(*sent, *back)));
        let last_from_it = times(&mail.from_it, policy, now).into_iter().max();
        dead.extend(dead_since(&came_back, last_from_it).map(|since| (address, since)));
    }
    Ok(dead)
}

/// When these came, as far as they had come by `now`.
fn times(mail: &[Clocks], policy: &Policy, now: Moment) -> Vec<Moment> {
    let times = mail.iter().filter_map(|clocks| clocks.time(policy.time));
    times.filter(|at| *at <= now).collect()
}

/// What is known of them as of one instant.
pub(super) struct DeadAddresses {
    /// By contact.
    all: Vec<DeadAddress>,
    /// Since when mail doesn't reach a contact: the address that I wrote to last is dead, or they have
    /// no other.
    unreachable: HashMap<ContactId, Moment>,
}

impl DeadAddresses {
    /// As found when the mail was last gone through, less those from which mail has come since; of
    /// an earlier instant, found anew.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub(super) fn of(store: &Store, policy: &Policy, as_of: AsOf) -> Result<DeadAddresses> {
        let all = match as_of {
            AsOf::Now(now) => still_dead(store, policy, now)?,
            AsOf::Then(then) => dead_then(store, policy, then)?,
        };
        let mut unreachable = HashMap::new();
        for of_one in all.chunk_by(|one, other| one.contact == other.contact) {
            let Some(contact) = of_one.first().map(|dead| dead.contact) else { continue };
            let since = unreachable_since(store, policy, contact, of_one, as_of.moment())?;
            unreachable.extend(since.map(|since| (contact, since)));
        }
        Ok(DeadAddresses { all, unreachable })
    }
}

fn still_dead(store: &Store, policy: &Policy, now: Moment) -> Result<Vec<DeadAddress>> {
    let mut found = Vec::new();
    for dead in store.dead_addresses()? {
        let mail = store.mail_on_address(&dead.address)?;
        let from_it = mail.map_or_else(Vec::new, |mail| times(&mail.from_it, policy, now));
        if !from_it.iter().any(|at| *at > dead.since) {
            found.push(dead);
        }
    }
    Ok(found)
}

fn dead_then(store: &Store, policy: &Policy, then: Moment) -> Result<Vec<DeadAddress>> {
    let mut found = Vec::new();
    for (address, since) in find_dead(store, policy, then)? {
        for contact in store.contacts_with(&address)? {
            found.push(DeadAddress { contact, address: address.clone(), since });
        }
    }
    found.sort_by(|one, other| (one.contact, &one.address).cmp(&(other.contact, &other.address)));
    Ok(found)
}

/// `dead`: the dead addresses of the contact.
fn unreachable_since(
    store: &Store,
    policy: &Policy,
    contact: ContactId,
    dead: &[DeadAddress],
    now: Moment,
) -> Result<Option<Moment>> {
    let addresses = store.emails_of(contact)?;
    if addresses.len() == dead.len() {
        return Ok(dead.iter().map(|it| it.since).min());
    }
    let mut last: Option<(Moment, &str)> = None;
    for address in &addresses {
        let mail = store.mail_on_address(address)?;
        let to_it = mail.map_or_else(Vec::new, |mail| times(&mail.to_it, policy, now));
        let at = to_it.into_iter().max();
        last = last.max(at.map(|at| (at, address.as_str())));
    }
    let written_to = last.map(|(_, address)| address);
    Ok(dead.iter().find(|it| Some(it.address.as_str()) == written_to).map(|it| it.since))
}

impl DeadAddresses {
    /// Those of one contact.
    pub(super) fn of_contact(&self, contact: ContactId) -> &[DeadAddress] {
        let first = self.all.partition_point(|it| it.contact < contact);
        let end = self.all.partition_point(|it| it.contact <= contact);
        self.all.get(first..end).unwrap_or_default()
    }

    /// Since when mail doesn't reach a contact.
    pub(super) fn unreachable_since(&self, contact: ContactId) -> Option<Moment> {
        self.unreachable.get(&contact).copied()
    }

    /// Whether a turn of mine was returned, or would have been.
    pub(super) fn has_returned(&self, turn: &Turn) -> bool {
        turn.side == Side::Mine
            && turn.channel == Channel::Mail
            && self
                .unreachable_since(turn.id.contact)
                .is_some_and(|since| turn.start > since - COMES_BACK_WITHIN)
    }
}
