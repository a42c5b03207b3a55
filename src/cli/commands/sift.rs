//! `sift`: whom one may let go of, with receipts, and what the user decides of them. Removes nobody.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use crate::book::Sift;
use crate::cli::desk::Desk;
use crate::cli::{json, person, render};
use crate::domain::decide::sift::{LastChance, Receipt, Suggestion, Untested, Verdict};
use crate::domain::measure::decisions::{Decided, Decision, SiftList, Verb};
use crate::domain::measure::terms::Outcome;
use crate::domain::model::{ContactId, Moment};
use crate::domain::text::{clean, count};
use crate::error::{Error, Result};
use crate::store::ContactRow;

mod check_list;
mod view;

#[derive(Debug, Args)]
pub(crate) struct SiftArgs {
    /// What speaks against suggesting them
    #[arg(long, value_name = "CONTACT", group = "what")]
    why: Option<String>,
    /// Keep them: they are on no list for a year
    #[arg(long, value_name = "CONTACT", group = "what")]
    keep: Option<String>,
    /// Let go of them: out of every list and alert until they write
    #[arg(long, value_name = "CONTACT", group = "what")]
    archive: Option<String>,
    /// Undo --keep or --archive
    #[arg(long, value_name = "CONTACT", group = "what")]
    undo: Option<String>,
    /// Write a check-list with profile links
    #[arg(long, value_name = "FILE.csv", group = "what")]
    export: Option<PathBuf>,
}

/// # Errors
/// `Usage` for a contact whom nobody or several could be meant by, and for taking back what was
/// never said; `Failed` where the check-list can't be written.
pub(super) fn run(desk: &Desk, args: &SiftArgs) -> Result<()> {
    match args {
        SiftArgs { why: Some(contact), .. } => why(desk, contact),
        SiftArgs { keep: Some(contact), .. } => decide(desk, contact, Decided::Keep),
        SiftArgs { archive: Some(contact), .. } => decide(desk, contact, Decided::Archive),
        SiftArgs { undo: Some(contact), .. } => take_back(desk, contact),
        SiftArgs { export: Some(file), .. } => export(desk, file),
        _ => show(desk),
    }
}

/// Those whom this week is for, with the words of their receipts.
struct SiftedWeek {
    sift: Sift,
    /// Of each suggestion, and of each of its receipts.
    subjects: Vec<Vec<Option<String>>>,
}

impl SiftedWeek {
    fn of(desk: &Desk) -> Result<SiftedWeek> {
        let store = desk.store_to_read()?;
        let book = desk.book(&store)?;
        let sift = book.sift_of_the_week()?;
        let subjects = sift.suggested.iter().map(|it| book.subjects_of_receipts(&it.suggestion));
        Ok(SiftedWeek { subjects: subjects.collect::<Result<_>>()?, sift })
    }
}

/// The document.
///
/// # Errors
/// Those of reading the database.
pub(super) fn answer(desk: &Desk) -> Result<Value> {
    Ok(document(&SiftedWeek::of(desk)?))
}

fn show(desk: &Desk) -> Result<()> {
    let week = SiftedWeek::of(desk)?;
    if desk.json {
        return desk.print_json(document(&week));
    }
    desk.print(&view::text(&week, &desk.config.policy.zone))
}

fn why(desk: &Desk, contact: &str) -> Result<()> {
    let store = desk.store_to_read()?;
    let row = person::find(&store, contact)?;
    let verdict = desk.book(&store)?.sift_verdict(&row)?;
    let (name, obstacles) = (clean(&row.name), verdict.obstacles());
    if desk.json {
        return desk.print_json(json!({
            "contact": json::person(row.id, &row.name),
            "verdict": verdict.list().name(),
            "obstacles": obstacles,
        }));
    }
    let lines =
        |lines: &[String]| -> String { lines.iter().map(|line| format!("  {line}\n")).collect() };
    desk.print(&match &verdict {
        Verdict::Keep(_) => {
            format!("Reasons to keep {name}:\n{}", lines(&obstacles))
        }
        Verdict::Suggest(suggestion) => {
            let reasons: Vec<String> = suggestion.reasons.iter().map(|it| it.text()).collect();
            format!("No reason to keep {name}:\n{}", lines(&reasons))
        }
        Verdict::Untested(_) => {
            format!("{name} is untested: nobody has written for two years, or ever.\n")
        }
        Verdict::FindNewAddress { dead_since } => {
            let since = render::day(Some(*dead_since), &desk.config.policy.zone);
            format!("Mail to {name} has come back since {since}: find a new address.\n")
        }
    })
}

fn decide(desk: &Desk, contact: &str, what: fn(SiftList) -> Decided) -> Result<()> {
    let store = person::known_people(desk)?;
    let row = person::find(&store, contact)?;
    let book = desk.book(&store)?;
    let what = what(book.sift_verdict(&row)?.list());
    let (name, held) = (clean(&row.name), book.sifted(row.id)?);
    if held == Some(what.verb()) {
        desk.say(&format!("{name} is {} already", state(held)));
        return Ok(());
    }
    let owed = match book.owed_to(row.id)? {
        0 => String::new(),
        some => format!("; you still owe them {}", count(some as u64, "answer", "answers")),
    };
    let decision = Decision { at: desk.now, contact: row.id, what };
    desk.write(&store, &[row.id], |store| store.decide(&decision))?;
    desk.say(&match decision.what.verb() {
        Verb::Keep => format!("{name} is kept: the sift won't suggest them for a year"),
        _ => format!("{name} is archived: hidden from every list and alert until they write{owed}"),
    });
    Ok(())
}

fn take_back(desk: &Desk, contact: &str) -> Result<()> {
    let store = person::known_people(desk)?;
    let row = person::find(&store, contact)?;
    let name = clean(&row.name);
    let held = desk.book(&store)?.sifted(row.id)?;
    let Some(verb) = held else {
        return Err(Error::usage(format!("{name} is neither kept nor archived")));
    };
    desk.write(&store, &[row.id], |store| store.take_back(verb, row.id, &[], desk.now))?;
    let before = desk.book(&store)?.sifted(row.id)?;
    let again = before.map(|_| format!(", but {} as before", state(before))).unwrap_or_default();
    desk.say(&format!("{name} is no longer {}{again}", state(held)));
    Ok(())
}

fn state(held: Option<Verb>) -> &'static str {
    if held == Some(Verb::Keep) { "kept" } else { "archived" }
}

fn export(desk: &Desk, file: &Path) -> Result<()> {
    let store = desk.store_to_read()?;
    let sift = desk.book(&store)?.sift()?;
    let lines = check_list::write(&sift, file, &desk.config.policy.zone)?;
    desk.say(&format!("{} written, {lines} to check", file.display()));
    Ok(())
}

fn document(week: &SiftedWeek) -> Value {
    let SiftedWeek { sift, subjects } = week;
    let contact = |id: ContactId| sift.row(id).map(|row| json::person(id, &row.name));
    let url = |id: ContactId| sift.row(id).and_then(ContactRow::profile_url);
    let said = |list: &[(ContactId, Moment)], key: &str| -> Vec<Value> {
        let one = |&(id, at): &(ContactId, Moment)| json!({ "contact": contact(id), key: json::instant(at) });
        list.iter().map(one).collect()
    };
    let candidates: Vec<Value> = sift
        .suggested
        .iter()
        .zip(subjects)
        .map(|(candidate, subjects)| {
            let mut told = suggestion(&candidate.suggestion, subjects);
            told["contact"] = contact(candidate.contact).into();
            told["profile_url"] = url(candidate.contact).into();
            told
        })
        .collect();
    let untested =
        |(id, found): &(ContactId, Untested)| json::untested(&contact(*id).into(), found, url(*id));
    let last_chance = |(id, chance): &(ContactId, LastChance)| {
        let until = match chance {
            LastChance::ToGive => None,
            LastChance::Runs { until } => Some(json::instant(*until)),
        };
        json!({ "contact": contact(*id), "until": until })
    };
    json!({
        "candidates": candidates,
        "untested": sift.untested.iter().map(untested).collect::<Vec<_>>(),
        "find_address": said(&sift.find_address, "dead_since"),
        "last_chances": sift.last_chances.iter().map(last_chance).collect::<Vec<_>>(),
        "kept": said(&sift.kept, "at"),
        "archived": said(&sift.archived, "at"),
    })
}

fn suggestion(suggestion: &Suggestion, subjects: &[Option<String>]) -> Value {
    let receipt = |(receipt, subject): (&Receipt, &Option<String>)| {
        json!({
            "turn": receipt.turn.to_string(),
            "start": json::instant(receipt.start),
            "outcome": outcome(receipt.outcome),
            "subject": subject,
        })
    };
    let last_chance = &suggestion.last_chance;
    json!({
        "probability_below_half": suggestion.probability_below_half,
        "reasons": suggestion.reasons.iter().map(|reason| reason.text()).collect::<Vec<_>>(),
        "evidence": suggestion.evidence.iter().zip(subjects).map(receipt).collect::<Vec<_>>(),
        "last_chance": {
            "turn": last_chance.turn.to_string(),
            "start": json::instant(last_chance.start),
        },
    })
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::InTime => "in_time",
        Outcome::Late => "late",
        Outcome::Unanswered => "silence",
    }
}
