//! How much an old observation still counts.
//!
//! Never decides from when an age is counted.

/// Days in which an observation loses half its weight.
pub const HALF_LIFE_DAYS: f64 = 180.0;

/// 2^(−age / half-life); an age below zero counts as none.
pub fn decay(age_days: f64, half_life_days: f64) -> f64 {
    (-age_days.max(0.0) / half_life_days).exp2()
}

/// The weight of an observation of that age: 1 today, ½ after [`HALF_LIFE_DAYS`].
pub fn recency(age_days: f64) -> f64 {
    decay(age_days, HALF_LIFE_DAYS)
}

/// Kish's effective number of observations, (Σw)² / Σw²; 0 without any.
pub fn kish(weights: &[f64]) -> f64 {
    let sum: f64 = weights.iter().sum();
    sum * factor(weights)
}

/// The weights scaled to add up to [`kish`], so that old data claim no precision they lack.
pub fn normalised(weights: &[f64]) -> Vec<f64> {
    let factor = factor(weights);
    weights.iter().map(|w| w * factor).collect()
}

fn factor(weights: &[f64]) -> f64 {
    let squares: f64 = weights.iter().map(|w| w * w).sum();
    if squares > 0.0 { weights.iter().sum::<f64>() / squares } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn half_is_left_after_half_a_year() {
        assert_eq!(recency(0.0), 1.0);
        assert_eq!(recency(180.0), 0.5);
        assert_eq!(recency(-3.0), 1.0, "a clock that runs ahead gains no weight");
    }

    #[test]
    fn nothing_observed_is_nothing() {
        assert_eq!(kish(&[]), 0.0);
        assert_eq!(normalised(&[0.0]), [0.0]);
    }

    proptest! {
        #[test]
        fn the_effective_number_is_at_most_the_count(
            weights in prop::collection::vec(1e-3..1.0, 1..40),
        ) {
            let n_eff = kish(&weights);
            prop_assert!(n_eff <= weights.len() as f64 + 1e-9);
            prop_assert!(n_eff >= 1.0 - 1e-9);
            prop_assert!((normalised(&weights).iter().sum::<f64>() - n_eff).abs() < 1e-9);
        }
    }
}
