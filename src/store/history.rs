//! All turns with each contact, packed: a million of them are read in the time that a million rows
//! would take to begin.
//!
//! Says the same as the rows of `turn`, and is written with them.

use std::iter;

use rusqlite::{Row, params};

use super::Store;
use super::packed_turn::{Bytes, USUAL, pack, unpack};
use crate::domain::measure::turns::UnjudgedTurn;
use crate::domain::model::{ContactId, Moment};
use crate::error::Result;

/// Turns in one part: one more message rewrites one.
const PART: usize = 128;
/// Parts of a contact are numbered in so many bits.
const PART_BITS: u32 = 16;

/// The turns with one contact as they are kept: to be unpacked wherever there is time.
#[derive(Debug, Clone)]
pub struct PackedTurns {
    contact: ContactId,
    bytes: Vec<u8>,
    /// What came later isn't told.
    until: Moment,
}

impl PackedTurns {
    /// None with this contact.
    pub fn none(contact: ContactId) -> PackedTurns {
        PackedTurns { contact, bytes: Vec::new(), until: Moment::MAX }
    }

    /// These, of a contact.
    pub fn of(contact: ContactId, turns: &[UnjudgedTurn]) -> PackedTurns {
        let mut packed = PackedTurns::none(contact);
        turns.iter().for_each(|turn| pack(turn, &mut packed.bytes));
        packed
    }

    /// As far as they were known at `then`, unless that has been learned otherwise since.
    #[must_use]
    pub fn as_of(self, then: Moment) -> PackedTurns {
        PackedTurns { until: then, ..self }
    }

    pub fn contact(&self) -> ContactId {
        self.contact
    }

    /// Oldest first. Of what is torn only what comes before it.
    pub fn unpacked(&self) -> Vec<UnjudgedTurn> {
        let mut turns = Vec::with_capacity(self.bytes.len() / USUAL);
        turns.extend(self.begun_since(Moment::MIN));
        turns
    }

    /// Those that began then or later.
    pub fn begun_since(&self, since: Moment) -> impl Iterator<Item = UnjudgedTurn> {
        let (mut bytes, within) = (Bytes(&self.bytes), since..=self.until);
        iter::from_fn(move || unpack(self.contact, &mut bytes, &within))
            .filter_map(|turn| turn.as_of(self.until))
    }
}

impl Store {
    /// Writes those parts that differ only.
    pub(super) fn put_history(&self, contact: ContactId, turns: &[UnjudgedTurn]) -> Result<()> {
        let first = contact.0 << PART_BITS;
        let mut put = self.db.prepare_cached(
            "INSERT INTO history (part, turns) VALUES (?1, ?2)
             ON CONFLICT DO UPDATE SET turns = ?2 WHERE turns <> ?2",
        )?;
        let mut next = first;
        for part in turns.chunks(PART) {
            let mut bytes = Vec::with_capacity(part.len() * USUAL);
            part.iter().for_each(|turn| pack(turn, &mut bytes));
            put.execute(params![next, bytes])?;
            next += 1;
        }
        self.db
            .prepare_cached("DELETE FROM history WHERE part >= ?1 AND part < ?2")?
            .execute([next, (contact.0 + 1) << PART_BITS])?;
        Ok(())
    }

    /// The turns with a contact, oldest first.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn turns_of(&self, contact: ContactId) -> Result<Vec<UnjudgedTurn>> {
        Ok(self.packed_turns_of(contact)?.unpacked())
    }

    /// The turns with a contact, as they are kept.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn packed_turns_of(&self, contact: ContactId) -> Result<PackedTurns> {
        let mut find = self.db.prepare_cached(
            "SELECT turns FROM history WHERE part >= ?1 AND part < ?2 ORDER BY part",
        )?;
        let mut packed = PackedTurns::none(contact);
        let mut rows = find.query([contact.0 << PART_BITS, (contact.0 + 1) << PART_BITS])?;
        while let Some(row) = rows.next()? {
            packed.bytes.extend_from_slice(blob(row, 0)?);
        }
        Ok(packed)
    }

    /// Every contact who has turns, with them.
    ///
    /// # Errors
    /// Those of `take`, and where the database can't be read.
    pub fn each_history(&self, mut take: impl FnMut(PackedTurns) -> Result<()>) -> Result<()> {
        let mut find = self.db.prepare_cached("SELECT part, turns FROM history ORDER BY part")?;
        let mut rows = find.query([])?;
        let mut together: Option<PackedTurns> = None;
        while let Some(row) = rows.next()? {
            let contact = ContactId(row.get::<_, i64>(0)? >> PART_BITS);
            let part = blob(row, 1)?;
            match &mut together {
                Some(packed) if packed.contact == contact => packed.bytes.extend_from_slice(part),
                _ => {
                    let bytes = part.to_vec();
                    let next = PackedTurns { bytes, ..PackedTurns::none(contact) };
                    together.replace(next).map_or(Ok(()), &mut take)?;
                }
            }
        }
        together.map_or(Ok(()), take)
    }
}

fn blob<'r>(row: &'r Row<'_>, column: usize) -> Result<&'r [u8]> {
    Ok(row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from)?)
}
