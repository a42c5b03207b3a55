//! What a digest says of the network, below the debts, in words: parts of items, each with a line of
//! detail and a command where there is one.

use super::{NAME_COLUMNS, SUBJECT_COLUMNS, stance_name};
use crate::deliver::local_clock::LocalClock;
use crate::domain::decide::digest::network::{
    Drift, NamedContact, NetworkWeek, ToldIntroduction, ToldSuggestion,
};
use crate::domain::decide::sift::{Untested, reasons};
use crate::domain::measure::balance::Balance;
use crate::domain::measure::rhythm::Rhythm;
use crate::domain::text::{clip, count, days, listed};

/// One heading and what stands below it.
pub(super) struct Part {
    pub title: &'static str,
    /// What holds of all its items.
    pub note: Option<String>,
    pub items: Vec<PartItem>,
}

pub(in crate::deliver) struct PartItem {
    pub what: String,
    pub details: Vec<String>,
    /// To be typed.
    pub command: Option<String>,
}

/// Those that have something to say, in the order in which they are told.
pub(super) fn parts(network: &NetworkWeek, clock: &LocalClock<'_>) -> Vec<Part> {
    let NetworkWeek {
        drift,
        balance,
        introductions,
        losing_touch,
        news,
        questions,
        sift,
        untested,
    } = network;
    let given = drift.iter().map(drift_line).chain(balance.iter().map(balance_line));
    let parts = [
        Part::of("What you gave and asked", given.map(PartItem::plain)),
        Part::of("Introductions you made", introductions.iter().map(introduction)),
        Part::of(
            "You are losing touch with",
            losing_touch.iter().map(|lost| lost_touch(lost, clock)),
        ),
        Part::of(
            "News",
            news.iter()
                .map(|news| PartItem::plain(format!("{} {}", name(&news.contact), news.text))),
        ),
        Part::of(
            "Questions that only you can answer",
            questions.iter().map(|question| PartItem {
                command: Some(question.command.clone()),
                ..PartItem::plain(clip(&question.text, SUBJECT_COLUMNS))
            }),
        ),
        Part {
            note: (!sift.is_empty()).then(|| reasons::WITHDRAWS_ENDORSEMENTS.to_owned()),
            ..Part::of("You may want to let go of", sift.iter().map(|told| suggestion(told, clock)))
        },
        Part {
            note: (!untested.is_empty()).then(|| UNTESTED.to_owned()),
            ..Part::of("Untested", untested.iter().map(|found| untested_item(found, clock)))
        },
    ];
    parts.into_iter().filter(|part| !part.items.is_empty()).collect()
}

const UNTESTED: &str = "Nobody has written for two years, or ever. Write once, keep or archive.";

impl Part {
    fn of(title: &'static str, items: impl Iterator<Item = PartItem>) -> Part {
        Part { title, note: None, items: items.collect() }
    }
}

impl PartItem {
    fn plain(what: String) -> PartItem {
        PartItem { what, details: Vec::new(), command: None }
    }
}

/// "You say “be the resource”; this week: 3 gives, 9 asks, 81 % of calls returned."
pub(in crate::deliver) fn drift_line(drift: &Drift) -> String {
    let Drift { stance, gives, asks, returned } = *drift;
    let mut did = vec![count(gives as u64, "give", "gives"), count(asks as u64, "ask", "asks")];
    did.extend(returned.map(|share| format!("{:.0} % of calls returned", share * 100.0)));
    format!("You say “{}”; this week: {}.", stance_name(stance), did.join(", "))
}

pub(in crate::deliver) fn balance_line(balance: &Balance) -> String {
    let Balance { gives, asks_me, received } = balance;
    format!(
        "Balance: {gives:.1} given, {asks_me:.1} asked, {received:.1} received (an entry loses half \
         its weight in 180 days)."
    )
}

pub(in crate::deliver) fn introduction(told: &ToldIntroduction) -> PartItem {
    let people: Vec<String> = told.people.iter().map(|name| clip(name, NAME_COLUMNS)).collect();
    let outcome = told.outcome.as_ref().map(|outcome| outcome.text.as_str());
    let known = outcome.or(told.subject.as_deref());
    let outcome = known.map(|outcome| clip(outcome, SUBJECT_COLUMNS));
    let open = told.entry.state.is_open().then(|| "if it was one".to_owned());
    let id = told.entry.id.to_string();
    let details = outcome.into_iter().chain(open).chain([id]).collect::<Vec<_>>().join(" · ");
    PartItem { details: vec![details], ..PartItem::plain(listed(&people)) }
}

pub(in crate::deliver) fn lost_touch(
    (contact, rhythm): &(NamedContact, Rhythm),
    clock: &LocalClock<'_>,
) -> PartItem {
    let usual = match (rhythm.every_d, rhythm.usual_gap_d) {
        (Some(every), _) => Some(format!("you want every {}", days(every))),
        (None, gap) => gap.map(|gap| format!("usually every {}", days(gap))),
    };
    let last = rhythm.last.map(|last| format!("last on {}", clock.day(last)));
    let silence = rhythm.silence_d.map(|silence| format!("{} ago", days(silence)));
    let told: Vec<String> = usual.into_iter().chain(last).chain(silence).collect();
    PartItem { details: vec![told.join(", ")], ..PartItem::plain(name(contact)) }
}

fn suggestion(told: &ToldSuggestion, clock: &LocalClock<'_>) -> PartItem {
    let ended = format!("their last chance ended on {}", clock.day(told.last_chance_ended));
    PartItem {
        what: name(&told.contact),
        details: told.reasons.iter().cloned().chain([ended]).collect(),
        command: Some(format!("requite sift --archive {}", told.contact.id)),
    }
}

fn untested_item((contact, found): &(NamedContact, Untested), clock: &LocalClock<'_>) -> PartItem {
    let last = found.text(|at| clock.day(at));
    PartItem {
        details: vec![format!("{last} · {}", contact.id)], ..PartItem::plain(name(contact))
    }
}

fn name(contact: &NamedContact) -> String {
    clip(&contact.name, NAME_COLUMNS)
}
