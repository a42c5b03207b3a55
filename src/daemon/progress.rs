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
    /// While texts are read.
    pub texts: Option<Texts>,
}

/// The texts that are read after the headers, shown as `1,200 of 3,400 texts`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Texts {
    pub read: u64,
    pub of: u64,
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

    /// So many texts came, and so many are still wanted.
    pub fn texts_came(&mut self, came: u64, wanted: u64) {
        let read = self.texts.map_or(0, |texts| texts.read) + came;
        let goes_on = wanted > 0 && (came > 0 || self.texts.is_some());
        self.texts = goes_on.then_some(Texts { read, of: read + wanted });
    }

    /// An account that does anything but reading reads no history; whether that is news.
    pub fn account_is(&mut self, account: &str, state: AccountState) -> bool {
        let reads = |at: &History| at.folder.account != account || state == AccountState::Syncing;
        let before = self.history.is_some();
        self.history = self.history.take().filter(reads);
        self.history.is_some() != before
    }
}

impl fmt::Display for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", grouped(self.read), count(self.of, "text", "texts"))
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = count(self.of, "message", "messages");
        let FolderKey { account, folder } = &self.folder;
        write!(f, "{} of {all} in {} ({})", grouped(self.read), clean(folder), clean(account))
    }
}
