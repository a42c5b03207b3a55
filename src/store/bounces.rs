//! Bounces, what passed between me and the addresses that they are about, and which of those are
//! dead.

use std::collections::{HashMap, HashSet};

use rusqlite::{OptionalExtension, Row, params};

use super::Store;
use super::columns::clocks;
use crate::domain::measure::touches::Clocks;
use crate::domain::message::noise::Traits;
use crate::domain::model::{ContactId, Moment};
use crate::error::Result;

/// Mail that said that other mail couldn't be delivered.
#[derive(Debug, Clone)]
pub struct Bounce {
    pub clocks: Clocks,
    /// The addresses that it shows to be dead; `None` where it doesn't say to whom it couldn't
    /// deliver.
    pub addresses: Option<Vec<String>>,
    /// The hash of the Message-ID that it answers.
    pub parent: Option<i64>,
    pub traits: Traits,
    /// As far as subjects are kept.
    pub subject: String,
}

/// All mail on an address that a contact has.
#[derive(Debug, Clone)]
pub struct MailOnAddress {
    /// Whatever it was, but for what lies in Junk or was disowned: that may be a forgery.
    pub from_it: Vec<Clocks>,
    /// By me.
    pub to_it: Vec<Clocks>,
}

/// An address of a contact's that nobody reads any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadAddress {
    pub contact: ContactId,
    pub address: String,
    pub since: Moment,
}

impl Store {
    /// Every bounce. Of what lay in Junk, and may be a forgery, no address is kept.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn bounces(&self) -> Result<Vec<Bounce>> {
        let mut statement = self.db.prepare_cached(
            "SELECT a.mine IS 1, m.date, m.received, m.internal, m.dead_addresses, m.parent,
               m.traits, m.subject
             FROM message m INDEXED BY message_bounces LEFT JOIN address a ON a.id = m.author
             WHERE m.traits & 4",
        )?;
        let rows = statement.query_map([], |row| {
            let named: Option<String> = row.get(4)?;
            let addresses = named.map(|it| it.split(' ').map(str::to_owned).collect());
            Ok(Bounce {
                clocks: clocks(row, 0)?,
                addresses,
                parent: row.get(5)?,
                traits: Traits(row.get::<_, i64>(6)?.cast_unsigned()),
                subject: row.get::<_, Option<String>>(7)?.unwrap_or_default(),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// To whom those mails of mine went that went to one address only, by the hash of their
    /// Message-ID.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn sole_recipients(&self, id_hashes: &HashSet<i64>) -> Result<HashMap<i64, String>> {
        let mut find = self.db.prepare_cached(
            "SELECT m.id FROM message m JOIN address a ON a.id = m.author AND a.mine = 1
             WHERE m.id_hash = ?1",
        )?;
        let mut mails: HashMap<i64, i64> = HashMap::new();
        for id_hash in id_hashes {
            for message in find.query_map([id_hash], |row| row.get(0))? {
                mails.insert(message?, *id_hash);
            }
        }
        let mut found: HashMap<i64, Option<i64>> = HashMap::new();
        if mails.is_empty() {
            return Ok(HashMap::new());
        }
        // Recipients are kept by address, so all are gone through.
        let mut all = self.db.prepare(
            "SELECT x.message, x.address FROM recipient x
             WHERE x.address NOT IN (SELECT id FROM address WHERE mine = 1)",
        )?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            if let Some(id_hash) = mails.get(&row.get(0)?) {
                let address = row.get(1)?;
                found.entry(*id_hash).and_modify(|sole| *sole = None).or_insert(Some(address));
            }
        }
        let mut name = self.db.prepare_cached("SELECT email FROM address WHERE id = ?1")?;
        let soles = found.into_iter().filter_map(|(id_hash, sole)| Some((id_hash, sole?)));
        let named = soles.map(|(id_hash, sole)| {
            Ok((id_hash, name.query_row([sole], |row| row.get::<_, String>(0))?))
        });
        named.collect()
    }

    /// Everything that came from an address and that I sent to it, if a contact has it.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn mail_on_address(&self, email: &str) -> Result<Option<MailOnAddress>> {
        let mut find = self.db.prepare_cached(
            "SELECT id FROM address a WHERE email = ?1
             AND EXISTS (SELECT 1 FROM identity WHERE address = a.id)",
        )?;
        let Some(address) = find.query_row([email], |row| row.get(0)).optional()? else {
            return Ok(None);
        };
        let from_it = self.clocks_of(
            "SELECT 0, m.date, m.received, m.internal FROM message m WHERE m.author = ?1
               AND (NOT EXISTS (SELECT 1 FROM instance i WHERE i.message = m.id)
                    OR EXISTS (SELECT 1 FROM instance i JOIN folder f ON f.id = i.folder
                      WHERE i.message = m.id AND i.flags & 8 = 0 AND f.role <> 'junk'))",
            address,
        )?;
        let to_it = self.clocks_of(
            "SELECT 1, m.date, m.received, m.internal
             FROM recipient r JOIN message m ON m.id = r.message
             JOIN address a ON a.id = m.author AND a.mine = 1 WHERE r.address = ?1",
            address,
        )?;
        Ok(Some(MailOnAddress { from_it, to_it }))
    }

    fn clocks_of(&self, sql: &str, address: i64) -> Result<Vec<Clocks>> {
        let mut statement = self.db.prepare_cached(sql)?;
        let read = |row: &Row<'_>| clocks(row, 0);
        Ok(statement.query_map([address], read)?.collect::<Result<_, _>>()?)
    }

    /// Replaces what was known of dead addresses, each with the time since when it is.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn put_dead_addresses(&self, dead: &[(String, Moment)]) -> Result<()> {
        self.db.execute("DELETE FROM dead_address", [])?;
        let mut enter = self.db.prepare_cached(
            "INSERT INTO dead_address (address, since) SELECT id, ?2 FROM address WHERE email = ?1",
        )?;
        for (address, since) in dead {
            enter.execute(params![address, since.0])?;
        }
        Ok(())
    }

    /// Which contacts have an address.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn contacts_with(&self, address: &str) -> Result<Vec<ContactId>> {
        let mut find = self.db.prepare_cached(
            "SELECT i.contact FROM address a JOIN identity i ON i.address = a.id
             WHERE a.email = ?1 ORDER BY i.contact",
        )?;
        let found = find.query_map([address], |row| row.get(0).map(ContactId))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// The dead addresses of contacts, as they were last found.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn dead_addresses(&self) -> Result<Vec<DeadAddress>> {
        let mut statement = self.db.prepare_cached(
            "SELECT i.contact, a.email, d.since FROM dead_address d
             JOIN address a ON a.id = d.address JOIN identity i ON i.address = a.id
             ORDER BY i.contact, a.email",
        )?;
        let rows = statement.query_map([], |row| {
            let contact = ContactId(row.get(0)?);
            Ok(DeadAddress { contact, address: row.get(1)?, since: Moment(row.get(2)?) })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
