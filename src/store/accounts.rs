//! Accounts: which there are, how each is doing, and what was fetched of it today.

use rusqlite::{OptionalExtension, params};

use super::Store;
use super::folders::{FolderId, FolderRow, folder_row};
use crate::domain::message::mailbox::{AccountState, MailboxKind, UidValidity};
use crate::domain::model::{DAY, Moment};
use crate::error::Result;

#[derive(Debug, Clone)]
pub struct AccountRow {
    pub name: String,
    pub kind: MailboxKind,
    pub state: AccountState,
    pub detail: String,
    /// When it is tried again, where it failed.
    pub next_attempt: Option<Moment>,
    /// When it was reached last, as far as that was noted.
    pub reached: Option<Moment>,
    pub messages: u64,
    pub quarantined: u64,
    /// Texts that are still to be fetched.
    pub unread_texts: u64,
    pub folders: Vec<FolderRow>,
}

impl AccountRow {
    /// As it is once nobody watches any more, like [`Store::set_accounts_idle`].
    pub fn unwatched(mut self) -> AccountRow {
        self.next_attempt = None;
        match self.state {
            AccountState::Watching | AccountState::Syncing => {
                AccountRow { state: AccountState::Idle, detail: String::new(), ..self }
            }
            _ => self,
        }
    }
}

impl Store {
    /// Makes the configured accounts the known ones; others keep their mail but are retired.
    /// Archives were never configured.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn set_accounts(&self, accounts: &[(String, MailboxKind)]) -> Result<()> {
        for (name, kind) in accounts {
            self.db.execute(
                "INSERT INTO account (name, kind) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET kind = excluded.kind WHERE kind <> excluded.kind",
                params![name, kind],
            )?;
        }
        let known: Vec<String> = self
            .db
            .prepare("SELECT name FROM account WHERE kind <> ?1")?
            .query_map([MailboxKind::Archive], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for name in known.iter().filter(|name| !accounts.iter().any(|(kept, _)| kept == *name)) {
            let retired = self.db.execute(
                "UPDATE folder SET retired = 1
                 WHERE retired = 0 AND account = (SELECT id FROM account WHERE name = ?1)",
                [name],
            )?;
            self.db.execute(
                "UPDATE account SET state = ?2, detail = '', next_attempt = NULL
                 WHERE name = ?1 AND state <> ?2",
                params![name, AccountState::Idle],
            )?;
            if retired > 0 {
                self.mark_all_dirty()?;
            }
        }
        Ok(())
    }

    /// Whether these are the accounts that it takes for configured.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn knows_accounts(&self, accounts: &[(String, MailboxKind)]) -> Result<bool> {
        let mut find = self.db.prepare_cached(
            "SELECT name, kind, EXISTS (SELECT 1 FROM folder f WHERE f.account = a.id AND f.retired = 0)
             FROM account a WHERE kind <> ?1",
        )?;
        let known: Vec<(String, MailboxKind, bool)> = find
            .query_map([MailboxKind::Archive], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        let is_known = |(name, kind): &(String, MailboxKind)| {
            known.iter().any(|(known, of, _)| known == name && of == kind)
        };
        let is_configured = |name: &str| accounts.iter().any(|(wanted, _)| wanted == name);
        let others_rest = known.iter().all(|(name, _, used)| !used || is_configured(name));
        Ok(accounts.iter().all(is_known) && others_rest)
    }

    /// How an account is doing from here on, and what there is to say of it.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn set_account_state(
        &self,
        account: &str,
        state: AccountState,
        detail: &str,
        next_attempt: Option<Moment>,
        now: Moment,
    ) -> Result<()> {
        let next_attempt = next_attempt.map(|at| at.0);
        let (watching, idle) = (AccountState::Watching, AccountState::Idle);
        self.db.execute(
            "UPDATE account SET state = ?2, detail = ?3, next_attempt = ?7,
                    reached = iif(state = ?5 OR ?2 IN (?5, ?6), ?4, reached)
             WHERE name = ?1 AND (state, detail, next_attempt) IS NOT (?2, ?3, ?7)",
            params![account, state, detail, now.0, watching, idle, next_attempt],
        )?;
        Ok(())
    }

    /// Adds to how many copies a folder has, and its account messages: a million can't be counted
    /// each time somebody asks. What goes, or becomes another, is seen to by triggers.
    pub(super) fn count_copies(
        &self,
        folder: FolderId,
        uidvalidity: UidValidity,
        copies: u64,
        messages: u64,
    ) -> Result<()> {
        self.db
            .prepare_cached(
                "UPDATE folder SET messages = messages + ?3 WHERE id = ?1 AND uidvalidity = ?2",
            )?
            .execute(params![folder, uidvalidity, copies])?;
        self.db
            .prepare_cached(
                "UPDATE account SET messages = messages + ?2
                 WHERE id = (SELECT account FROM folder WHERE id = ?1 AND retired = 0)",
            )?
            .execute(params![folder, messages])?;
        Ok(())
    }

    /// Adds to what was fetched of an account on this day, which begins and ends as UTC has it.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn add_fetched(&self, account: &str, bytes: u64, now: Moment) -> Result<()> {
        self.db
            .prepare_cached(
                "UPDATE account SET fetched = iif(fetched_on = ?2, fetched, 0) + ?3, fetched_on = ?2
                 WHERE name = ?1",
            )?
            .execute(params![account, now.0.div_euclid(DAY), bytes])?;
        Ok(())
    }

    /// Bytes that were fetched of an account on the day (UTC) of `now`.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn fetched_today(&self, account: &str, now: Moment) -> Result<u64> {
        Ok(self
            .db
            .prepare_cached("SELECT fetched FROM account WHERE name = ?1 AND fetched_on = ?2")?
            .query_row(params![account, now.0.div_euclid(DAY)], |row| row.get(0))
            .optional()?
            .unwrap_or(0))
    }

    /// Nobody watches any more; what failed stays told.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn set_accounts_idle(&self, now: Moment) -> Result<()> {
        self.db.execute(
            "UPDATE account SET state = ?1, detail = '', reached = ?4 WHERE state IN (?2, ?3)",
            params![AccountState::Idle, AccountState::Watching, AccountState::Syncing, now.0],
        )?;
        Ok(())
    }

    /// All accounts, with the folders that are in use.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn accounts(&self) -> Result<Vec<AccountRow>> {
        let mut accounts = self
            .db
            .prepare(
                "SELECT id, name, kind, state, detail, messages, reached, next_attempt
                 FROM account ORDER BY id",
            )?
            .query_map([], |row| {
                let account = AccountRow {
                    name: row.get(1)?,
                    kind: row.get(2)?,
                    state: row.get(3)?,
                    detail: row.get(4)?,
                    messages: row.get(5)?,
                    reached: row.get::<_, Option<i64>>(6)?.map(Moment),
                    next_attempt: row.get::<_, Option<i64>>(7)?.map(Moment),
                    quarantined: 0,
                    unread_texts: 0,
                    folders: Vec::new(),
                };
                Ok((row.get::<_, i64>(0)?, account))
            })?
            .collect::<Result<Vec<_>, _>>()?;
        for (id, account) in &mut accounts {
            account.folders = self
                .db
                .prepare_cached(
                    "SELECT id, name, role, uidvalidity, covered_low, covered_high, complete,
                            reconciled_at,
                            iif(?2, (SELECT count(*) FROM instance i WHERE i.folder = f.id),
                                messages)
                     FROM folder f WHERE account = ?1 AND retired = 0 ORDER BY id",
                )?
                .query_map(params![*id, account.kind == MailboxKind::Archive], folder_row)?
                .collect::<Result<_, _>>()?;
            account.quarantined = self.db.query_row(
                "SELECT count(*) FROM quarantine q JOIN folder f ON f.id = q.folder
                 WHERE f.account = ?1 AND f.retired = 0",
                [*id],
                |row| row.get(0),
            )?;
        }
        Ok(accounts.into_iter().map(|(_, account)| account).collect())
    }
}
