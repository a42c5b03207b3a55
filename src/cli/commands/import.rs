//! `import`: contact exports and mail archives, recognised by what is in them; and taking the last
//! import back.
//!
//! Normalises what the files say; which contact a card is about is the store's to know.

mod archives;

use std::fs;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use self::archives::{Item, bring_mail_in};
use crate::book::learn;
use crate::cli::desk::Desk;
use crate::cli::render;
use crate::domain::message::identity;
use crate::error::{Error, Result};
use crate::import::{self, Card};
use crate::store::{IdentityKind, ImportRun, Imported, NewCard, Store};

/// Cards that are written at once.
const STEP: usize = 250;
/// Rows that are shown of those left out.
const SHOWN: usize = 10;
/// A telephone number has at least so many digits.
const DIGITS: usize = 5;

#[derive(Debug, Default, Args)]
pub(crate) struct ImportArgs {
    #[arg(value_name = "FILE", required_unless_present = "undo")]
    files: Vec<PathBuf>,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Take the last import back
    #[arg(long, conflicts_with_all = ["files", "dry_run"])]
    undo: bool,
}

impl ImportArgs {
    /// To take these in.
    pub(super) fn of(files: Vec<PathBuf>) -> ImportArgs {
        ImportArgs { files, ..ImportArgs::default() }
    }
}

/// What became of one file.
struct Outcome {
    path: PathBuf,
    /// `None`: not recognised.
    kind: Option<&'static str>,
    new: usize,
    matched: usize,
    changed: usize,
    skipped: Vec<Skipped>,
}

struct Skipped {
    /// `None` where it is about the whole file.
    line: Option<u64>,
    why: String,
    /// How many were left out for this reason.
    times: usize,
}

/// Brings the contacts of `files` in, and then the mail, in steps between which others may write;
/// with `--dry-run` nothing stays.
///
/// # Errors
/// `Failed` for a file that wasn't recognised, once the others came in.
pub(super) fn run(desk: &Desk, args: &ImportArgs) -> Result<()> {
    let ImportArgs { files, dry_run, undo } = args;
    if *undo {
        return take_back(desk, files);
    }
    if files.is_empty() {
        return Err(
            Error::usage("import what?").hint("requite import Connections.csv contacts.vcf")
        );
    }
    let items: Vec<Item> = files.iter().map(|path| Item::of(path)).collect();
    let outcomes = if *dry_run {
        let known = Store::path(&desk.home.data).exists();
        let store = if known { desk.store_to_read()? } else { Store::in_memory()? };
        let (mut outcomes, _) = bring_in(desk, &store.people_apart()?, &items)?;
        bring_mail_in(desk, &store, &items, &mut outcomes, None)?;
        outcomes
    } else {
        let store = desk.store_to_write()?;
        let _lock = desk.home.lock_import()?.ok_or_else(another_import)?;
        let (mut outcomes, import) = bring_in(desk, &store, &items)?;
        desk.follow_up(&store)?;
        if import.is_some() {
            bring_mail_in(desk, &store, &items, &mut outcomes, import)?;
        }
        outcomes
    };
    report(desk, &outcomes)?;
    if *dry_run {
        desk.say("nothing was changed");
    }
    refused(&outcomes)
}

fn another_import() -> Error {
    Error::temporary("another import is going on").hint("try again when it has ended")
}

fn take_back(desk: &Desk, files: &[PathBuf]) -> Result<()> {
    if !files.is_empty() {
        return Err(Error::usage("--undo takes the last import back and no files"));
    }
    let nothing = || Error::usage("there is no import to take back");
    if !Store::path(&desk.home.data).exists() {
        return Err(nothing());
    }
    let store = desk.store_to_write()?;
    let _lock = desk.home.lock_import()?.ok_or_else(another_import)?;
    let before = store.message_count()?;
    let (import, undone) = store.last_import()?.ok_or_else(nothing)?;
    while store.transaction(|store| store.undo_part(import, desk.now))? {
        store.make_way();
    }
    desk.follow_up(&store)?;
    if store.message_count()? < before {
        // What the mail taught goes with it.
        learn(&store, &desk.config.policy, desk.now)?;
    }
    if desk.json {
        return desk.print_json(json!({ "undone": undone }));
    }
    desk.print(&format!("taken back: {}\n", undone.join(", ")))
}

/// The contacts; and the number under which mail is to come, where some is.
fn bring_in(desk: &Desk, store: &Store, items: &[Item]) -> Result<(Vec<Outcome>, Option<i64>)> {
    let files: Vec<Result<File>> = items.iter().map(File::read).collect();
    let known = files.iter().zip(items).filter(|(file, _)| file.is_ok());
    let names: Vec<String> = known.map(|(_, item)| item.path.display().to_string()).collect();
    let mut step = Step { desk, store, names, run: ImportRun::default() };
    let mut outcomes = Vec::new();
    for (item, file) in items.iter().zip(files) {
        outcomes.push(step.bring_in(item, file)?);
    }
    let Step { names, mut run, .. } = step;
    let brings_mail = items.iter().any(|item| item.archive.is_some());
    let import = brings_mail
        .then(|| store.transaction(|store| store.expect_mail(&names, &mut run, desk.now)))
        .transpose()?;
    Ok((outcomes, import))
}

/// What one file holds, as far as it can be told before anything is done.
enum File {
    Mail(&'static str),
    Cards(import::Import),
}

impl File {
    /// # Errors
    /// Why nothing comes of it.
    fn read(item: &Item) -> Result<File> {
        let path = item.path.as_path();
        if let Some(archive) = &item.archive {
            return Ok(File::Mail(archive.kind()));
        }
        if path.is_dir() {
            return Err(Error::failed("a folder without a Maildir in it"));
        }
        let bytes =
            fs::read(path).map_err(|cause| Error::failed("can't be read").because(cause))?;
        import::read(&bytes).map(File::Cards).ok_or_else(|| Error::failed("not recognised"))
    }
}

/// An import on its way, step by step.
struct Step<'a> {
    desk: &'a Desk,
    store: &'a Store,
    names: Vec<String>,
    run: ImportRun,
}

impl Step<'_> {
    fn bring_in(&mut self, item: &Item, file: Result<File>) -> Result<Outcome> {
        let path = item.path.clone();
        let mut outcome =
            Outcome { path, kind: None, new: 0, matched: 0, changed: 0, skipped: Vec::new() };
        let read = match file {
            Err(why) => {
                outcome.skipped.push(skip(None, why.to_string()));
                return Ok(outcome);
            }
            Ok(File::Mail(kind)) => {
                outcome.kind = Some(kind);
                return Ok(outcome);
            }
            Ok(File::Cards(read)) => read,
        };
        outcome.kind = Some(read.format.name());
        outcome.skipped.extend(read.skipped.into_iter().map(|row| skip(Some(row.line), row.why)));
        let mut cards = read.cards.into_iter().peekable();
        while cards.peek().is_some() {
            let some: Vec<Card> = cards.by_ref().take(STEP).collect();
            let (store, now) = (self.store, self.desk.now);
            store.transaction(|store| {
                for card in some {
                    self.bring_card_in(store, card, &mut outcome)?;
                }
                store.note_import(&self.names, &mut self.run, now)
            })?;
            store.make_way();
        }
        outcome.skipped.sort_by_key(|skipped| skipped.line);
        Ok(outcome)
    }

    fn bring_card_in(&mut self, store: &Store, card: Card, outcome: &mut Outcome) -> Result<()> {
        let line = Some(card.line);
        let (card, complaints) = normalised(card);
        let mine = &self.desk.config.me.addresses;
        let is_me = |(kind, value): &(IdentityKind, String)| {
            *kind == IdentityKind::Email && mine.contains(value)
        };
        if card.identities.iter().any(is_me) {
            outcome.skipped.push(skip(line, format!("{}: this is you", card.name)));
            return Ok(());
        }
        outcome.skipped.extend(complaints.into_iter().map(|why| skip(line, why)));
        match store.import_card(&card, self.desk.now, &mut self.run)? {
            Imported::New => outcome.new += 1,
            Imported::Matched => outcome.matched += 1,
            Imported::Changed => outcome.changed += 1,
        }
        Ok(())
    }
}

fn skip(line: Option<u64>, why: String) -> Skipped {
    Skipped { line, why, times: 1 }
}

/// The card in the one form under which everything is compared, and what had to be left out of it.
fn normalised(card: Card) -> (NewCard, Vec<String>) {
    let mut complaints = Vec::new();
    let mut identities = Vec::new();
    let mut take = |kind, said: &[String], form: fn(&str) -> Option<String>, what: &str| {
        for said in said {
            match form(said) {
                Some(value) if identities.contains(&(kind, value.clone())) => {}
                Some(value) => identities.push((kind, value)),
                None => complaints.push(format!("{}: \"{said}\" is no {what}", card.name)),
            }
        }
    };
    take(IdentityKind::Email, &card.emails, identity::normalise, "address");
    take(IdentityKind::Url, &card.urls, link, "link");
    take(IdentityKind::Phone, &card.phones, phone, "telephone number");
    let others: Vec<String> =
        card.other_names.iter().filter(|name| **name != card.name).cloned().collect();
    take(IdentityKind::Name, &others, |name| Some(name.to_owned()), "name");
    let card = NewCard {
        name: card.name,
        company: card.company,
        position: card.position,
        connected_on: card.connected_on.map(|day| day.to_string()),
        identities,
    };
    (card, complaints)
}

/// Digits behind a plus, where it is an international number; without an extension.
fn phone(said: &str) -> Option<String> {
    let said = said.trim();
    let said = said.strip_prefix("tel:").unwrap_or(said);
    let number = said.split(|c: char| c.is_alphabetic() || matches!(c, ';' | ',' | '#')).next()?;
    // The trunk zero that some write behind the country code isn't dialled.
    let number = number.replace("(0)", "");
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let (plus, digits) = match digits.strip_prefix("00") {
        Some(rest) if !number.contains('+') => ("+", rest),
        _ if number.contains('+') => ("+", digits.as_str()),
        _ => ("", digits.as_str()),
    };
    (digits.len() >= DIGITS).then(|| format!("{plus}{digits}"))
}

/// Without query, fragment and closing slash; scheme and host in lower case.
fn link(said: &str) -> Option<String> {
    let said = said.split(['?', '#']).next()?.trim();
    let (scheme, rest) = match said.split_once("://") {
        Some((scheme, rest)) => (format!("{}://", scheme.to_lowercase()), rest),
        None => (String::new(), said),
    };
    let rest = rest.trim_end_matches('/');
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    (!host.is_empty() && !said.contains(char::is_whitespace))
        .then(|| format!("{scheme}{}{path}", host.to_lowercase()))
}

fn report(desk: &Desk, outcomes: &[Outcome]) -> Result<()> {
    if desk.json {
        let files: Vec<serde_json::Value> = outcomes.iter().map(as_json).collect();
        return desk.print_json(json!({ "files": files }));
    }
    desk.print(&outcomes.iter().map(as_text).collect::<String>())
}

fn as_json(outcome: &Outcome) -> serde_json::Value {
    let skipped: Vec<serde_json::Value> = outcome
        .skipped
        .iter()
        .map(|skipped| json!({ "line": skipped.line, "why": skipped.why }))
        .collect();
    json!({
        "path": outcome.path.to_string_lossy(),
        "kind": outcome.kind,
        "new": outcome.new,
        "matched": outcome.matched,
        "changed": outcome.changed,
        "skipped": skipped,
    })
}

fn as_text(outcome: &Outcome) -> String {
    let path = outcome.path.display();
    let Outcome { new, matched, changed, skipped, .. } = outcome;
    let mut text = match outcome.kind {
        Some(kind) => format!(
            "{path} ({kind}): {new} new, {changed} changed, {matched} known, {} skipped\n",
            skipped.iter().map(|skipped| skipped.times).sum::<usize>()
        ),
        None => format!("{path}: nothing came in\n"),
    };
    for Skipped { line, why, .. } in skipped.iter().take(SHOWN) {
        let why = render::harmless(why);
        match line {
            Some(line) => text.push_str(&format!("  line {line}: {why}\n")),
            None => text.push_str(&format!("  {why}\n")),
        }
    }
    if skipped.len() > SHOWN {
        text.push_str(&format!("  and {} more: --json lists all\n", skipped.len() - SHOWN));
    }
    text
}

fn refused(outcomes: &[Outcome]) -> Result<()> {
    let refused: Vec<String> = outcomes
        .iter()
        .filter(|outcome| outcome.kind.is_none())
        .map(|outcome| outcome.path.display().to_string())
        .collect();
    match refused.as_slice() {
        [] => Ok(()),
        [one] => Err(Error::failed(format!("{one} can't be imported"))),
        _ => Err(Error::failed(format!("{} can't be imported", refused.join(", ")))),
    }
    .map_err(|error| {
        error.hint(
            "what can be imported: vCards, LinkedIn's Connections.csv or its whole archive, mbox \
             files and Maildir folders",
        )
    })
}

#[cfg(test)]
mod tests;
