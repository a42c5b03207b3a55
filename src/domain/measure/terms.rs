//! By when an answer is owed, and what became of it.
//!
//! Judges one turn by the terms of its contact; sums of turns are made elsewhere.

use super::calendar::Calendar;
use super::statistics::{Observation, weights};
use super::turns::{Status, Turn};
use crate::domain::model::{Moment, Side};
use crate::domain::policy::EXPIRY_H;

/// The limit of one contact and the clock on which theirs runs.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Hours in which an answer is owed.
    pub limit_h: f64,
    /// Their working days.
    pub calendar: Calendar,
}

impl Terms {
    /// When the answer to a turn is owed: mine on the wall clock, theirs on their working days.
    pub fn due(&self, turn: &Turn) -> Moment {
        self.after_limits(turn, 1.0)
    }

    /// When so many times the limit have passed.
    pub fn after_limits(&self, turn: &Turn, limits: f64) -> Moment {
        let hours = limits * self.limit_h;
        match turn.side {
            Side::Theirs => turn.start.plus_hours(hours),
            Side::Mine => self.calendar.after_business_hours(turn.start, hours),
        }
    }
}

/// A turn that counts, for [`KaplanMeier`](super::statistics::KaplanMeier): whatever took longer than 30 days is censored there.
pub fn observation(turn: &Turn, now: Moment) -> Observation {
    let hours = turn.hours(now);
    Observation {
        hours: hours.min(EXPIRY_H),
        answered: turn.status(now) == Status::Answered && hours <= EXPIRY_H,
        weight: recency(turn.start, now),
    }
}

/// What became of the answer that a turn was owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Within the limit.
    InTime,
    /// After it.
    Late,
    /// Not yet, at least.
    Unanswered,
}

/// `None` for a turn whose limit hasn't passed, and for one that doesn't count.
pub fn outcome(turn: &Turn, terms: &Terms, now: Moment) -> Option<Outcome> {
    if !turn.counts(now) {
        return None;
    }
    let due = terms.due(turn);
    if due > now {
        return None;
    }
    Some(match turn.answer.filter(|answer| answer.at <= now) {
        Some(answer) if answer.at <= due => Outcome::InTime,
        Some(_) => Outcome::Late,
        None => Outcome::Unanswered,
    })
}

/// How much a turn of that age weighs.
pub fn recency(at: Moment, now: Moment) -> f64 {
    weights::recency(now.days_since(at).max(0.0))
}
