//! Opening the file: to write, or to read beside whoever writes.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use rusqlite::{Connection, OpenFlags};

use super::connection::{ROUND, SHORTLY, Store, cannot_open, read_only, wait};
use super::{last_good, schema};
use crate::error::{Error, Result};

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
    ///
    /// # Errors
    /// Where SQLite can't be started.
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
    ///
    /// # Errors
    /// Where the file can't be opened once more.
    pub fn reader(&self) -> Result<Option<Store>> {
        let Some(path) = self.db.path().filter(|path| !path.is_empty()) else { return Ok(None) };
        Store::reading(read_only(Path::new(path))?).map(Some)
    }

    /// For who reports what is written: it outlives a power cut once it is committed. What is read
    /// of mail may be lost with the last transactions; it is read again.
    ///
    /// # Errors
    /// Where the database can't be written.
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
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn impatient(mut self) -> Result<Store> {
        self.patience.rounds = 0;
        self.db.busy_handler(Some(wait::<SHORTLY>))?;
        Ok(self)
    }

    /// A store in memory of the same people, for trying something out while others write.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub fn people_apart(&self) -> Result<Store> {
        let apart = Store::in_memory()?;
        let Some(path) = self.db.path().filter(|path| !path.is_empty()) else { return Ok(apart) };
        apart.db.execute("ATTACH ?1 AS kept", [path])?;
        apart.db.execute_batch(
            "INSERT INTO contact (id, name, company, position, connected_on, created_at, work_from)
               SELECT id, name, company, position, connected_on, created_at, work_from
               FROM kept.contact;
             INSERT INTO counterpart SELECT * FROM kept.counterpart;
             INSERT INTO entry SELECT * FROM kept.entry;
             INSERT INTO address (id, email, name, mine)
               SELECT id, email, name, mine FROM kept.address
               WHERE mine = 1 OR id IN (SELECT address FROM kept.identity);
             INSERT INTO identity (contact, kind, value, source, address)
               SELECT contact, kind, value, source, address FROM kept.identity;
             DETACH kept;",
        )?;
        Ok(apart)
    }

    /// The names of the files that change when somebody writes.
    pub fn files() -> Vec<OsString> {
        ["requite.db", "requite.db-wal"].map(OsString::from).to_vec()
    }

    pub fn path(folder: &Path) -> PathBuf {
        folder.join("requite.db")
    }

    fn prepare(db: Connection, path: &Path) -> Result<Store> {
        db.busy_handler(Some(wait::<ROUND>))?;
        db.pragma_update(None, "foreign_keys", true)?;
        schema::bring_up_to_date(&db, path, last_good::keep_copy)?;
        db.pragma_update(None, "journal_mode", "wal")?;
        db.pragma_update(None, "synchronous", "normal")?;
        // First syncs write much at once: fewer, larger checkpoints wait less for the disk.
        db.pragma_update(None, "wal_autocheckpoint", 8_000)?;
        Store::reading(db)
    }
}

/// Where not even a reader can write its marks, and no log says that anybody else does.
fn unchanging(path: &Path) -> Result<Connection> {
    const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_');
    let path = percent_encode(path.as_os_str().as_encoded_bytes(), PATH);
    let uri = format!("file:{path}?immutable=1");
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
    Error::failed(format!("can't write {}", path.display()))
        .hint("make the folder writable, or choose another with --home")
}
