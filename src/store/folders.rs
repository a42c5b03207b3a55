//! Folders: what they are for, what of each is covered, and what can't be read of it.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, params};

use super::Store;
use crate::domain::message::mailbox::{MailboxKind, Role, Uid, UidValidity};
use crate::domain::model::{MessageNumber, Moment};
use crate::error::Result;

/// A folder, as the store numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FolderId(pub i64);

#[derive(Debug, Clone)]
pub struct FolderRow {
    pub id: FolderId,
    pub name: String,
    pub role: Role,
    pub uidvalidity: UidValidity,
    /// Lowest and highest UID.
    pub covered: Option<(Uid, Uid)>,
    /// Down to the oldest message.
    pub complete: bool,
    /// When all of its copies were last compared with the server's.
    pub reconciled_at: Option<Moment>,
    /// Copies under the validity of the day.
    pub messages: u64,
}

impl Store {
    /// The folders that this account has now; others are retired, their copies forgotten. Whether
    /// that changed what copies say, so that everything has to be measured again.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn set_folders(&self, account: &str, folders: &[(String, Role)]) -> Result<bool> {
        let before = self.uses(account)?;
        let names: serde_json::Value = folders.iter().map(|(name, _)| name.as_str()).collect();
        self.db.execute(
            "UPDATE folder SET retired = 1
             WHERE retired = 0 AND account = (SELECT id FROM account WHERE name = ?1)
               AND name NOT IN (SELECT value FROM json_each(?2))",
            params![account, names.to_string()],
        )?;
        for (name, role) in folders {
            self.db.execute(
                "INSERT INTO folder (account, name, role)
                 SELECT id, ?2, ?3 FROM account WHERE name = ?1
                 ON CONFLICT (account, name) DO UPDATE SET role = excluded.role, retired = 0",
                params![account, name, role],
            )?;
        }
        let after = self.uses(account)?;
        let changed = before.iter().any(|(id, used)| after.get(id) != Some(used));
        if changed {
            self.mark_all_dirty()?;
        }
        Ok(changed)
    }

    /// Every folder an account has had, with its role while it is in use.
    fn uses(&self, account: &str) -> Result<BTreeMap<FolderId, Option<Role>>> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT f.id, iif(f.retired, NULL, f.role) FROM folder f
                 JOIN account a ON a.id = f.account WHERE a.name = ?1",
            )?
            .query_map([account], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?)
    }

    /// A folder by its account's name and its own; `None`: it was never announced.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn folder(&self, account: &str, name: &str) -> Result<Option<FolderRow>> {
        let mut statement = self.db.prepare_cached(
            "SELECT f.id, f.name, f.role, f.uidvalidity, f.covered_low, f.covered_high, f.complete,
                    f.reconciled_at, f.messages
             FROM folder f JOIN account a ON a.id = f.account WHERE a.name = ?1 AND f.name = ?2",
        )?;
        Ok(statement.query_row([account, name], folder_row).optional()?)
    }

    /// Starts over under another UIDVALIDITY (RFC 3501 §2.3.1.1). The old copies stay until the
    /// new ones are complete, so that nothing looks deleted in between.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn start_folder_over(&self, folder: FolderId, uidvalidity: UidValidity) -> Result<()> {
        self.db.execute(
            "UPDATE folder SET uidvalidity = ?2, covered_low = NULL, covered_high = NULL,
                    complete = 0, reconciled_at = NULL WHERE id = ?1",
            params![folder, uidvalidity],
        )?;
        Ok(())
    }

    /// The lowest and highest UID of what is covered; `None` leaves it.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn set_covered(&self, folder: FolderId, covered: Option<(Uid, Uid)>) -> Result<()> {
        if let Some((low, high)) = covered {
            self.db
                .prepare_cached(
                    "UPDATE folder SET covered_low = ?2, covered_high = ?3 WHERE id = ?1",
                )?
                .execute(params![folder, low, high])?;
        }
        Ok(())
    }

    /// Marks that the folder covers the last 60 days; the first time holds.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn set_recent_covered(&self, folder: FolderId, now: Moment) -> Result<()> {
        self.db
            .prepare_cached(
                "UPDATE folder SET covered_at = ?2 WHERE id = ?1 AND covered_at IS NULL",
            )?
            .execute(params![folder, now.0])?;
        Ok(())
    }

    /// Everything down to the oldest message is covered: the copies of earlier validities go, and
    /// the contacts whose mail lost its last copy are to be measured again.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn set_complete(&self, folder: FolderId) -> Result<()> {
        let changed = self
            .db
            .prepare_cached("UPDATE folder SET complete = 1 WHERE id = ?1 AND complete = 0")?
            .execute([folder])?;
        if changed > 0 {
            let stale =
                "folder = ?1 AND uidvalidity <> (SELECT uidvalidity FROM folder WHERE id = ?1)";
            let messages: Vec<MessageNumber> = self
                .db
                .prepare(&format!("SELECT message FROM instance WHERE {stale}"))?
                .query_map([folder], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            self.db.execute(&format!("DELETE FROM instance WHERE {stale}"), [folder])?;
            self.db.execute(&format!("DELETE FROM quarantine WHERE {stale}"), [folder])?;
            for message in messages {
                self.copies_went(message)?;
            }
        }
        Ok(())
    }

    /// What was put aside and could be read after all is no longer quarantined.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn release_stored(&self, folder: FolderId) -> Result<()> {
        self.db
            .prepare_cached(
                "DELETE FROM quarantine WHERE folder = ?1 AND EXISTS (
                   SELECT 1 FROM instance i WHERE i.folder = quarantine.folder
                   AND i.uidvalidity = quarantine.uidvalidity AND i.uid = quarantine.uid)",
            )?
            .execute([folder])?;
        Ok(())
    }

    /// Its copies have just been compared with the server's, all of them.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn set_reconciled(&self, folder: FolderId, now: Moment) -> Result<()> {
        self.db.execute(
            "UPDATE folder SET reconciled_at = ?2 WHERE id = ?1",
            params![folder, now.0],
        )?;
        Ok(())
    }

    /// What can't be read of this folder.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn quarantined_uids(&self, folder: FolderId, uidvalidity: UidValidity) -> Result<Vec<Uid>> {
        Ok(self
            .db
            .prepare_cached("SELECT uid FROM quarantine WHERE folder = ?1 AND uidvalidity = ?2")?
            .query_map(params![folder, uidvalidity], |row| row.get(0))?
            .collect::<Result<_, _>>()?)
    }

    /// Nothing lies there any more that was put aside because it can't be read.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn release(&self, folder: FolderId, uidvalidity: UidValidity, uid: Uid) -> Result<()> {
        self.db
            .prepare_cached(
                "DELETE FROM quarantine WHERE folder = ?1 AND uidvalidity = ?2 AND uid = ?3",
            )?
            .execute(params![folder, uidvalidity, uid])?;
        Ok(())
    }

    /// Since when every folder in use covers the last 60 days; `None` while one doesn't. An archive
    /// isn't watched and says nothing of these days.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn recent_covered_since(&self) -> Result<Option<Moment>> {
        let (folders, covered, last): (u64, u64, Option<i64>) = self.db.query_row(
            "SELECT count(*), count(covered_at), max(covered_at) FROM folder f
             JOIN account a ON a.id = f.account WHERE f.retired = 0 AND a.kind <> ?1",
            [MailboxKind::Archive],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        Ok(last.filter(|_| folders > 0 && folders == covered).map(Moment))
    }
}

/// From the columns of a folder, in the order of [`FolderRow`].
pub(super) fn folder_row(row: &Row<'_>) -> rusqlite::Result<FolderRow> {
    let (low, high): (Option<Uid>, Option<Uid>) = (row.get(4)?, row.get(5)?);
    Ok(FolderRow {
        id: row.get(0)?,
        name: row.get(1)?,
        role: row.get(2)?,
        uidvalidity: row.get(3)?,
        covered: low.zip(high),
        complete: row.get(6)?,
        reconciled_at: row.get::<_, Option<i64>>(7)?.map(Moment),
        messages: row.get(8)?,
    })
}
