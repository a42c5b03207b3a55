//! Messages and their copies once they are stored: what changes of them, and what is asked of them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::RangeInclusive;

use rusqlite::{OptionalExtension, Row, params};

use super::Store;
use super::columns::{clocks, cues, stored_day};
use super::folders::FolderId;
use super::texts::KeptText;
use crate::domain::measure::touches::Clocks;
use crate::domain::message::facts::Facts;
use crate::domain::message::mailbox::{Flags, MailboxKind, Uid, UidValidity};
use crate::domain::model::{MessageNumber, Moment, TouchId};
use crate::error::Result;

/// One copy of a message as it was found in a folder.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub uid: Uid,
    pub flags: Flags,
    /// My server says that the domain of its sender disowns it.
    pub disowned: bool,
    pub internal: Option<Moment>,
    pub facts: Facts,
}

/// What is told of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageDetails {
    pub subject: Option<String>,
    pub message_id: Option<String>,
    /// What stayed of its text; `None` where it wasn't read.
    pub text: Option<KeptText>,
    /// Another mail of its sender's bears its Message-ID: one of the two isn't theirs.
    pub shares_its_id: bool,
}

/// What is stored of a copy's flags.
#[derive(Debug, Clone, Copy)]
pub(super) struct CopyFlags(i64);

impl CopyFlags {
    /// What changes while a copy lies where it lies.
    pub const MUTABLE: i64 = 7;
    const DISOWNED: i64 = 8;

    pub fn of(arrival: &Arrival) -> CopyFlags {
        let disowned = if arrival.disowned { CopyFlags::DISOWNED } else { 0 };
        CopyFlags(CopyFlags::mutable(arrival.flags).0 | disowned)
    }

    fn mutable(Flags { answered, deleted, draft }: Flags) -> CopyFlags {
        CopyFlags(i64::from(answered) | i64::from(deleted) << 1 | i64::from(draft) << 2)
    }

    pub fn bits(self) -> i64 {
        self.0
    }
}

impl Store {
    /// The number of an address, from now on if it had none, and whether it is mine.
    pub(super) fn address(&self, email: &str) -> Result<(i64, bool)> {
        let known = self
            .db
            .prepare_cached("SELECT id, mine FROM address WHERE email = ?1")?
            .query_row([email], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        if let Some(known) = known {
            return Ok(known);
        }
        self.db.prepare_cached("INSERT INTO address (email) VALUES (?1)")?.execute([email])?;
        Ok((self.db.last_insert_rowid(), false))
    }

    /// Marks whom a message concerns that is stored and whose flags or thread changed.
    pub(super) fn mark_people_of(&self, message: MessageNumber) -> Result<()> {
        if self.all_are_marked()? {
            return Ok(());
        }
        self.db
            .prepare_cached(
                "UPDATE contact SET dirty = 1 WHERE dirty = 0 AND id IN (
                   SELECT i.contact FROM identity i WHERE i.address IN (
                     SELECT author FROM message WHERE id = ?1
                     UNION SELECT p.author FROM message m JOIN message p ON p.id_hash = m.parent
                       WHERE m.id = ?1
                     UNION SELECT c.author FROM message m JOIN message c ON c.parent = m.id_hash
                       WHERE m.id = ?1))",
            )?
            .execute([message])?;
        self.db
            .prepare_cached(
                "UPDATE contact SET dirty = 1 WHERE dirty = 0 AND id IN (
                   SELECT c.contact FROM notice n JOIN counterpart c ON c.id = n.counterpart
                   WHERE n.message = ?1)",
            )?
            .execute([message])?;
        let is_mine: bool = self
            .db
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM message m JOIN address a ON a.id = m.author
                                WHERE m.id = ?1 AND a.mine = 1)",
            )?
            .query_row([message], |row| row.get(0))?;
        if is_mine {
            // Whom a message went to can be asked of each contact only.
            self.db
                .prepare_cached(
                    "UPDATE contact SET dirty = 1 WHERE dirty = 0 AND id IN (
                       SELECT i.contact FROM identity i
                       JOIN recipient r ON r.address = i.address AND r.message = ?1)",
                )?
                .execute([message])?;
        }
        Ok(())
    }

    /// New flags of a copy that is stored.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn set_flags(
        &self,
        folder: FolderId,
        uidvalidity: UidValidity,
        uid: Uid,
        flags: Flags,
    ) -> Result<()> {
        let flags = CopyFlags::mutable(flags).bits();
        let message: Option<MessageNumber> = self
            .db
            .prepare_cached(
                "UPDATE instance SET flags = flags & ~?5 | ?4
                 WHERE folder = ?1 AND uidvalidity = ?2 AND uid = ?3
                 AND flags & ?5 <> ?4 RETURNING message",
            )?
            .query_row(params![folder, uidvalidity, uid, flags, CopyFlags::MUTABLE], |row| {
                row.get(0)
            })
            .optional()?;
        message.map_or(Ok(()), |message| self.mark_people_of(message))
    }

    /// A copy is no longer in its folder; the message stays known.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn remove_copy(&self, folder: FolderId, uidvalidity: UidValidity, uid: Uid) -> Result<()> {
        let message: Option<MessageNumber> = self
            .db
            .prepare_cached(
                "DELETE FROM instance WHERE folder = ?1 AND uidvalidity = ?2 AND uid = ?3
                 RETURNING message",
            )?
            .query_row(params![folder, uidvalidity, uid], |row| row.get(0))
            .optional()?;
        message.map_or(Ok(()), |message| self.copies_went(message))
    }

    /// What follows from it that a message has lost copies.
    pub(super) fn copies_went(&self, message: MessageNumber) -> Result<()> {
        self.tie_anew(message)?;
        self.mark_people_of(message)
    }

    /// Puts a message aside that can't be read, with the reason.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn quarantine(
        &self,
        folder: FolderId,
        uidvalidity: UidValidity,
        uid: Uid,
        reason: &str,
    ) -> Result<()> {
        self.db
            .prepare_cached("INSERT OR REPLACE INTO quarantine VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![folder, uidvalidity, uid, reason])?;
        Ok(())
    }

    /// Where a message lies that can't be read, and why: account, folder, number, reason.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn quarantined(&self) -> Result<Vec<(String, String, Uid, String)>> {
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
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn watched_copies(&self, folder: FolderId, since: Moment) -> Result<Vec<Uid>> {
        let waiting = self.waiting_turns(since)?;
        let mut find = self.db.prepare_cached(
            "SELECT i.uid FROM instance i JOIN folder f ON f.id = i.folder
             WHERE i.message = ?1 AND i.folder = ?2 AND i.uidvalidity = f.uidvalidity",
        )?;
        let mut copies = Vec::new();
        for touch in waiting.iter().flat_map(|turn| &turn.touches) {
            let TouchId::Message(message) = touch else { continue };
            for uid in find.query_map(params![message, folder], |row| row.get(0))? {
                copies.push(uid?);
            }
        }
        copies.sort_unstable();
        copies.dedup();
        Ok(copies)
    }

    /// The copies in this range that are stored of a folder, ascending.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn stored_uids(
        &self,
        folder: FolderId,
        uidvalidity: UidValidity,
        range: RangeInclusive<Uid>,
    ) -> Result<Vec<Uid>> {
        let end = |uid: Uid| i64::try_from(uid.0).unwrap_or(i64::MAX);
        let (first, last) = (end(*range.start()), end(*range.end()));
        Ok(self
            .db
            .prepare_cached(
                "SELECT uid FROM instance
                 WHERE folder = ?1 AND uidvalidity = ?2 AND uid BETWEEN ?3 AND ?4 ORDER BY uid",
            )?
            .query_map(params![folder, uidvalidity, first, last], |row| row.get(0))?
            .collect::<Result<_, _>>()?)
    }

    /// Subject and Message-ID of a message, where they were kept.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn headline(&self, message: MessageNumber) -> Result<(Option<String>, Option<String>)> {
        Ok(self
            .db
            .prepare_cached("SELECT subject, message_id FROM message WHERE id = ?1")?
            .query_row([message], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?
            .unwrap_or_default())
    }

    /// By what name the user calls an account in which a message lies; `None` where only an archive
    /// has it.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn account_of(&self, message: MessageNumber) -> Result<Option<String>> {
        let mut find = self.db.prepare_cached(
            "SELECT a.name FROM instance i JOIN folder f ON f.id = i.folder
             JOIN account a ON a.id = f.account
             WHERE i.message = ?1 AND f.retired = 0 AND a.kind <> ?2 ORDER BY a.id LIMIT 1",
        )?;
        let found = find.query_row(params![message, MailboxKind::Archive], |row| row.get(0));
        Ok(found.optional()?)
    }

    /// The conversation that a message belongs to.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn thread_of(&self, message: MessageNumber) -> Result<i64> {
        let mut find = self.db.prepare_cached("SELECT thread FROM message WHERE id = ?1")?;
        Ok(find.query_row([message], |row| row.get(0)).optional()?.unwrap_or_default())
    }

    /// What is told of each of these messages.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn details(
        &self,
        messages: impl Iterator<Item = MessageNumber>,
    ) -> Result<HashMap<MessageNumber, MessageDetails>> {
        let mut find = self.db.prepare_cached(
            "SELECT m.subject, m.message_id, m.cues, m.named, m.back_on, m.attachments,
               EXISTS (SELECT 1 FROM message o WHERE o.id_hash = m.id_hash AND o.id <> m.id
                       AND o.author = m.author)
             FROM message m WHERE m.id = ?1",
        )?;
        let mut details = HashMap::new();
        for message in messages {
            if let Entry::Vacant(unknown) = details.entry(message)
                && let Some(found) = find.query_row([message], message_details).optional()?
            {
                unknown.insert(found);
            }
        }
        Ok(details)
    }

    /// The highest number that a message has: about as many were ever stored.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn highest_message(&self) -> Result<u64> {
        Ok(self
            .db
            .prepare_cached("SELECT coalesce(max(id), 0) FROM message")?
            .query_row([], |row| row.get(0))?)
    }

    /// Distinct messages, noise included.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn message_count(&self) -> Result<u64> {
        Ok(self.db.query_row("SELECT count(*) FROM message", [], |row| row.get(0))?)
    }

    /// How much mail had come by `then`, by the clock that `time` reads.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn message_count_by(
        &self,
        then: Moment,
        time: impl Fn(Clocks) -> Option<Moment>,
    ) -> Result<u64> {
        // Of most mail no clock says that it is later.
        let mut maybe_later = self.db.prepare_cached(
            "SELECT coalesce(m.author IN (SELECT id FROM address WHERE mine = 1), 0),
               m.date, m.received, m.internal
             FROM message m WHERE m.date > ?1 OR m.received > ?1 OR m.internal > ?1",
        )?;
        let mut rows = maybe_later.query([then.0])?;
        let mut later = 0;
        while let Some(row) = rows.next()? {
            later += u64::from(time(clocks(row, 0)?).is_some_and(|at| at > then));
        }
        Ok(self.message_count()? - later)
    }
}

fn message_details(row: &Row<'_>) -> rusqlite::Result<MessageDetails> {
    let names: Option<String> = row.get(5)?;
    let attachments = names.iter().flat_map(|it| it.lines()).map(str::to_owned).collect();
    let back_on = stored_day(row, 4)?;
    let text = cues(row, 2)?.map(|cues| KeptText { cues, back_on, attachments });
    Ok(MessageDetails {
        subject: row.get(0)?,
        message_id: row.get(1)?,
        text,
        shares_its_id: row.get(6)?,
    })
}
