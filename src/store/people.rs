//! Contacts and how they are recognised.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::{OptionalExtension, params};

use super::Store;
use crate::domain::message::identity::{self, IdentityKind, SeenAddress};
use crate::domain::model::{ContactId, Moment};
use crate::error::Result;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub kind: IdentityKind,
    pub value: String,
    /// An address that was found by the display name alone.
    pub by_name: bool,
}

#[derive(Debug, Clone)]
pub struct ContactRow {
    pub id: ContactId,
    pub name: String,
    pub company: Option<String>,
    pub position: Option<String>,
    pub connected_on: Option<String>,
    /// When they became a contact here.
    pub created_at: Moment,
    pub last_touch: Option<Moment>,
    pub identities: Vec<Identity>,
}

impl ContactRow {
    /// When the day began on which they connected, as far as that is known.
    pub fn connected_at(&self) -> Option<Moment> {
        let day: Date = self.connected_on.as_ref()?.parse().ok()?;
        Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp().into())
    }

    /// Where they are to be found on LinkedIn, or elsewhere.
    pub fn profile_url(&self) -> Option<&str> {
        let url = self.identities.iter().find(|identity| identity.kind == IdentityKind::Url);
        url.map(|identity| identity.value.as_str())
    }
}

/// Of an address `a`: with a name that isn't mine, and no contact's by anything better than it.
const NOBODYS: &str = "a.name IS NOT NULL AND a.mine = 0
  AND a.email NOT LIKE '%@linkedin.com' AND a.email NOT LIKE '%.linkedin.com' AND NOT EXISTS (
  SELECT 1 FROM identity i WHERE i.address = a.id AND i.source <> 'by_name')";
/// Mail went to it and came from it.
const BOTH_WAYS: &str = "(EXISTS (SELECT 1 FROM message m WHERE m.author = a.id)
  AND EXISTS (SELECT 1 FROM recipient r CROSS JOIN message m ON m.id = r.message
              WHERE r.address = a.id
                AND +m.author IN (SELECT id FROM address WHERE mine = 1)))";

impl Store {
    /// Everybody, by id, with all that they are recognised by.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn contacts(&self) -> Result<Vec<ContactRow>> {
        let mut contacts: Vec<ContactRow> = self
            .db
            .prepare_cached(
                "SELECT id, name, company, position, connected_on, last_touch, created_at
                 FROM contact ORDER BY id",
            )?
            .query_map([], |row| {
                Ok(ContactRow {
                    id: ContactId(row.get(0)?),
                    name: row.get(1)?,
                    company: row.get(2)?,
                    position: row.get(3)?,
                    connected_on: row.get(4)?,
                    last_touch: row.get::<_, Option<i64>>(5)?.map(Moment),
                    created_at: Moment(row.get(6)?),
                    identities: Vec::new(),
                })
            })?
            .collect::<Result<_, _>>()?;
        let mut statement = self.db.prepare_cached(
            "SELECT contact, kind, value, source = 'by_name' FROM identity
             ORDER BY contact, kind, value",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let contact = ContactId(row.get(0)?);
            if let Ok(position) = contacts.binary_search_by_key(&contact, |row| row.id) {
                contacts[position].identities.push(Identity {
                    kind: row.get(1)?,
                    value: row.get(2)?,
                    by_name: row.get(3)?,
                });
            }
        }
        Ok(contacts)
    }

    /// How many people are known.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn contact_count(&self) -> Result<u64> {
        Ok(self.db.query_row("SELECT count(*) FROM contact", [], |row| row.get(0))?)
    }

    /// When somebody became a contact here.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn contact_since(&self, contact: ContactId) -> Result<Option<Moment>> {
        let mut find = self.db.prepare_cached("SELECT created_at FROM contact WHERE id = ?1")?;
        let since = find.query_row([contact.0], |row| row.get(0)).optional()?;
        Ok(since.map(Moment))
    }

    /// A display name and, if there is one, an address to show beside it.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn name_of(&self, contact: ContactId) -> Result<Option<(String, Option<String>)>> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT name, (SELECT value FROM identity WHERE contact = id AND kind = 'email'
                               ORDER BY source = 'by_name', value LIMIT 1)
                 FROM contact WHERE id = ?1",
            )?
            .query_row([contact.0], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?)
    }

    /// The mail addresses of a contact.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn emails_of(&self, contact: ContactId) -> Result<Vec<String>> {
        let mut find = self.db.prepare_cached(
            "SELECT value FROM identity WHERE contact = ?1 AND kind = 'email' ORDER BY value",
        )?;
        Ok(find.query_map([contact.0], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Where a contact is to be found.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn profile_url(&self, contact: ContactId) -> Result<Option<String>> {
        let mut find = self.db.prepare_cached(
            "SELECT value FROM identity WHERE contact = ?1 AND kind = 'url' ORDER BY value LIMIT 1",
        )?;
        Ok(find.query_row([contact.0], |row| row.get(0)).optional()?)
    }

    /// Tells which addresses are the user's own; everything is measured again when that changes.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn set_mine(&self, emails: &[String]) -> Result<()> {
        let mut wanted = Vec::new();
        for email in emails {
            wanted.push(self.address(email)?.0);
        }
        wanted.sort_unstable();
        wanted.dedup();
        if self.knows_mine(emails)? {
            return Ok(());
        }
        self.db.execute("UPDATE address SET mine = 0, ties_due = 1 WHERE mine = 1", [])?;
        for id in wanted {
            self.db.execute("UPDATE address SET mine = 1, ties_due = 1 WHERE id = ?1", [id])?;
        }
        self.doubt_senders()?;
        self.mark_all_dirty()
    }

    /// Whether it knows these addresses as the user's own, and no others.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn knows_mine(&self, emails: &[String]) -> Result<bool> {
        let known: BTreeSet<String> = self
            .db
            .prepare_cached("SELECT email FROM address WHERE mine = 1")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        Ok(known.iter().eq(emails.iter().collect::<BTreeSet<_>>()))
    }

    /// Finds whose the addresses, numbers and profiles are that no card names, as everybody is known
    /// now.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn recognise(&self) -> Result<()> {
        self.match_by_name()?;
        self.match_counterparts()
    }

    /// Gives contacts without an address the ones that their names prove (and takes back those
    /// that they no longer do). Everybody's names count for whether a name proves anything.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn match_by_name(&self) -> Result<()> {
        let without = self.proven_by_name()?;
        let refused: Vec<(i64, String)> = self
            .db
            .prepare_cached(
                "SELECT contact, value FROM decision
                 WHERE verb = 'not-theirs' AND undone_at IS NULL",
            )?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let known: Vec<(i64, i64)> = self
            .db
            .prepare_cached("SELECT address, contact FROM identity WHERE source = 'by_name'")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let mut wanted = Vec::new();
        for (address, contact) in without {
            let email: String = self
                .db
                .prepare_cached("SELECT email FROM address WHERE id = ?1")?
                .query_row([address], |row| row.get(0))?;
            if !refused.contains(&(contact.0, email.clone())) {
                wanted.push((address, contact.0, email));
            }
        }
        for (address, contact) in &known {
            if !wanted.iter().any(|(a, c, _)| (a, c) == (address, contact)) {
                self.db.execute(
                    "DELETE FROM identity
                     WHERE source = 'by_name' AND address = ?1 AND contact = ?2",
                    params![address, contact],
                )?;
                self.mark_dirty(ContactId(*contact))?;
            }
        }
        for (address, contact, email) in wanted {
            if !known.contains(&(address, contact)) {
                self.db.execute(
                    "INSERT OR IGNORE INTO identity (contact, kind, value, source, address)
                     VALUES (?1, 'email', ?2, 'by_name', ?3)",
                    params![contact, email, address],
                )?;
                self.mark_dirty(ContactId(contact))?;
            }
        }
        Ok(())
    }

    /// Addresses whose display name proves whose they are, of those who have no other.
    fn proven_by_name(&self) -> Result<Vec<(i64, ContactId)>> {
        let is_any_without: bool = self
            .db
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM contact c WHERE NOT EXISTS (
                   SELECT 1 FROM identity WHERE contact = c.id AND kind = 'email'
                   AND source <> 'by_name'))",
            )?
            .query_row([], |row| row.get(0))?;
        if !is_any_without {
            return Ok(Vec::new());
        }
        let seen = self.nobodys_addresses()?;
        if !seen.iter().any(|seen| seen.both_ways) {
            return Ok(Vec::new());
        }
        let mut is_without = self.db.prepare_cached(
            "SELECT NOT EXISTS (SELECT 1 FROM identity WHERE contact = ?1 AND kind = 'email'
                                AND source <> 'by_name')",
        )?;
        let mut found = Vec::new();
        for (address, contact) in self.found_by_name(&seen)? {
            if is_without.query_row([contact.0], |row| row.get(0))? {
                found.push((address, contact));
            }
        }
        Ok(found)
    }

    /// Everybody's names are gone through, and few of them remembered.
    fn found_by_name(&self, seen: &[SeenAddress]) -> Result<Vec<(i64, ContactId)>> {
        let mut names = self.db.prepare_cached(
            "SELECT id, name FROM contact
             UNION ALL SELECT contact, value FROM identity WHERE kind = 'name'",
        )?;
        let mut failed = None;
        let rows = names.query_map([], |row| Ok((ContactId(row.get(0)?), row.get(1)?)))?;
        let read = rows.map_while(|row| row.map_err(|cause| failed = Some(cause)).ok());
        let found = identity::by_name(read, seen);
        failed.map_or(Ok(found), |cause| Err(cause.into()))
    }

    /// Addresses with a display name that belong to no contact by anything better than the name.
    fn nobodys_addresses(&self) -> Result<Vec<SeenAddress>> {
        Ok(self
            .db
            .prepare_cached(&format!(
                "SELECT a.id, a.name, {BOTH_WAYS} FROM address a WHERE {NOBODYS}"
            ))?
            .query_map([], |row| {
                Ok(SeenAddress { address: row.get(0)?, name: row.get(1)?, both_ways: row.get(2)? })
            })?
            .collect::<Result<_, _>>()?)
    }

    /// Whether only its display name can say whose this address is, and is believed.
    pub(super) fn goes_by_name(&self, address: i64) -> Result<bool> {
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM address a WHERE a.id = ?1 AND {NOBODYS} AND {BOTH_WAYS})"
        );
        Ok(self.db.prepare_cached(&sql)?.query_row([address], |row| row.get(0))?)
    }

    /// Addresses that aren't among mine, and from which mail was sent here, with how many messages:
    /// what lies in a Sent folder, or where all mail lies together and no server received it.
    /// Drafts, and what a program left there, is no more than a letter or two.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn unknown_senders(&self) -> Result<Vec<(String, u64)>> {
        Ok(self
            .db
            .prepare(
                "SELECT a.email, count(DISTINCT m.id) FROM folder f
                 JOIN instance i ON i.folder = f.id JOIN message m ON m.id = i.message
                 JOIN address a ON a.id = m.author
                 WHERE f.retired = 0 AND a.mine = 0 AND (f.role = 'sent' OR f.role = 'all'
                   AND m.received IS NULL AND NOT EXISTS (
                     SELECT 1 FROM recipient r JOIN address me ON me.id = r.address
                     WHERE r.message = m.id AND me.mine))
                 GROUP BY a.id HAVING max(f.role = 'sent') OR count(DISTINCT m.id) >= 3
                 ORDER BY 2 DESC, 1",
            )?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?)
    }

    /// Mail of contacts whose every copy lies in Junk, newest first: contact, subject, time.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn junk_from_contacts(
        &self,
        since: Moment,
        now: Moment,
    ) -> Result<Vec<(ContactId, Option<String>, Moment)>> {
        // `CROSS JOIN` has the planner begin with the folders: Junk is a small part of all mail.
        Ok(self
            .db
            .prepare(
                "SELECT i.contact, m.subject, coalesce(m.received, m.internal, m.date) AS at
                 FROM folder f CROSS JOIN instance n ON n.folder = f.id AND f.role = 'junk'
                 CROSS JOIN message m ON m.id = n.message JOIN identity i ON i.address = m.author
                 WHERE f.retired = 0 AND at BETWEEN ?1 AND ?2 AND NOT EXISTS (
                   SELECT 1 FROM instance n2 JOIN folder f2 ON f2.id = n2.folder
                   WHERE n2.message = m.id AND f2.role <> 'junk')
                 ORDER BY at DESC LIMIT 20",
            )?
            .query_map([since.0, now.0], |row| {
                Ok((ContactId(row.get(0)?), row.get(1)?, Moment(row.get(2)?)))
            })?
            .collect::<Result<_, _>>()?)
    }
}
