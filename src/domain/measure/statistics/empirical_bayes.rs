//! What to expect of a contact about whom little is known, learned from all the others: the
//! Beta prior that makes their counts likeliest (beta-binomial maximum likelihood).

use statrs::function::beta::ln_beta;
use statrs::function::gamma::digamma;

use super::Beta;

/// Before there are contacts enough to learn from: 63 % within the limit, worth four turns.
pub const DEFAULT_PRIOR: Beta = Beta::new(2.52, 1.48);

/// The least and the most turns that a fitted prior is worth.
pub const STRENGTHS: (f64, f64) = (2.0, 50.0);

/// What the others do is worth at most so many turns in time, and so many late, and at least so
/// much of each: a dozen turns of one's own outweigh it, and where everybody has answered so far
/// somebody may still be silent.
const WORTH: (f64, f64) = (0.3, 1.7);

const CONTACTS_TO_LEARN_FROM: usize = 20;
const TURNS_TO_COUNT: f64 = 3.0;
/// How near to "always" and "never" a prior may come.
const MEANS: (f64, f64) = (0.002, 0.998);

/// One contact's matured turns; both counts may be decayed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tally {
    /// Weight of the turns that were answered in time.
    pub in_time: f64,
    /// Weight of all whose limit has passed.
    pub matured: f64,
}

/// The likeliest prior, as Beta(m·s, (1−m)·s).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// The mean of the prior, 0…1.
    pub m: f64,
    /// Its strength: as much as so many turns tell.
    pub s: f64,
    /// Of the tallies under it.
    pub log_likelihood: f64,
    /// Whether `s` ran into an end of its range.
    pub at_bound: bool,
}

impl Fit {
    /// As a Beta distribution.
    pub fn prior(self) -> Beta {
        Beta::new(self.m * self.s, (1.0 - self.m) * self.s)
    }
}

/// The prior for this population: fitted with 20 contacts of at least three matured turns,
/// [`DEFAULT_PRIOR`] before.
pub fn prior(tallies: &[Tally]) -> Beta {
    let known = tallies.iter().filter(|t| t.matured >= TURNS_TO_COUNT).count();
    if known < CONTACTS_TO_LEARN_FROM {
        return DEFAULT_PRIOR;
    }
    let Beta { a, b } = fit(tallies, STRENGTHS).prior();
    let share = (WORTH.1 / a.max(b)).min(1.0);
    Beta::new((a * share).max(WORTH.0), (b * share).max(WORTH.0))
}

/// Σ ln B(k + ms, n − k + (1−m)s) − ln B(ms, (1−m)s).
pub fn log_likelihood(tallies: &[Tally], m: f64, s: f64) -> f64 {
    let (a, b) = (m * s, (1.0 - m) * s);
    let sum: f64 = tallies.iter().map(|t| ln_beta(t.in_time + a, t.matured - t.in_time + b)).sum();
    sum - tallies.len() as f64 * ln_beta(a, b)
}

/// Maximises [`log_likelihood`] over m, and over s within `strengths`.
pub fn fit(tallies: &[Tally], strengths: (f64, f64)) -> Fit {
    const GRID: u32 = 12;
    // Most contacts of a large network have no turn at all, and say nothing.
    let telling: Vec<Tally> = tallies.iter().copied().filter(|t| t.matured > 0.0).collect();
    let (low, high) = (strengths.0.ln(), strengths.1.ln());
    let step = (high - low) / f64::from(GRID);
    let mut near = 0.5;
    let mut profile = |ln_s: f64| {
        let s = ln_s.exp();
        near = likeliest_mean(&telling, s, near);
        (log_likelihood(&telling, near, s), near)
    };
    // The profile may have a shoulder: look everywhere once, then closely around the best.
    let mut best = (f64::NEG_INFINITY, low, 0.5);
    for place in 0..=GRID {
        let ln_s = if place == GRID { high } else { low + f64::from(place) * step };
        let (log_likelihood, m) = profile(ln_s);
        if log_likelihood > best.0 {
            best = (log_likelihood, ln_s, m);
        }
    }
    let near = best.2;
    let slope = |ln_s: f64| {
        let s = ln_s.exp();
        slope_in_strength(&telling, likeliest_mean(&telling, s, near), s)
    };
    let ln_s = peak((best.1 - step).max(low), (best.1 + step).min(high), slope);
    let (log_likelihood, m) = profile(ln_s);
    Fit { m, s: ln_s.exp(), log_likelihood, at_bound: ln_s == low || ln_s == high }
}

/// The likeliest m for a given s. The likelihood is concave in m, so it has one peak.
fn likeliest_mean(tallies: &[Tally], s: f64, near: f64) -> f64 {
    /// Neighbouring strengths have neighbouring means.
    const NEAR: f64 = 0.01;
    let slope = |m: f64| slope_in_mean(tallies, m, s);
    let (low, high) = ((near - NEAR).max(MEANS.0), (near + NEAR).min(MEANS.1));
    let found = peak(low, high, slope);
    if low < found && found < high { found } else { peak(MEANS.0, MEANS.1, slope) }
}

/// ∂/∂m of [`log_likelihood`], divided by s.
fn slope_in_mean(tallies: &[Tally], m: f64, s: f64) -> f64 {
    let (a, b) = (m * s, (1.0 - m) * s);
    let of_one = |t: &Tally| digamma(t.in_time + a) - digamma(t.matured - t.in_time + b);
    let sum: f64 = tallies.iter().map(of_one).sum();
    sum - tallies.len() as f64 * (digamma(a) - digamma(b))
}

/// ∂/∂s of [`log_likelihood`].
fn slope_in_strength(tallies: &[Tally], m: f64, s: f64) -> f64 {
    let (a, b) = (m * s, (1.0 - m) * s);
    let slope = |in_time: f64, late: f64| {
        m * digamma(in_time + a) + (1.0 - m) * digamma(late + b) - digamma(in_time + late + s)
    };
    let sum: f64 = tallies.iter().map(|t| slope(t.in_time, t.matured - t.in_time)).sum();
    sum - tallies.len() as f64 * slope(0.0, 0.0)
}

/// Where a function with one peak in the range has it, by its slope: regula falsi in the Illinois
/// form; an end of the range where it rises or falls throughout.
fn peak(low: f64, high: f64, slope: impl Fn(f64) -> f64) -> f64 {
    let ((mut low, mut at_low), (mut high, mut at_high)) = ((low, slope(low)), (high, slope(high)));
    if at_low <= 0.0 {
        return low;
    }
    if at_high >= 0.0 {
        return high;
    }
    let (mut at, mut rose) = (low, None);
    for _ in 0..100 {
        let before = at;
        at = (low * at_high - high * at_low) / (at_high - at_low);
        let here = slope(at);
        if here == 0.0 || (at - before).abs() < 1e-13 {
            break;
        }
        let rises = here > 0.0;
        // An end that stays twice would stay for ever: halve its pull.
        let stays = rose.replace(rises) == Some(rises);
        let pull = if stays { 0.5 } else { 1.0 };
        if rises {
            (low, at_low, at_high) = (at, here, at_high * pull);
        } else {
            (high, at_high, at_low) = (at, here, at_low * pull);
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::thinned::Evidence;
    use super::*;

    fn tally(in_time: f64, matured: f64) -> Tally {
        Tally { in_time, matured }
    }

    #[test]
    fn too_few_contacts_leave_the_default() {
        let nineteen = vec![tally(3.0, 3.0); 19];
        assert_eq!(prior(&nineteen), DEFAULT_PRIOR);
        let shallow = vec![tally(2.0, 2.9); 500];
        assert_eq!(prior(&shallow), DEFAULT_PRIOR);
        let twenty = vec![tally(3.0, 3.0); 20];
        assert!(prior(&twenty).mean() > 0.8);
    }

    #[test]
    fn a_dozen_turns_of_ones_own_outweigh_what_others_do() {
        let of_nine_in_ten: Vec<_> = (0..40).map(|_| tally(9.0, 10.0)).collect();
        for others in [vec![tally(10.0, 10.0); 40], of_nine_in_ten] {
            let mut silence = Evidence::new(prior(&others));
            (0..12).for_each(|_| silence.unanswered(0.9, 0.5));
            let share = silence.posterior().mean();
            assert!(share < 0.3, "{share}");
        }
    }

    #[test]
    fn a_population_of_two_kinds_gives_a_weak_prior_in_the_middle() {
        let split: Vec<_> =
            (0..30).map(|i| tally(if i % 2 == 0 { 8.0 } else { 0.0 }, 8.0)).collect();
        let fit = fit(&split, STRENGTHS);
        assert!((fit.s - STRENGTHS.0).abs() < 1e-9);
        assert!(fit.at_bound);
        assert!((fit.m - 0.5).abs() < 1e-6);
    }

    #[test]
    fn nobody_at_all_is_no_accident() {
        let fit = fit(&[], STRENGTHS);
        assert!(fit.m.is_finite() && fit.s.is_finite());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn no_other_prior_is_likelier(
            counts in prop::collection::vec((0.0..1.0, 1.0..12.0), 20..40),
            m in 0.01..0.99, s in 2.0..50.0,
        ) {
            let tallies: Vec<_> = counts.iter().map(|(share, n)| tally(share * n, *n)).collect();
            let best = fit(&tallies, STRENGTHS);
            prop_assert!(best.log_likelihood >= log_likelihood(&tallies, m, s) - 1e-9);
            prop_assert!((STRENGTHS.0 - 1e-9..=STRENGTHS.1 + 1e-9).contains(&best.s));
        }
    }
}
