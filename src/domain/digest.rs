//! The weekly digest as a value: what it says, not how it looks.

use super::model::{ContactId, Moment, Stance, TurnId};

#[derive(Debug, Clone)]
pub struct Digest {
    /// The instant that it speaks of.
    pub at: Moment,
    /// ISO 8601 week, such as `2026-W47`.
    pub week: String,
    /// Local day on which it is due, such as `Monday 16 November 2026`.
    pub day: String,
    pub stance: Stance,
    pub limit_h: f64,
    /// My own promise, always shown first.
    pub mine: Promise,
    pub theirs: Promise,
    /// Turns that I owe, overdue ones first, then by when they fall due.
    pub i_owe: Vec<Debt>,
    /// How many more there are than `i_owe` lists.
    pub i_owe_more: usize,
    pub they_owe: Vec<Debt>,
    pub they_owe_more: usize,
    /// Contacts whose score moved most this week, most first.
    pub movers: Vec<Mover>,
    /// Mail from a contact found in Junk: it looks like silence.
    pub in_junk: Vec<JunkMail>,
    pub totals: Totals,
    /// Set when `[me] away` covers part of the week: the promise without those days.
    pub mine_without_away: Option<Promise>,
}

/// How an owed answer was kept over the last week, among the turns that matured in it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Promise {
    /// Turns whose limit passed this week.
    pub matured: usize,
    pub in_time: usize,
    /// Median response time of the last 180 days in hours; `None` below three turns.
    pub median_h: Option<f64>,
    /// Matured and in time of the week before, to compare with.
    pub matured_before: usize,
    pub in_time_before: usize,
}

#[derive(Debug, Clone)]
pub struct Debt {
    pub id: TurnId,
    pub name: String,
    pub address: Option<String>,
    pub subject: Option<String>,
    pub since: Moment,
    pub due: Moment,
    pub age_h: f64,
    pub limit_h: f64,
    pub overdue: bool,
    /// Probability that an answer is expected at all, 0…1.
    pub needs_reply: f64,
}

#[derive(Debug, Clone)]
pub struct Mover {
    pub id: ContactId,
    pub name: String,
    pub before: f64,
    pub now: f64,
}

#[derive(Debug, Clone)]
pub struct JunkMail {
    pub name: String,
    pub subject: Option<String>,
    pub at: Moment,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Totals {
    pub messages: u64,
    pub contacts: u64,
    pub i_owe: usize,
    pub i_owe_overdue: usize,
    pub they_owe: usize,
    pub they_owe_overdue: usize,
}
