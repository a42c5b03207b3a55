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
    /// How its author is called in it, as the store numbers names.
    pub author_name: Option<i64>,
    pub recipients: Vec<Recipient>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Recipient {
    pub address: i64,
    /// In To, or [`CC`].
    pub place: i64,
    /// As the store numbers names; in mail of mine only.
    pub name: Option<i64>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct StoredAuthor {
    pub id: i64,
    pub is_mine: bool,
    /// The references of their mail join threads: I am it, or a contact is.
    pub ties: bool,
}

/// The addresses that the mails of one transaction name, and the names beside them.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    known: HashMap<String, StoredAddress>,
    names: HashMap<String, i64>,
}

impl Addresses {
    /// Whom a mail names; whoever is new gets a number.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn parties(&mut self, store: &Store, facts: &Facts, list: Option<List>) -> Result<Parties> {
        let at = facts.date.map_or(0, |at| at.0);
        let is_rewritten = facts.traits.contains(Traits::LIST_REWRITTEN);
        let writer = facts.writer().map(|writer| self.address(store, writer, at)).transpose()?;
        let is_mine = writer.is_some_and(|(_, is_mine)| is_mine) && !is_rewritten;
        let cc = facts.cc.iter().map(|mailbox| (CC, mailbox));
        let mut recipients: Vec<Recipient> = Vec::with_capacity(facts.to.len() + facts.cc.len());
        for (place, mailbox) in (1..CC).zip(&facts.to).chain(cc) {
            let (address, _) = self.address(store, mailbox, at)?;
            let name = if is_mine { self.name(store, mailbox)? } else { None };
            recipients.push(Recipient { address, place, name });
        }
        // Each once, To before Cc.
        let mut seen = HashSet::new();
        recipients.retain(|recipient| seen.insert(recipient.address));
        let author_name = match facts.writer().filter(|_| !is_mine) {
            Some(writer) => self.name(store, writer)?,
            None => None,
        };
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
        Ok(Parties { author, is_rewritten, claimed, author_name, recipients })
    }

    /// The number of the name that stands beside an address.
    fn name(&mut self, store: &Store, mailbox: &Mailbox) -> Result<Option<i64>> {
        let Some(text) = &mailbox.name else { return Ok(None) };
        if let Some(known) = self.names.get(text) {
            return Ok(Some(*known));
        }
        let id = store.display_name(text)?;
        self.names.insert(text.clone(), id);
        Ok(Some(id))
    }

    /// The number of an address, and whether it is mine.
    fn address(&mut self, store: &Store, mailbox: &Mailbox, at: i64) -> Result<(i64, bool)> {
        let known = match self.known.get_mut(&mailbox.address) {
            Some(known) => known,
            None => {
                let (id, is_mine) = store.address(&mailbox.address)?;
                let fresh = StoredAddress { id, is_mine, name: None };
                self.known.entry(mailbox.address.clone()).or_insert(fresh)
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
        for address in self.known.values_mut() {
            if let Some(Name { at, text, .. }) = address.name.take() {
                name.execute(rusqlite::params![address.id, text, at])?;
            }
        }
        Ok(())
    }

    pub fn len(&self) -> usize {
        self.known.len() + self.names.len()
    }

    pub fn forget(&mut self) {
        self.known.clear();
        self.names.clear();
    }

    /// Those that aren't mine.
    pub fn of_others(&self) -> impl Iterator<Item = i64> {
        self.known.values().filter(|address| !address.is_mine).map(|address| address.id)
    }
}

fn is_contacts(store: &Store, address: i64) -> Result<bool> {
    let mut find =
        store.db.prepare_cached("SELECT EXISTS (SELECT 1 FROM identity WHERE address = ?1)")?;
    Ok(find.query_row([address], |row| row.get(0))?)
}
