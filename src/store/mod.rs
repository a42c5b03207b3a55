//! What is known, on disk: one SQLite file, one writer.
//!
//! Says what was stored; never averages, scores or decides. Every public function that writes
//! does so in one transaction or inside the caller's.

use rusqlite::{Connection, ErrorCode};

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
mod last_good;
mod mail;
mod opening;
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
pub use last_good::Repaired;
pub use mail::Arrival;
pub use outbox::OutboxItem;
pub use people::{ContactRow, Correspondent, Identity, IdentityKind};
pub use texts::Kept;

/// Memory for pages, in KiB, as SQLite wants it: negative.
const CACHE: i64 = -12_000;

pub struct Store {
    db: Connection,
    patience: opening::Patience,
}

impl Store {
    /// Runs `work` in one transaction: all of it is on disk afterwards, or none.
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
                "run `requite check --repair`: it takes the last good copy, or begins anew",
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
