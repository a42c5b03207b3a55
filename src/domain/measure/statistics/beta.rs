//! The Beta distribution of a probability, and its update by counts that may be fractional.
//!
//! The incomplete beta function is statrs'. The quantile is solved here, by a Newton iteration
//! that never leaves its bracket: the library's own loops without a bound on hard parameters,
//! which a daemon cannot afford.

use statrs::function::beta::{checked_beta_reg, ln_beta};

/// Beta(a, b). A parameter of 0 means that all mass sits at that end.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Beta {
    /// Successes, the prior's among them; above 0.
    pub a: f64,
    /// Failures, the prior's among them; above 0.
    pub b: f64,
}

impl Beta {
    /// With these parameters, both above 0.
    pub const fn new(a: f64, b: f64) -> Beta {
        Beta { a, b }
    }

    /// After `successes` and `failures` more.
    pub fn updated(self, successes: f64, failures: f64) -> Beta {
        Beta { a: self.a + successes, b: self.b + failures }
    }

    /// How many observations the distribution is worth: a + b.
    pub fn strength(self) -> f64 {
        self.a + self.b
    }

    /// 0…1.
    pub fn mean(self) -> f64 {
        self.a / self.strength()
    }

    /// Standard deviation.
    pub fn sd(self) -> f64 {
        let n = self.strength();
        (self.a * self.b / (n + 1.0)).sqrt() / n
    }

    /// P(p < x).
    pub fn below(self, x: f64) -> f64 {
        if x <= 0.0 || self.b <= 0.0 && x < 1.0 {
            0.0
        } else if x >= 1.0 || self.a <= 0.0 {
            1.0
        } else {
            checked_beta_reg(self.a, self.b, x).unwrap_or(f64::NAN)
        }
    }

    /// The x with P(p < x) = `probability`.
    pub fn quantile(self, probability: f64) -> f64 {
        if self.a <= 0.0 || probability <= 0.0 {
            return 0.0;
        }
        if self.b <= 0.0 || probability >= 1.0 {
            return 1.0;
        }
        let ln_norm = ln_beta(self.a, self.b);
        let density =
            |x: f64| ((self.a - 1.0) * x.ln() + (self.b - 1.0) * (-x).ln_1p() - ln_norm).exp();
        solve((0.0, 1.0), self.mean(), |x| (self.below(x) - probability, density(x)))
    }
}

/// The root of a rising function on an interval: Newton's steps where they stay inside what is
/// left of the interval, halving it where they don't, and always once the steps are spent.
pub(super) fn solve(
    (mut low, mut high): (f64, f64),
    start: f64,
    value_and_slope: impl Fn(f64) -> (f64, f64),
) -> f64 {
    const NEWTON_STEPS: usize = 24;
    const STEPS: usize = NEWTON_STEPS + 64;
    let mut x = start;
    for step in 0..STEPS {
        let (value, slope) = value_and_slope(x);
        if value == 0.0 {
            break;
        }
        if value > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let newton = x - value / slope;
        let inside = newton > low && newton < high && step < NEWTON_STEPS;
        let next = if inside { newton } else { low + (high - low) / 2.0 };
        let moved = (next - x).abs();
        x = next;
        if moved <= 1e-15 + 1e-14 * x.abs() {
            break;
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check_quantile(a: f64, b: f64, probability: f64, expect: f64) {
        let got = Beta::new(a, b).quantile(probability);
        assert!((got - expect).abs() <= 1e-12, "Beta({a}, {b}) at {probability}: {got}");
    }

    #[test]
    fn quantiles_with_a_closed_form() {
        check_quantile(1.0, 1.0, 0.3, 0.3);
        check_quantile(4.0, 1.0, 0.025, 0.025_f64.powf(0.25));
        check_quantile(1.0, 3.0, 0.975, 1.0 - 0.025_f64.cbrt());
        check_quantile(0.5, 0.5, 0.25, (std::f64::consts::PI / 8.0).sin().powi(2));
        check_quantile(7.0, 7.0, 0.5, 0.5);
    }

    #[test]
    fn a_parameter_of_zero_puts_all_mass_at_one_end() {
        check_quantile(0.0, 1.0, 0.9, 0.0);
        check_quantile(1.0, 0.0, 0.1, 1.0);
        assert_eq!(Beta::new(0.0, 1.0).below(0.1), 1.0);
        assert_eq!(Beta::new(1.0, 0.0).below(0.9), 0.0);
    }

    /// Close to an end a float's last digit can be worth more than a billionth of probability.
    fn inverts(beta: Beta, probability: f64) -> bool {
        const NEAR: f64 = 2e-14;
        let x = beta.quantile(probability);
        (0.0..=1.0).contains(&x)
            && beta.below(x - NEAR) < probability + 1e-9
            && beta.below(x + NEAR) > probability - 1e-9
    }

    #[test]
    fn the_quantile_is_as_close_as_a_float_can_tell() {
        assert!(inverts(Beta::new(224.30665570424298, 0.23295905827225755), 0.9588770628961059));
        assert!(inverts(Beta::new(0.02, 400.0), 0.001));
    }

    proptest! {
        #[test]
        fn the_quantile_inverts_the_distribution(
            a in 0.02..400.0, b in 0.02..400.0, probability in 0.001..0.999,
        ) {
            prop_assert!(inverts(Beta::new(a, b), probability));
        }
    }
}
