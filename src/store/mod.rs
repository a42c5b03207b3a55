//! What is known, on disk: one SQLite file, one writer.
//!
//! Says what was stored; never averages, scores or decides. Every public function that writes
//! does so in one transaction or inside the caller's.

use std::fs;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::domain::model::TouchId;
use crate::error::{Error, Kind, Result};

mod absences;
mod archives;
mod asked;
mod decisions;
mod earlier;
mod filing;
mod first_load;
mod folders;
mod import;
mod mail;
mod outbox;
mod people;
mod population;
mod schema;
mod senders;
mod texts;
mod threads;
mod touches;
mod turns;

pub use archives::Known;
pub use decisions::{Decision, Decisions, Verb};
pub use filing::Filing;
pub use folders::{AccountRow, FolderRow};
pub use import::{ImportRun, Imported, NewCard};
pub use mail::Arrival;
pub use outbox::OutboxItem;
pub use people::{ContactRow, Correspondent, Identity, IdentityKind};
pub use texts::Kept;

/// SQLite waits this long for another writer before it gives up.
const BUSY: Duration = Duration::from_secs(10);
/// Memory for pages, in KiB, as SQLite wants it: negative.
const CACHE: i64 = -12_000;

pub struct Store {
    db: Connection,
}

impl Store {
    /// Opens or creates the database in `folder`, which nobody else may read.
    ///
    /// # Errors
    /// `Failed` for a database of a newer version, a read-only or full disk, damage.
    pub fn open(folder: &Path) -> Result<Store> {
        let path = Self::path(folder);
        fs::create_dir_all(folder)
            .and_then(|()| fs::set_permissions(folder, fs::Permissions::from_mode(0o700)))
            .map_err(|cause| cannot_write(folder).because(cause))?;
        // SQLite gives its WAL and journal the permissions of the database itself.
        fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .and_then(|file| file.set_permissions(fs::Permissions::from_mode(0o600)))
            .map_err(|cause| cannot_write(&path).because(cause))?;
        let db = Connection::open(&path).map_err(Error::from)?;
        Self::prepare(db, &path)
    }

    /// In memory, for tests and for answering as of an earlier instant.
    pub fn in_memory() -> Result<Store> {
        Self::prepare(Connection::open_in_memory()?, Path::new(":memory:"))
    }

    /// For reading only; `None` when there is no database yet.
    pub fn open_to_read(folder: &Path) -> Result<Option<Store>> {
        let path = Self::path(folder);
        if !path.exists() {
            return Ok(None);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(&path, flags)?;
        db.busy_timeout(BUSY)?;
        if schema::version(&db)? != schema::CURRENT {
            return Self::prepare(db, &path).map(Some);
        }
        db.set_prepared_statement_cache_capacity(64);
        Ok(Some(Store { db }))
    }

    /// For who reports what is written: it outlives a power cut once it is committed. What is read
    /// of mail may be lost with the last transactions; it is read again.
    pub fn durable(self) -> Result<Store> {
        self.db.pragma_update(None, "synchronous", "full")?;
        Ok(self)
    }

    /// Another connection to the same file, for a thread that reads what is committed; `None` for
    /// a database in memory.
    pub fn reader(&self) -> Result<Option<Store>> {
        let Some(path) = self.db.path().filter(|path| !path.is_empty()) else { return Ok(None) };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags)?;
        db.busy_timeout(BUSY)?;
        db.pragma_update(None, "temp_store", "memory")?;
        Ok(Some(Store { db }))
    }

    pub fn path(folder: &Path) -> PathBuf {
        folder.join("requite.db")
    }

    fn prepare(db: Connection, path: &Path) -> Result<Store> {
        db.busy_timeout(BUSY)?;
        db.set_prepared_statement_cache_capacity(64);
        db.pragma_update(None, "foreign_keys", true)?;
        schema::bring_up_to_date(&db, path)?;
        db.pragma_update(None, "journal_mode", "wal")?;
        db.pragma_update(None, "synchronous", "normal")?;
        // First syncs write much at once: fewer, larger checkpoints wait less for the disk.
        db.pragma_update(None, "wal_autocheckpoint", 8_000)?;
        db.pragma_update(None, "cache_size", CACHE)?;
        db.pragma_update(None, "temp_store", "memory")?;
        Ok(Store { db })
    }

    /// Runs `work` in one transaction: all of it is on disk afterwards, or none.
    pub fn transaction<T>(&self, work: impl FnOnce(&Store) -> Result<T>) -> Result<T> {
        self.db.execute_batch("BEGIN IMMEDIATE")?;
        let finished = work(self).and_then(|value| {
            self.db.execute_batch("COMMIT")?;
            Ok(value)
        });
        if finished.is_err() && !self.db.is_autocommit() {
            // The first error is the one to tell; SQLite rolls back by itself on the grave ones.
            let _ = self.db.execute_batch("ROLLBACK");
        }
        finished
    }

    /// Runs `work` and takes everything back that it wrote.
    pub fn rehearse<T>(&self, work: impl FnOnce(&Store) -> Result<T>) -> Result<T> {
        self.db.execute_batch("BEGIN IMMEDIATE")?;
        let finished = work(self);
        if !self.db.is_autocommit() {
            self.db.execute_batch("ROLLBACK")?;
        }
        finished
    }

    /// Changes whenever another connection has written.
    pub fn data_version(&self) -> Result<i64> {
        Ok(self.db.pragma_query_value(None, "data_version", |row| row.get(0))?)
    }

    /// Whether the file is sound: `None`, or what SQLite found.
    pub fn damage(&self) -> Result<Option<String>> {
        let verdict: String = self.db.pragma_query_value(None, "quick_check", |row| row.get(0))?;
        Ok((verdict != "ok").then_some(verdict))
    }
}

fn cannot_write(path: &Path) -> Error {
    Error::failed(format!("cannot write {}", path.display()))
        .hint("make the folder writable, or choose another with --home")
}

/// Messages are positive, entries negative: one column holds either.
fn touch_number(touch: TouchId) -> i64 {
    match touch {
        TouchId::Message(id) => id,
        TouchId::Entry(id) => -id,
    }
}

fn touch_id(number: i64) -> TouchId {
    if number < 0 { TouchId::Entry(-number) } else { TouchId::Message(number) }
}

impl From<rusqlite::Error> for Error {
    fn from(cause: rusqlite::Error) -> Self {
        let (kind, what, hint) = match cause.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                (Kind::Temporary, "the database is busy", "another requite is writing; try again")
            }
            Some(ErrorCode::DiskFull) => (
                Kind::Failed,
                "the disk is full",
                "free some space; nothing that was stored is lost",
            ),
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => (
                Kind::Failed,
                "the database can't be written",
                "check the owner and the permissions of requite.db and its folder",
            ),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => (
                Kind::Failed,
                "the database is damaged",
                "move requite.db aside and run `requite sync`: mail is read again from the mailbox",
            ),
            Some(ErrorCode::SystemIoFailure) => {
                (Kind::Failed, "the disk can't be read or written", "check the disk and its space")
            }
            _ => (Kind::Failed, "the database refused a command", "please report this"),
        };
        Error::new(kind, what).hint(hint).because(cause)
    }
}

#[cfg(test)]
mod tests;
