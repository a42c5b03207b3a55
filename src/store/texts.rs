//! Which messages' texts are still to be read: those between me and a contact, and bounces.
//!
//! Knows no text; what was read of one stands with its message.

use jiff::civil::Date;
use rusqlite::params;

use super::Store;
use super::folders::FolderId;
use crate::domain::message::cues::Cues;
use crate::domain::message::mailbox::{MailboxKind, Uid};
use crate::domain::model::{MessageNumber, Moment};
use crate::error::Result;

/// So many are named at once.
const AT_ONCE: u64 = 600;

/// What stays of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptText {
    pub cues: Cues,
    /// The first local day of presence that a notice of absence names.
    pub back_on: Option<Date>,
    /// The names of what is attached.
    pub attachments: Vec<String>,
}

impl Store {
    /// The texts of these messages, sent at these times, are wanted; where all that is left of one
    /// is a copy that an import brought, nobody can read it any more.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn want_texts(&self, messages: &[(MessageNumber, Moment)]) -> Result<()> {
        let mut want = self.db.prepare_cached(
            "INSERT OR IGNORE INTO unread_text (folder, at, message)
             SELECT i.folder, ?2, m.id FROM message m CROSS JOIN instance i ON i.message = m.id
             CROSS JOIN folder f ON f.id = i.folder CROSS JOIN account a ON a.id = f.account
             WHERE m.id = ?1 AND m.cues IS NULL AND a.kind <> ?3",
        )?;
        for (message, at) in messages {
            want.execute(params![message, at.0, MailboxKind::Archive])?;
        }
        Ok(())
    }

    /// The text of a bounce is wanted, where texts are read: it may say to whom it couldn't deliver.
    pub(super) fn want_bounce(&self, message: MessageNumber) -> Result<()> {
        let mut want = self.db.prepare_cached(
            "INSERT OR IGNORE INTO unread_text (folder, at, message)
             SELECT i.folder, coalesce(m.internal, m.received, m.date), m.id
             FROM message m CROSS JOIN instance i ON i.message = m.id
             CROSS JOIN folder f ON f.id = i.folder CROSS JOIN account a ON a.id = f.account
             WHERE m.id = ?1 AND m.cues IS NULL AND a.kind <> ?2 AND f.role <> 'junk'
               AND coalesce(m.internal, m.received, m.date) IS NOT NULL
               AND EXISTS (SELECT 1 FROM setting WHERE key = 'text' AND value = 'cues')",
        )?;
        want.execute(params![message, MailboxKind::Archive])?;
        Ok(())
    }

    /// The texts of all stored bounces are wanted that weren't read, but for those of delays.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn want_bounces(&self) -> Result<()> {
        let mut silent = self.db.prepare(
            "SELECT id FROM message INDEXED BY message_bounces
             WHERE traits & 4 AND cues IS NULL AND dead_addresses IS NOT ''",
        )?;
        let silent = silent.query_map([], |row| row.get(0))?;
        let silent: Vec<MessageNumber> = silent.collect::<Result<_, _>>()?;
        silent.into_iter().try_for_each(|message| self.want_bounce(message))
    }

    pub(super) fn text_is_read(&self, message: MessageNumber) -> Result<()> {
        self.db.prepare_cached("DELETE FROM unread_text WHERE message = ?1")?.execute([message])?;
        Ok(())
    }

    /// The copies in a folder of messages whose texts are wanted, the newest first.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn unread_copies(&self, folder: FolderId, since: Moment) -> Result<Vec<Uid>> {
        // `CROSS JOIN` and `+` keep the planner from going through the whole folder for each.
        let mut find = self.db.prepare_cached(
            "SELECT i.uid FROM unread_text w CROSS JOIN instance i ON i.message = w.message
             WHERE w.folder = ?1 AND w.at >= ?2 AND +i.folder = ?1
               AND +i.uidvalidity = (SELECT uidvalidity FROM folder WHERE id = ?1)
             ORDER BY w.at DESC LIMIT ?3",
        )?;
        let uids = find.query_map(params![folder, since.0, AT_ONCE], |row| row.get(0))?;
        Ok(uids.collect::<Result<_, _>>()?)
    }

    /// How many texts are wanted.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn unread_texts(&self, since: Moment) -> Result<u64> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT count(DISTINCT w.message) FROM folder f
                 CROSS JOIN unread_text w ON w.folder = f.id
                 WHERE f.retired = 0 AND w.at >= ?1",
            )?
            .query_row([since.0], |row| row.get(0))?)
    }

    /// How many texts of an account's messages are wanted.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn unread_texts_of(&self, account: &str, since: Moment) -> Result<u64> {
        Ok(self.db.query_row(
            "SELECT count(DISTINCT w.message) FROM account a
             CROSS JOIN folder f ON f.account = a.id
             CROSS JOIN unread_text w ON w.folder = f.id
             WHERE a.name = ?1 AND f.retired = 0 AND w.at >= ?2",
            params![account, since.0],
            |row| row.get(0),
        )?)
    }
}
