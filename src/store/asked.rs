//! The messages of a turn as one blob: when each was sent, in seconds from the turn's start, which
//! of its touches it is, and what says whether it asks for an answer.

use crate::domain::measure::need::Features;
use crate::domain::measure::turns::{Asked, UnjudgedTurn};
use crate::domain::model::{Moment, TouchId};

/// Words of 32 bits that one message takes.
pub const WORDS: usize = 4;

pub fn pack(turn: &UnjudgedTurn) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(turn.asks.len() * WORDS * 4);
    for Asked { at, touch, features } in &turn.asks {
        let since = u32::try_from(at.0 - turn.start.0).unwrap_or(u32::MAX);
        let place = turn.touches.iter().position(|held| held == touch);
        let place = place.and_then(|place| u32::try_from(place).ok()).unwrap_or(u32::MAX);
        bytes.extend(since.to_le_bytes());
        bytes.extend(place.to_le_bytes());
        bytes.extend(features.0.to_le_bytes());
    }
    bytes
}

/// `touches`: of the turn. What points to none of them is left out.
pub fn unpack(bytes: &[u8], start: Moment, touches: &[TouchId]) -> Vec<Asked> {
    let (messages, _) = bytes.as_chunks::<{ WORDS * 4 }>();
    let asked = messages.iter().filter_map(|message| {
        let (words, _) = message.as_chunks::<4>();
        let mut words = words.iter().copied().map(u32::from_le_bytes);
        let (since, place) = (words.next()?, words.next()?);
        let (low, high) = (words.next()?, words.next()?);
        let touch = *touches.get(usize::try_from(place).ok()?)?;
        let features = Features(u64::from(high) << 32 | u64::from(low));
        Some(Asked { at: start + i64::from(since), touch, features })
    });
    asked.collect()
}

/// The touches and messages of a turn that holds one message.
pub fn single(features: u64, at: Moment, touch: TouchId) -> (Vec<TouchId>, Vec<Asked>) {
    (vec![touch], vec![Asked { at, touch, features: Features(features) }])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::measure::turns::Turn;
    use crate::domain::model::{MessageNumber, Side};

    const START: Moment = Moment(1_700_000_000);

    proptest! {
        #[test]
        fn what_was_asked_comes_back_as_it_went(
            asked in prop::collection::vec((0..2_592_000_i64, any::<u64>()), 0..4)
        ) {
            let touches: Vec<TouchId> = (0..4).map(|id| TouchId::Message(MessageNumber(id))).collect();
            let asked = asked.into_iter().zip(&touches).map(|((since, features), touch)| Asked {
                at: START + since,
                touch: *touch,
                features: Features(features),
            });
            let asks: Vec<Asked> = asked.collect();
            let touches = touches.clone();
            let turn = Turn::asked(Side::Mine, 0, START).unjudged();
            let turn = UnjudgedTurn { touches, asks, ..turn };
            prop_assert_eq!(unpack(&pack(&turn), START, &turn.touches), turn.asks);
        }

        #[test]
        fn a_torn_row_does_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            prop_assert!(unpack(&bytes, START, &[TouchId::Message(MessageNumber(1))]).len() <= bytes.len());
        }
    }
}
