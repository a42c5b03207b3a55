//! Which needs-reply threshold keeps the alerts within the weekly budget: the batches of the last
//! four weeks, held once more.
//!
//! Sees every turn as it stood at each batch, as far as that is known now: an answer counts from
//! its own time on, but a closed turn counts as closed all along, since when it was closed isn't
//! told. Stars, snoozes and mutes are not held again.

use super::super::model::{DAY, Moment, Side};
use super::super::policy::{EXPIRY_H, FIRST_Q_STAR, Policy};
use super::super::schedule;
use super::super::standing::is_owed;
use super::super::turns::Turn;
use super::{IOwe, LEAD_AFTER_BATCH_H};

const CANDIDATES: [f64; 6] = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
/// Where no candidate keeps to the budget.
const HIGHEST: f64 = 0.8;
const WEEKS: usize = 4;
const DAYS: usize = 7 * WEEKS;
/// A turn that is open in the first of those weeks may have been told about this long before.
const DAYS_BEFORE: usize = (EXPIRY_H / 24.0) as usize + 1;

/// One morning's alerts.
struct Batch {
    at: Moment,
    /// Until the next one, and what is added for reading it.
    lead_h: f64,
    /// Counted back from now; `None` before the weeks that are judged.
    week: Option<usize>,
}

/// How many alerts each threshold would have given in each of the last four weeks.
pub struct Replay {
    per_week: u32,
    now: Moment,
    batches: Vec<Batch>,
    alerts: [[u32; WEEKS]; CANDIDATES.len()],
    /// When the first turn of all began.
    oldest: Moment,
}

impl Replay {
    pub fn new(policy: &Policy, now: Moment) -> Replay {
        Replay {
            per_week: policy.alerts.per_week,
            now,
            batches: batches(policy, now),
            alerts: [[0; WEEKS]; CANDIDATES.len()],
            oldest: now,
        }
    }

    /// One of all contacts' turns, in any order; its limit in hours.
    pub fn take(&mut self, turn: &Turn, limit_h: f64) {
        self.oldest = self.oldest.min(turn.start);
        // What began before has expired by the first of those weeks.
        let begin = self.now - (DAYS + DAYS_BEFORE) as i64 * DAY;
        if turn.side != Side::Theirs || turn.start < begin {
            return;
        }
        for week in tellings(turn, limit_h, &self.batches).filter_map(|batch| batch.week) {
            for (q, weeks) in CANDIDATES.iter().zip(&mut self.alerts) {
                if let Some(count) = weeks.get_mut(week).filter(|_| turn.needs_reply >= *q) {
                    *count += 1;
                }
            }
        }
    }

    /// The lowest needs-reply from which on the alerts of every one of the weeks would have stayed
    /// within the budget.
    pub fn q_star(&self) -> f64 {
        if self.now - DAYS as i64 * DAY < self.oldest {
            return FIRST_Q_STAR;
        }
        let within = |weeks: &[u32; WEEKS]| weeks.iter().all(|n| *n <= self.per_week);
        let kept = CANDIDATES.into_iter().zip(&self.alerts).find(|(_, weeks)| within(weeks));
        kept.map_or(HIGHEST, |(q, _)| q)
    }
}

/// Those that were held, oldest first.
fn batches(policy: &Policy, now: Moment) -> Vec<Batch> {
    let time = schedule::batch_time(&policy.alerts);
    let mut next = schedule::next_daily(now, time, &policy.zone);
    let mut at = schedule::last_daily(now, time, &policy.zone);
    let mut batches = Vec::with_capacity(DAYS + DAYS_BEFORE);
    for day in 0..DAYS + DAYS_BEFORE {
        if !policy.is_away(at) {
            let lead_h = next.hours_since(at) + LEAD_AFTER_BATCH_H;
            batches.push(Batch { at, lead_h, week: (day < DAYS).then_some(day / 7) });
        }
        (next, at) = (at, schedule::last_daily(at - 1, time, &policy.zone));
    }
    batches.reverse();
    batches
}

/// The batches that would tell of a turn, whatever its needs-reply: the first before its limit
/// ends, and a later one when twice the limit has passed.
fn tellings<'a>(
    turn: &Turn,
    limit_h: f64,
    batches: &'a [Batch],
) -> impl Iterator<Item = &'a Batch> {
    let age_h = |batch: &Batch| batch.at.hours_since(turn.start);
    let due = |batch: &Batch| {
        let q = turn.needs_reply;
        IOwe { q, age_h: age_h(batch), limit_h, starred: false, miss: 0.0 }.due(batch.lead_h, q)
    };
    let begun = batches.partition_point(|batch| batch.at < turn.start);
    let first = begun.max(batches.partition_point(|batch| !due(batch)));
    let again = batches.partition_point(|batch| age_h(batch) < 2.0 * limit_h).max(first + 1);
    [first, again]
        .into_iter()
        .filter_map(|index| batches.get(index))
        .filter(|batch| is_owed(turn, batch.at))
}

#[cfg(test)]
mod tests;
