//! A turn as a few bytes, with all that is known of it.
//!
//! Whatever makes no turn is none: the turns are computed again.

use std::ops::RangeInclusive;

use super::columns::{touch_id, touch_number};
use crate::domain::measure::need::Features;
use crate::domain::measure::turns::{Answer, Asked, Closed, Ended, Link, Said, UnjudgedTurn};
use crate::domain::model::{Channel, ContactId, Moment, Side, TouchId, TurnId};

/// All of it.
pub const EVER: RangeInclusive<Moment> = Moment::MIN..=Moment::MAX;
/// Bytes of a turn of one message that was answered.
pub const USUAL: usize = 43;

const MINE: u16 = 1;
/// Two bits.
const CHANNEL: u32 = 1;
const OPENS_THREAD: u16 = 1 << 3;
const SAID_DUE: u16 = 1 << 4;
const SAID_DONE: u16 = 1 << 5;
const ANSWERED: u16 = 1 << 6;
const ENDED: u16 = 1 << 7;
/// It holds the one touch that names it, and asks what that says.
const SINGLE: u16 = 1 << 8;

pub fn pack(turn: &UnjudgedTurn, bytes: &mut Vec<u8>) {
    let UnjudgedTurn { id, side, channel, start, touches, asks, said, opens_thread, answer, ended } =
        turn;
    let single = match (touches.as_slice(), asks.as_slice()) {
        ([touch], [asked]) if (*touch, asked.at, asked.touch) == (id.touch, *start, *touch) => {
            Some(marks(asked))
        }
        _ => None,
    };
    let flag = |is: bool, flag: u16| if is { flag } else { 0 };
    let flags = flag(*side == Side::Mine, MINE)
        | (*channel as u16) << CHANNEL
        | flag(*opens_thread, OPENS_THREAD)
        | flag(*said == Some(Said::Due), SAID_DUE)
        | flag(*said == Some(Said::Done), SAID_DONE)
        | flag(answer.is_some(), ANSWERED)
        | flag(ended.is_some(), ENDED)
        | flag(single.is_some(), SINGLE);
    bytes.extend(flags.to_le_bytes());
    bytes.extend(touch_number(id.touch).to_le_bytes());
    bytes.extend(start.0.to_le_bytes());
    if let Some(Answer { at, touch, link }) = answer {
        bytes.extend(at.0.to_le_bytes());
        bytes.extend(touch_number(*touch).to_le_bytes());
        bytes.push(*link as u8);
    }
    if let Some(Ended { at, how }) = ended {
        bytes.extend(at.0.to_le_bytes());
        bytes.push(*how as u8);
    }
    match single {
        Some(marks) => bytes.extend(marks.to_le_bytes()),
        None => pack_touches(turn, bytes),
    }
}

fn pack_touches(turn: &UnjudgedTurn, bytes: &mut Vec<u8>) {
    bytes.extend((turn.touches.len() as u32).to_le_bytes());
    bytes.extend((turn.asks.len() as u32).to_le_bytes());
    bytes.extend(turn.touches.iter().flat_map(|touch| touch_number(*touch).to_le_bytes()));
    for asked in &turn.asks {
        let since = u32::try_from(asked.at.0 - turn.start.0).unwrap_or(u32::MAX);
        let place = turn.touches.iter().position(|held| *held == asked.touch);
        let place = place.and_then(|place| u32::try_from(place).ok()).unwrap_or(u32::MAX);
        bytes.extend(since.to_le_bytes());
        bytes.extend(place.to_le_bytes());
        bytes.extend(marks(asked).to_le_bytes());
    }
}

/// The next turn that began within this time; `None` at the end, and where the rest makes none.
pub fn unpack(
    contact: ContactId,
    bytes: &mut Bytes<'_>,
    within: &RangeInclusive<Moment>,
) -> Option<UnjudgedTurn> {
    loop {
        let flags = u16::from_le_bytes(bytes.take()?);
        let touch = touch_id(bytes.number()?);
        let start = Moment(bytes.number()?);
        if within.contains(&start) {
            return begun(TurnId { contact, touch }, start, flags, bytes);
        }
        pass_over(flags, bytes)?;
    }
}

fn pass_over(flags: u16, bytes: &mut Bytes<'_>) -> Option<()> {
    let is = |flag: u16| flags & flag != 0;
    bytes.skip(if is(ANSWERED) { 17 } else { 0 } + if is(ENDED) { 9 } else { 0 })?;
    if is(SINGLE) {
        return bytes.skip(8);
    }
    let (touches, asks) = (u32::from_le_bytes(bytes.take()?), u32::from_le_bytes(bytes.take()?));
    bytes.skip(8 * touches as usize + 16 * asks as usize)
}

fn begun(id: TurnId, start: Moment, flags: u16, bytes: &mut Bytes<'_>) -> Option<UnjudgedTurn> {
    let is = |flag: u16| flags & flag != 0;
    let answer = match is(ANSWERED) {
        true => Some(answer(bytes)?),
        false => None,
    };
    let ended = match is(ENDED) {
        true => Some(ended(bytes)?),
        false => None,
    };
    let (touches, asks) = match is(SINGLE) {
        true => (vec![id.touch], vec![asked(start, id.touch, bytes.number()?.cast_unsigned())]),
        false => touches(start, bytes)?,
    };
    Some(UnjudgedTurn {
        id,
        side: if is(MINE) { Side::Mine } else { Side::Theirs },
        channel: *Channel::ALL.get(usize::from(flags >> CHANNEL & 3))?,
        start,
        touches,
        asks,
        said: match (is(SAID_DUE), is(SAID_DONE)) {
            (true, _) => Some(Said::Due),
            (_, true) => Some(Said::Done),
            _ => None,
        },
        opens_thread: is(OPENS_THREAD),
        answer,
        ended,
    })
}

fn answer(bytes: &mut Bytes<'_>) -> Option<Answer> {
    let (at, touch) = (Moment(bytes.number()?), touch_id(bytes.number()?));
    let [link] = bytes.take()?;
    Some(Answer { at, touch, link: *Link::ALL.get(usize::from(link))? })
}

fn ended(bytes: &mut Bytes<'_>) -> Option<Ended> {
    let at = Moment(bytes.number()?);
    let [how] = bytes.take()?;
    Some(Ended { at, how: *Closed::ALL.get(usize::from(how))? })
}

fn touches(start: Moment, bytes: &mut Bytes<'_>) -> Option<(Vec<TouchId>, Vec<Asked>)> {
    let (touches, asks) = (u32::from_le_bytes(bytes.take()?), u32::from_le_bytes(bytes.take()?));
    let touches: Vec<TouchId> =
        (0..touches).map(|_| bytes.number().map(touch_id)).collect::<Option<_>>()?;
    let asks = (0..asks).map(|_| {
        let (since, place) = (u32::from_le_bytes(bytes.take()?), u32::from_le_bytes(bytes.take()?));
        let touch = *touches.get(usize::try_from(place).ok()?)?;
        Some(asked(start + i64::from(since), touch, bytes.number()?.cast_unsigned()))
    });
    let asks = asks.collect::<Option<_>>()?;
    Some((touches, asks))
}

/// Bits that no feature has: those that can be said to people lie below, the two others above.
const DISCARDED: u64 = 1 << 60;
const MARKED_ANSWERED: u64 = 1 << 61;
const _: () = assert!(Features::COUNT <= 60);
const _: () = assert!((Features::TEXT.0 | Features::CALL.0) & (DISCARDED | MARKED_ANSWERED) == 0);

fn marks(asked: &Asked) -> u64 {
    let discarded = if asked.discarded { DISCARDED } else { 0 };
    let marked_answered = if asked.marked_answered { MARKED_ANSWERED } else { 0 };
    asked.features.0 | discarded | marked_answered
}

fn asked(at: Moment, touch: TouchId, marks: u64) -> Asked {
    Asked {
        at,
        touch,
        features: Features(marks & !(DISCARDED | MARKED_ANSWERED)),
        discarded: marks & DISCARDED != 0,
        marked_answered: marks & MARKED_ANSWERED != 0,
    }
}

/// What is left to be unpacked.
pub struct Bytes<'a>(pub &'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn skip(&mut self, length: usize) -> Option<()> {
        self.0 = self.0.get(length..)?;
        Some(())
    }

    fn number(&mut self) -> Option<i64> {
        self.take().map(i64::from_le_bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::measure::turns::Turn;
    use crate::domain::model::{EntryNumber, MessageNumber};

    fn asked() -> impl Strategy<Value = (u64, bool, bool)> {
        let features = any::<u64>().prop_map(|bits| bits & !(DISCARDED | MARKED_ANSWERED));
        (features, any::<bool>(), any::<bool>())
    }

    fn turns() -> impl Strategy<Value = UnjudgedTurn> {
        let link = prop::sample::select(Link::ALL.to_vec());
        let how = prop::sample::select(Closed::ALL.to_vec());
        let said = prop::sample::select(vec![None, Some(Said::Due), Some(Said::Done)]);
        (
            any::<(bool, bool, bool)>(),
            0..4_usize,
            (1..1_000_i64, 0..2_000_000_000_i64),
            prop::option::of((0..9_000_000_i64, link)),
            (said, prop::option::of((0..9_000_000_i64, how))),
            prop::collection::vec(asked(), 0..4),
        )
            .prop_map(|(is, channel, (touch, start), answer, (said, ended), asks)| {
                let (mine, opens_thread, by_hand) = is;
                let number = |n: usize| match by_hand {
                    true => TouchId::Entry(EntryNumber(touch + n as i64)),
                    false => TouchId::Message(MessageNumber(touch + n as i64)),
                };
                let side = if mine { Side::Mine } else { Side::Theirs };
                let start = Moment(start);
                let asks =
                    asks.iter().enumerate().map(|(n, (features, discarded, marked))| Asked {
                        at: start + n as i64,
                        touch: number(n),
                        features: Features(*features),
                        discarded: *discarded,
                        marked_answered: *marked,
                    });
                let asks: Vec<Asked> = asks.collect();
                let blank = Turn::asked(side, touch, start).unjudged();
                UnjudgedTurn {
                    id: TurnId { touch: number(0), ..blank.id },
                    channel: Channel::ALL[channel],
                    touches: (0..asks.len().max(1)).map(number).collect(),
                    asks,
                    said,
                    opens_thread,
                    answer: answer.map(|(at, link)| Answer {
                        at: Moment(at),
                        touch: TouchId::Message(MessageNumber(at)),
                        link,
                    }),
                    ended: ended.map(|(at, how)| Ended { at: Moment(at), how }),
                    ..blank
                }
            })
    }

    fn unpacked(bytes: &[u8]) -> Vec<UnjudgedTurn> {
        let mut bytes = Bytes(bytes);
        std::iter::from_fn(|| unpack(ContactId(1), &mut bytes, &EVER)).collect()
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_back_as_it_went(turns in prop::collection::vec(turns(), 0..6)) {
            let mut packed = Vec::new();
            turns.iter().for_each(|turn| pack(turn, &mut packed));
            prop_assert_eq!(unpacked(&packed), turns);
        }

        #[test]
        fn those_that_began_at_another_time_are_passed_over(
            turns in prop::collection::vec(turns(), 0..6), from in 0..2_000_000_000_i64,
        ) {
            let mut packed = Vec::new();
            turns.iter().for_each(|turn| pack(turn, &mut packed));
            let (mut bytes, within) = (Bytes(&packed), Moment(from)..=Moment(from + 500_000_000));
            let found: Vec<UnjudgedTurn> =
                std::iter::from_fn(|| unpack(ContactId(1), &mut bytes, &within)).collect();
            let expected: Vec<UnjudgedTurn> =
                turns.into_iter().filter(|turn| within.contains(&turn.start)).collect();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn what_is_torn_does_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(unpacked(&bytes).len() <= bytes.len());
        }
    }
}
