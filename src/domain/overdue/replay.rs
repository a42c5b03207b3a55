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

/// The lowest needs-reply from which on the alerts of every one of the last four weeks would have
/// stayed within the budget. `turns` are those of all contacts, each with its limit in hours.
pub fn q_star<'a>(
    turns: impl IntoIterator<Item = (&'a Turn, f64)>,
    policy: &Policy,
    now: Moment,
) -> f64 {
    let batches = batches(policy, now);
    let mut alerts = [[0_u32; WEEKS]; CANDIDATES.len()];
    let mut oldest = now;
    // What began before has expired by the first of those weeks.
    let begin = now - (DAYS + DAYS_BEFORE) as i64 * DAY;
    for (turn, limit_h) in turns {
        oldest = oldest.min(turn.start);
        if turn.side != Side::Theirs || turn.start < begin {
            continue;
        }
        for week in tellings(turn, limit_h, &batches).filter_map(|batch| batch.week) {
            for (q, weeks) in CANDIDATES.iter().zip(&mut alerts) {
                if let Some(count) = weeks.get_mut(week).filter(|_| turn.needs_reply >= *q) {
                    *count += 1;
                }
            }
        }
    }
    if now - DAYS as i64 * DAY < oldest {
        return FIRST_Q_STAR;
    }
    let within = |weeks: &[u32; WEEKS]| weeks.iter().all(|n| *n <= policy.alerts.per_week);
    let kept = CANDIDATES.into_iter().zip(&alerts).find(|(_, weeks)| within(weeks));
    kept.map_or(HIGHEST, |(q, _)| q)
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
