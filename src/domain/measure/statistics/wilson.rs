//! How sure a share is that was counted on few cases.

use super::{Interval, Z95};

/// Wilson's 95 % score interval of `k` out of `n`, without continuity correction; everything
/// is possible where nothing was counted.
pub fn wilson(k: f64, n: f64) -> Interval {
    if n <= 0.0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let z2 = Z95 * Z95;
    let share = k / n;
    let centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z95 / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    // At a share of 0 or 1 the end is exact; rounding would leave it a hair off.
    Interval {
        low: if k <= 0.0 { 0.0 } else { (centre - half).max(0.0) },
        high: if k >= n { 1.0 } else { (centre + half).min(1.0) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_stay_within_what_is_possible() {
        assert_eq!(wilson(0.0, 0.0), Interval { low: 0.0, high: 1.0 });
        assert_eq!(wilson(0.0, 12.0).low, 0.0);
        assert_eq!(wilson(12.0, 12.0).high, 1.0);
        assert!(wilson(12.0, 12.0).low > 0.7);
    }
}
