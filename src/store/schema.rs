//! The schema and its versions.

use std::path::Path;

use rusqlite::Connection;

use crate::error::{Error, Result};

const SCHEMA: &str = include_str!("schema.sql");
pub const LOOKUPS: &str = include_str!("lookups.sql");

/// Step `n` leads from version `n + 1` to `n + 2`; append only.
const STEPS: &[&str] = &[
    include_str!("migrations/2.sql"),
    include_str!("migrations/3.sql"),
    include_str!("migrations/4.sql"),
    include_str!("migrations/5.sql"),
    include_str!("migrations/6.sql"),
    include_str!("migrations/7.sql"),
    include_str!("migrations/8.sql"),
    include_str!("migrations/9.sql"),
    include_str!("migrations/10.sql"),
    include_str!("migrations/11.sql"),
    include_str!("migrations/12.sql"),
    include_str!("migrations/13.sql"),
    include_str!("migrations/14.sql"),
    include_str!("migrations/15.sql"),
    include_str!("migrations/16.sql"),
    include_str!("migrations/17.sql"),
    include_str!("migrations/18.sql"),
];

pub const CURRENT: i64 = STEPS.len() as i64 + 1;

/// Of the schema that a file has; 0: none yet.
///
/// # Errors
/// Where the database can't be read.
pub fn version(db: &Connection) -> Result<i64> {
    Ok(db.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Creates the schema in an empty file, or takes the steps that are missing, in one transaction,
/// once `keep_copy` has made one.
///
/// # Errors
/// `Failed` when a newer requite wrote the file, or it is damaged: it is left alone. `NoRoom` when
/// there is none for the copy.
pub fn bring_up_to_date(
    db: &Connection,
    path: &Path,
    keep_copy: fn(&Path) -> Result<()>,
) -> Result<()> {
    let found = version(db)?;
    if found == CURRENT {
        return Ok(());
    }
    if found > CURRENT {
        return Err(Error::failed(format!(
            "{} was written by a newer requite (version {found}, this one knows {CURRENT})",
            path.display()
        ))
        .hint("install that version again, or point --home at another folder"));
    }
    db.execute_batch("BEGIN IMMEDIATE")?;
    let done = take_steps(db, path, keep_copy);
    if done.is_err() && !db.is_autocommit() {
        // The first error is the one to tell.
        let _ = db.execute_batch("ROLLBACK");
    }
    done
}

fn take_steps(db: &Connection, path: &Path, keep_copy: fn(&Path) -> Result<()>) -> Result<()> {
    // Another process may have done it while we waited for the lock.
    let found = version(db)?;
    let steps: Vec<&str> = match usize::try_from(found) {
        Ok(0) => vec![SCHEMA, LOOKUPS],
        Ok(found) if found >= CURRENT as usize => Vec::new(),
        Ok(found) => {
            if db.path().is_some_and(|path| !path.is_empty()) {
                keep_copy(path)?;
            }
            STEPS.iter().skip(found - 1).copied().collect()
        }
        Err(_) => {
            return Err(Error::failed(format!("{} is no database of requite", path.display())));
        }
    };
    for step in steps {
        db.execute_batch(step)?;
    }
    db.pragma_update(None, "user_version", CURRENT)?;
    db.execute_batch("COMMIT")?;
    Ok(())
}
