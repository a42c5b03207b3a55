//! The folders of an account that are not watched by IDLE, and what its two connections tell each
//! other. Never speaks to a server.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;
use std::sync::{self, MutexGuard, PoisonError};

use tokio::sync::{Mutex, Notify};
use tokio::time::{Duration, Instant};

use super::budget::Budget;
use super::folders::Folder;

pub(super) struct Rounds {
    /// With the time at which each is due.
    pub folders: Mutex<Vec<(Folder, Instant)>>,
    /// The server allows one connection only.
    pub shared: AtomicBool,
    pub turned: Notify,
    /// The server tells of every folder: no second connection is needed.
    pub notifies: AtomicBool,
    pub due_sooner: Notify,
    /// Folders to look at whatever their time, by the server's names; `None`: all.
    marked: sync::Mutex<Option<Vec<String>>>,
    standing: sync::Mutex<Standing>,
}

/// How far the account is read.
#[derive(Debug, Default)]
struct Standing {
    caught_up: [bool; 2],
    /// Folders of which the server may show the newest messages only.
    partial: BTreeSet<String>,
    /// Folders whose history rests until another day.
    paused: BTreeSet<String>,
    /// What was said last.
    said: Option<String>,
}

/// The halves of an account: what IDLE watches, and all else.
pub(super) const WATCHED: usize = 0;
pub(super) const OTHERS: usize = 1;

impl Rounds {
    /// All of them are due.
    pub(super) fn of(folders: Vec<Folder>) -> Rounds {
        let standing = Standing { caught_up: [false, folders.is_empty()], ..Standing::default() };
        let now = Instant::now();
        Rounds {
            folders: Mutex::new(folders.into_iter().map(|folder| (folder, now)).collect()),
            shared: AtomicBool::new(false),
            turned: Notify::new(),
            notifies: AtomicBool::new(false),
            due_sooner: Notify::new(),
            marked: sync::Mutex::new(Some(Vec::new())),
            standing: sync::Mutex::new(standing),
        }
    }

    fn marked(&self) -> MutexGuard<'_, Option<Vec<String>>> {
        self.marked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// These folders are due now.
    pub(super) fn mark_due(&self, names: Vec<String>) {
        if names.is_empty() {
            return;
        }
        if let Some(waiting) = self.marked().as_mut() {
            waiting.extend(names);
        }
        self.due_sooner.notify_one();
    }

    pub(super) fn mark_all_due(&self) {
        *self.marked() = None;
        self.due_sooner.notify_one();
    }

    pub(super) fn take_marked(&self) -> Option<Vec<String>> {
        self.marked().replace(Vec::new())
    }

    pub(super) async fn next(&self) -> Instant {
        let folders = self.folders.lock().await;
        let far = Instant::now() + Duration::from_secs(3600);
        folders.iter().map(|(_, due)| *due).min().unwrap_or(far)
    }

    /// Takes up how this folder was left.
    pub(super) fn note(&self, folder: &Folder) {
        let Standing { partial, paused, .. } = &mut *self.standing();
        for (names, holds) in [(partial, folder.seen.partial), (paused, folder.seen.is_paused)] {
            if holds {
                names.insert(folder.key.folder.clone());
            } else {
                names.remove(&folder.key.folder);
            }
        }
    }

    /// This half has more to read than new mail.
    pub(super) fn falls_back(&self, half: usize) {
        let mut standing = self.standing();
        standing.said = None;
        standing.caught_up.get_mut(half).into_iter().for_each(|flag| *flag = false);
    }

    /// The headers of all folders are read: now their texts may be.
    pub(super) fn is_read(&self) -> bool {
        self.standing().caught_up == [true; 2]
    }

    /// This half was read to the end, as far as it may be: what is to be said, if that is new.
    pub(super) fn caught_up(&self, half: usize, budget: &Budget) -> Option<String> {
        let mut standing = self.standing();
        standing.caught_up.get_mut(half).into_iter().for_each(|flag| *flag = true);
        let detail = standing.detail(budget);
        let is_new = standing.caught_up == [true; 2] && standing.said.as_ref() != Some(&detail);
        is_new.then(|| standing.said.insert(detail).clone())
    }
}

impl Standing {
    fn detail(&self, budget: &Budget) -> String {
        let mut words = match self.paused.is_empty() {
            true => "up to date".to_owned(),
            false => format!("new mail is watched; {}", budget.words()),
        };
        if !self.partial.is_empty() {
            let names: Vec<&str> = self.partial.iter().map(String::as_str).collect();
            let names = names.join(", ");
            words += &format!("; the server may show only the newest messages of {names}");
        }
        words
    }
}
