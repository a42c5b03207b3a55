//! Is an answer due? The probability *d* that after a message the other side owes its author a
//! reply, judged by the message alone: its words, its addressing, its place in the thread.
//!
//! Never looks at who answers whom, or how often: silence never lowers d, and an answer never
//! raises it. Only what the user said moves it ([`model`]).

mod features;
pub mod fit;
pub mod model;
mod reasons;
#[cfg(test)]
mod tests;
mod weights;

pub use features::{Addressing, Features, Message};
pub use reasons::because;
pub use weights::{Weights, logistic, shipped};

use crate::domain::model::Side;

/// From this d on an answer is due.
pub const DUE: f64 = 0.5;
/// From this d on one may be; below, nothing was asked.
pub const PERHAPS: f64 = 0.25;
/// By the header alone a question can't be told from thanks: where the user lets no text be read,
/// nothing is more than *perhaps*.
pub const MOST_WITHOUT_TEXT: f64 = 0.49;

/// How likely it is that an answer is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likelihood {
    /// Nobody would expect an answer: d < ¼.
    AsksNothing,
    /// Some would: ¼ ≤ d < ½.
    Perhaps,
    /// Most would: d ≥ ½.
    Due,
}

impl Likelihood {
    /// Of a d in 0…1.
    pub fn of(d: f64) -> Likelihood {
        if d >= DUE {
            Likelihood::Due
        } else if d >= PERHAPS {
            Likelihood::Perhaps
        } else {
            Likelihood::AsksNothing
        }
    }

    /// As JSON, the command line and the database spell it.
    pub fn name(self) -> &'static str {
        match self {
            Likelihood::AsksNothing => "asks_nothing",
            Likelihood::Perhaps => "perhaps",
            Likelihood::Due => "due",
        }
    }
}

/// d by the weights that are shipped.
pub fn d(side: Side, features: Features) -> f64 {
    shipped(side, features).d(features)
}
