//! Tells when one of some files has changed, by whoever changed it.
//!
//! Reads none of them. Where the system watches no more files, says so once, and never tells.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use notify::event::{EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;
use tracing::warn;

pub struct FileChanges {
    changed: Arc<Notify>,
    /// Watches as long as it lives.
    _watcher: Option<RecommendedWatcher>,
}

impl FileChanges {
    /// Of the files of these names, in these folders.
    pub fn of(names: Vec<OsString>, folders: &[&Path]) -> FileChanges {
        let changed = Arc::new(Notify::new());
        let tell = Arc::clone(&changed);
        let on_event = move |event: notify::Result<Event>| {
            // What is lost of the events may have been about any file.
            if event.is_err() || event.is_ok_and(|event| is_change_of(&event, &names)) {
                tell.notify_one();
            }
        };
        let watching = notify::recommended_watcher(on_event).and_then(|mut watcher| {
            for folder in folders {
                watcher.watch(folder, RecursiveMode::NonRecursive)?;
            }
            Ok(watcher)
        });
        let watcher = watching.map_err(|cause| {
            warn!("changes by other programs are seen late: {cause}; raise the system's limits of inotify");
        });
        FileChanges { changed, _watcher: watcher.ok() }
    }

    /// Waits until one has changed since this was last asked.
    pub async fn next(&self) {
        self.changed.notified().await;
    }
}

/// Another content, or another file under the name; whoever only looks at one changes nothing.
fn is_change_of(event: &Event, names: &[OsString]) -> bool {
    let changes = match event.kind {
        EventKind::Modify(kind) => !matches!(kind, ModifyKind::Metadata(_)),
        EventKind::Create(_) | EventKind::Remove(_) => true,
        _ => false,
    };
    let is_named =
        |path: &Path| path.file_name().is_some_and(|name| names.iter().any(|it| it == name));
    changes && (event.need_rescan() || event.paths.iter().any(|path| is_named(path)))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;

    const LONG: Duration = Duration::from_secs(10);
    const SHORT: Duration = Duration::from_millis(50);

    #[tokio::test]
    async fn only_changes_of_the_named_files_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let (named, other) = (folder.path().join("named"), folder.path().join("other"));
        let changes = FileChanges::of(vec!["named".into()], &[folder.path()]);
        let told = async |within| tokio::time::timeout(within, changes.next()).await.is_ok();
        fs::write(&other, "something").unwrap();
        assert!(!told(SHORT).await);
        fs::write(&named, "something").unwrap();
        assert!(told(LONG).await);
        while told(SHORT).await {}
        fs::read(&named).unwrap();
        assert!(!told(SHORT).await, "it was only read");
        fs::rename(&other, &named).unwrap();
        assert!(told(LONG).await, "another file stands in its place");
    }
}
