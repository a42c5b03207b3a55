//! Which addresses of contacts nobody reads any more: mail to them came back, and none came from
//! them since.

use std::collections::{BTreeMap, HashSet};

use super::Book;
use super::as_of::StoreAt;
use crate::domain::message::bounces::{dead_since, is_about_what_it_answers, may_be_of};
use crate::domain::model::{ContactId, Moment};
use crate::domain::policy::Policy;
use crate::error::Result;
use crate::store::{DeadAddress, Store};

/// Goes through all bounces.
///
/// # Errors
/// Where the database can't be read.
pub fn find_dead(store: &Store, policy: &Policy) -> Result<Vec<(String, Moment)>> {
    let mut bounces = store.bounces()?;
    bounces.retain(|it| it.addresses.is_some() || is_about_what_it_answers(it.traits, &it.subject));
    let nameless = bounces.iter().filter(|bounce| bounce.addresses.is_none());
    let parents: HashSet<i64> = nameless.filter_map(|bounce| bounce.parent).collect();
    let soles = store.sole_recipients(&parents)?;
    let mut came_back: BTreeMap<String, Vec<Moment>> = BTreeMap::new();
    for bounce in bounces {
        let Some(at) = bounce.clocks.time(policy.time) else { continue };
        let sole = || bounce.parent.and_then(|parent| soles.get(&parent).cloned());
        for address in bounce.addresses.unwrap_or_else(|| sole().into_iter().collect()) {
            came_back.entry(address).or_default().push(at);
        }
    }
    let mut dead = Vec::new();
    for (address, mut came_back) in came_back {
        let Some(mail) = store.mail_on_address(&address)? else { continue };
        let sent: Vec<Moment> =
            mail.to_it.iter().filter_map(|clocks| clocks.time(policy.time)).collect();
        came_back.retain(|back| sent.iter().any(|sent| may_be_of(*sent, *back)));
        let last_from_it = mail.from_it.iter().filter_map(|it| it.time(policy.time)).max();
        dead.extend(dead_since(&came_back, last_from_it).map(|since| (address, since)));
    }
    Ok(dead)
}

impl Book<'_> {
    /// The dead addresses of all contacts, by contact.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn dead_addresses(&self) -> Result<&[DeadAddress]> {
        if let Some(dead) = self.dead_addresses.get() {
            return Ok(dead);
        }
        let mut dead = match &self.store {
            StoreAt::Now(store) => store.dead_addresses()?,
            StoreAt::Then(earlier) => {
                earlier.put_dead_addresses(&find_dead(earlier, self.policy)?)?;
                earlier.dead_addresses()?
            }
        };
        let mut living = HashSet::new();
        for DeadAddress { address, since, .. } in &dead {
            let mail = self.store.mail_on_address(address)?;
            let from_it = mail.iter().flat_map(|mail| &mail.from_it);
            if from_it.filter_map(|it| it.time(self.policy.time)).any(|at| at > *since) {
                living.insert(address.clone());
            }
        }
        dead.retain(|it| !living.contains(&it.address));
        Ok(self.dead_addresses.get_or_init(|| dead))
    }

    /// Of one contact.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn dead_addresses_of(&self, contact: ContactId) -> Result<&[DeadAddress]> {
        let dead = self.dead_addresses()?;
        let first = dead.partition_point(|it| it.contact < contact);
        let end = dead.partition_point(|it| it.contact <= contact);
        Ok(dead.get(first..end).unwrap_or_default())
    }

    /// Since when mail doesn't reach a contact: the address that I wrote to last is dead, or they have
    /// no other.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn unreachable_since(&self, contact: ContactId) -> Result<Option<Moment>> {
        let dead = self.dead_addresses_of(contact)?;
        if dead.is_empty() {
            return Ok(None);
        }
        let addresses = self.store.emails_of(contact)?;
        if addresses.len() == dead.len() {
            return Ok(dead.iter().map(|it| it.since).min());
        }
        let mut last: Option<(Moment, &str)> = None;
        for address in &addresses {
            let mail = self.store.mail_on_address(address)?;
            let to_it = mail.iter().flat_map(|mail| &mail.to_it);
            let at = to_it.filter_map(|clocks| clocks.time(self.policy.time)).max();
            last = last.max(at.map(|at| (at, address.as_str())));
        }
        let written_to = last.map(|(_, address)| address);
        Ok(dead.iter().find(|it| Some(it.address.as_str()) == written_to).map(|it| it.since))
    }
}
