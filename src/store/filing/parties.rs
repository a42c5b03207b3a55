//! Whom mails name, as the store numbers them: looked up and written once for many.

use std::collections::{HashMap, HashSet};

use crate::domain::message::facts::{Facts, Mailbox};
use crate::domain::message::noise::Traits;
use crate::error::Result;
use crate::store::Store;
use crate::store::columns::CC;
use crate::store::senders::List;

#[derive(Debug)]
pub(super) struct StoredAddress {
    pub id: i64,
    pub is_mine: bool,
    /// The best name that came, until it is written.
    name: Option<Name>,
}

/// The name of the newest mail is the best, and of its copies the shortest: lists add to names.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    at: i64,
    shortness: std::cmp::Reverse<usize>,
    text: String,
}

/// A message's addresses as the store numbers them.
pub(super) struct Parties {
    /// `None`, too, where a list that isn't believed took their place.
    pub author: Option<StoredAuthor>,
    /// A list has put its own address into `From`.
    pub is_rewritten: bool,
    /// Whom that list names as the author.
    pub claimed: Option<i64>,
    /// With their place in To, or [`CC`].
    pub recipients: Vec<(i64, i64)>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct StoredAuthor {
    pub id: i64,
    pub is_mine: bool,
    /// The references of their mail join threads: I am it, or a contact is.
    pub ties: bool,
}

/// The addresses that the mails of one transaction name.
#[derive(Debug, Default)]
pub(super) struct Addresses(HashMap<String, StoredAddress>);

impl Addresses {
    /// Whom a mail names; whoever is new gets a number.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn parties(&mut self, store: &Store, facts: &Facts, list: Option<List>) -> Result<Parties> {
        let at = facts.date.map_or(0, |at| at.0);
        let mut recipients: Vec<(i64, i64)> = Vec::with_capacity(facts.to.len() + facts.cc.len());
        for (place, mailbox) in (1..CC).zip(&facts.to) {
            recipients.push((self.address(store, mailbox, at)?.0, place));
        }
        for mailbox in &facts.cc {
            recipients.push((self.address(store, mailbox, at)?.0, CC));
        }
        // Each once, To before Cc.
        let mut seen = HashSet::new();
        recipients.retain(|(id, _)| seen.insert(*id));
        let is_rewritten = facts.traits.contains(Traits::LIST_REWRITTEN);
        let writer = facts.writer().map(|writer| self.address(store, writer, at)).transpose()?;
        // Nobody but I can say that I wrote something.
        let believed = list.is_some_and(|list| list.believed);
        let author = writer.filter(|(_, is_mine)| !is_rewritten || believed && !is_mine);
        let author = match author {
            Some((id, is_mine)) => {
                Some(StoredAuthor { id, is_mine, ties: is_mine || is_contacts(store, id)? })
            }
            None => None,
        };
        let claimed = writer.filter(|_| is_rewritten).map(|(id, _)| id);
        Ok(Parties { author, is_rewritten, claimed, recipients })
    }

    /// The number of an address, and whether it is mine.
    fn address(&mut self, store: &Store, mailbox: &Mailbox, at: i64) -> Result<(i64, bool)> {
        let known = match self.0.get_mut(&mailbox.address) {
            Some(known) => known,
            None => {
                let (id, is_mine) = store.address(&mailbox.address)?;
                let fresh = StoredAddress { id, is_mine, name: None };
                self.0.entry(mailbox.address.clone()).or_insert(fresh)
            }
        };
        if let Some(text) = &mailbox.name {
            let shortness = std::cmp::Reverse(text.chars().count());
            let is_better = known
                .name
                .as_ref()
                .is_none_or(|best| (best.at, best.shortness, &best.text) < (at, shortness, text));
            if is_better {
                known.name = Some(Name { at, shortness, text: text.clone() });
            }
        }
        Ok((known.id, known.is_mine))
    }

    /// Writes the best name of each address.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn write_names(&mut self, store: &Store) -> Result<()> {
        let mut name = store.db.prepare_cached(
            "UPDATE address SET name = ?2, name_at = ?3 WHERE id = ?1
             AND (name_at IS NULL OR (name_at, -length(name), name) < (?3, -length(?2), ?2))",
        )?;
        for address in self.0.values_mut() {
            if let Some(Name { at, text, .. }) = address.name.take() {
                name.execute(rusqlite::params![address.id, text, at])?;
            }
        }
        Ok(())
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn forget(&mut self) {
        self.0.clear();
    }

    /// Those that aren't mine.
    pub fn of_others(&self) -> impl Iterator<Item = i64> {
        self.0.values().filter(|address| !address.is_mine).map(|address| address.id)
    }
}

fn is_contacts(store: &Store, address: i64) -> Result<bool> {
    let mut find =
        store.db.prepare_cached("SELECT EXISTS (SELECT 1 FROM identity WHERE address = ?1)")?;
    Ok(find.query_row([address], |row| row.get(0))?)
}
