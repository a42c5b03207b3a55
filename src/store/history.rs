//! All turns with each contact, packed: a million of them are read in the time that a million rows
//! would take to begin.
//!
//! Says the same as the rows of `turn`, and is written with them.

use rusqlite::{Row, params};

use super::Store;
use super::asked::{self, WORDS};
use super::columns::{touch_id, touch_number};
use crate::domain::measure::turns::{Answer, Closed, Link, UnjudgedTurn};
use crate::domain::model::{Channel, ContactId, Moment, Side, TouchId, TurnId};
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
}

impl PackedTurns {
    /// None with this contact.
    pub fn none(contact: ContactId) -> PackedTurns {
        PackedTurns { contact, bytes: Vec::new() }
    }

    pub fn contact(&self) -> ContactId {
        self.contact
    }

    /// Oldest first. Of what is torn only what comes before it.
    pub fn unpacked(&self) -> Vec<UnjudgedTurn> {
        let mut bytes = Bytes(&self.bytes);
        let mut turns = Vec::with_capacity(self.bytes.len() / USUAL);
        while let Some(turn) = unpack(self.contact, &mut bytes) {
            turns.push(turn);
        }
        turns
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
                    let next = PackedTurns { contact, bytes: part.to_vec() };
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

/// Bytes of a turn of one message that was answered.
const USUAL: usize = 42;

const MINE: u8 = 1;
/// Two bits.
const CHANNEL: u32 = 1;
const OPENS_THREAD: u8 = 8;
const WANTED: u8 = 16;
const ANSWERED: u8 = 32;
const CLOSED: u8 = 64;
/// It holds the one touch that names it, and asks what that says.
const SINGLE: u8 = 128;

fn pack(turn: &UnjudgedTurn, bytes: &mut Vec<u8>) {
    let UnjudgedTurn { id, side, channel, start, touches, asks, answer, closed, .. } = turn;
    let single = match (touches.as_slice(), asks.as_slice()) {
        ([touch], [asked]) if (*touch, asked.at, asked.touch) == (id.touch, *start, *touch) => {
            Some(asked.features)
        }
        _ => None,
    };
    let flag = |is: bool, flag: u8| if is { flag } else { 0 };
    bytes.push(
        flag(*side == Side::Mine, MINE)
            | (*channel as u8) << CHANNEL
            | flag(turn.opens_thread, OPENS_THREAD)
            | flag(turn.wanted, WANTED)
            | flag(answer.is_some(), ANSWERED)
            | flag(closed.is_some(), CLOSED)
            | flag(single.is_some(), SINGLE),
    );
    bytes.extend(touch_number(id.touch).to_le_bytes());
    bytes.extend(start.0.to_le_bytes());
    if let Some(answer) = answer {
        bytes.extend(answer.at.0.to_le_bytes());
        bytes.extend(touch_number(answer.touch).to_le_bytes());
        bytes.push(answer.link as u8);
    }
    bytes.extend(closed.map(|closed| closed as u8));
    match single {
        Some(features) => bytes.extend(features.0.to_le_bytes()),
        None => {
            bytes.extend((touches.len() as u32).to_le_bytes());
            bytes.extend((asks.len() as u32).to_le_bytes());
            bytes.extend(touches.iter().flat_map(|touch| touch_number(*touch).to_le_bytes()));
            bytes.extend(asked::pack(turn));
        }
    }
}

/// The next turn; `None` at the end, and where the rest makes none.
fn unpack(contact: ContactId, bytes: &mut Bytes<'_>) -> Option<UnjudgedTurn> {
    let [flags] = bytes.take()?;
    let is = |flag: u8| flags & flag != 0;
    let touch = touch_id(bytes.number()?);
    let start = Moment(bytes.number()?);
    let answer = match is(ANSWERED) {
        true => Some(answer(bytes)?),
        false => None,
    };
    let closed = match is(CLOSED) {
        true => Some(*Closed::ALL.get(usize::from(bytes.take::<1>()?[0]))?),
        false => None,
    };
    let (touches, asks) = match is(SINGLE) {
        true => asked::single(bytes.number()?.cast_unsigned(), start, touch),
        false => {
            let touches = u32::from_le_bytes(bytes.take()?);
            let asks = usize::try_from(u32::from_le_bytes(bytes.take()?)).ok()?;
            let touches: Vec<TouchId> =
                (0..touches).map(|_| bytes.number().map(touch_id)).collect::<Option<_>>()?;
            let asks = asked::unpack(bytes.slice(asks.checked_mul(4 * WORDS)?)?, start, &touches);
            (touches, asks)
        }
    };
    Some(UnjudgedTurn {
        id: TurnId { contact, touch },
        side: if is(MINE) { Side::Mine } else { Side::Theirs },
        channel: *Channel::ALL.get(usize::from(flags >> CHANNEL & 3))?,
        start,
        touches,
        asks,
        wanted: is(WANTED),
        opens_thread: is(OPENS_THREAD),
        answer,
        closed,
    })
}

fn answer(bytes: &mut Bytes<'_>) -> Option<Answer> {
    let (at, touch) = (Moment(bytes.number()?), touch_id(bytes.number()?));
    let [link] = bytes.take()?;
    Some(Answer { at, touch, link: *Link::ALL.get(usize::from(link))? })
}

/// What is left to be unpacked.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn number(&mut self) -> Option<i64> {
        self.take().map(i64::from_le_bytes)
    }

    fn slice(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::measure::need::Features;
    use crate::domain::measure::turns::{Asked, Turn};
    use crate::domain::model::{EntryNumber, MessageNumber};

    fn turns() -> impl Strategy<Value = UnjudgedTurn> {
        let link = prop::sample::select(Link::ALL.to_vec());
        let closed = prop::sample::select(Closed::ALL.to_vec());
        (
            any::<(bool, bool, bool, bool)>(),
            0..4_usize,
            (1..1_000_i64, 0..2_000_000_000_i64),
            prop::option::of((0..9_000_000_i64, link)),
            prop::option::of(closed),
            prop::collection::vec(any::<u64>(), 0..4),
        )
            .prop_map(|(is, channel, (touch, start), answer, closed, features)| {
                let (mine, opens_thread, wanted, by_hand) = is;
                let number = |n: usize| match by_hand {
                    true => TouchId::Entry(EntryNumber(touch + n as i64)),
                    false => TouchId::Message(MessageNumber(touch + n as i64)),
                };
                let side = if mine { Side::Mine } else { Side::Theirs };
                let start = Moment(start);
                let asks = features.iter().enumerate().map(|(n, features)| Asked {
                    at: start + n as i64,
                    touch: number(n),
                    features: Features(*features),
                });
                let asks: Vec<Asked> = asks.collect();
                let blank = Turn::asked(side, touch, start).unjudged();
                UnjudgedTurn {
                    id: TurnId { touch: number(0), ..blank.id },
                    channel: Channel::ALL[channel],
                    touches: (0..asks.len().max(1)).map(number).collect(),
                    asks,
                    wanted,
                    opens_thread,
                    answer: answer.map(|(at, link)| Answer {
                        at: Moment(at),
                        touch: TouchId::Message(MessageNumber(at)),
                        link,
                    }),
                    closed,
                    ..blank
                }
            })
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_back_as_it_went(turns in prop::collection::vec(turns(), 0..6)) {
            let mut packed = PackedTurns::none(ContactId(1));
            turns.iter().for_each(|turn| pack(turn, &mut packed.bytes));
            prop_assert_eq!(packed.unpacked(), turns);
        }

        #[test]
        fn what_is_torn_does_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let packed = PackedTurns { contact: ContactId(1), bytes };
            prop_assert!(packed.unpacked().len() <= packed.bytes.len());
        }
    }
}
