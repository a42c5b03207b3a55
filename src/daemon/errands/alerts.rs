//! A morning's alerts: which debts are planned to be told within the week's budget, and what an
//! alert says of one.
//!
//! Shows nothing and sends nothing; what is worth telling, `domain::debts` says.

use jiff::tz::TimeZone;

use crate::book::{AsOf, Book, NamedDebt};
use crate::deliver::{Alert, Urgency};
use crate::domain::decide::debts::{AlertBatch, is_worth_telling};
use crate::domain::model::{DAY, Moment, Side, TurnId};
use crate::domain::policy::Policy;
use crate::domain::text;
use crate::error::Result;
use crate::store::Store;

/// Whoever is new to it is told of a few.
const FIRST_MORNING: u32 = 3;

/// Marks what the batch of `now` is to tell, as far as the week's budget reaches.
pub fn plan_batch(
    store: &Store,
    policy: &Policy,
    covered_since: Moment,
    (now, next): (Moment, Moment),
) -> Result<()> {
    let book = Book::open(store, policy, AsOf::Now(now))?;
    let batch = AlertBatch { now, next, covered_since, reads_text: policy.reads_text };
    let debts = book.debts()?;
    let mut left =
        policy.alerts.per_week.saturating_sub(store.planned_since("alert", now - 7 * DAY)?);
    if store.planned_since("batch", Moment(i64::MIN))? <= 1 {
        left = left.min(FIRST_MORNING);
    }
    // My own promise comes first where the budget is short.
    for side in [Side::Theirs, Side::Mine] {
        let owed = debts.iter().filter(|named| named.debt.turn.side == side && !named.muted);
        for named in owed {
            let told = times_told(store, named)?;
            let turn = &named.debt.turn;
            let habit = if named.starred { Some(book.habit(turn.id.contact, side)?) } else { None };
            let reached = left > 0 || named.starred;
            if reached && is_worth_telling(&named.debt, &batch, told, habit.as_ref()) {
                let (id, times) = (turn.id.to_string(), (told + 1).to_string());
                let payload = if named.starred { "unbudgeted" } else { "" };
                let planned = store.plan("alert", &id, &times, payload, now)?;
                left -= u32::from(planned && !named.starred);
            }
        }
    }
    Ok(())
}

/// How often this turn was told about, under whichever of its touches.
fn times_told(store: &Store, named: &NamedDebt) -> Result<u32> {
    let contact = named.debt.turn.id.contact;
    let mut told = 0;
    for touch in &named.debt.turn.touches {
        let id = TurnId { contact, touch: *touch }.to_string();
        for (period, times) in [("1", 1), ("2", 2)] {
            if store.is_planned("alert", &id, period)? {
                told = told.max(times);
            }
        }
    }
    Ok(told)
}

pub fn alert(named: &NamedDebt, zone: &TimeZone, now: Moment) -> Alert {
    let debt = &named.debt;
    let due = debt.due.timestamp().to_zoned(zone.clone()).strftime("%A %H:%M").to_string();
    let when = if debt.overdue {
        format!("was due {due}, {} ago", text::duration(now.hours_since(debt.due)))
    } else {
        format!("due {due}, in {}", text::duration(debt.due.hours_since(now)))
    };
    let mut body = String::new();
    if let Some(subject) = named.subject.as_deref().filter(|subject| !subject.is_empty()) {
        body = format!("“{}”\n", text::clean(subject));
    }
    if let Some(address) = &named.address {
        body.push_str(&format!("{}\n", text::clean(address)));
    }
    let name = text::clean(&named.name);
    let waited = text::duration(debt.age_h);
    let (title, waiting) = match debt.turn.side {
        Side::Theirs => {
            (format!("{name} is waiting for your answer"), format!("Waiting for {waited}, {when}"))
        }
        Side::Mine => (
            format!("{name} hasn't answered you"),
            format!("You have waited {waited}; the answer {when}"),
        ),
    };
    body.push_str(&waiting);
    let breaks_my_promise = debt.overdue && debt.turn.side == Side::Theirs;
    Alert {
        id: Some(debt.turn.id.to_string()),
        title,
        body,
        urgency: if breaks_my_promise { Urgency::Critical } else { Urgency::Normal },
    }
}

#[cfg(test)]
mod tests;
