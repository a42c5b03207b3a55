//! Addresses that several contacts share: whose a mail is, the names in it say.

use std::collections::{HashMap, HashSet};

use rusqlite::{OptionalExtension, params};

use super::Store;
use crate::domain::measure::touches::Letter;
use crate::domain::measure::turns::Author;
use crate::domain::message::cards::bearer;
use crate::domain::model::{ContactId, MessageNumber};
use crate::error::Result;

/// By address: everybody who has it, with all their names.
type Holders = HashMap<i64, Vec<(ContactId, Vec<String>)>>;

impl Store {
    /// The number of a name that stands beside an address.
    pub(super) fn display_name(&self, text: &str) -> Result<i64> {
        let known = self
            .db
            .prepare_cached("SELECT id FROM display_name WHERE text = ?1")?
            .query_row([text], |row| row.get(0))
            .optional()?;
        if let Some(known) = known {
            return Ok(known);
        }
        self.db.prepare_cached("INSERT INTO display_name (text) VALUES (?1)")?.execute([text])?;
        Ok(self.db.last_insert_rowid())
    }

    /// Leaves out of a contact's letters what somebody else wrote from an address that they share,
    /// or got there, and what nothing says whose it is.
    pub(super) fn without_others(
        &self,
        contact: ContactId,
        letters: Vec<Letter>,
    ) -> Result<Vec<Letter>> {
        let shared = self.shared_addresses(contact)?;
        if shared.is_empty() {
            return Ok(letters);
        }
        let mut own: HashSet<i64> = HashSet::new();
        let mut kept = HashSet::new();
        for letter in letters.iter().filter(|letter| letter.author == Author::Them) {
            if self.is_written_by(contact, letter.id, &shared)? {
                own.extend(letter.own_id);
                kept.insert(letter.id);
            }
        }
        for letter in letters.iter().filter(|letter| letter.author != Author::Them) {
            let answers = letter.parent.iter().chain(&letter.references).any(|id| own.contains(id));
            let belongs = answers
                || letter.author == Author::Me
                    && self.is_written_to(contact, letter.id, &shared)?;
            if belongs {
                kept.insert(letter.id);
            }
        }
        Ok(letters.into_iter().filter(|letter| kept.contains(&letter.id)).collect())
    }

    /// The addresses of a contact that others have, too.
    fn shared_addresses(&self, contact: ContactId) -> Result<Holders> {
        let mut find = self.db.prepare_cached(
            "SELECT o.address, o.contact FROM identity i
             JOIN identity o ON o.address = i.address AND o.source <> 'by_name'
             WHERE i.contact = ?1 AND i.address IS NOT NULL AND i.source <> 'by_name'
               AND EXISTS (SELECT 1 FROM identity e WHERE e.address = i.address
                           AND e.contact <> ?1 AND e.source <> 'by_name')",
        )?;
        let mut holders: Holders = HashMap::new();
        let mut rows = find.query([contact.0])?;
        while let Some(row) = rows.next()? {
            let (address, holder) = (row.get(0)?, ContactId(row.get(1)?));
            let names = self.names_of(holder)?;
            holders.entry(address).or_default().push((holder, names));
        }
        Ok(holders)
    }

    /// Whose mail may be told otherwise since this contact has gained or lost an address or a name:
    /// theirs, and that of everybody who shares an address with them.
    pub(super) fn mark_with_sharers(&self, contact: ContactId) -> Result<()> {
        self.mark_dirty(contact)?;
        self.db
            .prepare_cached(
                "UPDATE contact SET dirty = 1 WHERE dirty = 0 AND id IN (
                   SELECT o.contact FROM identity i JOIN identity o ON o.address = i.address
                   WHERE i.contact = ?1 AND i.address IS NOT NULL)",
            )?
            .execute([contact.0])?;
        Ok(())
    }

    /// Every name that a contact bears.
    pub(super) fn names_of(&self, contact: ContactId) -> Result<Vec<String>> {
        let mut find = self.db.prepare_cached(
            "SELECT name FROM contact WHERE id = ?1
             UNION SELECT value FROM identity WHERE contact = ?1 AND kind = 'name'",
        )?;
        Ok(find.query_map([contact.0], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    fn is_written_by(
        &self,
        contact: ContactId,
        message: MessageNumber,
        shared: &Holders,
    ) -> Result<bool> {
        let mut find = self.db.prepare_cached(
            "SELECT m.author, n.text FROM message m
             LEFT JOIN display_name n ON n.id = m.author_name WHERE m.id = ?1",
        )?;
        let (author, name): (Option<i64>, Option<String>) =
            find.query_row(params![message], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(author.is_none_or(|author| is_theirs(contact, author, name.as_deref(), shared)))
    }

    /// Whether an address of theirs alone is among the recipients, or a shared one under their name.
    fn is_written_to(
        &self,
        contact: ContactId,
        message: MessageNumber,
        shared: &Holders,
    ) -> Result<bool> {
        let mut find = self.db.prepare_cached(
            "SELECT r.address, n.text FROM identity i
             JOIN recipient r ON r.address = i.address AND r.message = ?2
             LEFT JOIN display_name n ON n.id = r.name WHERE i.contact = ?1",
        )?;
        let mut rows = find.query(params![contact.0, message])?;
        while let Some(row) = rows.next()? {
            let (address, name): (i64, Option<String>) = (row.get(0)?, row.get(1)?);
            if is_theirs(contact, address, name.as_deref(), shared) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether a contact is meant by one of their addresses under this name.
fn is_theirs(contact: ContactId, address: i64, name: Option<&str>, shared: &Holders) -> bool {
    let Some(holders) = shared.get(&address) else { return true };
    name.and_then(|name| bearer(name, holders)) == Some(contact)
}
