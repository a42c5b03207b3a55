//! Turns as they were last computed, each by itself, to be looked for by what they wait for: learning
//! weighs that anew without reading any mail again.

use std::collections::BTreeSet;

use rusqlite::{Row, params};

use super::Store;
use super::columns::touch_number;
use super::packed_turn::{Bytes, EVER, USUAL, pack, unpack};
use crate::domain::measure::turns::UnjudgedTurn;
use crate::domain::model::{ContactId, Moment, TurnId};
use crate::domain::policy::TimeBasis;
use crate::error::Result;

/// Writes what differs only: one more message changes one turn of a contact's hundreds.
const PUT: &str = "
INSERT INTO turn (contact, touch, side, start, answered_at, closed, requests, packed)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT DO UPDATE SET
  (side, start, answered_at, closed, requests, packed) = (?3, ?4, ?5, ?6, ?7, ?8)
  WHERE packed <> ?8";

impl Store {
    /// Replaces what was known of a contact's turns by what was computed now.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn put_turns(
        &self,
        contact: ContactId,
        turns: &[UnjudgedTurn],
        last_touch: Option<Moment>,
    ) -> Result<()> {
        let mut known =
            self.db.prepare_cached("SELECT touch FROM turn WHERE contact = ?1 ORDER BY touch")?;
        let known = known.query_map([contact.0], |row| row.get(0))?;
        let mut gone: BTreeSet<i64> = known.collect::<Result<_, _>>()?;
        let mut enter = self.db.prepare_cached(PUT)?;
        let mut packed = Vec::with_capacity(USUAL);
        for turn in turns {
            let touch = touch_number(turn.id.touch);
            gone.remove(&touch);
            packed.clear();
            pack(turn, &mut packed);
            enter.execute(params![
                contact.0,
                touch,
                turn.side as i64,
                turn.start.0,
                turn.answer.map(|answer| answer.at.0),
                turn.closed().map(|closed| closed as i64),
                turn.requests(),
                packed,
            ])?;
        }
        let mut leave =
            self.db.prepare_cached("DELETE FROM turn WHERE contact = ?1 AND touch = ?2")?;
        for touch in gone {
            leave.execute([contact.0, touch])?;
        }
        self.put_history(contact, turns)?;
        self.db
            .prepare_cached("UPDATE contact SET dirty = 0, last_touch = ?2 WHERE id = ?1")?
            .execute(params![contact.0, last_touch.map(|at| at.0)])?;
        Ok(())
    }

    /// The turn that is named by any of its touches.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn turn_holding(&self, named: TurnId) -> Result<Option<UnjudgedTurn>> {
        let turns = self.turns_of(named.contact)?;
        Ok(turns.into_iter().find(|turn| turn.touches.contains(&named.touch)))
    }

    /// How many turns of mine with a contact began since then and weren't answered within that many
    /// hours by the wall, whether or not they asked for an answer.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn count_missed(&self, contact: ContactId, since: Moment, hours: f64) -> Result<usize> {
        let mut count = self.db.prepare_cached(
            "SELECT count(*) FROM turn WHERE contact = ?1 AND side = 0 AND start > ?2
             AND closed IS NULL AND (answered_at IS NULL OR answered_at > start + ?3)",
        )?;
        let seconds = (hours * 3_600.0) as i64;
        Ok(count.query_row(params![contact.0, since.0, seconds], |row| row.get(0))?)
    }

    /// Turns of either side that have neither an answer nor been closed, but for asking nothing.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn waiting_turns(&self, started_after: Moment) -> Result<Vec<UnjudgedTurn>> {
        let mut find = self.db.prepare_cached(
            "SELECT contact, packed FROM turn
             WHERE answered_at IS NULL AND closed IS NULL AND start > ?1 ORDER BY start, touch",
        )?;
        let found: Vec<_> = find.query_map([started_after.0], turn)?.collect::<Result<_, _>>()?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Turns of mine that request something, oldest first.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn requests(&self) -> Result<Vec<UnjudgedTurn>> {
        let mut find = self.db.prepare_cached(
            "SELECT contact, packed FROM turn WHERE requests = 1 ORDER BY start, touch",
        )?;
        let found: Vec<_> = find.query_map([], turn)?.collect::<Result<_, _>>()?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Whose turns are to be computed again, by id.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn dirty_contacts(&self) -> Result<Vec<ContactId>> {
        Ok(self
            .db
            .prepare_cached("SELECT id FROM contact WHERE dirty = 1 ORDER BY id")?
            .query_map([], |row| row.get(0).map(ContactId))?
            .collect::<Result<_, _>>()?)
    }

    /// Whether nobody's turns count as computed.
    pub(super) fn all_are_marked(&self) -> Result<bool> {
        Ok(self
            .db
            .prepare_cached("SELECT NOT EXISTS (SELECT 1 FROM contact WHERE dirty = 0)")?
            .query_row([], |row| row.get(0))?)
    }

    /// The turns of a contact are to be computed again.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn mark_dirty(&self, contact: ContactId) -> Result<()> {
        self.db
            .prepare_cached("UPDATE contact SET dirty = 1 WHERE id = ?1 AND dirty = 0")?
            .execute([contact.0])?;
        Ok(())
    }

    /// Everything is measured again when the user chooses another clock.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn set_time_basis(&self, basis: TimeBasis) -> Result<()> {
        self.measured_by(TIME_BASIS, basis_name(basis))
    }

    /// Whether texts are read; where that is new, they are wanted of what is stored, too.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn set_reads_text(&self, reads_text: bool) -> Result<()> {
        self.measured_by(TEXT, text_name(reads_text))
    }

    /// Whether all that is measured was measured so.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn measures_by(&self, basis: TimeBasis, reads_text: bool) -> Result<bool> {
        let wanted = [(TIME_BASIS, basis_name(basis)), (TEXT, text_name(reads_text))];
        let mut find = self.db.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM setting WHERE key = ?1 AND value = ?2)",
        )?;
        for (key, value) in wanted {
            if !find.query_row([key, value], |row| row.get(0))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether nothing is left to be measured of what is stored.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn is_measured(&self) -> Result<bool> {
        let mut find = self.db.prepare_cached(
            "SELECT NOT EXISTS (SELECT 1 FROM contact WHERE dirty = 1)
               AND NOT EXISTS (SELECT 1 FROM address WHERE ties_due = 1)
               AND NOT EXISTS (SELECT 1 FROM list WHERE due = 1)",
        )?;
        Ok(find.query_row([], |row| row.get(0))?)
    }

    /// Remembers a setting on which all that is measured depends.
    fn measured_by(&self, key: &str, value: &str) -> Result<()> {
        let changed = self.db.execute(
            "INSERT INTO setting (key, value) VALUES (?1, ?2)
             ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
            [key, value],
        )?;
        if changed > 0 { self.mark_all_dirty() } else { Ok(()) }
    }

    /// The turns of everybody are to be computed again.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn mark_all_dirty(&self) -> Result<()> {
        self.db.execute("UPDATE contact SET dirty = 1", [])?;
        Ok(())
    }
}

/// Settings on which all that is measured depends.
const TIME_BASIS: &str = "time_basis";
const TEXT: &str = "text";

fn basis_name(basis: TimeBasis) -> &'static str {
    match basis {
        TimeBasis::Arrival => "arrival",
        TimeBasis::Date => "date",
    }
}

fn text_name(reads_text: bool) -> &'static str {
    if reads_text { "cues" } else { "never" }
}

/// Of a torn row nothing.
fn turn(row: &Row<'_>) -> rusqlite::Result<Option<UnjudgedTurn>> {
    let packed = row.get_ref(1)?.as_blob()?;
    Ok(unpack(ContactId(row.get(0)?), &mut Bytes(packed), &EVER))
}
