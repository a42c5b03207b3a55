//! Messages and their copies. Whatever arrives twice, in another folder or again after a crash, is
//! found by its key and counted once.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, params};

use super::Store;
use super::threads::pack;
use crate::domain::facts::{Facts, KEY_VERSION, Mailbox};
use crate::domain::model::Moment;
use crate::domain::noise::Traits;
use crate::error::Result;

/// One copy of a message as it was found in a folder.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub uid: u64,
    pub answered: bool,
    pub deleted: bool,
    pub draft: bool,
    pub internal: Option<Moment>,
    pub facts: Facts,
}

/// A message's addresses as the store numbers them; recipients with their role.
struct Parties {
    author: Option<i64>,
    recipients: Vec<(i64, i64)>,
}

const CC: i64 = 0;
const TO: i64 = 1;

impl Store {
    /// Stores a copy and, if it is new, its message. Contacts that it concerns are marked to be
    /// measured again.
    pub fn add_copy(
        &self,
        folder: i64,
        uidvalidity: u64,
        arrival: &Arrival,
        keep_subject: bool,
    ) -> Result<()> {
        let facts = &arrival.facts;
        let parties = self.parties(facts)?;
        self.remember_names(facts)?;
        let message = match self.known_message(arrival)? {
            Some(message) => message,
            None => self.add_message(arrival, &parties, keep_subject)?,
        };
        let flags = flag_bits(arrival.answered, arrival.deleted, arrival.draft);
        self.db
            .prepare_cached(
                "INSERT INTO instance (folder, uidvalidity, uid, message, flags)
                 VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET message = excluded.message, flags = excluded.flags",
            )?
            .execute(params![folder, uidvalidity as i64, arrival.uid as i64, message, flags])?;
        self.mark_parties(facts, &parties)
    }

    fn parties(&self, facts: &Facts) -> Result<Parties> {
        let mut recipients = Vec::new();
        for (mailbox, role) in recipients_of(facts) {
            recipients.push((self.address_id(&mailbox.address)?, role));
        }
        let author = match &facts.author {
            Some(author) => Some(self.address_id(&author.address)?),
            None => None,
        };
        Ok(Parties { author, recipients })
    }

    /// The row of a message that is stored already; the earliest time of all its copies holds, and
    /// what all of them say of how it came to be.
    fn known_message(&self, arrival: &Arrival) -> Result<Option<i64>> {
        let facts = &arrival.facts;
        let known: Option<(i64, u32)> = self
            .db
            .prepare_cached("SELECT id, traits FROM message WHERE key = ?1")?
            .query_row([facts.key.0.as_slice()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((id, traits)) = known else { return Ok(None) };
        self.db
            .prepare_cached(
                "UPDATE message SET
                   received = min(coalesce(received, ?2), coalesce(?2, received)),
                   internal = min(coalesce(internal, ?3), coalesce(?3, internal)),
                   traits = ?4,
                   subject = CASE WHEN (length(?5), ?5) < (length(subject), subject)
                             THEN ?5 ELSE subject END
                 WHERE id = ?1",
            )?
            .execute(params![
                id,
                facts.received.map(|at| at.0),
                arrival.internal.map(|at| at.0),
                i64::from(Traits(traits).of_copies(facts.traits).0),
                facts.subject,
            ])?;
        Ok(Some(id))
    }

    fn add_message(&self, arrival: &Arrival, parties: &Parties, keep_subject: bool) -> Result<i64> {
        let facts = &arrival.facts;
        let thread = self.thread_for(facts)?;
        self.db
            .prepare_cached(
                "INSERT INTO message (key, key_version, message_id, id_hash, author, date, received,
                        internal, subject, base_subject, parent, refs, thread, traits, to_count,
                        recipients, back_on)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                         ?17)",
            )?
            .execute(params![
                facts.key.0.as_slice(),
                KEY_VERSION,
                facts.message_id,
                facts.id_hash,
                parties.author,
                facts.date.map(|at| at.0),
                facts.received.map(|at| at.0),
                arrival.internal.map(|at| at.0),
                keep_subject.then_some(&facts.subject),
                facts.base_subject,
                facts.parent,
                pack(&facts.references),
                thread,
                i64::from(facts.traits.0),
                facts.to.len() as i64,
                parties.recipients.len() as i64,
                facts.back_on.map(|day| day.to_string()),
            ])?;
        let message = self.db.last_insert_rowid();
        let mut enter = self.db.prepare_cached(
            "INSERT INTO recipient (address, message, role) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET role = max(role, excluded.role)",
        )?;
        for (address, role) in &parties.recipients {
            enter.execute(params![address, message, role])?;
        }
        Ok(message)
    }

    /// Marks every contact whose turns a message may change: its author, the recipients of mine,
    /// the author of what it answers, and the authors of what answers it.
    fn mark_parties(&self, facts: &Facts, parties: &Parties) -> Result<()> {
        let mut mark = self.db.prepare_cached(
            "UPDATE contact SET dirty = 1 WHERE dirty = 0
             AND id IN (SELECT contact FROM identity WHERE address = ?1)",
        )?;
        let mut concerned: Vec<i64> = parties.author.into_iter().collect();
        if self.is_mine(parties.author)? {
            concerned.extend(parties.recipients.iter().map(|(address, _)| address));
        }
        for (sql, id) in [
            ("SELECT author FROM message WHERE id_hash = ?1 AND author IS NOT NULL", facts.parent),
            ("SELECT author FROM message WHERE parent = ?1 AND author IS NOT NULL", facts.id_hash),
        ] {
            let mut related = self.db.prepare_cached(sql)?;
            for author in related.query_map([id], |row| row.get(0))? {
                concerned.push(author?);
            }
        }
        concerned.sort_unstable();
        concerned.dedup();
        for address in concerned {
            mark.execute([address])?;
        }
        Ok(())
    }

    fn is_mine(&self, address: Option<i64>) -> Result<bool> {
        let mine = self
            .db
            .prepare_cached("SELECT mine FROM address WHERE id = ?1")?
            .query_row([address], |row| row.get(0))
            .optional()?;
        Ok(mine.unwrap_or(false))
    }

    pub(super) fn address_id(&self, email: &str) -> Result<i64> {
        let known = self
            .db
            .prepare_cached("SELECT id FROM address WHERE email = ?1")?
            .query_row([email], |row| row.get(0))
            .optional()?;
        if let Some(id) = known {
            return Ok(id);
        }
        self.db.prepare_cached("INSERT INTO address (email) VALUES (?1)")?.execute([email])?;
        Ok(self.db.last_insert_rowid())
    }

    /// Keeps the display name of the newest mail, and of its copies the shortest, whichever came
    /// first: lists add to names.
    fn remember_names(&self, facts: &Facts) -> Result<()> {
        let at = facts.date.map_or(0, |at| at.0);
        let mut remember = self.db.prepare_cached(
            "UPDATE address SET name = ?2, name_at = ?3 WHERE email = ?1
             AND (name_at IS NULL OR (name_at, -length(name), name) < (?3, -length(?2), ?2))",
        )?;
        for mailbox in facts.author.iter().chain(&facts.to).chain(&facts.cc) {
            if let Some(name) = &mailbox.name {
                remember.execute(params![mailbox.address, name, at])?;
            }
        }
        Ok(())
    }

    /// Like [`Store::mark_parties`], for a message that is stored and whose flags or thread changed.
    pub(super) fn mark_people_of(&self, message: i64) -> Result<()> {
        self.db
            .prepare_cached(
                "UPDATE contact SET dirty = 1 WHERE dirty = 0 AND id IN (
                   SELECT i.contact FROM identity i WHERE i.address IN (
                     SELECT author FROM message WHERE id = ?1
                     UNION SELECT p.author FROM message m JOIN message p ON p.id_hash = m.parent
                       WHERE m.id = ?1
                     UNION SELECT c.author FROM message m JOIN message c ON c.parent = m.id_hash
                       WHERE m.id = ?1)
                   UNION SELECT i.contact FROM identity i
                     JOIN recipient r ON r.address = i.address AND r.message = ?1
                     WHERE (SELECT mine FROM address a JOIN message m ON m.author = a.id
                            WHERE m.id = ?1))",
            )?
            .execute([message])?;
        Ok(())
    }

    /// New flags of a copy that is stored.
    pub fn set_flags(
        &self,
        folder: i64,
        uidvalidity: u64,
        uid: u64,
        (answered, deleted, draft): (bool, bool, bool),
    ) -> Result<()> {
        let flags = flag_bits(answered, deleted, draft);
        let message: Option<i64> = self
            .db
            .prepare_cached(
                "UPDATE instance SET flags = ?4 WHERE folder = ?1 AND uidvalidity = ?2 AND uid = ?3
                 AND flags <> ?4 RETURNING message",
            )?
            .query_row(params![folder, uidvalidity as i64, uid as i64, flags], |row| row.get(0))
            .optional()?;
        message.map_or(Ok(()), |message| self.mark_people_of(message))
    }

    /// A copy is no longer in its folder; the message stays known.
    pub fn remove_copy(&self, folder: i64, uidvalidity: u64, uid: u64) -> Result<()> {
        let message: Option<i64> = self
            .db
            .prepare_cached(
                "DELETE FROM instance WHERE folder = ?1 AND uidvalidity = ?2 AND uid = ?3
                 RETURNING message",
            )?
            .query_row(params![folder, uidvalidity as i64, uid as i64], |row| row.get(0))
            .optional()?;
        message.map_or(Ok(()), |message| self.mark_people_of(message))
    }

    pub fn quarantine(&self, folder: i64, uidvalidity: u64, uid: u64, reason: &str) -> Result<()> {
        self.db
            .prepare_cached("INSERT OR REPLACE INTO quarantine VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![folder, uidvalidity as i64, uid as i64, reason])?;
        Ok(())
    }

    /// Where a message lies that can't be read, and why: account, folder, number, reason.
    pub fn quarantined(&self) -> Result<Vec<(String, String, i64, String)>> {
        Ok(self
            .db
            .prepare(
                "SELECT a.name, f.name, q.uid, q.reason FROM quarantine q
                 JOIN folder f ON f.id = q.folder JOIN account a ON a.id = f.account
                 ORDER BY 1, 2, 3",
            )?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
            .collect::<Result<_, _>>()?)
    }

    /// The copies in a folder of messages that stand in turns without an answer.
    pub fn watched_copies(&self, folder: i64, since: Moment) -> Result<Vec<u64>> {
        let waiting: Vec<Vec<u8>> = self
            .db
            .prepare_cached(
                "SELECT touches FROM turn
                 WHERE answered_at IS NULL AND closed IS NULL AND start >= ?1",
            )?
            .query_map([since.0], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut find = self.db.prepare_cached(
            "SELECT i.uid FROM instance i JOIN folder f ON f.id = i.folder
             WHERE i.message = ?1 AND i.folder = ?2 AND i.uidvalidity = f.uidvalidity",
        )?;
        let mut copies = Vec::new();
        for message in waiting.iter().flat_map(|touches| super::threads::unpack(touches)) {
            let uids = find.query_map(params![message, folder], |row| row.get::<_, i64>(0))?;
            for uid in uids {
                copies.push(uid? as u64);
            }
        }
        copies.sort_unstable();
        copies.dedup();
        Ok(copies)
    }

    /// The copies that are stored of a folder.
    pub fn stored_uids(&self, folder: i64, uidvalidity: u64) -> Result<HashSet<u64>> {
        Ok(self
            .db
            .prepare_cached("SELECT uid FROM instance WHERE folder = ?1 AND uidvalidity = ?2")?
            .query_map(params![folder, uidvalidity as i64], |row| row.get(0))?
            .collect::<Result<_, _>>()?)
    }

    /// Subject and Message-ID of a message, where they were kept.
    pub fn headline(&self, message: i64) -> Result<(Option<String>, Option<String>)> {
        Ok(self
            .db
            .prepare_cached("SELECT subject, message_id FROM message WHERE id = ?1")?
            .query_row([message], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?
            .unwrap_or_default())
    }

    /// How many messages were ever stored, without counting them.
    pub fn messages_ever(&self) -> Result<u64> {
        Ok(self
            .db
            .prepare_cached("SELECT coalesce(max(id), 0) FROM message")?
            .query_row([], |row| row.get(0))?)
    }

    pub fn message_count(&self) -> Result<u64> {
        Ok(self.db.query_row("SELECT count(*) FROM message", [], |row| row.get(0))?)
    }
}

/// Each address once, To before Cc.
fn recipients_of(facts: &Facts) -> Vec<(&Mailbox, i64)> {
    let mut all: Vec<(&Mailbox, i64)> = facts.to.iter().map(|mailbox| (mailbox, TO)).collect();
    all.extend(facts.cc.iter().map(|mailbox| (mailbox, CC)));
    let mut seen = HashSet::new();
    all.retain(|(mailbox, _)| seen.insert(&mailbox.address));
    all
}

fn flag_bits(answered: bool, deleted: bool, draft: bool) -> i64 {
    i64::from(answered) | i64::from(deleted) << 1 | i64::from(draft) << 2
}
