//! The store as it was at an earlier instant: a copy in memory from which everything is taken that
//! came later.
//!
//! Knows contacts and their names as they are now, and where copies lie now: those aren't dated.

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, params};

use super::Store;
use super::columns::clocks;
use crate::domain::measure::touches::Clocks;
use crate::domain::model::Moment;
use crate::error::{Error, Kind, Result};

/// At one go, so that nothing changes in between.
const ALL_PAGES: i32 = -1;

/// Whose turns are others without what came later: those who wrote it or whom it answers, who answer it,
/// to whom I wrote it, and of whom it tells. As `mark_people_of` says of one message, of all at once.
const MARK_CHANGED: &str = "
UPDATE contact SET dirty = 1 WHERE dirty = 0 AND id IN (
  SELECT i.contact FROM identity i WHERE i.address IN (
    SELECT author FROM message WHERE id IN later
    UNION SELECT p.author FROM message m JOIN message p ON p.id_hash = m.parent
      WHERE m.id IN later
    UNION SELECT c.author FROM message m JOIN message c ON c.parent = m.id_hash
      WHERE m.id IN later
    UNION SELECT r.address FROM recipient r WHERE r.message IN (
      SELECT m.id FROM message m JOIN address a ON a.id = m.author
      WHERE m.id IN later AND a.mine = 1)));
UPDATE contact SET dirty = 1 WHERE dirty = 0 AND id IN (
  SELECT c.contact FROM notice n JOIN counterpart c ON c.id = n.counterpart
  WHERE n.message IN later);";
/// Those with whom something else happened later, or of whom the user said something later.
const MARK_SPOKEN_OF: [&str; 3] = [
    "UPDATE contact SET dirty = 1 WHERE dirty = 0 AND id IN (
       SELECT c.contact FROM entry e JOIN entry_contact c ON c.entry = e.id WHERE e.at > ?1)",
    "UPDATE contact SET dirty = 1 WHERE dirty = 0 AND id IN (
       SELECT p.contact FROM entry e JOIN counterpart p ON p.id = e.counterpart WHERE e.at > ?1)",
    "UPDATE contact SET dirty = 1 WHERE dirty = 0 AND id IN (
       SELECT contact FROM decision WHERE at > ?1 OR undone_at > ?1)",
];

impl Store {
    /// What was stored of mail up to `then`, by the clock that `time` reads; those contacts are
    /// marked to be measured again of whom more came later.
    ///
    /// # Errors
    /// `Temporary` while the database is being written.
    pub fn as_of(&self, then: Moment, time: impl Fn(Clocks) -> Option<Moment>) -> Result<Store> {
        let mut db = Connection::open_in_memory()?;
        if Backup::new(&self.db, &mut db)?.step(ALL_PAGES)? != StepResult::Done {
            return Err(Error::new(Kind::Temporary, "the database is busy")
                .hint("another requite is writing; try again"));
        }
        let earlier = Store::reading(db)?;
        earlier.transaction(|store| store.forget_later(then, time))?;
        Ok(earlier)
    }

    fn forget_later(&self, then: Moment, time: impl Fn(Clocks) -> Option<Moment>) -> Result<()> {
        self.db.execute_batch("CREATE TEMP TABLE later (id INTEGER PRIMARY KEY) STRICT")?;
        let mut all = self.db.prepare(
            "SELECT m.id, a.mine IS 1, m.date, m.received, m.internal
             FROM message m LEFT JOIN address a ON a.id = m.author",
        )?;
        let mut enter = self.db.prepare("INSERT INTO later (id) VALUES (?1)")?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            if time(clocks(row, 1)?).is_some_and(|at| at > then) {
                enter.execute([row.get::<_, i64>(0)?])?;
            }
        }
        self.db.execute_batch(MARK_CHANGED)?;
        for sql in MARK_SPOKEN_OF {
            self.db.execute(sql, [then.0])?;
        }
        let threads: Vec<i64> = self
            .db
            .prepare("SELECT DISTINCT thread FROM message WHERE id IN later")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        self.cut_threads(&threads)?;
        self.db.execute_batch(
            "DELETE FROM message WHERE id IN later;
             DELETE FROM recipient WHERE message IN later;
             DELETE FROM notice WHERE message IN later;
             DELETE FROM instance WHERE message IN later;",
        )?;
        self.thread_anew(&threads)?;
        for sql in [
            "DELETE FROM entry WHERE at > ?1",
            "DELETE FROM news WHERE at > ?1",
            "DELETE FROM decision WHERE at > ?1",
            "DELETE FROM told WHERE at > ?1",
            "UPDATE decision SET undone_at = NULL WHERE undone_at > ?1",
        ] {
            self.db.execute(sql, params![then.0])?;
        }
        Ok(())
    }
}
