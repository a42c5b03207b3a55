//! How far the reading is, for progress bars and systemd's status line. Reads nothing itself.

use std::fmt;

use crate::domain::text::{clean, count, grouped};
use crate::source::{AccountState, Batch, FolderKey};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Read in this run.
    pub messages: u64,
    pub commits: u64,
    /// The folder whose past is being read, if one is.
    pub history: Option<History>,
}

/// The past of one folder, shown as `41,200 of 100,000 messages in INBOX (work)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    pub folder: FolderKey,
    pub read: u64,
    /// How many there are.
    pub of: u64,
}

impl Progress {
    /// These batches were stored, and the last was part of `history`.
    pub fn go_on(&mut self, batches: &[Batch], history: Option<History>) {
        let mut complete = batches.iter().filter(|batch| batch.complete);
        let mut is_over = |at: &History| complete.any(|batch| batch.folder == at.folder);
        self.history = history.or(self.history.take().filter(|at| !is_over(at)));
    }

    /// An account that does anything but reading reads no history; whether that is news.
    pub fn account_is(&mut self, account: &str, state: AccountState) -> bool {
        let reads = |at: &History| at.folder.account != account || state == AccountState::Syncing;
        let before = self.history.is_some();
        self.history = self.history.take().filter(reads);
        self.history.is_some() != before
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = count(self.of, "message", "messages");
        let FolderKey { account, folder } = &self.folder;
        write!(f, "{} of {all} in {} ({})", grouped(self.read), clean(folder), clean(account))
    }
}
