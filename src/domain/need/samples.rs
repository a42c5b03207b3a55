//! Touches whose outcome is known, as learning reads them: many times over, a million in a large
//! mailbox. Only what isn't 0 is kept, and 1 as one bit.

use super::Features;
use super::sparse::{self, Sparse};

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

const ANSWERED: u32 = sparse::FREE;

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
        let Sparse { ones, numbers } = Sparse::of(&sample.features);
        let answered = if sample.answered { ANSWERED } else { 0 };
        self.words.extend([ones | answered, numbers, (sample.weight as f32).to_bits()]);
        self.words.extend(sparse::numbers(&sample.features));
    }

    pub fn iter(&self) -> impl Iterator<Item = Seen> {
        let mut words = self.words.iter().copied();
        std::iter::from_fn(move || {
            let (ones, numbers, weight) = (words.next()?, words.next()?, words.next()?);
            let (mut values, mut count) = ([(0, 0.0); Features::COUNT], 0);
            for (seen, to) in (Sparse { ones, numbers }).values(&mut words).zip(&mut values) {
                *to = seen;
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
