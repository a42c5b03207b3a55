//! The score: one figure, 0 to 100, for how mutual a contact is under the declared stance.
//!
//! Made of six parts between 0 and 1. Never counts or decays anything itself: counts arrive
//! decayed, shares as posteriors.

use super::statistics::{Interval, Posterior, weights};
use crate::domain::model::Stance;

/// Below this effective number of matured turns no point figure is given.
pub const ENOUGH: f64 = 3.0;
/// From this number on a figure is shown to people; before, only the range in which it lies.
pub const PLENTY: f64 = 10.0;
/// Matured turns at which a score is half as sure as it can be.
const CONFIDENCE_TURNS: f64 = 5.0;
/// Whoever answers in time less often than this loses in proportion, whatever else they do.
const REACH_EXPECTED: f64 = 0.5;
const GIFTS_TO_HALF: f64 = 2.0;

/// A probability of answering within the limit, with its 80 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// The likeliest, 0…1.
    pub mean: f64,
    /// Where the middle 80 % begin.
    pub low: f64,
    /// Where they end.
    pub high: f64,
}

impl From<&Posterior> for Share {
    fn from(posterior: &Posterior) -> Share {
        Share {
            mean: posterior.mean(),
            low: posterior.quantile(0.1),
            high: posterior.quantile(0.9),
        }
    }
}

/// What the score is made from. Counts are decayed by their age.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inputs {
    /// How surely they answer me within the limit.
    pub them: Share,
    /// How surely I answer them.
    pub me: Share,
    /// Threads whose first human touch was mine.
    pub init_me: f64,
    /// Conversations that they began.
    pub init_them: f64,
    /// What I gave: introductions, résumés forwarded, favours.
    pub gives: f64,
    /// What I asked of them.
    pub asks_me: f64,
    /// What they gave me.
    pub received: f64,
    /// Since the last touch of either side; `None` if there was none.
    pub days_since_touch: Option<f64>,
    /// Matured turns of both sides.
    pub matured: f64,
}

/// The parts, each between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Components {
    /// Reach: they answer me within the limit.
    pub r: f64,
    /// My promise: I answer them within the limit.
    pub m: f64,
    /// Exchange: they too begin conversations.
    pub x: f64,
    /// Balance: I give more than I ask.
    pub b: f64,
    /// Value received from them.
    pub v: f64,
    /// Currency: how fresh the contact is.
    pub c: f64,
}

/// How much may be claimed before a person who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Nothing but how far it may lie from anything.
    Nothing,
    /// Where it lies.
    Range,
    /// How high it is.
    Figure,
}

/// What that many effective observations allow.
pub fn claim(n_eff: f64) -> Claim {
    if n_eff < ENOUGH {
        Claim::Nothing
    } else if n_eff < PLENTY {
        Claim::Range
    } else {
        Claim::Figure
    }
}

/// How good a contact is for the two of us, with its range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// `None` while too little has matured to name a figure.
    pub value: Option<f64>,
    /// Where the score lies with 80 % probability, as far as the two shares leave it open.
    pub range: Interval,
    /// 0 without data, towards 1 with much.
    pub confidence: f64,
    /// What it is made of, each 0…1.
    pub components: Components,
}

/// The contact's score with everything that belongs beside it.
pub fn measure(inputs: &Inputs, stance: Stance) -> Score {
    let components = components(inputs);
    Score {
        value: (inputs.matured >= ENOUGH).then(|| score(&components, stance)),
        range: range80(inputs, stance),
        confidence: confidence(inputs.matured),
        components,
    }
}

/// The parts of the score, each 0…1.
pub fn components(inputs: &Inputs) -> Components {
    let Inputs { init_me, init_them, gives, asks_me, received, .. } = *inputs;
    Components {
        r: inputs.them.mean,
        m: inputs.me.mean,
        x: (init_them + 1.0) / (init_me + init_them + 2.0),
        b: 1.0 / (1.0 + (-(gives - asks_me) / 2.0).exp()),
        v: 1.0 - (-received / GIFTS_TO_HALF).exp2(),
        c: inputs.days_since_touch.map_or(0.0, weights::recency),
    }
}

/// 0…100.
pub fn score(components: &Components, stance: Stance) -> f64 {
    let Components { r, m, x, b, v, c } = *components;
    let w = weights_of(stance);
    let sum = w.r * r + w.m * m + w.x * x + w.b * b + w.v * v + w.c * c;
    100.0 * (r / REACH_EXPECTED).min(1.0) * sum
}

/// The score with both shares at their 10 % and at their 90 % quantile.
pub fn range80(inputs: &Inputs, stance: Stance) -> Interval {
    let known = components(inputs);
    let (them, me) = (inputs.them, inputs.me);
    Interval {
        low: score(&Components { r: them.low, m: me.low, ..known }, stance),
        high: score(&Components { r: them.high, m: me.high, ..known }, stance),
    }
}

/// n/(n + 5) for n matured turns.
pub fn confidence(matured: f64) -> f64 {
    matured / (matured + CONFIDENCE_TURNS)
}

/// How much each part counts; each row adds up to 1.
pub const fn weights_of(stance: Stance) -> Components {
    match stance {
        Stance::Resource => Components { r: 0.25, m: 0.30, x: 0.05, b: 0.25, v: 0.0, c: 0.15 },
        Stance::Tool => Components { r: 0.40, m: 0.15, x: 0.10, b: 0.05, v: 0.20, c: 0.10 },
        Stance::Neutral => Components { r: 0.30, m: 0.25, x: 0.10, b: 0.15, v: 0.05, c: 0.15 },
    }
}

#[cfg(test)]
mod tests;
