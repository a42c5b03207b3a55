//! What an alert says of a debt.

use jiff::tz::TimeZone;

use crate::deliver::{Alert, Urgency};
use crate::domain::decide::debts::NamedDebt;
use crate::domain::model::{Moment, Side};
use crate::domain::text;

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
