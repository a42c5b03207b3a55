//! Opening the file: to write, or to read beside whoever writes; and waiting for one's turn.

use std::cell::Cell;
use std::fs;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{CACHE, Store, schema};
use crate::error::{Error, Result};

/// How often a writer looks whether another one has finished.
const POLL: Duration = Duration::from_millis(2);
/// So many polls, about a second, make a round.
const ROUND: i32 = 450;
/// After so many rounds a writer gives up: five minutes.
const PATIENCE: u32 = 300;
/// Whoever writes much leaves the others so long to begin.
const WAY: Duration = Duration::from_millis(4);
/// So many polls somebody waits who can do without.
const SHORTLY: i32 = 150;

/// What a writer does while another one writes.
pub(super) struct Patience {
    rounds: u32,
    /// Whom to tell, once, that it takes long.
    tell: Cell<Option<fn()>>,
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

    /// For reading only, whoever writes meanwhile and whether or not anything can be written;
    /// `None` when there is no database yet.
    ///
    /// # Errors
    /// As [`Store::open`] for one of an earlier version, which is brought up to date.
    pub fn open_to_read(folder: &Path) -> Result<Option<Store>> {
        let path = Self::path(folder);
        if !path.exists() {
            return Ok(None);
        }
        let db = match read_only(&path) {
            // What a cut left half done only a writer can take back.
            Err(cause) if cannot_open(&cause) && has_log(&path) => {
                return Store::open(folder).map(Some);
            }
            Err(cause) if cannot_open(&cause) => unchanging(&path)?,
            opened => opened?,
        };
        if schema::version(&db)? != schema::CURRENT {
            return Store::open(folder).map(Some);
        }
        Store::reading(db).map(Some)
    }

    /// Another connection to the same file, for a thread that reads what is committed; `None` for
    /// a database in memory.
    pub fn reader(&self) -> Result<Option<Store>> {
        let Some(path) = self.db.path().filter(|path| !path.is_empty()) else { return Ok(None) };
        Store::reading(read_only(Path::new(path))?).map(Some)
    }

    /// For who reports what is written: it outlives a power cut once it is committed. What is read
    /// of mail may be lost with the last transactions; it is read again.
    pub fn durable(self) -> Result<Store> {
        self.db.pragma_update(None, "synchronous", "full")?;
        Ok(self)
    }

    /// Tells when another writer has been waited for for a second.
    pub fn telling(self, tell: fn()) -> Store {
        self.patience.tell.set(Some(tell));
        self
    }

    /// For who would rather do without than let anybody wait.
    pub fn impatient(mut self) -> Result<Store> {
        self.patience.rounds = 0;
        self.db.busy_handler(Some(wait::<SHORTLY>))?;
        Ok(self)
    }

    /// A store in memory of the same people, for trying something out while others write.
    pub fn people_apart(&self) -> Result<Store> {
        let apart = Store::in_memory()?;
        let Some(path) = self.db.path().filter(|path| !path.is_empty()) else { return Ok(apart) };
        apart.db.execute("ATTACH ?1 AS kept", [path])?;
        apart.db.execute_batch(
            "INSERT INTO contact (id, name, company, position, connected_on, created_at)
               SELECT id, name, company, position, connected_on, created_at FROM kept.contact;
             INSERT INTO address (id, email, mine) SELECT id, email, mine FROM kept.address
               WHERE mine = 1 OR id IN (SELECT address FROM kept.identity);
             INSERT INTO identity (contact, kind, value, source, address)
               SELECT contact, kind, value, source, address FROM kept.identity;
             DETACH kept;",
        )?;
        Ok(apart)
    }

    pub fn path(folder: &Path) -> PathBuf {
        folder.join("requite.db")
    }

    fn prepare(db: Connection, path: &Path) -> Result<Store> {
        db.busy_handler(Some(wait::<ROUND>))?;
        db.set_prepared_statement_cache_capacity(64);
        db.pragma_update(None, "foreign_keys", true)?;
        schema::bring_up_to_date(&db, path)?;
        db.pragma_update(None, "journal_mode", "wal")?;
        db.pragma_update(None, "synchronous", "normal")?;
        // First syncs write much at once: fewer, larger checkpoints wait less for the disk.
        db.pragma_update(None, "wal_autocheckpoint", 8_000)?;
        db.pragma_update(None, "cache_size", CACHE)?;
        Store::reading(db)
    }

    pub(super) fn reading(db: Connection) -> Result<Store> {
        db.set_prepared_statement_cache_capacity(64);
        db.pragma_update(None, "temp_store", "memory")?;
        Ok(Store { db, patience: Patience { rounds: PATIENCE, tell: Cell::new(None) } })
    }

    /// Begins to write, once nobody else does.
    pub(super) fn begin(&self) -> Result<()> {
        for _ in 0..self.patience.rounds {
            match self.db.execute_batch("BEGIN IMMEDIATE") {
                Err(cause) if is_busy(&cause) => {
                    if let Some(tell) = self.patience.tell.take() {
                        tell();
                    }
                }
                begun => return Ok(begun?),
            }
        }
        Ok(self.db.execute_batch("BEGIN IMMEDIATE")?)
    }

    /// Leaves others a moment to write in: for who writes much, between two transactions.
    pub fn make_way(&self) {
        thread::sleep(WAY);
    }
}

/// As SQLite wants it: whether to look again for the end of another writer.
fn wait<const MOST: i32>(polls: i32) -> bool {
    thread::sleep(POLL);
    polls < MOST
}

fn is_busy(cause: &rusqlite::Error) -> bool {
    let code = cause.sqlite_error_code();
    matches!(code, Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

fn cannot_open(cause: &rusqlite::Error) -> bool {
    matches!(cause.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly))
}

pub(super) fn read_only(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_handler(Some(wait::<ROUND>))?;
    // Only now SQLite looks for the log beside the file.
    db.pragma_query_value(None, "user_version", |_| Ok(()))?;
    Ok(db)
}

/// Where not even a reader can write its marks, and no log says that anybody else does.
fn unchanging(path: &Path) -> Result<Connection> {
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            byte => uri.push_str(&format!("%{byte:02x}")),
        }
    }
    uri.push_str("?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    Ok(Connection::open_with_flags(uri, flags)?)
}

/// Whether there is something beside the database that isn't part of it yet.
fn has_log(path: &Path) -> bool {
    ["-wal", "-journal"].iter().any(|end| {
        let mut log = path.as_os_str().to_owned();
        log.push(end);
        fs::metadata(log).is_ok_and(|log| log.len() > 0)
    })
}

fn cannot_write(path: &Path) -> Error {
    Error::failed(format!("cannot write {}", path.display()))
        .hint("make the folder writable, or choose another with --home")
}
