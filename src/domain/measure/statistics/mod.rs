//! The estimators behind every figure: how long answers take, how likely they are, and how much
//! the data can carry. Everything is a function of the numbers given to it.
//!
//! Never knows a message, a turn or a contact, and never decides what follows from a figure.

pub mod beta;
mod bpcp;
pub mod curve;
pub mod empirical_bayes;
pub mod kaplan_meier;
pub mod metrics;
pub mod thinned;
pub mod waits;
pub mod weights;
pub mod wilson;

pub use beta::Beta;
pub use kaplan_meier::{Band, KaplanMeier, Observation, Quantile};
pub use thinned::{Evidence, Posterior};
pub use waits::Waits;

/// The normal deviate of a two-sided 95 % interval.
pub const Z95: f64 = 1.959963984540054;

/// What is left of a 95 % interval on either side.
const TAIL95: f64 = 0.025;

/// Both ends of an interval, `low` ≤ `high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}
