//! What stands in the ledger: the mail in which it may stand, what was found there, and what the user
//! said of it.
//!
//! What was found is kept as the domain spells it, and asked for as a whole.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Row, params, params_from_iter};

use super::Store;
use super::columns::{CC, clocks, stored_key};
use crate::domain::decide::ledger::judging::Judgement;
use crate::domain::decide::ledger::{EntryId, Finding, Kept};
use crate::domain::measure::touches::Clocks;
use crate::domain::message::facts::{Mailbox, MessageKey};
use crate::domain::message::mailbox::Role;
use crate::domain::message::noise::Traits;
use crate::domain::model::{ContactId, MessageNumber, Moment};
use crate::error::Result;

/// What is known of a message without its recipients.
#[derive(Debug, Clone)]
pub struct Head {
    pub message: MessageNumber,
    pub key: MessageKey,
    pub author: Mailbox,
    pub clocks: Clocks,
    /// As far as subjects are kept.
    pub subject: String,
    pub traits: Traits,
    /// Distinct addresses in To and Cc.
    pub recipients: u32,
    pub attachments: Vec<String>,
}

/// A message with everybody on it but me.
#[derive(Debug, Clone)]
pub struct AddressedMail {
    pub head: Head,
    /// In their order.
    pub to: Vec<Mailbox>,
    pub cc: Vec<Mailbox>,
}

/// A message that somebody is on.
#[derive(Debug, Clone)]
pub struct SeenOn {
    pub key: MessageKey,
    pub clocks: Clocks,
    /// Distinct addresses in To and Cc.
    pub recipients: u32,
    /// The address.
    pub author: Option<String>,
}

/// Everything that one address is on.
const WITH_ONE: &str = "
SELECT x.message AS id FROM recipient x WHERE x.address = ?1
UNION SELECT m.id FROM message m WHERE m.author = ?1";
/// Everything that two addresses are both on.
const WITH_BOTH: &str = "
SELECT x.message AS id FROM recipient x WHERE x.address = ?1
  AND EXISTS (SELECT 1 FROM recipient y WHERE y.address = ?2 AND y.message = x.message)
UNION SELECT m.id FROM message m WHERE m.author = ?1
  AND EXISTS (SELECT 1 FROM recipient y WHERE y.address = ?2 AND y.message = m.id)
UNION SELECT m.id FROM message m WHERE m.author = ?2
  AND EXISTS (SELECT 1 FROM recipient y WHERE y.address = ?1 AND y.message = m.id)";

impl Store {
    /// The mail that is `wanted` by its head, with those on it. Whatever was never sent, or lies in
    /// Junk, isn't among it.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn addressed_mail(&self, wanted: impl Fn(&Head) -> bool) -> Result<Vec<AddressedMail>> {
        let mut heads = self.db.prepare(
            "SELECT m.id, a.email, a.name, a.mine, m.date, m.received, m.internal, m.subject,
               m.traits, m.recipients, m.attachments, m.key
             FROM message m JOIN address a ON a.id = m.author",
        )?;
        let mut is_sent = self.db.prepare(
            "SELECT EXISTS (SELECT 1 FROM instance i JOIN folder f ON f.id = i.folder
               WHERE i.message = ?1 AND i.flags & 4 = 0 AND f.role NOT IN (?2, ?3))",
        )?;
        let mut found: HashMap<MessageNumber, AddressedMail> = HashMap::new();
        let mut rows = heads.query([])?;
        while let Some(row) = rows.next()? {
            let head = head(row)?;
            let aside = (Role::Drafts, Role::Junk);
            if wanted(&head)
                && is_sent.query_row(params![head.message, aside.0, aside.1], |row| row.get(0))?
            {
                let (to, cc) = (Vec::new(), Vec::new());
                found.insert(head.message, AddressedMail { head, to, cc });
            }
        }
        self.address_mail(&mut found)?;
        let mut found: Vec<AddressedMail> = found.into_values().collect();
        found.sort_by_key(|mail| mail.head.message);
        Ok(found)
    }

    /// Who is on each of these: recipients are kept by address, so all are gone through.
    fn address_mail(&self, mails: &mut HashMap<MessageNumber, AddressedMail>) -> Result<()> {
        if mails.is_empty() {
            return Ok(());
        }
        let mut all = self.db.prepare("SELECT message, address, place FROM recipient")?;
        let mut of_address =
            self.db.prepare("SELECT email, name FROM address WHERE id = ?1 AND mine = 0")?;
        let mut placed: HashMap<MessageNumber, Vec<(i64, Mailbox)>> = HashMap::new();
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            let message: MessageNumber = row.get(0)?;
            if !mails.contains_key(&message) {
                continue;
            }
            let place: i64 = row.get(2)?;
            for mailbox in of_address.query_map([row.get::<_, i64>(1)?], mailbox)? {
                placed.entry(message).or_default().push((place, mailbox?));
            }
        }
        for (message, mut people) in placed {
            let Some(mail) = mails.get_mut(&message) else { continue };
            people.sort_by(|one, other| (one.0, &one.1.address).cmp(&(other.0, &other.1.address)));
            for (place, person) in people {
                if place < CC { mail.to.push(person) } else { mail.cc.push(person) }
            }
        }
        Ok(())
    }

    /// Everything that both addresses are on, or the one where `other` is none.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn seen_on(&self, one: &str, other: Option<&str>) -> Result<Vec<SeenOn>> {
        let with = if other.is_some() { WITH_BOTH } else { WITH_ONE };
        let sql = format!(
            "SELECT m.key, a.mine IS 1, m.date, m.received, m.internal, m.recipients, a.email
             FROM ({with}) x CROSS JOIN message m ON m.id = x.id LEFT JOIN address a ON a.id = m.author"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut found = Vec::new();
        let Some(one) = self.known_address(one)? else { return Ok(found) };
        let mut values = vec![one];
        if let Some(other) = other {
            let Some(other) = self.known_address(other)? else { return Ok(found) };
            values.push(other);
        }
        for seen in statement.query_map(params_from_iter(values), seen_on)? {
            found.push(seen?);
        }
        Ok(found)
    }

    fn known_address(&self, email: &str) -> Result<Option<i64>> {
        Ok(self
            .db
            .prepare_cached("SELECT id FROM address WHERE email = ?1")?
            .query_row([email], |row| row.get(0))
            .optional()?)
    }

    /// Replaces what was found in the mail.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn put_findings(&self, found: &[Kept]) -> Result<()> {
        if self.findings()? == found {
            return Ok(());
        }
        self.db.execute("DELETE FROM finding", [])?;
        let mut enter = self.db.prepare("INSERT INTO finding (message, found) VALUES (?1, ?2)")?;
        for kept in found {
            enter.execute(params![kept.message(), json(kept)?])?;
        }
        Ok(())
    }

    /// What was found in the mail when it was last gone through.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn findings(&self) -> Result<Vec<Kept>> {
        let mut statement = self.db.prepare_cached("SELECT found FROM finding ORDER BY id")?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        // What an earlier version spelled otherwise is found again.
        let mut found = Vec::new();
        for text in rows {
            found.extend(serde_json::from_str::<Kept>(&text?).ok());
        }
        Ok(found)
    }

    /// Notes what the user said of an entry.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn judge(&self, judgement: &Judgement) -> Result<()> {
        let Judgement { entry, confirmed, at } = judgement;
        self.db.execute(
            "INSERT INTO judgement (at, entry, confirmed, finding) VALUES (?1, ?2, ?3, ?4)",
            params![at.0, entry.id.to_string(), confirmed, json(entry)?],
        )?;
        Ok(())
    }

    /// Takes back what the user said last of an entry; `false` when there is nothing.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn take_judgement_back(&self, entry: EntryId, now: Moment) -> Result<bool> {
        let changed = self.db.execute(
            "UPDATE judgement SET undone_at = ?2 WHERE id = (
               SELECT max(id) FROM judgement WHERE entry = ?1 AND undone_at IS NULL)",
            params![entry.to_string(), now.0],
        )?;
        Ok(changed > 0)
    }

    /// What the user had said last of each entry at `now`.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn judgements(&self, now: Moment) -> Result<Vec<Judgement>> {
        let mut statement = self.db.prepare_cached(
            "SELECT at, confirmed, finding, max(id) FROM judgement
             WHERE at <= ?1 AND (undone_at IS NULL OR undone_at > ?1) GROUP BY entry ORDER BY 4",
        )?;
        let rows = statement.query_map([now.0], |row| {
            Ok((Moment(row.get(0)?), row.get(1)?, row.get::<_, String>(2)?))
        })?;
        let mut found = Vec::new();
        for row in rows {
            let (at, confirmed, finding) = row?;
            if let Ok(entry) = serde_json::from_str::<Finding>(&finding) {
                found.push(Judgement { entry, confirmed, at });
            }
        }
        Ok(found)
    }

    /// Whose each address is that one contact has, and no other.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn contacts_by_address(&self) -> Result<HashMap<String, ContactId>> {
        let mut statement = self.db.prepare_cached(
            "SELECT a.email, min(i.contact) FROM identity i JOIN address a ON a.id = i.address
             GROUP BY a.id HAVING count(DISTINCT i.contact) = 1",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, ContactId(row.get(1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What mail calls an address.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn called(&self, address: &str) -> Result<Option<String>> {
        let mut find = self.db.prepare_cached("SELECT name FROM address WHERE email = ?1")?;
        Ok(find.query_row([address], |row| row.get(0)).optional()?.flatten())
    }

    /// The names that stand beside my addresses.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn my_names(&self) -> Result<Vec<String>> {
        let mut statement = self
            .db
            .prepare_cached("SELECT name FROM address WHERE mine = 1 AND name IS NOT NULL")?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|cause| crate::error::Error::failed("can't note an entry").because(cause))
}

fn mailbox(row: &Row<'_>) -> rusqlite::Result<Mailbox> {
    Ok(Mailbox { address: row.get(0)?, name: row.get(1)? })
}

fn head(row: &Row<'_>) -> rusqlite::Result<Head> {
    let names: Option<String> = row.get(10)?;
    Ok(Head {
        message: row.get(0)?,
        key: stored_key(row, 11)?,
        author: Mailbox { address: row.get(1)?, name: row.get(2)? },
        clocks: clocks(row, 3)?,
        subject: row.get::<_, Option<String>>(7)?.unwrap_or_default(),
        traits: Traits(row.get::<_, i64>(8)?.cast_unsigned()),
        recipients: row.get(9)?,
        attachments: names.iter().flat_map(|it| it.lines()).map(str::to_owned).collect(),
    })
}

fn seen_on(row: &Row<'_>) -> rusqlite::Result<SeenOn> {
    Ok(SeenOn {
        key: stored_key(row, 0)?,
        clocks: clocks(row, 1)?,
        recipients: row.get(5)?,
        author: row.get(6)?,
    })
}
