//! Features in few words: most are 0 and take no place, and most of the others are 1.

use super::Features;

/// Which features are 1, and which are another number, which then takes a word of its own.
#[derive(Debug, Clone, Copy)]
pub struct Sparse {
    pub ones: u32,
    pub numbers: u32,
}

/// A bit of [`Sparse::ones`] that is left for another use.
pub const FREE: u32 = 1 << 31;
const _: () = assert!(Features::COUNT < 31, "the masks are full");

impl Sparse {
    pub fn of(features: &Features) -> Sparse {
        let mask = |holds: fn(f64) -> bool| {
            let bits = features.values().into_iter().enumerate().filter(|(_, value)| holds(*value));
            bits.map(|(bit, _)| 1 << bit).sum()
        };
        Sparse { ones: mask(|value| value == 1.0), numbers: mask(is_number) }
    }

    /// The place and value of each feature that isn't 0, in order; `words` are the numbers.
    pub fn values(
        self,
        words: &mut impl Iterator<Item = u32>,
    ) -> impl Iterator<Item = (usize, f64)> {
        let ones = self.ones & !FREE;
        let mut left = ones | self.numbers;
        std::iter::from_fn(move || {
            if left == 0 {
                return None;
            }
            let bit = left.trailing_zeros() as usize;
            left &= left - 1;
            if ones >> bit & 1 == 1 {
                return Some((bit, 1.0));
            }
            Some((bit, words.next().map_or(0.0, |word| f64::from(f32::from_bits(word)))))
        })
    }
}

/// The numbers of the features, in order, in single precision.
pub fn numbers(features: &Features) -> impl Iterator<Item = u32> {
    let numbers = features.values().into_iter().filter(|value| is_number(*value));
    numbers.map(|number| (number as f32).to_bits())
}

fn is_number(value: f64) -> bool {
    value != 0.0 && value != 1.0
}
