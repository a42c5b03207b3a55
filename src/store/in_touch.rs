//! When a contact and I were in touch, as measuring found it: enough to tell how often.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Row, params};

use super::Store;
use crate::domain::model::{ContactId, Moment};
use crate::error::Result;

/// When a contact and I were in touch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InTouch {
    /// Of either side, in order.
    pub times: Vec<Moment>,
    pub last: LastSigns,
}

/// The last signs of either side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LastSigns {
    pub from_them: Option<Moment>,
    pub from_me: Option<Moment>,
}

impl Store {
    /// Whether anything is known by which mail, or what an export tells, could be theirs.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn may_be_in_touch(&self, contact: ContactId) -> Result<bool> {
        let mut find = self.db.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM identity WHERE contact = ?1 AND address IS NOT NULL)
               OR EXISTS (SELECT 1 FROM entry_contact WHERE contact = ?1)
               OR EXISTS (SELECT 1 FROM counterpart WHERE contact = ?1)",
        )?;
        Ok(find.query_row([contact.0], |row| row.get(0))?)
    }

    /// Replaces what was known of when a contact and I were in touch.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn put_in_touch(&self, contact: ContactId, known: &InTouch) -> Result<()> {
        let LastSigns { from_them, from_me } = known.last;
        self.db
            .prepare_cached(
                "INSERT INTO in_touch (contact, times, from_them, from_me) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET (times, from_them, from_me) = (?2, ?3, ?4)
                 WHERE (times, from_them, from_me) IS NOT (?2, ?3, ?4)",
            )?
            .execute(params![
                contact.0,
                packed(&known.times),
                from_them.map(|at| at.0),
                from_me.map(|at| at.0)
            ])?;
        Ok(())
    }

    /// When a contact and I were in touch, in order.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn times_in_touch(&self, contact: ContactId) -> Result<Vec<Moment>> {
        let times: Option<Vec<u8>> = self
            .db
            .prepare_cached("SELECT times FROM in_touch WHERE contact = ?1")?
            .query_row([contact.0], |row| row.get(0))
            .optional()?;
        Ok(unpacked(&times.unwrap_or_default()))
    }

    /// The last signs of one contact and me.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn last_signs_of(&self, contact: ContactId) -> Result<LastSigns> {
        let mut find =
            self.db.prepare_cached("SELECT from_them, from_me FROM in_touch WHERE contact = ?1")?;
        let found = find.query_row([contact.0], |row| last_signs(row, 0));
        Ok(found.optional()?.unwrap_or_default())
    }

    /// The last signs of each contact and me.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn last_signs(&self) -> Result<HashMap<ContactId, LastSigns>> {
        let mut statement =
            self.db.prepare_cached("SELECT contact, from_them, from_me FROM in_touch")?;
        let rows =
            statement.query_map([], |row| Ok((ContactId(row.get(0)?), last_signs(row, 1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn last_signs(row: &Row<'_>, first: usize) -> rusqlite::Result<LastSigns> {
    let moment = |column| row.get::<_, Option<i64>>(column).map(|at| at.map(Moment));
    Ok(LastSigns { from_them: moment(first)?, from_me: moment(first + 1)? })
}

/// A time outside of 1970…2106 is at its nearer end.
fn packed(times: &[Moment]) -> Vec<u8> {
    let clamped = |at: &Moment| at.0.clamp(0, i64::from(u32::MAX)) as u32;
    let mut seconds: Vec<u32> = times.iter().map(clamped).collect();
    seconds.sort_unstable();
    seconds.into_iter().flat_map(u32::to_le_bytes).collect()
}

fn unpacked(bytes: &[u8]) -> Vec<Moment> {
    let (times, _) = bytes.as_chunks::<4>();
    times.iter().map(|at| Moment(u32::from_le_bytes(*at).into())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_back_in_order() {
        let times = [Moment(1_800_000_000), Moment(7), Moment(-5)];
        assert_eq!(unpacked(&packed(&times)), [Moment(0), Moment(7), Moment(1_800_000_000)]);
        assert_eq!(unpacked(&[1, 2]), [], "a torn row");
    }
}
