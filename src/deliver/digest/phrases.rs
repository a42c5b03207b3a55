//! The sentences of a digest: numbers in, words out.

use std::collections::BTreeSet;

use crate::domain::decide::debts::NamedDebt;
use crate::domain::decide::digest::{Digest, KeptWeek, Promise, Totals, Unmeasured};
use crate::domain::text::{clean, clip, count, duration, grouped};

const FOLDER_COLUMNS: usize = 60;

/// The promise; who waits, where none fell due.
pub(super) fn subject(digest: &Digest) -> String {
    let said = match digest.mine.this_week().matured {
        0 => waiting(digest),
        _ => headline(&digest.mine, &duration(digest.limit_h)),
    };
    format!("{} (week {})", said.trim_end_matches('.'), week_number(&digest.week))
}

pub(super) fn waiting(digest: &Digest) -> String {
    let people = people(&digest.i_owe);
    match people {
        0 => "Nobody is waiting for you.".to_owned(),
        1 => format!("{} is waiting for you.", capital(&crowd(people, digest.i_owe_more))),
        _ => format!("{} are waiting for you.", capital(&crowd(people, digest.i_owe_more))),
    }
}

fn capital(text: &str) -> String {
    let mut symbols = text.chars();
    let first = symbols.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(symbols).collect()
}

/// Several debts may be to one person.
fn people(debts: &[NamedDebt]) -> u64 {
    debts.iter().map(|named| named.debt.turn.id.contact).collect::<BTreeSet<_>>().len() as u64
}

fn crowd(people: u64, unlisted: usize) -> String {
    let counted = count(people, "person", "people");
    if unlisted == 0 { counted } else { format!("at least {counted}") }
}

pub(super) fn tally(listed: &[NamedDebt], unlisted: usize, overdue: usize) -> String {
    match (listed.len(), overdue) {
        (0, _) => String::new(),
        (_, 0) => crowd(people(listed), unlisted),
        (1, _) if unlisted == 0 => "1 person, overdue".to_owned(),
        _ => {
            let overdue = count(overdue as u64, "message overdue", "messages overdue");
            format!("{}, {overdue}", crowd(people(listed), unlisted))
        }
    }
}

pub(super) fn more(unlisted: usize) -> Option<String> {
    let messages = count(unlisted as u64, "more message", "more messages");
    (unlisted > 0).then(|| format!("And {messages}."))
}

/// What may be due, beyond what is listed of it.
pub(super) fn more_perhaps(all: usize, listed: usize) -> Option<String> {
    let unlisted = all.saturating_sub(listed);
    (unlisted > 0).then(|| format!("And {}.", grouped(unlisted as u64) + " more"))
}

pub(super) fn week_number(week: &str) -> String {
    let number = week.rsplit_once('W').and_then(|(_, number)| number.parse::<u8>().ok());
    number.map_or_else(|| clean(week), |number| number.to_string())
}

pub(in crate::deliver) fn headline(mine: &Promise, limit: &str) -> String {
    let KeptWeek { matured, in_time } = mine.this_week();
    match (matured, in_time.min(matured)) {
        (0, _) => "No answer of yours fell due this week.".to_owned(),
        (1, 1) => format!("One answer of yours fell due: you gave it within {limit}."),
        (1, _) => format!("One answer of yours fell due: you did not give it within {limit}."),
        (2, 2) => format!("You answered both within {limit}."),
        (due, 0) => format!("You answered none of {due} within {limit}."),
        (due, kept) if kept == due => format!("You answered all {due} within {limit}."),
        (due, kept) => format!("You answered {kept} of {due} within {limit}."),
    }
}

pub(in crate::deliver) fn week_before(mine: &Promise) -> Option<String> {
    let (now, then) = (mine.this_week(), mine.week_before());
    if then.matured == 0 {
        return None;
    }
    let before = format!("{} of {}", then.in_time, then.matured);
    if now.matured == 0 {
        return Some(format!("The week before: {before}."));
    }
    // Shares compared without rounding: a/b against c/d as a·d against c·b.
    let (now, then) = (now.in_time * then.matured, then.in_time * now.matured);
    Some(match now.cmp(&then) {
        std::cmp::Ordering::Greater => format!("Up from {before} the week before."),
        std::cmp::Ordering::Less => format!("Down from {before} the week before."),
        std::cmp::Ordering::Equal => format!("Level with the week before: {before}."),
    })
}

pub(in crate::deliver) fn without_away(promise: &Promise) -> String {
    let KeptWeek { matured, in_time } = promise.this_week();
    match (matured, in_time.min(matured)) {
        (0, _) => "Without the days you were away, nothing fell due.".to_owned(),
        (due, kept) => format!("Without the days you were away: {kept} of {due}."),
    }
}

/// Not a number counts as nothing.
pub(in crate::deliver) fn percent(value: f64) -> u32 {
    value.clamp(0.0, 100.0).round() as u32
}

pub(in crate::deliver) fn totals(totals: &Totals) -> String {
    let debts = |open: usize, noun: &str, overdue: usize| match overdue {
        0 => format!("{} {noun}", grouped(open as u64)),
        _ => format!("{} {noun} ({} overdue)", grouped(open as u64), grouped(overdue as u64)),
    };
    [
        count(totals.messages, "message", "messages"),
        count(totals.contacts, "contact", "contacts"),
        debts(totals.i_owe, "owed by you", totals.i_owe_overdue),
        debts(totals.they_owe, "owed to you", totals.they_owe_overdue),
    ]
    .join(" · ")
}

/// `tell`: an instant, in words.
pub(super) fn unmeasured(
    found: &Unmeasured,
    tell: impl Fn(crate::domain::model::Moment) -> String,
) -> String {
    match found {
        Unmeasured::OutOfReach { account, since } => {
            let account = clip(account, FOLDER_COLUMNS);
            match since {
                Some(since) => format!("{account} has been out of reach since {}.", tell(*since)),
                None => format!("{account} is out of reach."),
            }
        }
        Unmeasured::Incomplete { account, folder } => format!(
            "{} in {} isn't fully read yet.",
            clip(folder, FOLDER_COLUMNS),
            clip(account, FOLDER_COLUMNS)
        ),
        Unmeasured::TextsUnread { texts } => format!(
            "{} not read yet: only headers tell what needs an answer.",
            match texts {
                1 => "1 text is".to_owned(),
                _ => format!("{} texts are", grouped(*texts)),
            }
        ),
        Unmeasured::TextsNeverRead => {
            "No text is read, as you configured it: nothing counts as due, only as perhaps."
                .to_owned()
        }
    }
}
