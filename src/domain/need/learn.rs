//! Learning what asks for an answer from what was answered: logistic regression, drawn towards
//! the weights set by hand (maximum a posteriori under a Gaussian prior).
//!
//! Knows outcomes only; never looks at who wrote what.

use super::samples::{Sample, Samples, Seen};
use super::{Features, Weights};
use crate::domain::model::{DAY, Moment};
use crate::domain::turns::{Asked, Closed, Turn};

/// How far a weight may wander from where it was set by hand: the prior's standard deviation.
const WANDER: f64 = 1.0;
/// How often anybody answers at all differs most from one person to the next.
const BASE_WANDER: f64 = 3.0;
/// Silence is weaker evidence than an answer: some of what stayed unanswered did ask for one.
const SILENCE_WEIGHT: f64 = 0.5;
/// What the user said outright.
const CLICK_WEIGHT: f64 = 5.0;

const SIZE: usize = Features::COUNT + 1;
const STEPS: usize = 50;
const CONVERGED: f64 = 1e-10;

/// Whoever hasn't answered by then won't, in seconds.
pub const HORIZON: i64 = 14 * DAY;

/// What one turn teaches by `now`: a sample for each of its messages, but for those whose outcome
/// is open or says nothing. `wanted`: the user said that it asks for an answer.
pub fn samples(turn: &Turn, wanted: bool, now: Moment) -> impl Iterator<Item = Sample> {
    turn.asks.iter().filter_map(move |asked| {
        let (answered, weight) = lesson(turn, asked, wanted, now)?;
        Some(Sample { features: asked.features, answered, weight })
    })
}

/// Whether one message of a turn was answered, as far as `now` can tell, and how much that counts.
pub fn lesson(turn: &Turn, asked: &Asked, wanted: bool, now: Moment) -> Option<(bool, f64)> {
    let by = asked.at + HORIZON;
    match turn.closed {
        _ if asked.replied_at.is_some_and(|at| at <= by.min(now)) => Some((true, 1.0)),
        Some(Closed::SaidDone) => Some((false, CLICK_WEIGHT)),
        _ if wanted => Some((true, CLICK_WEIGHT)),
        Some(Closed::MarkedAnswered | Closed::Mistimed) => Some((true, 1.0)),
        Some(Closed::Acknowledged | Closed::AnsweredByAnother) => None,
        Some(Closed::AskedNothing | Closed::Discarded) | None => {
            (by <= now).then_some((false, SILENCE_WEIGHT))
        }
    }
}

/// The chance that a touch is answered within the horizon, when an answer is expected of it with
/// probability `q`: silence having counted for less, the odds were learned too high by as much.
pub fn answered(q: f64) -> f64 {
    SILENCE_WEIGHT * q / (SILENCE_WEIGHT * q + 1.0 - q)
}

type Vector = [f64; SIZE];

/// 1/variance of the prior of each weight; the intercept's stands first.
const PRECISION: Vector = {
    let mut precision = [1.0 / (WANDER * WANDER); SIZE];
    precision[0] = 1.0 / (BASE_WANDER * BASE_WANDER);
    precision
};

/// The likeliest weights given the samples, in whatever order they come, and `prior`; `prior`
/// itself where there are none.
pub fn fit(samples: &Samples, prior: &Weights) -> Weights {
    let centre = vector(prior);
    let mut at = centre;
    let mut loss = loss_at(&at, samples, &centre);
    for _ in 0..STEPS {
        let (gradient, curvature) = slopes(&at, samples, &centre);
        let step = solve(curvature, gradient);
        // Newton's step may overshoot far from the minimum; the loss is convex, so half of it
        // often enough always gains.
        let mut share = 1.0;
        let (next, next_loss) = loop {
            let next: Vector = std::array::from_fn(|i| at[i] - share * step[i]);
            let next_loss = loss_at(&next, samples, &centre);
            if next_loss <= loss || share < 1e-6 {
                break (next, next_loss);
            }
            share /= 2.0;
        };
        let gained = loss - next_loss;
        if gained.is_nan() || gained <= 0.0 {
            break;
        }
        (at, loss) = (next, next_loss);
        if gained < CONVERGED * loss.abs() {
            break;
        }
    }
    weights(&at)
}

/// The negative log posterior, without its constant.
fn loss_at(at: &Vector, samples: &Samples, centre: &Vector) -> f64 {
    let wander: f64 = (0..SIZE).map(|i| PRECISION[i] * (at[i] - centre[i]).powi(2)).sum();
    let fit: f64 = samples
        .iter()
        .map(|seen| {
            let z = logit(at, &seen);
            let z = if seen.answered { z } else { -z };
            // −ln of the logistic function, without overflow for large −z.
            seen.weight * ((-z.abs()).exp().ln_1p() + (-z).max(0.0))
        })
        .sum();
    fit + wander / 2.0
}

fn slopes(at: &Vector, samples: &Samples, centre: &Vector) -> (Vector, [Vector; SIZE]) {
    let mut gradient: Vector = std::array::from_fn(|i| PRECISION[i] * (at[i] - centre[i]));
    let mut curvature = [[0.0; SIZE]; SIZE];
    for (i, row) in curvature.iter_mut().enumerate() {
        row[i] = PRECISION[i];
    }
    for seen in samples.iter() {
        let q = 1.0 / (1.0 + (-logit(at, &seen)).exp());
        let miss = seen.weight * (q - f64::from(seen.answered));
        let bend = seen.weight * q * (1.0 - q);
        gradient[0] += miss;
        curvature[0][0] += bend;
        for (nth, &(i, x)) in seen.values().iter().enumerate() {
            gradient[i + 1] += miss * x;
            let row = &mut curvature[i + 1];
            row[0] += bend * x;
            for &(j, y) in &seen.values()[..=nth] {
                row[j + 1] += bend * x * y;
            }
        }
    }
    (gradient, curvature)
}

fn logit(at: &Vector, seen: &Seen) -> f64 {
    at[0] + seen.values().iter().map(|(i, x)| at[i + 1] * x).sum::<f64>()
}

/// The x with A·x = b for a symmetric positive definite A, of which the lower half is read
/// (Cholesky).
fn solve(mut a: [Vector; SIZE], mut b: Vector) -> Vector {
    for j in 0..SIZE {
        for k in 0..j {
            let left = a[j][k];
            for row in a.iter_mut().skip(j) {
                row[j] -= row[k] * left;
            }
        }
        let pivot = a[j][j].sqrt();
        for row in a.iter_mut().skip(j) {
            row[j] /= pivot;
        }
    }
    for i in 0..SIZE {
        let known: f64 = (0..i).map(|k| a[i][k] * b[k]).sum();
        b[i] = (b[i] - known) / a[i][i];
    }
    for i in (0..SIZE).rev() {
        let known: f64 = (i + 1..SIZE).map(|k| a[k][i] * b[k]).sum();
        b[i] = (b[i] - known) / a[i][i];
    }
    b
}

fn vector(weights: &Weights) -> Vector {
    let values = weights.features.values();
    std::array::from_fn(|i| if i == 0 { weights.intercept } else { values[i - 1] })
}

fn weights(vector: &Vector) -> Weights {
    let [intercept, features @ ..] = vector;
    Weights { intercept: *intercept, features: Features::from_values(*features) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{HAND, needs_reply};
    use super::*;

    fn sample(sole_to: f64, question: f64, answered: bool) -> Sample {
        let features = Features { sole_to, subject_question: question, ..Features::default() };
        Sample { features, answered, weight: if answered { 1.0 } else { SILENCE_WEIGHT } }
    }

    #[test]
    fn nothing_seen_nothing_learned() {
        assert_eq!(fit(&Samples::default(), &HAND), HAND);
    }

    #[test]
    fn whoever_answers_no_questions_is_learned_to_need_no_answer_to_them() {
        let seen: Vec<Sample> = (0..200).map(|_| sample(1.0, 1.0, false)).collect();
        let learned = fit(&seen.iter().copied().collect(), &HAND);
        let question = seen[0].features;
        assert!(needs_reply(&HAND, &question) > 0.6);
        assert!(needs_reply(&learned, &question) < 0.2);
    }

    fn any_samples() -> impl Strategy<Value = Vec<Sample>> {
        let one = (0.0..1.0, -3.0..3.0, any::<bool>(), 0.1..5.0);
        let sample = one.prop_map(|(sole_to, hist_logit, answered, weight)| Sample {
            features: Features { sole_to, hist_logit, ..Features::default() },
            answered,
            weight,
        });
        prop::collection::vec(sample, 0..60)
    }

    proptest! {
        #[test]
        fn no_other_weights_are_likelier(
            samples in any_samples(),
            which in 0..SIZE,
            off in prop::sample::select(vec![-0.3, -0.01, 0.01, 0.3]),
        ) {
            let centre = vector(&HAND);
            let samples = samples.into_iter().collect();
            let best = vector(&fit(&samples, &HAND));
            let mut other = best;
            other[which] += off;
            let (at_best, at_other) =
                (loss_at(&best, &samples, &centre), loss_at(&other, &samples, &centre));
            prop_assert!(at_best <= at_other + 1e-9, "{at_best} {at_other}");
        }

        #[test]
        fn the_order_of_samples_does_not_matter(samples in any_samples()) {
            let forth = vector(&fit(&samples.iter().copied().collect(), &HAND));
            let reversed: Samples = samples.iter().rev().copied().collect();
            let back = vector(&fit(&reversed, &HAND));
            for (a, b) in forth.iter().zip(back) {
                prop_assert!((a - b).abs() < 1e-6, "{a} {b}");
            }
        }
    }
}
