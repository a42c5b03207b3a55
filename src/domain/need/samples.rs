//! Touches whose outcome is known, as learning reads them: many times over, a million in a large
//! mailbox. Only what isn't 0 is kept, and 1 as one bit.

use super::Features;

/// A touch whose outcome is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    pub features: Features,
    /// It was answered within 14 days, or the user said that it asked for an answer.
    pub answered: bool,
    /// How much it counts, > 0.
    pub weight: f64,
}

/// Samples in single precision, in which features are kept anyway.
#[derive(Debug, Clone, Default)]
pub struct Samples {
    /// Of each: which features are 1, and whether it was answered; which are other numbers; the
    /// weight; those numbers.
    words: Vec<u32>,
}

const ANSWERED: u32 = 1 << 31;
const _: () = assert!(Features::COUNT < 31, "the masks are full");

/// What one sample says, the features that are 0 left out.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// The place of each feature and its value, in order.
    pub values: [(usize, f64); Features::COUNT],
    pub count: usize,
    pub answered: bool,
    pub weight: f64,
}

impl Samples {
    pub fn push(&mut self, sample: Sample) {
        let values = sample.features.values();
        let is_number = |value: f64| value != 0.0 && value != 1.0;
        let answered = if sample.answered { ANSWERED } else { 0 };
        self.words.push(mask(&values, |value| value == 1.0) | answered);
        self.words.push(mask(&values, is_number));
        self.words.push((sample.weight as f32).to_bits());
        let numbers = values.into_iter().filter(|value| is_number(*value));
        self.words.extend(numbers.map(|number| (number as f32).to_bits()));
    }

    pub fn iter(&self) -> impl Iterator<Item = Seen> {
        let mut words = self.words.iter().copied();
        std::iter::from_fn(move || {
            let (ones, numbers, weight) = (words.next()?, words.next()?, words.next()?);
            let (mut values, mut count) = ([(0, 0.0); Features::COUNT], 0);
            let mut left = (ones & !ANSWERED) | numbers;
            while left != 0 {
                let bit = left.trailing_zeros();
                left &= left - 1;
                let is_one = ones >> bit & 1 == 1;
                let value = if is_one { 1.0 } else { f64::from(f32::from_bits(words.next()?)) };
                values[count] = (bit as usize, value);
                count += 1;
            }
            let (answered, weight) = (ones & ANSWERED != 0, f64::from(f32::from_bits(weight)));
            Some(Seen { values, count, answered, weight })
        })
    }
}

impl Seen {
    pub fn values(&self) -> &[(usize, f64)] {
        &self.values[..self.count]
    }
}

impl Extend<Sample> for Samples {
    fn extend<T: IntoIterator<Item = Sample>>(&mut self, samples: T) {
        samples.into_iter().for_each(|sample| self.push(sample));
    }
}

impl FromIterator<Sample> for Samples {
    fn from_iter<T: IntoIterator<Item = Sample>>(samples: T) -> Samples {
        let mut collected = Samples::default();
        collected.extend(samples);
        collected
    }
}

fn mask(values: &[f64], holds: impl Fn(f64) -> bool) -> u32 {
    let bits = values.iter().enumerate().filter(|(_, value)| holds(**value));
    bits.map(|(bit, _)| 1 << bit).sum()
}
