//! What an alert says of debts.

use crate::deliver::{Alert, Choices};
use crate::domain::decide::debts::NamedDebt;
use crate::domain::model::{Moment, Side};
use crate::domain::policy::Policy;
use crate::domain::text::{clean, count, duration, listed};

/// Of a summary, so many are named in its title.
const IN_TITLE: usize = 2;

/// Of one debt: who, what, why, since when, and how the terminal calls it.
pub fn alert(named: &NamedDebt, policy: &Policy, now: Moment) -> Alert {
    let (debt, name) = (&named.debt, clean(&named.name));
    let due = policy.dates.weekday_and_time(debt.due, &policy.zone);
    let when = if debt.overdue {
        format!("was due {due}, {} ago", duration(now.hours_since(debt.due)))
    } else {
        format!("due {due}, in {}", duration(debt.due.hours_since(now)))
    };
    let waited = duration(debt.age_h);
    let (title, waiting) = match debt.turn.side {
        Side::Theirs => {
            (format!("{name} is waiting for you"), format!("Waiting for {waited}, {when}"))
        }
        Side::Mine => (
            format!("{name} hasn't answered you"),
            format!("You've been waiting for {waited}; answer {when}"),
        ),
    };
    let because = (!named.because.is_empty()).then(|| named.because.join(" · "));
    let command = format!("requite done {}", debt.turn.id);
    let address = named.address.as_deref().map(clean);
    let lines = subject(named).into_iter().chain(address).chain(because).chain([waiting, command]);
    Alert {
        about: debt.turn.id.to_string(),
        title,
        body: lines.collect::<Vec<_>>().join("\n"),
        urgency: policy.alerts.urgency,
        choices: match named.message_id {
            Some(_) => Choices::OpenAndSteer,
            None => Choices::Steer,
        },
    }
}

/// Of several at once, in the order in which they are told.
pub fn summary(debts: &[NamedDebt], policy: &Policy) -> Alert {
    let mut people: Vec<String> = Vec::new();
    for named in debts {
        let name = clean(&named.name);
        if !people.contains(&name) {
            people.push(name);
        }
    }
    let others = people.len().saturating_sub(IN_TITLE) as u64;
    let mut title: Vec<String> = people.iter().take(IN_TITLE).cloned().collect();
    if others > 0 {
        title.push(count(others, "other", "others"));
    }
    let all_are = |side| debts.iter().all(|named| named.debt.turn.side == side);
    let verb = match (all_are(Side::Theirs), all_are(Side::Mine), people.len()) {
        (true, _, 1) => "is waiting for you",
        (true, ..) => "are waiting for you",
        (_, true, 1) => "hasn't answered you",
        (_, true, _) => "haven't answered you",
        (.., 1) => "is waiting for you, and owes you an answer",
        _ => "are waiting for you, or owe you an answer",
    };
    let line = |named: &NamedDebt| {
        let what = subject(named).map(|subject| format!(": {subject}")).unwrap_or_default();
        format!("{}{what} ({})", clean(&named.name), named.debt.turn.id)
    };
    Alert {
        about: SUMMARY.to_owned(),
        title: format!("{} {verb}", listed(&title)),
        body: debts.iter().map(line).collect::<Vec<_>>().join("\n"),
        urgency: policy.alerts.urgency,
        choices: Choices::None,
    }
}

/// What a summary is about: the next one takes its place.
const SUMMARY: &str = "more";

/// Of those that the week's budget has no room for.
pub fn more_are_due(untold: usize) -> String {
    let verb = if untold == 1 { "is" } else { "are" };
    format!("{untold} more {verb} due: requite status")
}

fn subject(named: &NamedDebt) -> Option<String> {
    let subject = named.subject.as_deref().map(clean).filter(|subject| !subject.is_empty());
    subject.map(|subject| format!("“{subject}”"))
}
