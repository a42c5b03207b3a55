//! Who owes whom an answer, and which of it is worth a word now.

use super::model::{Moment, Side, TouchId};
use super::overdue::{IOwe, LEAD_AFTER_BATCH_H, miss};
use super::policy::AlertPolicy;
use super::standing::{Terms, is_owed};
use super::statistics::KaplanMeier;
use super::statistics::curve::{self, PopulationCurve};
use super::turns::Turn;

/// An open turn, seen from the side that owes the answer.
#[derive(Debug, Clone)]
pub struct Debt {
    pub turn: Turn,
    pub due: Moment,
    /// On the clock that counts for it: the wall's for mine, their working days for theirs.
    pub overdue: bool,
    pub age_h: f64,
    pub limit_h: f64,
    pub snoozed_until: Option<Moment>,
}

/// What is still owed at `now` among the turns of one contact.
pub fn debts<'a>(
    turns: &'a [Turn],
    terms: &'a Terms,
    snoozed: impl Fn(&[TouchId]) -> Option<Moment> + 'a,
    now: Moment,
) -> impl Iterator<Item = Debt> + 'a {
    turns.iter().filter(move |turn| is_owed(turn, now)).map(move |turn| {
        let due = terms.due(turn);
        Debt {
            due,
            overdue: now >= due,
            age_h: now.hours_since(turn.start),
            limit_h: terms.limit_h,
            snoozed_until: snoozed(&turn.touches).filter(|until| *until > now),
            turn: turn.clone(),
        }
    })
}

/// How long I usually take, for the chance that I'd miss a starred contact's limit.
pub struct Habit {
    pub mine: PopulationCurve,
    pub with_them: KaplanMeier,
}

impl Habit {
    fn survival(&self, hours: f64) -> f64 {
        curve::contact(&self.with_them, self.mine.survival(hours), hours)
    }
}

/// A turn that I owe and that is to be told about in the batch of `now`, and for the how manieth
/// time: once before its limit ends, once more when twice the limit has passed.
///
/// `told` says how often it was already; `covered_since`, from when on every folder was known:
/// what was late before is listed, never alerted.
pub fn is_worth_telling(
    debt: &Debt,
    policy: &AlertPolicy,
    covered_since: Moment,
    told: u32,
    starred: Option<&Habit>,
    (now, next_batch): (Moment, Moment),
) -> bool {
    if debt.turn.side != Side::Theirs || debt.snoozed_until.is_some() || debt.due < covered_since {
        return false;
    }
    match told {
        0 => IOwe {
            q: debt.turn.needs_reply,
            age_h: debt.age_h,
            limit_h: debt.limit_h,
            starred: starred.is_some(),
            miss: starred.map_or(0.0, |habit| {
                let (age, limit) = (habit.survival(debt.age_h), habit.survival(debt.limit_h));
                miss(debt.turn.needs_reply, age, limit)
            }),
        }
        .fires(next_batch.hours_since(now) + LEAD_AFTER_BATCH_H, policy.q_star),
        1 => debt.age_h >= 2.0 * debt.limit_h,
        _ => false,
    }
}
