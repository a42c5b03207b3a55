//! The thinned posterior against closed forms and its laws.

use proptest::prelude::*;

use super::*;
use crate::domain::measure::statistics::empirical_bayes::DEFAULT_PRIOR;

fn evidence(in_time: f64, late: f64, silences: &[(f64, f64)]) -> Evidence {
    let mut evidence = Evidence::new(DEFAULT_PRIOR);
    evidence.in_time(in_time);
    evidence.late(late);
    for &(q, weight) in silences {
        evidence.unanswered(q, weight);
    }
    evidence
}

#[test]
fn silence_where_no_answer_was_needed_proves_nothing() {
    let quiet = evidence(1.0, 0.0, &[(0.0, 1.0), (0.0, 0.5)]);
    assert_eq!(quiet.posterior(), evidence(1.0, 0.0, &[]).posterior());
}

#[test]
fn doubtful_silence_weighs_less_than_certain_silence() {
    let after = |q| evidence(0.0, 0.0, &[(q, 1.0), (q, 1.0)]).posterior().mean();
    assert!(after(0.3) > after(0.6));
    assert!(after(0.6) > after(0.9));
    assert!(after(0.9) > after(1.0));
}

#[test]
fn the_ends_of_the_scale_hold_no_mass_beyond_them() {
    let posterior = evidence(2.0, 1.0, &[(0.7, 1.0)]).posterior();
    assert_eq!(posterior.below(0.0), 0.0);
    assert_eq!(posterior.below(1.0), 1.0);
    assert!(posterior.quantile(0.0) < 1e-3);
    assert!(posterior.quantile(1.0) > 1.0 - 1e-3);
}

/// Many certain, one doubtful: the polynomial can be multiplied out by hand.
/// ∫ p^a (1−p)^b (1−qp) is the difference of two Beta integrals.
#[test]
fn one_doubtful_silence_agrees_with_its_closed_form() {
    for (in_time, late, q) in
        [(0.0, 0.0, 0.5), (9.5, 0.3, 0.8), (0.2, 30.0, 0.35), (400.0, 90.0, 0.9)]
    {
        let posterior = evidence(in_time, late, &[(q, 1.0)]).posterior();
        let plain = DEFAULT_PRIOR.updated(in_time, late);
        let more = plain.updated(1.0, 0.0);
        let share = q * plain.mean();
        let mean = (plain.mean() - share * more.mean()) / (1.0 - share);
        assert!((posterior.mean() - mean).abs() < 1e-10, "{in_time} {late} {q}");
        for x in [0.01, 0.1, 0.5, 0.8, 0.97] {
            let below = (plain.below(x) - share * more.below(x)) / (1.0 - share);
            assert!((posterior.below(x) - below).abs() < 1e-10, "{in_time} {late} {q} below {x}");
        }
    }
}

fn silences() -> impl Strategy<Value = Vec<(f64, f64)>> {
    prop::collection::vec((0.0..1.0, 0.01..1.0), 0..12)
}

proptest! {
    #[test]
    fn all_certain_gives_the_plain_beta(
        in_time in 0.0..60.0, late in 0.0..20.0,
        weights in prop::collection::vec(0.01..1.0, 0..12),
    ) {
        let certain: Vec<_> = weights.iter().map(|&w| (1.0, w)).collect();
        let Posterior::Beta(beta) = evidence(in_time, late, &certain).posterior() else {
            return Err(TestCaseError::fail("certain silence needs no integration"));
        };
        let failures = late + weights.iter().sum::<f64>();
        prop_assert!((beta.a - DEFAULT_PRIOR.a - in_time).abs() < 1e-9);
        prop_assert!((beta.b - DEFAULT_PRIOR.b - failures).abs() < 1e-9);
    }

    /// The integration itself, where the answer is known: silences all but certain.
    #[test]
    fn integration_agrees_with_the_beta_where_both_apply(
        in_time in 0.0..200.0, late in 0.0..60.0, weight in 0.01..30.0, x in 0.01..0.99,
        probability in 0.01..0.99,
    ) {
        let thinned = evidence(in_time, late, &[(1.0 - 1e-13, weight)]).posterior();
        let plain = evidence(in_time, late, &[(1.0, weight)]).posterior();
        prop_assert!((thinned.mean() - plain.mean()).abs() < 1e-9);
        prop_assert!((thinned.sd() - plain.sd()).abs() < 1e-7);
        prop_assert!((thinned.below(x) - plain.below(x)).abs() < 1e-9);
        let (one, other) = (thinned.quantile(probability), plain.quantile(probability));
        prop_assert!((one - other).abs() < 1e-8);
    }

    #[test]
    fn the_quantile_inverts_the_distribution(
        in_time in 0.0..60.0, late in 0.0..20.0, silences in silences(), p in 0.001..0.999,
    ) {
        let posterior = evidence(in_time, late, &silences).posterior();
        let x = posterior.quantile(p);
        prop_assert!((posterior.below(x) - p).abs() < 1e-9);
    }

    /// The more surely an answer was needed, and the more the turn counts, the more silence hurts.
    #[test]
    fn silence_that_weighs_more_never_makes_an_answer_likelier(
        in_time in 0.0..60.0, late in 0.0..20.0, silences in silences(),
        which in any::<prop::sample::Index>(), surer in 0.0..1.0, heavier in 0.0..3.0,
    ) {
        prop_assume!(!silences.is_empty());
        let before = evidence(in_time, late, &silences).posterior();
        let mut more = silences.clone();
        let (q, weight) = which.get_mut(&mut more);
        (*q, *weight) = (*q + (1.0 - *q) * surer, *weight + heavier);
        let after = evidence(in_time, late, &more).posterior();
        prop_assert!(after.mean() <= before.mean() + 1e-9);
        for p in [0.1, 0.5, 0.9] {
            prop_assert!(after.quantile(p) <= before.quantile(p) + 1e-8, "{p}");
        }
    }

    #[test]
    fn every_interval_holds_the_narrower_one(
        in_time in 0.0..60.0, late in 0.0..20.0, silences in silences(),
        p in 0.01..0.5, more in 0.0..1.0,
    ) {
        let posterior = evidence(in_time, late, &silences).posterior();
        let inner = p + (0.5 - p) * more;
        prop_assert!(posterior.quantile(p) <= posterior.quantile(inner) + 1e-9);
        prop_assert!(posterior.quantile(1.0 - inner) <= posterior.quantile(1.0 - p) + 1e-9);
    }

    #[test]
    fn every_answer_in_time_helps_and_every_other_turn_hurts(
        in_time in 0.0..60.0, late in 0.0..20.0, silences in silences(),
        q in 0.05..1.0, weight in 0.05..1.0,
    ) {
        let start = evidence(in_time, late, &silences);
        let mean_after = |change: &dyn Fn(&mut Evidence)| {
            let mut changed = start.clone();
            change(&mut changed);
            changed.posterior().mean()
        };
        let before = start.posterior().mean();
        prop_assert!((0.0..=1.0).contains(&before));
        prop_assert!(mean_after(&|e| e.in_time(weight)) > before);
        prop_assert!(mean_after(&|e| e.late(weight)) < before);
        prop_assert!(mean_after(&|e| e.unanswered(q, weight)) < before);
    }
}
