//! The chance of still waiting after t hours where data are few: a curve known from other
//! mailboxes first, then the user's own population, then the contact.

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

/// S_pop(t): the population's curve drawn towards the prior.
pub fn population(curve: &KaplanMeier, hours: f64) -> f64 {
    shrink(curve.survival(hours), curve.n_eff(), prior_curve(hours), POPULATION_KAPPA)
}

/// S̃(t): a contact's curve drawn towards the population's value at the same time.
pub fn contact(curve: &KaplanMeier, s_pop: f64, hours: f64) -> f64 {
    shrink(curve.survival(hours), curve.n_eff(), s_pop, CONTACT_KAPPA)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn without_data_the_prior_speaks() {
        let nobody = KaplanMeier::fit(&[]);
        assert_eq!(population(&nobody, 48.0), prior_curve(48.0));
        assert_eq!(contact(&nobody, 0.4, 48.0), 0.4);
        assert_eq!(prior_curve(0.0), 1.0);
    }

    proptest! {
        #[test]
        fn the_prior_falls_towards_those_who_never_answer(t in 0.0..1e5, more in 0.0..1e4) {
            prop_assert!(prior_curve(t + more) <= prior_curve(t));
            prop_assert!((NEVER_ANSWERED..=1.0).contains(&prior_curve(t)));
        }
    }
}
