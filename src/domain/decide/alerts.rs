//! Which debts a morning's batch tells of, within the week's budget.
//!
//! Decides only; what an alert says of a debt, and where it is shown, is for others.

use super::debts::{Debt, Habit};
use super::outbox::{Delivery, DeliveryMark};
use super::overdue::{IOwe, LEAD_AFTER_BATCH_H, miss};
use crate::domain::measure::need::{DUE, PERHAPS};
use crate::domain::model::{DAY, Moment, Side};

/// The alerts of so long, in seconds, count against the week's budget.
pub const BUDGET: i64 = 7 * DAY;
/// Whoever is new to it is told of a few.
const FIRST_MORNING: u32 = 3;
/// How long a debt is hidden that the user puts off without saying for how long, in seconds.
const SNOOZE: i64 = 2 * DAY;

/// So long, in seconds, nobody may have sat before a screen before it is locked or idle.
const UNATTENDED: i64 = 5 * 60;

/// Whether an alert may have gone unseen whose time was over at `expired`: nobody was there, as was
/// noticed at `gone`.
pub fn may_be_unseen(expired: Moment, gone: Moment) -> bool {
    expired > gone - UNATTENDED
}

/// When a debt comes back that is put off at `now`.
pub fn snoozed_until(now: Moment) -> Moment {
    now + SNOOZE
}

/// A debt that may be told of.
pub struct AlertCandidate<'a> {
    /// An open turn, and when its answer is due.
    pub debt: &'a Debt,
    /// How often the user was told of it already.
    pub told: u32,
    /// The habit of whoever owes the answer, where the contact is starred.
    pub starred: Option<Habit<'a>>,
}

/// What the week still holds.
#[derive(Debug, Clone, Copy)]
pub struct AlertBudget {
    /// At most so many alerts in seven days.
    pub per_week: u32,
    /// Alerts of the last seven days, but for those outside of the budget.
    pub spent: u32,
    /// No batch came before.
    pub is_first: bool,
}

impl AlertBudget {
    fn left(self) -> u32 {
        let left = self.per_week.saturating_sub(self.spent);
        if self.is_first { left.min(FIRST_MORNING) } else { left }
    }
}

/// What a batch is to tell of, in order. `candidates`: the likeliest and most urgent first; my own
/// promises come first where the budget is short, and starred contacts are outside of it.
pub fn alerts(
    candidates: &[AlertCandidate<'_>],
    batch: &AlertBatch,
    budget: AlertBudget,
) -> Vec<(Delivery, DeliveryMark)> {
    let mut left = budget.left();
    let mut alerts = Vec::new();
    for side in [Side::Theirs, Side::Mine] {
        let of_side = candidates.iter().filter(|it| it.debt.turn.side == side);
        for candidate in of_side.filter(|it| it.is_worth_telling(batch)) {
            let AlertCandidate { debt, told, starred } = candidate;
            if left == 0 && starred.is_none() {
                continue;
            }
            let mark = match starred {
                Some(_) => DeliveryMark::Unbudgeted,
                None => DeliveryMark::Plain,
            };
            left -= u32::from(starred.is_none());
            alerts.push((Delivery::Alert { turn: debt.turn.id, time: told + 1 }, mark));
        }
    }
    alerts
}

/// How many more a batch would tell of, were there room in the week's budget: those that it planned
/// are told already.
pub fn untold(candidates: &[AlertCandidate<'_>], batch: &AlertBatch) -> usize {
    candidates.iter().filter(|it| it.is_worth_telling(batch)).count()
}

/// One morning's look at all debts.
#[derive(Debug, Clone, Copy)]
pub struct AlertBatch {
    /// When this batch is made.
    pub now: Moment,
    /// When the next one is.
    pub next: Moment,
    /// From when on every folder was known: what was late before is listed, never alerted.
    pub covered_since: Moment,
    /// Where no text is read nothing is *due*: of starred contacts *perhaps* is told, too.
    pub reads_text: bool,
    /// It is told of everybody who owes me an answer, not of starred contacts alone.
    pub they_owe: bool,
}

impl AlertCandidate<'_> {
    /// Whether a batch is to tell of the turn. What I owe is told before its limit ends; what they
    /// owe when it has ended, of starred contacts or of all; either once more when twice the limit
    /// has passed. Only what is *due* is told.
    pub fn is_worth_telling(&self, batch: &AlertBatch) -> bool {
        let AlertBatch { now, next, covered_since, reads_text, they_owe } = *batch;
        let AlertCandidate { debt, told, starred } = self;
        let needed = if starred.is_some() && !reads_text { PERHAPS } else { DUE };
        let unlikely = debt.turn.needs_reply < needed;
        if unlikely || debt.snoozed_until.is_some() || debt.due < covered_since {
            return false;
        }
        let lead_h = next.hours_since(now) + LEAD_AFTER_BATCH_H;
        let of_theirs = starred.is_some() || they_owe;
        match (debt.turn.side, told) {
            (Side::Theirs, 0) => i_owe(debt, starred.as_ref()).fires(lead_h, needed),
            (Side::Theirs, 1) => now >= debt.due_twice,
            (Side::Mine, 0) => of_theirs && debt.overdue,
            (Side::Mine, 1) => of_theirs && now >= debt.due_twice,
            _ => false,
        }
    }
}

fn i_owe(debt: &Debt, starred: Option<&Habit<'_>>) -> IOwe {
    let q = debt.turn.needs_reply;
    IOwe {
        q,
        age_h: debt.age_h,
        limit_h: debt.limit_h,
        starred: starred.is_some(),
        miss: starred
            .map_or(0.0, |habit| miss(q, habit.survival(debt.age_h), habit.survival(debt.limit_h))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_may_be_unseen_that_ended_shortly_before_nobody_was_there() {
        let gone = Moment(1_795_608_000);
        assert!(may_be_unseen(gone + 60, gone), "to a locked screen");
        assert!(may_be_unseen(gone - 299, gone));
        assert!(!may_be_unseen(gone - 300, gone), "somebody sat there until later");
    }
}
