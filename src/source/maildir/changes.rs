//! What inotify says about a Maildir, boiled down to which folders to look at again.
//!
//! Never reads a message and never loses a change: in doubt everything is looked at again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;

/// Changes come in flocks: this long after the first one, all of them are looked at together.
const SETTLING: Duration = Duration::from_millis(100);

/// What to look at again.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Dirty {
    /// Folders may have come or gone: look for them again, and at all of them.
    pub everything: bool,
    pub folders: BTreeSet<PathBuf>,
}

#[derive(Default)]
struct Shared {
    pending: Mutex<Pending>,
    changed: Notify,
}

#[derive(Default)]
struct Pending {
    dirty: Dirty,
    /// The directories that are watched.
    covered: BTreeSet<PathBuf>,
}

impl Shared {
    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) struct Changes {
    /// `None`: the system offers no more watches, and only the timer remains.
    watcher: Option<RecommendedWatcher>,
    shared: Arc<Shared>,
    /// Why some directory isn't watched.
    pub trouble: Option<String>,
}

impl Changes {
    pub(super) fn new() -> Changes {
        let shared = Arc::new(Shared::default());
        let observer = Arc::clone(&shared);
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if observer.pending().take_in(event) {
                observer.changed.notify_one();
            }
        });
        let (watcher, trouble) = match watcher {
            Ok(watcher) => (Some(watcher), None),
            Err(cause) => (None, Some(format!("changes are seen late: {cause}"))),
        };
        Changes { watcher, shared, trouble }
    }

    /// Watches those of these directories that aren't watched yet; says whether there are any.
    pub(super) fn cover(&mut self, directories: &[PathBuf]) -> bool {
        let mut new = false;
        for directory in directories {
            // Not locked any more while the watcher is asked, whose thread may wait for the lock.
            let added = self.shared.pending().covered.insert(directory.clone());
            if added {
                new = true;
                self.watch(directory);
            }
        }
        new
    }

    fn watch(&mut self, directory: &Path) {
        let Some(watcher) = &mut self.watcher else { return };
        match watcher.watch(directory, RecursiveMode::NonRecursive) {
            Ok(()) => {}
            Err(cause) if matches!(cause.kind, notify::ErrorKind::MaxFilesWatch) => {
                self.trouble = Some(
                    "some changes are seen late; raise fs.inotify.max_user_watches".to_owned(),
                );
            }
            // It is gone again, or `new` isn't there: its parent directory tells when it comes.
            Err(_) => {}
        }
    }

    /// Forgets which directories are watched: one that was replaced has lost its watch, and to
    /// watch one twice does no harm.
    pub(super) fn uncover(&mut self) {
        self.shared.pending().covered.clear();
    }

    /// Waits for the next change and its flock.
    pub(super) async fn next(&self) -> Dirty {
        self.shared.changed.notified().await;
        tokio::time::sleep(SETTLING).await;
        std::mem::take(&mut self.shared.pending().dirty)
    }
}

impl Pending {
    /// Whether the event says anything that matters here; reading does not.
    fn take_in(&mut self, event: notify::Result<Event>) -> bool {
        let Some(event) = event.ok().filter(|event| !event.need_rescan()) else {
            self.dirty.everything = true;
            return true;
        };
        let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
        if event.kind.is_access() && event.kind != written {
            return false;
        }
        let mut matters = false;
        for path in &event.paths {
            if let Some(folder) = folder_of_message(path) {
                self.dirty.folders.insert(folder.to_owned());
                matters = true;
            } else if self.concerns_folders(event.kind, path) {
                self.dirty.everything = true;
                matters = true;
            }
        }
        matters
    }

    /// Mail programs keep index and lock files beside `cur`, which come and go at every delivery:
    /// only directories count.
    fn concerns_folders(&self, kind: EventKind, path: &Path) -> bool {
        match kind {
            EventKind::Create(_) => path.is_dir(),
            EventKind::Remove(_) => self.covered.contains(path),
            EventKind::Modify(ModifyKind::Name(_)) => self.covered.contains(path) || path.is_dir(),
            _ => false,
        }
    }
}

fn folder_of_message(path: &Path) -> Option<&Path> {
    let parent = path.parent()?;
    let name = parent.file_name()?;
    if name == "cur" || name == "new" { parent.parent() } else { None }
}

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, Flag, RemoveKind, RenameMode};

    use super::*;

    /// `expect` is the folder to look at again; `*` is everything, the empty text nothing.
    #[track_caller]
    fn check(kind: EventKind, path: &str, expect: &str) {
        let mut pending = Pending::default();
        pending.covered.extend(["/mail", "/mail/Sent", "/mail/Sent/cur"].map(PathBuf::from));
        let matters = pending.take_in(Ok(Event::new(kind).add_path(PathBuf::from(path))));
        let folders: Vec<_> = pending.dirty.folders.iter().map(|it| it.to_string_lossy()).collect();
        let seen = if pending.dirty.everything { "*".to_owned() } else { folders.join(" ") };
        assert_eq!((seen.as_str(), matters), (expect, !expect.is_empty()), "{kind:?} {path}");
    }

    #[test]
    fn only_what_may_change_a_mailbox_is_news() {
        let message = "/mail/Sent/cur/1700000000.a.host:2,S";
        let moved = EventKind::Modify(ModifyKind::Name(RenameMode::To));
        let left = EventKind::Modify(ModifyKind::Name(RenameMode::From));
        let removed = EventKind::Remove(RemoveKind::File);
        let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
        for (kind, path, expect) in [
            (moved, message, "/mail/Sent"),
            (removed, message, "/mail/Sent"),
            (EventKind::Create(CreateKind::File), message, "/mail/Sent"),
            (written, message, "/mail/Sent"),
            (EventKind::Access(AccessKind::Open(AccessMode::Any)), message, ""),
            (EventKind::Access(AccessKind::Close(AccessMode::Read)), message, ""),
            (left, "/mail/Sent", "*"),
            (removed, "/mail/Sent/cur", "*"),
            (removed, "/mail", "*"),
            (moved, "/mail/Sent/dovecot-uidlist", ""),
            (removed, "/mail/Sent/dovecot-uidlist.lock", ""),
        ] {
            check(kind, path, expect);
        }
    }

    #[test]
    fn where_the_system_lost_count_everything_is_looked_at() {
        let mut pending = Pending::default();
        assert!(pending.take_in(Ok(Event::new(EventKind::Other).set_flag(Flag::Rescan))));
        assert!(pending.dirty.everything);
        let mut pending = Pending::default();
        assert!(pending.take_in(Err(notify::Error::generic("queue"))));
        assert!(pending.dirty.everything);
    }
}
