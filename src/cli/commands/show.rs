//! `show`: one contact with the evidence: score, both response times, turns, ledger.

use clap::Args;
use serde_json::{Value, json};

use crate::book::{ContactPage, Person};
use crate::cli::desk::Desk;
use crate::cli::{json, person};
use crate::domain::decide::digest::network::CAME_BACK;
use crate::domain::decide::explanation::explanation;
use crate::domain::measure::entries::Entry;
use crate::domain::measure::score::Components;
use crate::domain::measure::standing::Counts;
use crate::domain::model::{Moment, Stance};
use crate::domain::text::clean;
use crate::error::Result;

mod view;

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// An address, a name or a part of it, or C12
    contact: String,
    /// Show everything: all earlier turns, and the messages that don't count
    #[arg(long)]
    all: bool,
}

/// # Errors
/// `Usage` for a contact whom nobody or several could be meant by.
pub(super) fn run(desk: &Desk, args: &ShowArgs) -> Result<()> {
    let store = desk.store_to_read()?;
    let row = person::find(&store, &args.contact)?;
    let page = desk.book(&store)?.page(row)?;
    let policy = &desk.config.policy;
    if desk.json {
        return desk.print_json(document(&page, policy.stance));
    }
    let view = view::ContactView {
        page: &page,
        person: &page.person,
        zone: &policy.zone,
        verbose: desk.verbose,
        all: args.all,
    };
    desk.print(&text(&view, policy.stance))
}

/// The document.
///
/// # Errors
/// As [`run`].
pub(super) fn answer(desk: &Desk, contact: &str) -> Result<Value> {
    let store = desk.store_to_read()?;
    let row = person::find(&store, contact)?;
    Ok(document(&desk.book(&store)?.page(row)?, desk.config.policy.stance))
}

fn document(page: &ContactPage, stance: Stance) -> Value {
    let person = &page.person;
    let mut document = json::contact(person);
    document["components"] = components(&person.standing.score.components);
    document["counts"] = counts(&person.standing.counts);
    document["explanation"] = explain(person, stance).into();
    document["turns"] = page.turns.iter().map(|turn| json::turn(turn, page)).collect();
    document["rhythm"] = json::rhythm(&page.rhythm);
    document["archived"] = person.archived_at.map(json::instant).into();
    document["notes"] = page.notes().map(note).collect();
    // Nobody can be merged yet.
    document["merged"] = json!([]);
    let work = page.work_news.iter().map(|(at, text)| news(*at, text));
    document["news"] =
        page.restored_at.map(|at| news(at, CAME_BACK)).into_iter().chain(work).collect();
    document["ledger"] = page.ledger.iter().map(json::ledger_entry).collect();
    document
}

fn note(entry: &Entry) -> Value {
    json!({ "at": json::instant(entry.at), "text": entry.text })
}

fn news(at: Moment, text: &str) -> Value {
    json!({ "at": json::instant(at), "text": text })
}

fn components(components: &Components) -> Value {
    let Components { r, m, x, b, v, c } = *components;
    json!({ "R": r, "M": m, "X": x, "B": b, "V": v, "C": c })
}

fn counts(counts: &Counts) -> Value {
    json!({
        "init_me": counts.init_me,
        "init_them": counts.init_them,
        "gives": counts.balance.gives,
        "asks_me": counts.balance.asks_me,
        "received": counts.balance.received,
    })
}

fn explain(person: &Person, stance: Stance) -> String {
    let name = clean(&person.row.name);
    explanation(&name, &person.standing, stance, person.terms.limit_h)
}

/// What matters most stands last, where the eye ends.
fn text(view: &view::ContactView<'_>, stance: Stance) -> String {
    let page = view.page;
    let mut text = view.head();
    if let Some((absence, end)) = &page.away {
        text.push_str(&view.away(absence, *end));
    }
    if let Some(at) = page.restored_at {
        text.push_str(&view.restored(at));
    }
    text.push_str(&view.work_news());
    let (open, past) = view.turns();
    text.push_str(&view.left_out());
    text.push_str(&view.past(&past));
    text.push_str(&view.entries());
    text.push_str(&view.balance());
    text.push_str(&view.rhythm());
    text.push_str(&view.sides());
    text.push_str(&view.score(&explain(view.person, stance)));
    text.push_str(&view.open(&open));
    text
}

#[cfg(test)]
mod tests;
