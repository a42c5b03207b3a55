//! Mail that an import brought from a file: its copies stand under one account of their own, a
//! folder for each file and role, and the import's number in the place of a UIDVALIDITY.
//!
//! Never retired and never watched: what came stays until the import is taken back.

use rusqlite::params;

use super::Store;
use super::filing::Identified;
use super::folders::FolderId;
use crate::domain::message::facts::{Facts, MessageKey};
use crate::domain::message::mailbox::{MailboxKind, Role};
use crate::error::Result;

/// What the account is called.
const NAME: &str = "imported mail";

/// Where a message is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownFrom {
    /// This archive has brought it already.
    Here,
    Elsewhere,
    Nowhere,
}

impl Store {
    /// The folder of an archive for the mail of one role, made if need be; without a role the
    /// archive itself.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn archive_folder(&self, archive: &str, role: Option<Role>) -> Result<FolderId> {
        let name = match role {
            Some(role) => format!("{archive} ({})", role.name()),
            None => archive.to_owned(),
        };
        self.db.execute(
            "INSERT INTO account (name, kind) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            params![NAME, MailboxKind::Archive],
        )?;
        Ok(self.db.query_row(
            "INSERT INTO folder (account, name, role, complete)
             SELECT id, ?2, ?3, 1 FROM account WHERE name = ?1
             ON CONFLICT (account, name) DO UPDATE SET role = excluded.role RETURNING id",
            params![NAME, name, role.unwrap_or(Role::Other)],
            |row| row.get(0),
        )?)
    }

    /// The key of a message, and what is known of it before the copy in an archive is stored.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn known(&self, facts: &Facts, archive: &str) -> Result<(MessageKey, KnownFrom)> {
        let Identified { key, message } = self.same_message(facts, None)?;
        let Some(message) = message else { return Ok((key, KnownFrom::Nowhere)) };
        let mut find = self.db.prepare_cached(
            "SELECT EXISTS (
               SELECT 1 FROM instance i JOIN folder f ON f.id = i.folder
               JOIN account a ON a.id = f.account
               WHERE i.message = ?1 AND a.kind = ?3
                 AND f.name IN (?2, ?2 || ' (' || f.role || ')'))",
        )?;
        let here =
            find.query_row(params![message.id, archive, MailboxKind::Archive], |row| row.get(0))?;
        Ok((key, if here { KnownFrom::Here } else { KnownFrom::Elsewhere }))
    }

    /// Takes the copies back that an import brought, and the messages numbered higher than `after`
    /// that are nowhere else. One that something was decided or told about stays known.
    pub(super) fn take_mail_back(&self, import: i64, after: u64) -> Result<()> {
        let archives =
            "SELECT f.id FROM folder f JOIN account a ON a.id = f.account WHERE a.kind = ?1";
        self.db.execute(
            &format!(
                "CREATE TEMP TABLE taken AS SELECT DISTINCT message FROM instance
                 WHERE uidvalidity = {import} AND folder IN ({archives})"
            ),
            [MailboxKind::Archive],
        )?;
        self.db.execute(
            &format!("DELETE FROM instance WHERE uidvalidity = ?2 AND folder IN ({archives})"),
            params![MailboxKind::Archive, import],
        )?;
        self.db.execute(
            "DELETE FROM taken WHERE message <= ?1
               OR EXISTS (SELECT 1 FROM instance i WHERE i.message = taken.message)
               OR message IN (SELECT touch FROM decision)
               OR message IN (SELECT touch FROM outbox WHERE touch IS NOT NULL)",
            [after],
        )?;
        let threads: Vec<i64> = self
            .db
            .prepare("SELECT DISTINCT thread FROM message WHERE id IN (SELECT message FROM taken)")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        self.cut_threads(&threads)?;
        self.db.execute_batch(
            "DELETE FROM recipient WHERE message IN (SELECT message FROM taken);
             DELETE FROM notice WHERE message IN (SELECT message FROM taken);
             DELETE FROM counterpart WHERE id NOT IN (SELECT counterpart FROM notice)
               AND id NOT IN (SELECT counterpart FROM entry WHERE counterpart IS NOT NULL);
             DELETE FROM through_list WHERE message IN (SELECT message FROM taken);
             DELETE FROM message WHERE id IN (SELECT message FROM taken);
             DROP TABLE taken;",
        )?;
        self.thread_anew(&threads)?;
        self.forget_empty_archives()?;
        self.mark_all_dirty()
    }

    fn forget_empty_archives(&self) -> Result<()> {
        self.db.execute(
            "DELETE FROM folder WHERE account IN (SELECT id FROM account WHERE kind = ?1)
             AND NOT EXISTS (SELECT 1 FROM instance i WHERE i.folder = folder.id)",
            [MailboxKind::Archive],
        )?;
        self.db.execute(
            "DELETE FROM account WHERE kind = ?1
             AND NOT EXISTS (SELECT 1 FROM folder f WHERE f.account = account.id)",
            [MailboxKind::Archive],
        )?;
        Ok(())
    }
}
