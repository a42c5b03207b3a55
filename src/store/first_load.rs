//! The first load of an empty store, which may be a million messages: what only measuring looks up
//! is left out while it goes on, and built in one go before anything is measured.
//!
//! Nothing tells that a load goes on but that the indexes are missing: one that was broken off is
//! completed by whoever measures next.

use super::connection::{CACHE, Store};
use super::schema::LOOKUPS;
use crate::error::Result;

const LEAVE_OUT: &str = "
DROP INDEX IF EXISTS message_by_author;
DROP INDEX IF EXISTS message_by_id_hash;
DROP INDEX IF EXISTS message_by_parent;";
/// All go and come together.
const IS_COMPLETE: &str =
    "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'message_by_parent')";
/// Memory for sorting, in KiB, as SQLite wants it: negative. The rest goes to temporary files.
const SORTING: i64 = -4_000;

impl Store {
    /// Makes ready for many messages, inside the caller's transaction; changes nothing where there
    /// are some already. Everybody is marked, so that nobody has to be looked up to be.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn begin_first_load(&self) -> Result<()> {
        if self.highest_message()? == 0 {
            self.db.execute_batch(LEAVE_OUT)?;
            self.mark_all_dirty()?;
        }
        Ok(())
    }

    /// Builds what a first load has left out. To be called before anything is measured; outside of
    /// a transaction it takes little memory, however much there is to sort.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn complete_first_load(&self) -> Result<()> {
        if self.db.prepare_cached(IS_COMPLETE)?.query_row([], |row| row.get(0))? {
            return Ok(());
        }
        if !self.db.is_autocommit() {
            return Ok(self.db.execute_batch(LOOKUPS)?);
        }
        self.sort_in("file", SORTING)?;
        let built = self.transaction(|store| Ok(store.db.execute_batch(LOOKUPS)?));
        self.sort_in("memory", CACHE)?;
        built
    }

    fn sort_in(&self, place: &str, cache: i64) -> Result<()> {
        self.db.pragma_update(None, "temp_store", place)?;
        Ok(self.db.pragma_update(None, "cache_size", cache)?)
    }
}
