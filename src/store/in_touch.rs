//! When a contact and I were in touch, as measuring found it: enough to tell how often.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Row, params};

use super::Store;
use crate::domain::model::{ContactId, Moment};
use crate::error::Result;

/// When a contact and I were in touch, in order, and which sides gave a sign each time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InTouch(Vec<(Moment, Sides)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sides {
    pub from_them: bool,
    pub from_me: bool,
}

impl InTouch {
    pub fn new(mut times: Vec<(Moment, Sides)>) -> InTouch {
        times.sort_unstable();
        InTouch(times)
    }

    pub fn times(&self) -> Vec<Moment> {
        self.0.iter().map(|(at, _)| *at).collect()
    }

    pub fn first(&self) -> Option<Moment> {
        self.0.first().map(|(at, _)| *at)
    }

    pub fn last(&self) -> LastSigns {
        let last = |of: fn(&Sides) -> bool| {
            self.0.iter().rev().find(|(_, sides)| of(sides)).map(|(at, _)| *at)
        };
        LastSigns { from_them: last(|sides| sides.from_them), from_me: last(|sides| sides.from_me) }
    }

    /// Without what came after `then`.
    #[must_use]
    pub fn as_of(mut self, then: Moment) -> InTouch {
        self.0.truncate(self.0.partition_point(|(at, _)| *at <= then));
        self
    }
}

/// The last signs of either side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LastSigns {
    pub from_them: Option<Moment>,
    pub from_me: Option<Moment>,
}

impl LastSigns {
    /// Of whichever side.
    pub fn latest(self) -> Option<Moment> {
        self.from_them.max(self.from_me)
    }
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
        let LastSigns { from_them, from_me } = known.last();
        self.db
            .prepare_cached(
                "INSERT INTO in_touch (contact, times, from_them, from_me) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET (times, from_them, from_me) = (?2, ?3, ?4)
                 WHERE (times, from_them, from_me) IS NOT (?2, ?3, ?4)",
            )?
            .execute(params![
                contact.0,
                packed(known),
                from_them.map(|at| at.0),
                from_me.map(|at| at.0)
            ])?;
        Ok(())
    }

    /// When a contact and I were in touch.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn in_touch(&self, contact: ContactId) -> Result<InTouch> {
        let times: Option<Vec<u8>> = self
            .db
            .prepare_cached("SELECT times FROM in_touch WHERE contact = ?1")?
            .query_row([contact.0], |row| row.get(0))
            .optional()?;
        Ok(unpacked(&times.unwrap_or_default()))
    }

    /// When everybody and I were in touch.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn each_in_touch(&self, mut take: impl FnMut(ContactId, InTouch)) -> Result<()> {
        let mut find = self.db.prepare_cached("SELECT contact, times FROM in_touch")?;
        let mut rows = find.query([])?;
        while let Some(row) = rows.next()? {
            let times = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
            take(ContactId(row.get(0)?), unpacked(times));
        }
        Ok(())
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

const FROM_THEM: u8 = 1;
const FROM_ME: u8 = 2;

/// A time outside of 1970…2106 is at its nearer end.
fn packed(known: &InTouch) -> Vec<u8> {
    let flag = |is: bool, flag: u8| if is { flag } else { 0 };
    let mut bytes = Vec::with_capacity(known.0.len() * 5);
    for (at, sides) in &known.0 {
        let seconds = at.0.clamp(0, i64::from(u32::MAX)) as u32;
        bytes.extend(seconds.to_le_bytes());
        bytes.push(flag(sides.from_them, FROM_THEM) | flag(sides.from_me, FROM_ME));
    }
    bytes
}

fn unpacked(bytes: &[u8]) -> InTouch {
    let (times, _) = bytes.as_chunks::<5>();
    let time = |[a, b, c, d, sides]: &[u8; 5]| {
        let sides = Sides { from_them: sides & FROM_THEM != 0, from_me: sides & FROM_ME != 0 };
        (Moment(u32::from_le_bytes([*a, *b, *c, *d]).into()), sides)
    };
    InTouch(times.iter().map(time).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEM: Sides = Sides { from_them: true, from_me: false };
    const ME: Sides = Sides { from_them: false, from_me: true };

    #[test]
    fn times_come_back_in_order() {
        let known =
            InTouch::new(vec![(Moment(1_800_000_000), ME), (Moment(7), THEM), (Moment(-5), ME)]);
        let back = unpacked(&packed(&known));
        assert_eq!(back.times(), [Moment(0), Moment(7), Moment(1_800_000_000)]);
        assert_eq!(back.last(), known.last());
        assert_eq!(unpacked(&[1, 2]), InTouch::default(), "a torn row");
    }

    #[test]
    fn what_came_later_is_no_sign_of_earlier() {
        let known = InTouch::new(vec![(Moment(5), ME), (Moment(7), THEM), (Moment(9), ME)]);
        let then = known.as_of(Moment(8)).last();
        assert_eq!(then, LastSigns { from_them: Some(Moment(7)), from_me: Some(Moment(5)) });
    }
}
