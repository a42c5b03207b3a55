//! Turns as they were last computed, with what was known of each touch: learning weighs that
//! anew without reading any mail again.

use rusqlite::{Row, params};

use super::threads::unpack;
use super::{Store, touch_id, touch_number};
use crate::domain::model::{Channel, ContactId, Moment, Side, TurnId};
use crate::domain::need::{Features, Model};
use crate::domain::policy::TimeBasis;
use crate::domain::turns::{Answer, Closed, Link, Turn};
use crate::error::Result;

const COLUMNS: &str = "contact, touch, side, channel, start, opens_thread, touches, asks,
                       answered_at, answered_by, link, closed";
const CHANNELS: [Channel; 4] = [Channel::Mail, Channel::Linkedin, Channel::Phone, Channel::Meeting];

impl Store {
    /// Replaces what was known of a contact's turns by what was computed now.
    pub fn put_turns(
        &self,
        contact: ContactId,
        turns: &[Turn],
        last_touch: Option<Moment>,
    ) -> Result<()> {
        self.db.prepare_cached("DELETE FROM turn WHERE contact = ?1")?.execute([contact.0])?;
        let mut enter = self.db.prepare_cached(&format!(
            "INSERT INTO turn ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
        ))?;
        for turn in turns {
            // Whether it asked for anything is for the model of the day to say.
            let closed = turn.closed.filter(|closed| *closed != Closed::AskedNothing);
            let touches: Vec<u8> =
                turn.touches.iter().flat_map(|touch| touch_number(*touch).to_le_bytes()).collect();
            enter.execute(params![
                contact.0,
                touch_number(turn.id.touch),
                turn.side as i64,
                turn.channel as i64,
                turn.start.0,
                turn.opens_thread,
                touches,
                pack_features(&turn.asks),
                turn.answer.map(|answer| answer.at.0),
                turn.answer.map(|answer| touch_number(answer.touch)),
                turn.answer.map(|answer| answer.link as i64),
                closed.map(|closed| closed as i64),
            ])?;
        }
        self.db
            .prepare_cached("UPDATE contact SET dirty = 0, last_touch = ?2 WHERE id = ?1")?
            .execute(params![contact.0, last_touch.map(|at| at.0)])?;
        Ok(())
    }

    pub fn turns_of(&self, contact: ContactId) -> Result<Vec<Turn>> {
        let sql = format!("SELECT {COLUMNS} FROM turn WHERE contact = ?1 ORDER BY start, touch");
        let mut statement = self.db.prepare_cached(&sql)?;
        Ok(statement.query_map([contact.0], turn)?.collect::<Result<_, _>>()?)
    }

    /// Every contact who has turns, with them, oldest first.
    pub fn each_contacts_turns(
        &self,
        mut take: impl FnMut(ContactId, Vec<Turn>) -> Result<()>,
    ) -> Result<()> {
        // In the order of the key: sorted within each contact here, nothing has to be kept.
        let sql = format!("SELECT {COLUMNS} FROM turn ORDER BY contact, touch");
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut together: Vec<Turn> = Vec::new();
        let mut hand_over = |mut turns: Vec<Turn>| match turns.first().map(|turn| turn.id.contact) {
            Some(contact) => {
                turns.sort_by_key(|turn| (turn.start, turn.id));
                take(contact, turns)
            }
            None => Ok(()),
        };
        for found in statement.query_map([], turn)? {
            let found = found?;
            if together.last().is_some_and(|last| last.id.contact != found.id.contact) {
                hand_over(std::mem::take(&mut together))?;
            }
            together.push(found);
        }
        hand_over(together)
    }

    /// Turns of either side that have neither an answer nor been closed, but for asking nothing.
    pub fn waiting_turns(&self, started_after: Moment) -> Result<Vec<Turn>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM turn
             WHERE answered_at IS NULL AND closed IS NULL AND start > ?1 ORDER BY start, touch"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        Ok(statement.query_map([started_after.0], turn)?.collect::<Result<_, _>>()?)
    }

    pub fn dirty_contacts(&self) -> Result<Vec<ContactId>> {
        Ok(self
            .db
            .prepare_cached("SELECT id FROM contact WHERE dirty = 1 ORDER BY id")?
            .query_map([], |row| row.get(0).map(ContactId))?
            .collect::<Result<_, _>>()?)
    }

    pub fn mark_dirty(&self, contact: ContactId) -> Result<()> {
        self.db
            .prepare_cached("UPDATE contact SET dirty = 1 WHERE id = ?1")?
            .execute([contact.0])?;
        Ok(())
    }

    /// Everything is measured again when the user chooses another clock.
    pub fn set_time_basis(&self, basis: TimeBasis) -> Result<()> {
        let changed = self.db.execute(
            "INSERT INTO setting (key, value) VALUES ('time_basis', ?1)
             ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
            [match basis {
                TimeBasis::Arrival => "arrival",
                TimeBasis::Date => "date",
            }],
        )?;
        if changed > 0 { self.mark_all_dirty() } else { Ok(()) }
    }

    pub fn mark_all_dirty(&self) -> Result<()> {
        self.db.execute("UPDATE contact SET dirty = 1", [])?;
        Ok(())
    }
}

fn turn(row: &Row<'_>) -> rusqlite::Result<Turn> {
    let answered_at: Option<i64> = row.get(8)?;
    let answered_by: Option<i64> = row.get(9)?;
    let link: Option<usize> = row.get(10)?;
    let answer = answered_at.zip(answered_by).map(|(at, by)| Answer {
        at: Moment(at),
        touch: touch_id(by),
        link: link.and_then(|link| Link::ALL.get(link)).copied().unwrap_or(Link::Manual),
    });
    let closed: Option<usize> = row.get(11)?;
    let touches: Vec<u8> = row.get(6)?;
    let mut turn = Turn {
        id: TurnId { contact: ContactId(row.get(0)?), touch: touch_id(row.get(1)?) },
        side: if row.get::<_, i64>(2)? == Side::Mine as i64 { Side::Mine } else { Side::Theirs },
        channel: CHANNELS.get(row.get::<_, usize>(3)?).copied().unwrap_or(Channel::Mail),
        start: Moment(row.get(4)?),
        opens_thread: row.get(5)?,
        touches: unpack(&touches).into_iter().map(touch_id).collect(),
        asks: unpack_features(&row.get::<_, Vec<u8>>(7)?),
        needs_reply: 0.0,
        answer,
        closed: closed.and_then(|closed| Closed::ALL.get(closed)).copied(),
    };
    turn.judge(&Model::BY_HAND);
    Ok(turn)
}

/// One touch after the other: which of its features are 1, which are another number, and those
/// numbers. Most are 0 and take no place.
fn pack_features(asks: &[Features]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for features in asks {
        let values = features.values();
        let mask = |holds: &dyn Fn(f64) -> bool| -> u32 {
            let bits = values.iter().enumerate().filter(|(_, value)| holds(**value));
            bits.map(|(bit, _)| 1 << bit).sum()
        };
        let is_number = |value: f64| value != 0.0 && value != 1.0;
        bytes.extend(mask(&|value| value == 1.0).to_le_bytes());
        bytes.extend(mask(&is_number).to_le_bytes());
        for number in values.into_iter().filter(|value| is_number(*value)) {
            bytes.extend((number as f32).to_le_bytes());
        }
    }
    bytes
}

fn unpack_features(bytes: &[u8]) -> Vec<Features> {
    let (words, _) = bytes.as_chunks::<4>();
    let mut words = words.iter().copied();
    let mut asks = Vec::new();
    while let (Some(ones), Some(numbers)) = (words.next(), words.next()) {
        let (ones, numbers) = (u32::from_le_bytes(ones), u32::from_le_bytes(numbers));
        asks.push(Features::from_values(std::array::from_fn(|bit| {
            if ones >> bit & 1 == 1 {
                1.0
            } else if numbers >> bit & 1 == 1 {
                words.next().map_or(0.0, |word| f64::from(f32::from_le_bytes(word)))
            } else {
                0.0
            }
        })));
    }
    asks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn features_come_back_as_they_went(
            values in prop::collection::vec(
                prop::array::uniform::<_, { Features::COUNT }>(
                    prop_oneof![Just(0.0), Just(1.0), -9.0..9.0],
                ),
                0..4,
            ),
        ) {
            let asks: Vec<Features> =
                values.into_iter().map(|values| Features::from_values(values).rounded()).collect();
            prop_assert_eq!(unpack_features(&pack_features(&asks)), asks);
        }

        #[test]
        fn a_torn_row_does_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            prop_assert!(unpack_features(&bytes).len() <= bytes.len());
        }
    }
}
