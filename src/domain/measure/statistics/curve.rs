//! The chance of still waiting after t hours where data are few: a curve known from other
//! mailboxes first, then the user's own population, then the contact.

use serde::{Deserialize, Serialize};
use statrs::function::erf::erfc;

use super::KaplanMeier;

/// Turns that the prior curve is worth against the population's own.
pub const POPULATION_KAPPA: f64 = 20.0;
/// Turns that the population is worth against a contact's own.
pub const CONTACT_KAPPA: f64 = 5.0;

const NEVER_ANSWERED: f64 = 0.3;
const MEDIAN_H: f64 = 2.1;
const LOG_SD: f64 = 2.45;

/// S₀(t): the share of turns still unanswered after `hours`, before any data: three in ten are
/// never answered, the others log-normally with a median of 2.1 h.
pub fn prior_curve(hours: f64) -> f64 {
    if hours <= 0.0 {
        return 1.0;
    }
    let z = (hours / MEDIAN_H).ln() / LOG_SD;
    NEVER_ANSWERED + (1.0 - NEVER_ANSWERED) * 0.5 * erfc(z / std::f64::consts::SQRT_2)
}

/// `own`, worth `n` observations, drawn towards `base`, worth `kappa`.
pub fn shrink(own: f64, n: f64, base: f64, kappa: f64) -> f64 {
    if n + kappa > 0.0 { (n * own + kappa * base) / (n + kappa) } else { base }
}

/// S_pop(t): the population's own curve, drawn towards the prior one. Short enough to be kept.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PopulationCurve {
    n_eff: f64,
    /// Hours, and S from then on.
    steps: Vec<(f64, f64)>,
}

impl PopulationCurve {
    /// Every step of it; of very many those that move the curve by a two-thousandth.
    pub fn of(curve: &KaplanMeier) -> PopulationCurve {
        const MANY: usize = 2_000;
        let worth_keeping = if curve.steps().len() > MANY { 1.0 / MANY as f64 } else { 0.0 };
        let mut steps: Vec<(f64, f64)> = Vec::new();
        for step in curve.steps() {
            let before = steps.last().map_or(1.0, |(_, survival)| *survival);
            let fall = before - step.survival();
            if fall > 0.0 && fall >= worth_keeping {
                steps.push((step.hours, step.survival()));
            }
        }
        PopulationCurve { n_eff: curve.n_eff(), steps }
    }

    /// The share that still waits after so many hours, 0…1.
    pub fn survival(&self, hours: f64) -> f64 {
        let passed = self.steps.partition_point(|(at, _)| *at <= hours);
        let own = passed.checked_sub(1).map_or(1.0, |last| self.steps[last].1);
        shrink(own, self.n_eff, prior_curve(hours), POPULATION_KAPPA)
    }
}

/// S̃(t): a contact's curve drawn towards the population's value at the same time.
pub fn contact(curve: &KaplanMeier, s_pop: f64, hours: f64) -> f64 {
    shrink(curve.survival(hours), curve.n_eff(), s_pop, CONTACT_KAPPA)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Observation;
    use super::*;

    #[test]
    fn without_data_the_prior_speaks() {
        let nobody = KaplanMeier::fit(&[]);
        assert_eq!(PopulationCurve::of(&nobody).survival(48.0), prior_curve(48.0));
        assert_eq!(contact(&nobody, 0.4, 48.0), 0.4);
        assert_eq!(prior_curve(0.0), 1.0);
    }

    proptest! {
        #[test]
        fn what_is_kept_of_the_population_is_what_was_measured(
            seen in prop::collection::vec((0.01..720.0, any::<bool>(), 0.1..1.0), 1..80),
            hours in 0.0..800.0,
        ) {
            let observations: Vec<Observation> = seen
                .into_iter()
                .map(|(hours, answered, weight)| Observation { hours, answered, weight })
                .collect();
            let curve = KaplanMeier::fit(&observations);
            let exact = shrink(
                curve.survival(hours), curve.n_eff(), prior_curve(hours), POPULATION_KAPPA,
            );
            let kept = PopulationCurve::of(&curve).survival(hours);
            prop_assert_eq!(kept, exact);
        }

        #[test]
        fn the_prior_falls_towards_those_who_never_answer(t in 0.0..1e5, more in 0.0..1e4) {
            prop_assert!(prior_curve(t + more) <= prior_curve(t));
            prop_assert!((NEVER_ANSWERED..=1.0).contains(&prior_curve(t)));
        }
    }
}
