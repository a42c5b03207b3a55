//! One connection to the file: transactions, and waiting for one's turn to write.

use std::cell::Cell;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::error::{Error, Kind, Result};

/// Memory for pages, in KiB, as SQLite wants it: negative.
pub(super) const CACHE: i64 = -12_000;
/// For who writes all over a large file.
const LARGE_CACHE: i64 = -24_000;
/// How often a writer looks whether another one has finished.
const POLL: Duration = Duration::from_millis(2);
/// So many polls, about a second, make a round.
pub(super) const ROUND: i32 = 450;
/// After so many rounds a writer gives up: five minutes.
const PATIENCE: u32 = 300;
/// Whoever writes much leaves the others so long to begin.
const WAY: Duration = Duration::from_millis(4);
/// So many polls somebody waits who can do without.
pub(super) const SHORTLY: i32 = 150;

/// What a writer does while another one writes.
pub(super) struct Patience {
    pub rounds: u32,
    /// Whom to tell, once, that it takes long.
    pub tell: Cell<Option<fn()>>,
}

pub struct Store {
    pub(super) db: Connection,
    pub(super) patience: Patience,
}

impl Store {
    /// Runs `work` in one transaction: all of it is on disk afterwards, or none.
    ///
    /// # Errors
    /// What `work` returns; `Temporary` while somebody else writes for long, `NoRoom` where the disk is full.
    pub fn transaction<T>(&self, work: impl FnOnce(&Store) -> Result<T>) -> Result<T> {
        self.begin()?;
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

    /// Whether there is room for some more mail.
    ///
    /// # Errors
    /// `NoRoom` where there is none.
    pub fn find_room(&self) -> Result<()> {
        self.transaction(|store| {
            store.db.execute_batch(
                "CREATE TABLE room (some BLOB) STRICT;
                 INSERT INTO room (some) VALUES (zeroblob(1 << 20));
                 DROP TABLE room;",
            )?;
            Ok(())
        })
    }

    /// Does `work`, with more memory for pages where it is `much`.
    ///
    /// # Errors
    /// What `work` returns.
    pub fn with_more_pages<T>(&self, much: bool, work: impl FnOnce() -> Result<T>) -> Result<T> {
        if !much {
            return work();
        }
        self.db.pragma_update(None, "cache_size", LARGE_CACHE)?;
        let done = work();
        self.db.pragma_update(None, "cache_size", CACHE)?;
        done
    }

    /// Changes whenever another connection has written.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn data_version(&self) -> Result<i64> {
        Ok(self.db.pragma_query_value(None, "data_version", |row| row.get(0))?)
    }

    /// Whether the file is sound: `None`, or what SQLite found.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn damage(&self) -> Result<Option<String>> {
        let verdict: String = self.db.pragma_query_value(None, "quick_check", |row| row.get(0))?;
        Ok((verdict != "ok").then_some(verdict))
    }

    pub(super) fn reading(db: Connection) -> Result<Store> {
        db.set_prepared_statement_cache_capacity(64);
        db.pragma_update(None, "temp_store", "memory")?;
        db.pragma_update(None, "cache_size", CACHE)?;
        Ok(Store { db, patience: Patience { rounds: PATIENCE, tell: Cell::new(None) } })
    }

    /// For who only reads: from here on everything is as it was when it was first looked at, whoever
    /// writes meanwhile; and nobody has to be asked again for each look.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn hold_still(&self) -> Result<()> {
        if self.db.is_autocommit() {
            self.db.execute_batch("BEGIN DEFERRED")?;
        }
        Ok(())
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
pub(super) fn wait<const MOST: i32>(polls: i32) -> bool {
    thread::sleep(POLL);
    polls < MOST
}

fn is_busy(cause: &rusqlite::Error) -> bool {
    let code = cause.sqlite_error_code();
    matches!(code, Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

pub(super) fn cannot_open(cause: &rusqlite::Error) -> bool {
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

impl From<rusqlite::Error> for Error {
    fn from(cause: rusqlite::Error) -> Self {
        let (kind, what, hint) = match cause.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                (Kind::Temporary, "the database is busy", "another requite is writing; try again")
            }
            Some(ErrorCode::DiskFull) => (
                Kind::NoRoom,
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
                "run `requite check --repair`: it restores the last good copy, or starts over",
            ),
            Some(ErrorCode::SystemIoFailure) => {
                (Kind::Failed, "the disk can't be read or written", "check the disk and its space")
            }
            _ => (Kind::Failed, "the database refused a command", "please report this"),
        };
        Error::new(kind, what).hint(hint).because(cause)
    }
}
