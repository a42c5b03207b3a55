//! The Kaplan–Meier estimator: how long answers take when some have not come yet.
//!
//! Observations may carry weights; an unanswered one counts as "at least this long", never as
//! "never" and never as nothing.

use super::bpcp::BetaProduct;
use super::weights;
use super::{Interval, Z95};

/// Below this many effective events the log-log interval is too bold.
const FEW_EVENTS: f64 = 20.0;
/// What rounding may leave where exact arithmetic leaves nothing.
const SLACK: f64 = 1e-12;

/// One turn: how long it waited, and whether it was answered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// Until the answer, or until now where none has come.
    pub hours: f64,
    /// Else it still waited, or was given up.
    pub answered: bool,
    /// Recency weight, > 0.
    pub weight: f64,
}

/// How an interval around the curve is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Band {
    /// Greenwood's variance on the log-log scale.
    LogLog,
    /// Fay, Brittain and Proschan's beta product procedure.
    BetaProduct,
}

/// One distinct time. Counts are in normalised weights, which add up to `n_eff`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// From the start.
    pub hours: f64,
    /// Those that still waited then.
    pub at_risk: f64,
    /// Those that were answered then.
    pub events: f64,
    /// Those that were lost sight of then.
    pub censored: f64,
    beyond: Beyond,
}

impl Step {
    /// S from this time on, up to the next step.
    pub fn survival(&self) -> f64 {
        self.beyond.survival
    }
}

/// The weights of those answered and of those not, at one time.
pub(super) struct Count {
    pub hours: f64,
    pub events: f64,
    pub censored: f64,
}

/// The curve from one step to the next, with what its intervals need.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Beyond {
    survival: f64,
    /// Greenwood's variance of ln S.
    variance: f64,
    product: BetaProduct,
    /// Still waiting after the step.
    left: f64,
}

/// When a share of the answers is in, with its 95 % interval. `None` is "not reached yet".
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// `None`: the curve doesn't reach it.
    pub hours: Option<f64>,
    /// Of the confidence interval; `None`: unbounded.
    pub low: Option<f64>,
    /// Of the confidence interval; `None`: unbounded.
    pub high: Option<f64>,
}

/// How many are still waiting after how long, by Kaplan and Meier.
#[derive(Debug, Clone, PartialEq)]
pub struct KaplanMeier {
    start: Beyond,
    steps: Vec<Step>,
    events: f64,
}

impl KaplanMeier {
    /// Observations without weight, or with a time that is no number, are left out. Their order
    /// doesn't matter.
    pub fn fit(observations: &[Observation]) -> KaplanMeier {
        let mut sorted: Vec<Observation> = observations
            .iter()
            .copied()
            .filter(|o| o.weight > 0.0 && o.weight.is_finite() && o.hours.is_finite())
            .collect();
        sorted.sort_by(|a, b| a.hours.total_cmp(&b.hours).then(a.weight.total_cmp(&b.weight)));
        let raw: Vec<f64> = sorted.iter().map(|o| o.weight).collect();
        for (observation, weight) in sorted.iter_mut().zip(weights::normalised(&raw)) {
            observation.weight = weight;
        }

        KaplanMeier::of_counts(counts(&sorted))
    }

    /// From the normalised weights of each distinct time, in order.
    pub(super) fn of_counts(counts: impl DoubleEndedIterator<Item = Count>) -> KaplanMeier {
        let mut steps = tally(counts);
        let n_eff = steps.first().map_or(0.0, |step| step.at_risk);
        let start = Beyond { left: n_eff, ..Beyond::NOTHING };
        let mut beyond = start;
        for step in &mut steps {
            beyond = beyond.after(step);
            step.beyond = beyond;
        }
        let events = steps.iter().map(|step| step.events).sum();
        KaplanMeier { start, steps, events }
    }

    /// Effective number of observations (Kish).
    pub fn n_eff(&self) -> f64 {
        self.start.left
    }

    /// Effective number of answers among them.
    pub fn events(&self) -> f64 {
        self.events
    }

    /// By time, ascending.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The longest wait seen, answered or not: beyond it the curve is carried forward.
    pub fn follow_up(&self) -> Option<f64> {
        self.steps.last().map(|step| step.hours)
    }

    /// S(t): the share still unanswered after `hours`; an answer at exactly t has come.
    pub fn survival(&self, hours: f64) -> f64 {
        self.at(hours).survival
    }

    /// The band to show: the beta product while events are few.
    pub fn band(&self) -> Band {
        if self.events < FEW_EVENTS - SLACK { Band::BetaProduct } else { Band::LogLog }
    }

    /// The 95 % interval of S(t); the log-log one is undefined where S is 0 or 1.
    pub fn interval(&self, hours: f64, band: Band) -> Option<Interval> {
        self.at(hours).interval(band)
    }

    /// The first time by which the share `p` has been answered, with the interval that the
    /// number of events calls for.
    pub fn quantile(&self, p: f64) -> Quantile {
        self.quantile_in(p, self.band())
    }

    /// The first time by which the share `p` has been answered.
    pub fn reached(&self, p: f64) -> Option<f64> {
        self.first(|b| b.survival <= 1.0 - p + SLACK)
    }

    /// When the share `p` has been answered, with its interval by this kind of band.
    pub fn quantile_in(&self, p: f64, band: Band) -> Quantile {
        let unanswered = 1.0 - p + SLACK;
        let hours = self.reached(p);
        let low = self.first(|b| b.low_reaches(band, unanswered));
        let high = self.first(|b| b.high_reaches(band, unanswered));
        // The log-log band ends where the curve falls to 0, and nobody waits longer than that.
        let low = low.or_else(|| self.first(|b| b.survival <= 0.0));
        Quantile { hours, low, high }
    }

    /// The first time from which `holds`, 0 being the time before any step.
    fn first(&self, holds: impl Fn(&Beyond) -> bool) -> Option<f64> {
        if self.steps.is_empty() {
            return None;
        }
        if holds(&self.start) {
            return Some(0.0);
        }
        self.steps.iter().find(|step| holds(&step.beyond)).map(|step| step.hours)
    }

    fn at(&self, hours: f64) -> &Beyond {
        let passed = self.steps.partition_point(|step| step.hours <= hours);
        match passed.checked_sub(1).and_then(|last| self.steps.get(last)) {
            Some(step) => &step.beyond,
            None => &self.start,
        }
    }
}

fn counts(sorted: &[Observation]) -> impl DoubleEndedIterator<Item = Count> {
    sorted.chunk_by(|a, b| a.hours == b.hours).map(|group| {
        let sum = |answered| -> f64 {
            group.iter().filter(|o| o.answered == answered).map(|o| o.weight).sum()
        };
        let hours = group.first().map_or(0.0, |o| o.hours);
        Count { hours, events: sum(true), censored: sum(false) }
    })
}

/// At-risk sums run backwards, so that the last one is exact.
fn tally(counts: impl DoubleEndedIterator<Item = Count>) -> Vec<Step> {
    let mut at_risk = 0.0;
    let mut steps: Vec<Step> = counts
        .rev()
        .map(|Count { hours, events, censored }| {
            at_risk += events + censored;
            Step { hours, at_risk, events, censored, beyond: Beyond::NOTHING }
        })
        .collect();
    steps.reverse();
    steps
}

impl Beyond {
    const NOTHING: Beyond =
        Beyond { survival: 1.0, variance: 0.0, product: BetaProduct::ONE, left: 0.0 };

    fn after(self, step: &Step) -> Beyond {
        let &Step { at_risk, events, censored, .. } = step;
        let none_if_tiny = |left: f64| if left <= SLACK * at_risk { 0.0 } else { left };
        let unanswered = none_if_tiny(at_risk - events);
        let left = none_if_tiny(at_risk - events - censored);
        if events <= 0.0 {
            return Beyond { left, ..self };
        }
        Beyond {
            survival: self.survival * unanswered / at_risk,
            variance: self.variance + events / (at_risk * unanswered),
            product: self.product.after_events(at_risk, events),
            left,
        }
    }

    fn interval(&self, band: Band) -> Option<Interval> {
        match band {
            Band::BetaProduct => Some(self.product.interval(self.left)),
            Band::LogLog => self.log_log(),
        }
    }

    fn low_reaches(&self, band: Band, survival: f64) -> bool {
        match band {
            Band::BetaProduct => self.product.low_reaches(self.left, survival),
            Band::LogLog => self.log_log().is_some_and(|interval| interval.low <= survival),
        }
    }

    fn high_reaches(&self, band: Band, survival: f64) -> bool {
        match band {
            Band::BetaProduct => self.product.high_reaches(survival),
            Band::LogLog => self.log_log().is_some_and(|interval| interval.high <= survival),
        }
    }

    fn log_log(&self) -> Option<Interval> {
        if self.survival <= 0.0 || self.survival >= 1.0 {
            return None;
        }
        let ln_s = self.survival.ln();
        let theta = Z95 * self.variance.sqrt() / ln_s.abs();
        Some(Interval { low: (ln_s * theta.exp()).exp(), high: (ln_s * (-theta).exp()).exp() })
    }
}

#[cfg(test)]
mod tests;
