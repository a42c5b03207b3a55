//! The estimator against worked examples and its laws.

use proptest::prelude::*;

use super::*;

fn answered(hours: f64) -> Observation {
    Observation { hours, answered: true, weight: 1.0 }
}

fn waiting(hours: f64) -> Observation {
    Observation { hours, answered: false, weight: 1.0 }
}

#[test]
fn nothing_observed_says_nothing() {
    let nothing = KaplanMeier::fit(&[]);
    assert_eq!(nothing.survival(48.0), 1.0);
    assert_eq!(nothing.n_eff(), 0.0);
    assert_eq!(nothing.follow_up(), None);
    assert_eq!(nothing.quantile(0.5), Quantile { hours: None, low: None, high: None });
    let everything = Interval { low: 0.0, high: 1.0 };
    assert_eq!(nothing.interval(48.0, Band::BetaProduct), Some(everything));
}

#[test]
fn an_answer_comes_before_an_open_turn_of_the_same_age() {
    let curve = KaplanMeier::fit(&[waiting(5.0), answered(5.0)]);
    assert_eq!(curve.survival(5.0), 0.5);
}

#[test]
fn an_answer_at_exactly_the_limit_is_in_time() {
    let curve = KaplanMeier::fit(&[answered(48.0)]);
    assert_eq!(curve.survival(47.99), 1.0);
    assert_eq!(curve.survival(48.0), 0.0);
}

#[test]
fn a_median_that_is_not_reached_is_unknown_but_bounded_below() {
    let few = [answered(4.0), answered(9.0)];
    let many: Vec<_> = few.into_iter().chain((0..10).map(|_| waiting(216.0))).collect();
    let curve = KaplanMeier::fit(&many);
    let median = curve.quantile(0.5);
    assert_eq!((median.hours, median.high), (None, None));
    assert_eq!(curve.follow_up(), Some(216.0));
}

#[test]
fn few_answers_get_the_careful_band() {
    let curve = |n: u32| KaplanMeier::fit(&(1..=n).map(|h| answered(h.into())).collect::<Vec<_>>());
    assert_eq!(curve(19).band(), Band::BetaProduct);
    assert_eq!(curve(20).band(), Band::LogLog);
    let median = curve(3).quantile(0.5);
    assert_eq!(median.hours, Some(2.0));
    assert_eq!(median.low, Some(0.0), "three answers cannot rule out a median of minutes");
    assert_eq!(median.high, None);
}

#[test]
fn numbers_that_are_none_are_left_out() {
    let odd = [
        answered(f64::NAN),
        Observation { weight: 0.0, ..answered(1.0) },
        Observation { weight: f64::INFINITY, ..answered(1.0) },
        answered(3.0),
    ];
    assert_eq!(KaplanMeier::fit(&odd), KaplanMeier::fit(&[answered(3.0)]));
}

fn observations() -> impl Strategy<Value = Vec<Observation>> {
    // Whole hours make ties common.
    let one = (0u32..60, any::<bool>(), 0.01..1.0).prop_map(|(hours, answered, weight)| {
        Observation { hours: hours.into(), answered, weight }
    });
    prop::collection::vec(one, 1..40)
}

const TIMES: [f64; 6] = [0.0, 1.0, 12.0, 30.0, 48.0, 100.0];

proptest! {
    #[test]
    fn the_curve_falls_from_one_and_stays_a_probability(all in observations()) {
        let curve = KaplanMeier::fit(&all);
        let mut last = 1.0;
        for step in curve.steps() {
            prop_assert!((0.0..=1.0).contains(&step.survival()));
            prop_assert!(step.survival() <= last);
            last = step.survival();
            for band in [Band::LogLog, Band::BetaProduct] {
                if let Some(Interval { low, high }) = curve.interval(step.hours, band) {
                    prop_assert!(0.0 <= low && low <= step.survival() + 1e-9, "{band:?} {low}");
                    prop_assert!(step.survival() <= high + 1e-9 && high <= 1.0, "{band:?} {high}");
                }
            }
        }
    }

    #[test]
    fn a_quantile_lies_in_its_interval(all in observations(), p in 0.05..0.95) {
        let Quantile { hours, low, high } = KaplanMeier::fit(&all).quantile(p);
        let ordered = |a: Option<f64>, b: Option<f64>| a.zip(b).is_none_or(|(a, b)| a <= b);
        prop_assert!(ordered(low, hours));
        prop_assert!(ordered(hours, high));
        prop_assert!(hours.is_some() || high.is_none());
    }

    /// The band as it is drawn and the quantile's interval are two readings of one thing.
    #[test]
    fn an_interval_ends_where_the_band_crosses(all in observations(), p in 0.05..0.95) {
        let curve = KaplanMeier::fit(&all);
        let band = |t| curve.interval(t, Band::BetaProduct).unwrap();
        let crossing = |reaches: &dyn Fn(f64) -> bool| {
            let times = std::iter::once(0.0).chain(curve.steps().iter().map(|step| step.hours));
            times.into_iter().find(|&t| reaches(t))
        };
        let got = curve.quantile_in(p, Band::BetaProduct);
        prop_assert_eq!(got.low, crossing(&|t| band(t).low <= 1.0 - p));
        prop_assert_eq!(got.high, crossing(&|t| band(t).high <= 1.0 - p));
    }

    #[test]
    fn order_does_not_matter(all in observations()) {
        let reversed: Vec<_> = all.iter().rev().copied().collect();
        prop_assert_eq!(KaplanMeier::fit(&all), KaplanMeier::fit(&reversed));
    }

    /// Twice the same is once with twice the weight; only that it claims to be more turns.
    #[test]
    fn a_weight_counts_like_so_many_copies(
        all in observations(), which in any::<prop::sample::Index>(), times in 2_usize..5,
    ) {
        let mut copied = all.clone();
        copied.extend(std::iter::repeat_n(*which.get(&all), times - 1));
        let mut weighted = all.clone();
        which.get_mut(&mut weighted).weight *= times as f64;
        let (copied, weighted) = (KaplanMeier::fit(&copied), KaplanMeier::fit(&weighted));
        prop_assert!(weighted.n_eff() <= copied.n_eff() + 1e-9);
        for t in TIMES {
            prop_assert!((copied.survival(t) - weighted.survival(t)).abs() < 1e-9);
        }
    }

    #[test]
    fn a_larger_share_is_never_there_sooner(
        all in observations(), p in 0.05..0.95, more in 0.0..1.0,
    ) {
        let curve = KaplanMeier::fit(&all);
        let (one, other) = (curve.quantile(p), curve.quantile(p + (0.95 - p) * more));
        for (sooner, later) in
            [(one.low, other.low), (one.hours, other.hours), (one.high, other.high)]
        {
            prop_assert!(later.is_none_or(|later| sooner.is_some_and(|sooner| sooner <= later)));
        }
    }

    #[test]
    fn equal_weights_give_the_unweighted_curve(all in observations(), weight in 0.01..5.0) {
        let with = |weight| {
            let all: Vec<_> = all.iter().map(|o| Observation { weight, ..*o }).collect();
            KaplanMeier::fit(&all)
        };
        let (weighted, plain) = (with(weight), with(1.0));
        prop_assert!((weighted.n_eff() - all.len() as f64).abs() < 1e-9);
        for t in TIMES {
            prop_assert!((weighted.survival(t) - plain.survival(t)).abs() < 1e-9);
        }
    }

    #[test]
    fn waiting_longer_never_makes_an_answer_likelier(
        mut all in observations(), which in any::<prop::sample::Index>(), more in 0u32..100,
    ) {
        let before = KaplanMeier::fit(&all);
        let one = which.get_mut(&mut all);
        one.answered = false;
        let censored_here = *one;
        let censored = KaplanMeier::fit(&all);
        which.get_mut(&mut all).hours = censored_here.hours + f64::from(more);
        let longer = KaplanMeier::fit(&all);
        for t in TIMES {
            prop_assert!(longer.survival(t) >= censored.survival(t) - 1e-12);
            prop_assert!(censored.survival(t) >= before.survival(t) - 1e-12);
        }
    }
}
