//! How well probabilities foretell what then happened.
//!
//! Judges forecasts only; knows nothing of the model that made them.

/// One forecast and its outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// That it happens, as it was foretold: 0…1.
    pub probability: f64,
    /// Whether it did.
    pub happened: bool,
}

/// Area under the ROC curve, ties sharing their ranks; `None` unless both outcomes occur.
pub fn auc(forecasts: &[Forecast]) -> Option<f64> {
    let groups = by_threshold(forecasts);
    let (yes, no) = totals(&groups);
    if yes == 0.0 || no == 0.0 {
        return None;
    }
    let mut yes_above = 0.0;
    let mut area = 0.0;
    for (yes_here, no_here) in groups {
        area += no_here * (yes_above + yes_here / 2.0);
        yes_above += yes_here;
    }
    Some(area / (yes * no))
}

/// Σ (recall gained) · precision over the distinct thresholds; `None` if nothing happened.
pub fn average_precision(forecasts: &[Forecast]) -> Option<f64> {
    let groups = by_threshold(forecasts);
    let (yes, _) = totals(&groups);
    if yes == 0.0 {
        return None;
    }
    let (mut found, mut looked_at, mut sum) = (0.0, 0.0, 0.0);
    for (yes_here, no_here) in groups {
        found += yes_here;
        looked_at += yes_here + no_here;
        sum += yes_here / yes * found / looked_at;
    }
    Some(sum)
}

/// Mean squared error; `None` without forecasts.
pub fn brier(forecasts: &[Forecast]) -> Option<f64> {
    mean(forecasts, |f| (f.probability - f64::from(f.happened)).powi(2))
}

/// Mean negative log-likelihood, certainty being taken as one rounding error short of it.
pub fn log_loss(forecasts: &[Forecast]) -> Option<f64> {
    mean(forecasts, |f| {
        let p = f.probability.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
        if f.happened { -p.ln() } else { -(-p).ln_1p() }
    })
}

fn mean(forecasts: &[Forecast], loss: impl Fn(&Forecast) -> f64) -> Option<f64> {
    let sum: f64 = forecasts.iter().map(loss).sum();
    (!forecasts.is_empty()).then(|| sum / forecasts.len() as f64)
}

/// How often it happened and didn't at each distinct probability, highest first.
fn by_threshold(forecasts: &[Forecast]) -> Vec<(f64, f64)> {
    let mut sorted = forecasts.to_vec();
    sorted.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    sorted
        .chunk_by(|a, b| a.probability == b.probability)
        .map(|group| {
            let yes = group.iter().filter(|f| f.happened).count() as f64;
            (yes, group.len() as f64 - yes)
        })
        .collect()
}

fn totals(groups: &[(f64, f64)]) -> (f64, f64) {
    groups.iter().fold((0.0, 0.0), |(yes, no), (y, n)| (yes + y, no + n))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forecasts(of: &[(f64, bool)]) -> Vec<Forecast> {
        of.iter().map(|&(probability, happened)| Forecast { probability, happened }).collect()
    }

    #[test]
    fn a_perfect_and_a_blind_forecaster() {
        let perfect = forecasts(&[(1.0, true), (0.0, false), (1.0, true)]);
        assert_eq!(auc(&perfect), Some(1.0));
        assert_eq!(average_precision(&perfect), Some(1.0));
        assert_eq!(brier(&perfect), Some(0.0));
        assert!(log_loss(&perfect).unwrap() < 1e-15);

        let blind = forecasts(&[(0.5, true), (0.5, false), (0.5, true), (0.5, false)]);
        assert_eq!(auc(&blind), Some(0.5));
        assert_eq!(average_precision(&blind), Some(0.5));
    }

    #[test]
    fn one_outcome_alone_cannot_be_ranked() {
        assert_eq!(auc(&forecasts(&[(0.4, true)])), None);
        assert_eq!(average_precision(&forecasts(&[(0.4, false)])), None);
        assert_eq!(brier(&[]), None);
    }
}
