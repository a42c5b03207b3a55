//! The last good copy of the database: made before a new version changes it, and put in its place
//! when it is damaged.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use super::connection::{Store, read_only};
use super::schema;
use crate::error::{Error, Kind, Result};

/// Pages that are copied at once.
const PAGES: i32 = 4_096;

/// What became of a database that was to be repaired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repaired {
    /// There is nothing wrong with it.
    Sound,
    /// The last good copy stands in its place; the damaged one lies there.
    Restored { damaged: PathBuf },
    /// There is no good copy: the next pass begins anew. The damaged one lies there.
    Removed { damaged: PathBuf },
}

impl Store {
    /// Puts the last good copy in the place of a damaged database. Nobody else may use it
    /// meanwhile.
    ///
    /// # Errors
    /// Where files can't be moved.
    pub fn repair(folder: &Path) -> Result<Repaired> {
        let path = Store::path(folder);
        // Only a writer takes back what a cut left half done.
        let whole = || Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE);
        if !path.exists()
            || read_only(&path).is_ok_and(|db| is_sound(&db))
            || whole().is_ok_and(|db| is_sound(&db))
        {
            return Ok(Repaired::Sound);
        }
        let failed =
            |cause| Error::failed(format!("can't put {} aside", path.display())).because(cause);
        let damaged = sibling(&path, "damaged");
        // Its log belongs to it, and would be taken for the copy's.
        for end in ["", "-wal", "-shm", "-journal"] {
            let (from, to) = (with_end(&path, end), with_end(&damaged, end));
            match fs::rename(&from, &to) {
                Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                    return Err(failed(cause));
                }
                _ => (),
            }
        }
        let copy = sibling(&path, COPY);
        if !read_only(&copy).is_ok_and(|db| is_sound(&db)) {
            return Ok(Repaired::Removed { damaged });
        }
        fs::copy(&copy, &path).map_err(failed)?;
        Ok(Repaired::Restored { damaged })
    }
}

/// What the copy is called, behind the database's own name.
const COPY: &str = "last-good";

/// Copies the database at `path`, once nothing is wrong with it.
///
/// # Errors
/// `Failed` where it is damaged, `NoRoom` where there is none for the copy.
pub(super) fn keep_copy(path: &Path) -> Result<()> {
    let from = read_only(path)?;
    let verdict: String = from.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    if verdict != "ok" {
        return Err(Error::failed(format!("the database is damaged: {verdict}"))
            .hint("`requite check --repair` puts it aside and takes the last good copy"));
    }
    let failed = |cause: std::io::Error| {
        let kind = if cause.kind() == std::io::ErrorKind::StorageFull {
            Kind::NoRoom
        } else {
            Kind::Failed
        };
        Error::new(kind, "can't copy the database before it is brought up to date")
            .because(cause)
            .hint("make room for a second database, or the folder writable")
    };
    let unfinished = sibling(path, "copying");
    let mut options = OpenOptions::new();
    let file = options.create(true).write(true).truncate(true).mode(0o600).open(&unfinished);
    drop(file.map_err(failed)?);
    let mut to = Connection::open(&unfinished)?;
    Backup::new(&from, &mut to)?.run_to_completion(PAGES, std::time::Duration::ZERO, None)?;
    // It stands by itself, without a log.
    to.pragma_update(None, "journal_mode", "delete")?;
    to.close().map_err(|(_, cause)| Error::from(cause))?;
    File::open(&unfinished).and_then(|copy| copy.sync_all()).map_err(failed)?;
    fs::rename(&unfinished, sibling(path, COPY)).map_err(failed)
}

fn is_sound(db: &Connection) -> bool {
    let verdict = db.pragma_query_value(None, "quick_check", |row| row.get::<_, String>(0));
    verdict.is_ok_and(|verdict| verdict == "ok")
        && schema::version(db).is_ok_and(|version| (1..=schema::CURRENT).contains(&version))
}

/// `requite.db` → `requite.db.damaged`.
fn sibling(path: &Path, what: &str) -> PathBuf {
    with_end(path, &format!(".{what}"))
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}
