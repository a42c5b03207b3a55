//! What the sources ask the writer, and tell it beside mail.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::Intake;
use crate::config::AccountKind;
use crate::domain::decide::agenda::must_reconcile;
use crate::domain::model::{DAY, Moment};
use crate::domain::policy::TEXT_AGE;
use crate::error::Result;
use crate::source::{AccountState, FolderKey, FolderState, Question, Uid};
use crate::store::Store;

/// Only open turns are worth watching: 30 days, and some slack.
const WATCHED: i64 = 35 * DAY;

impl Intake {
    /// Answers one question of the sources, or takes up what they tell.
    ///
    /// # Errors
    /// Where the database can't be read or written.
    pub(super) fn answer(&mut self, question: Question) -> Result<()> {
        // A question whose asker has gone away needs no answer.
        match question {
            Question::Folders { account, folders } => {
                let set = |store: &Store| store.set_folders(&account, &folders);
                self.unmeasured += u64::from(self.store.transaction(set)?);
                Ok(())
            }
            Question::State { account, state, detail, pause } => {
                self.state_is(&account, state, &detail, pause)
            }
            Question::Known { folder, reply } => {
                let _ = reply.send(self.known(&folder)?);
                Ok(())
            }
            Question::Watched { folder, reply } => {
                let _ = reply.send(self.watched(&folder)?);
                Ok(())
            }
            Question::Stored { folder, range, reply } => {
                let _ = reply.send(self.stored(&folder, range)?);
                Ok(())
            }
            Question::Quarantined { folder, reply } => {
                let _ = reply.send(self.quarantined(&folder)?);
                Ok(())
            }
            Question::Unread { folder, reply } => {
                let unread = self.unread(&folder)?;
                if unread.is_empty() && self.progress.borrow().texts.is_some() {
                    let wanted = self.wanted_texts()?;
                    self.progress.send_modify(|progress| progress.texts_came(0, Some(wanted)));
                }
                let _ = reply.send(unread);
                Ok(())
            }
            Question::TextsPaused => {
                self.progress.send_if_modified(|progress| progress.texts.take().is_some());
                Ok(())
            }
            Question::FetchedToday { account, reply } => {
                let _ = reply.send(self.store.fetched_today(&account, self.clock.now())?);
                Ok(())
            }
            Question::Configured => self.reconfigure(),
            Question::Barrier { reply } => {
                self.settle()?;
                let _ = reply.send(());
                Ok(())
            }
        }
    }

    fn state_is(
        &self,
        account: &str,
        state: AccountState,
        detail: &str,
        pause: Option<Duration>,
    ) -> Result<()> {
        self.progress.send_if_modified(|progress| progress.account_is(account, state));
        if self.is_silent()? {
            return Ok(());
        }
        let now = self.clock.now();
        let next_attempt =
            pause.map(|pause| now + i64::try_from(pause.as_secs()).unwrap_or(i64::MAX));
        self.store
            .transaction(|store| store.set_account_state(account, state, detail, next_attempt, now))
    }

    fn stored(&self, folder: &FolderKey, range: RangeInclusive<Uid>) -> Result<Vec<Uid>> {
        match self.store.folder(&folder.account, &folder.folder)? {
            Some(row) => self.store.stored_uids(row.id, row.uidvalidity, range),
            None => Ok(Vec::new()),
        }
    }

    fn quarantined(&self, folder: &FolderKey) -> Result<Vec<Uid>> {
        match self.store.folder(&folder.account, &folder.folder)? {
            Some(row) => self.store.quarantined_uids(row.id, row.uidvalidity),
            None => Ok(Vec::new()),
        }
    }

    fn known(&self, folder: &FolderKey) -> Result<FolderState> {
        let row = self.store.folder(&folder.account, &folder.folder)?;
        Ok(row.map_or(FolderState::default(), |row| FolderState {
            uidvalidity: row.uidvalidity,
            covered: row.covered,
            complete: row.complete,
            reconcile_due: row.complete && must_reconcile(row.reconciled_at, self.clock.now()),
        }))
    }

    fn watched(&self, folder: &FolderKey) -> Result<Vec<Uid>> {
        let since = self.clock.now() - WATCHED;
        match self.store.folder(&folder.account, &folder.folder)? {
            Some(row) => self.store.watched_copies(row.id, since),
            None => Ok(Vec::new()),
        }
    }

    fn unread(&self, folder: &FolderKey) -> Result<Vec<Uid>> {
        let row = self.store.folder(&folder.account, &folder.folder)?;
        let account = self.config.accounts.iter().find(|it| it.name == folder.account);
        let since = match account.map(|account| &account.kind) {
            Some(AccountKind::Imap(_) | AccountKind::Goa { .. }) => self.clock.now() - TEXT_AGE,
            // What lies here costs nobody anything.
            Some(AccountKind::Maildir { .. }) | None => Moment::MIN,
        };
        match row.filter(|_| self.config.policy.reads_text) {
            Some(row) => self.store.unread_copies(row.id, since),
            None => Ok(Vec::new()),
        }
    }
}
