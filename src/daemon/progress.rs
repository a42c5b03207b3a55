//! How far the reading is, for progress bars and systemd's status line. Reads nothing itself.

use std::collections::BTreeSet;
use std::fmt;

use crate::domain::text::{clean, count, grouped};
use crate::source::{AccountState, Batch, FolderKey};

/// Fewer texts at once come with new mail.
const MANY: u64 = 20;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Read in this run.
    pub messages: u64,
    pub commits: u64,
    /// The folder whose past is being read, if one is.
    pub history: Option<History>,
    /// While texts are read.
    pub texts: Option<TextsProgress>,
    /// The accounts of which all that there was has been stored in this run.
    pub read: BTreeSet<String>,
}

/// The texts that are read after the headers, shown as `1,200 of 3,400 texts`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TextsProgress {
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

    /// Whether it has to be counted how many texts are wanted, once so many more came. Those of a
    /// few new mails are no progress to tell of.
    pub fn must_count_texts(&self, came: u64) -> bool {
        match self.texts {
            Some(texts) => came > 0 && texts.read + came >= texts.of,
            None => came >= MANY,
        }
    }

    /// So many texts came; `wanted` still are, where that was counted. With none, nothing is read
    /// any more.
    pub fn texts_came(&mut self, came: u64, wanted: Option<u64>) {
        let texts = self.texts.unwrap_or_default();
        let read = texts.read + came;
        let goes_on = wanted.map_or(self.texts.is_some(), |wanted| wanted > 0);
        let of = wanted.map_or(texts.of, |wanted| read + wanted);
        self.texts = goes_on.then_some(TextsProgress { read, of });
    }

    /// An account that does anything but reading reads no history, and one without a connection
    /// no texts; whether that is news.
    pub fn account_is(&mut self, account: &str, state: AccountState) -> bool {
        let reads = |at: &History| at.folder.account != account || state == AccountState::Syncing;
        let before = (self.history.is_some(), self.texts);
        let is_first = state == AccountState::Watching && self.read.insert(account.to_owned());
        self.history = self.history.take().filter(reads);
        self.texts =
            self.texts.filter(|_| matches!(state, AccountState::Syncing | AccountState::Watching));
        is_first || (self.history.is_some(), self.texts) != before
    }
}

impl fmt::Display for TextsProgress {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_counted_anew_only_where_they_have_to_be() {
        let mut progress = Progress::default();
        let mut check = |came, wanted: Option<u64>, shown: Option<&str>| {
            assert_eq!(progress.must_count_texts(came), wanted.is_some());
            progress.texts_came(came, wanted);
            assert_eq!(progress.texts.map(|texts| texts.to_string()).as_deref(), shown);
        };
        check(0, None, None);
        check(200, Some(3_200), Some("200 of 3,400 texts"));
        check(1_000, None, Some("1,200 of 3,400 texts"));
        check(2_200, Some(10), Some("3,400 of 3,410 texts"));
        check(10, Some(0), None);
        check(1, None, None);
    }

    #[test]
    fn without_a_connection_no_texts_are_read() {
        let mut progress = Progress::default();
        progress.texts_came(200, Some(3_200));
        assert!(progress.account_is("work", AccountState::Watching), "read for the first time");
        assert!(!progress.account_is("work", AccountState::Watching));
        assert!(progress.account_is("work", AccountState::Offline));
        assert_eq!(progress.texts, None);
    }
}
