//! The beta product confidence procedure for a survival curve: pointwise intervals that keep
//! their promise with a handful of events, where normal theory doesn't.
//!
//! Fay, Brittain, Proschan, "Pointwise confidence intervals for a survival distribution with
//! small samples or heavy censoring", Biostatistics 14 (2013), in its method-of-moments form.

use super::{Beta, Interval, TAIL95};

/// A product of independent Beta variables by its first two moments.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct BetaProduct {
    mean: f64,
    /// ln(E[X²] / E[X]²). A sum of logarithms keeps the digits that E[X²] − E[X]² would lose.
    spread: f64,
}

impl BetaProduct {
    /// The empty product: surely 1.
    pub const ONE: BetaProduct = BetaProduct { mean: 1.0, spread: 0.0 };

    pub fn times(self, factor: Beta) -> BetaProduct {
        let Beta { a, b } = factor;
        if a <= 0.0 {
            return BetaProduct { mean: 0.0, spread: 0.0 };
        }
        BetaProduct {
            mean: self.mean * a / (a + b),
            spread: self.spread + (b / (a * (a + b + 1.0))).ln_1p(),
        }
    }

    /// What one answer time does to the survival probability beyond it.
    pub fn after_events(self, at_risk: f64, events: f64) -> BetaProduct {
        self.times(Beta::new(at_risk - events + 1.0, events))
    }

    /// The 95 % interval of the survival with `left` still waiting beyond the time in question.
    pub fn interval(self, left: f64) -> Interval {
        Interval {
            low: self.with_next_answer(left).matched().quantile(TAIL95),
            high: self.matched().quantile(1.0 - TAIL95),
        }
    }

    /// Whether the interval's lower end is at most `x`; an integral, where the end itself would
    /// take the solution of an equation.
    pub fn low_reaches(self, left: f64, x: f64) -> bool {
        self.with_next_answer(left).matched().below(x) >= TAIL95
    }

    /// Whether the interval's upper end is at most `x`.
    pub fn high_reaches(self, x: f64) -> bool {
        self.matched().below(x) >= 1.0 - TAIL95
    }

    /// As if one of those left answered at once: the worst that the data allow.
    fn with_next_answer(self, left: f64) -> BetaProduct {
        self.times(Beta::new(left, 1.0))
    }

    /// The one Beta with the same two moments.
    fn matched(self) -> Beta {
        if self.mean <= 0.0 {
            return Beta::new(0.0, 1.0);
        }
        if self.spread <= 0.0 {
            return Beta::new(1.0, 0.0);
        }
        let relative_variance = self.spread.exp_m1();
        let a = (1.0 - self.mean * (1.0 + relative_variance)) / relative_variance;
        Beta::new(a, a * (1.0 - self.mean) / self.mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_factor_is_that_beta_itself() {
        let one = BetaProduct::ONE.times(Beta::new(3.0, 2.0));
        assert!((one.matched().quantile(0.4) - Beta::new(3.0, 2.0).quantile(0.4)).abs() < 1e-12);
    }

    #[test]
    fn without_censoring_it_is_the_exact_binomial_interval() {
        let two_of_four = BetaProduct::ONE.after_events(4.0, 1.0).after_events(3.0, 1.0);
        let interval = two_of_four.interval(2.0);
        assert!((interval.low - Beta::new(2.0, 3.0).quantile(0.025)).abs() < 1e-12);
        assert!((interval.high - Beta::new(3.0, 2.0).quantile(0.975)).abs() < 1e-12);
    }

    #[test]
    fn nobody_left_means_that_nothing_is_known_below() {
        assert_eq!(BetaProduct::ONE.interval(0.0), Interval { low: 0.0, high: 1.0 });
    }
}
