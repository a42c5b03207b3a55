//! The waits of a whole population, however many: counted by the minute, so that a million takes
//! no more memory than a month has minutes.

use std::collections::BTreeMap;

use super::kaplan_meier::Count;
use super::{KaplanMeier, Observation};
use crate::domain::model::HOUR;

const PER_HOUR: f64 = 60.0;
const MINUTE: u64 = 60;

/// Waits of many turns, kept by the hour.
#[derive(Debug, Clone, Default)]
pub struct Waits {
    /// By the minute in which they end: the weights of those answered, and of those not.
    minutes: BTreeMap<u64, (f64, f64)>,
    weight: f64,
    squares: f64,
}

impl Waits {
    /// Counts one turn.
    pub fn add(&mut self, observation: &Observation) {
        let Observation { hours, answered, weight } = *observation;
        let minute = ((hours * HOUR as f64).round() as u64).div_ceil(MINUTE);
        let (events, censored) = self.minutes.entry(minute).or_default();
        *(if answered { events } else { censored }) += weight;
        self.weight += weight;
        self.squares += weight * weight;
    }

    /// The curve of those that were counted.
    pub fn curve(&self) -> KaplanMeier {
        // Kish: the weights add up to as many observations as they are worth.
        let factor = if self.squares > 0.0 { self.weight / self.squares } else { 0.0 };
        KaplanMeier::of_counts(self.minutes.iter().map(|(minute, (events, censored))| Count {
            hours: *minute as f64 / PER_HOUR,
            events: events * factor,
            censored: censored * factor,
        }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn counted_by_the_minute_it_is_the_same_curve(
            seen in prop::collection::vec((0..2_000_u32, any::<bool>(), 0.1..1.0), 0..80),
            hours in 0.0..40.0,
        ) {
            let observations: Vec<Observation> = seen
                .into_iter()
                .map(|(minute, answered, weight)| {
                    Observation { hours: f64::from(minute) / PER_HOUR, answered, weight }
                })
                .collect();
            let mut waits = Waits::default();
            observations.iter().for_each(|one| waits.add(one));
            let (one_by_one, counted) = (KaplanMeier::fit(&observations), waits.curve());
            prop_assert!((one_by_one.n_eff() - counted.n_eff()).abs() < 1e-9);
            prop_assert!((one_by_one.survival(hours) - counted.survival(hours)).abs() < 1e-9);
        }
    }
}
