//! The messages of a turn as one blob: when each was sent and answered, in seconds from the turn's
//! start, and what was known of it. Most features are 0 and take no place.

use crate::domain::model::Moment;
use crate::domain::need::Features;
use crate::domain::need::sparse::{self, Sparse};
use crate::domain::turns::Asked;

/// In the word that says which features are 1: an answer is known.
const REPLIED: u32 = sparse::FREE;

pub fn pack(asks: &[Asked], start: Moment) -> Vec<u8> {
    let mut words: Vec<u32> = Vec::new();
    for Asked { at, features, replied_at } in asks {
        let since = |at: Moment| u32::try_from(at.0 - start.0).unwrap_or(u32::MAX);
        let Sparse { ones, numbers } = Sparse::of(features);
        let replied = if replied_at.is_some() { REPLIED } else { 0 };
        words.extend([ones | replied, numbers, since(*at)]);
        words.extend(replied_at.map(since));
        words.extend(sparse::numbers(features));
    }
    words.into_iter().flat_map(u32::to_le_bytes).collect()
}

pub fn unpack(bytes: &[u8], start: Moment) -> Vec<Asked> {
    let (words, _) = bytes.as_chunks::<4>();
    let mut words = words.iter().copied().map(u32::from_le_bytes);
    let mut asks = Vec::new();
    while let (Some(ones), Some(numbers), Some(at)) = (words.next(), words.next(), words.next()) {
        let replied = if ones & REPLIED != 0 { words.next() } else { None };
        let mut values = [0.0; Features::COUNT];
        for (bit, value) in (Sparse { ones, numbers }).values(&mut words) {
            if let Some(to) = values.get_mut(bit) {
                *to = value;
            }
        }
        let features = Features::from_values(values);
        let after = |seconds: u32| start + i64::from(seconds);
        asks.push(Asked { at: after(at), features, replied_at: replied.map(after) });
    }
    asks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const START: Moment = Moment(1_700_000_000);

    fn any_asked() -> impl Strategy<Value = Asked> {
        let value = prop_oneof![Just(0.0), Just(1.0), -9.0..9.0];
        let values = prop::array::uniform::<_, { Features::COUNT }>(value);
        let times = (0..2_592_000_i64, prop::option::of(0..100_000_000_i64));
        (values, times).prop_map(|(values, (at, replied_at))| Asked {
            at: START + at,
            features: Features::from_values(values).rounded(),
            replied_at: replied_at.map(|at| START + at),
        })
    }

    proptest! {
        #[test]
        fn what_was_asked_comes_back_as_it_went(asks in prop::collection::vec(any_asked(), 0..4)) {
            prop_assert_eq!(unpack(&pack(&asks, START), START), asks);
        }

        #[test]
        fn a_torn_row_does_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            prop_assert!(unpack(&bytes, START).len() <= bytes.len());
        }
    }
}
