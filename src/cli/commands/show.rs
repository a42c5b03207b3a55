//! `show`: one contact with the evidence: score, both response times, turns, ledger.

use clap::Args;
use serde_json::{Value, json};

use crate::book::{Book, Person};
use crate::cli::desk::Desk;
use crate::cli::{json, person};
use crate::domain::decide::explanation::explanation;
use crate::domain::measure::score::Components;
use crate::domain::measure::standing::Counts;
use crate::domain::model::Stance;
use crate::domain::text::clean;
use crate::error::Result;
use crate::store::Store;

mod page;

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// An address, a name or a part of it, or C12
    contact: String,
}

/// # Errors
/// `Usage` for a contact whom nobody or several could be meant by.
pub(super) fn run(desk: &Desk, args: &ShowArgs) -> Result<()> {
    let store = desk.store_to_read()?;
    let row = person::find(&store, &args.contact)?;
    let book = desk.book(&store)?;
    let person = book.person_of(row)?;
    if desk.json {
        return desk.print_json(document(&store, &book, &person, desk.config.policy.stance)?);
    }
    desk.print(&text(desk, &store, &book, &person)?)
}

fn document(store: &Store, book: &Book<'_>, person: &Person, stance: Stance) -> Result<Value> {
    let now = book.now();
    let mut turns = Vec::new();
    for turn in &person.turns {
        turns.push(json::turn(turn, store, book)?);
    }
    let mut ledger = Vec::new();
    for entry in person.entries.iter().filter(|entry| entry.at <= now) {
        ledger.extend(json::ledger_entry(entry, &store.people_of_entry(entry.id)?));
    }
    let mut document = json::contact(person);
    document["components"] = components(&person.standing.score.components);
    document["counts"] = counts(&person.standing.counts);
    document["explanation"] = explain(person, stance).into();
    document["turns"] = turns.into();
    document["ledger"] = ledger.into();
    Ok(document)
}

fn components(components: &Components) -> Value {
    let Components { r, m, x, b, v, c } = *components;
    json!({ "R": r, "M": m, "X": x, "B": b, "V": v, "C": c })
}

fn counts(counts: &Counts) -> Value {
    json!({
        "init_me": counts.init_me,
        "init_them": counts.init_them,
        "gives": counts.gives,
        "asks_me": counts.asks_me,
        "received": counts.received,
    })
}

fn explain(person: &Person, stance: Stance) -> String {
    let name = clean(&person.row.name);
    explanation(&name, &person.standing, stance, person.terms.limit_h)
}

fn text(desk: &Desk, store: &Store, book: &Book<'_>, person: &Person) -> Result<String> {
    let zone = &desk.config.policy.zone;
    let page = page::Page { person, book, zone, now: book.now(), verbose: desk.verbose };
    let mut text = page.head();
    if let Some((absence, end)) = book.away(person) {
        text.push_str(&page.away(&absence, end));
    }
    text.push_str(&page.score(&explain(person, desk.config.policy.stance)));
    text.push_str(&page.sides());
    let (open, past) = page.turns();
    text.push_str(&page.listed(store, "Open turns", &open)?);
    text.push_str(&page.listed(store, "Earlier turns, newest first", &past)?);
    text.push_str(&page.entries());
    text.push_str(&page.left_out(store, &book.left_out(person.row.id)?)?);
    Ok(text)
}

#[cfg(test)]
mod tests;
