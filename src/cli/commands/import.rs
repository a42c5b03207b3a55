//! `import`: contact exports and mail archives, recognised by what is in them; and taking the last
//! import back.
//!
//! Reads the files and counts what came of them; which contact a card is about is the store's to
//! know.

mod archives;
mod cards;
mod report;

use std::fs;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use self::archives::{Item, bring_mail_in};
use self::cards::normalised;
use self::report::{FileReport, Omission, refused};
use crate::book::learn;
use crate::cli::desk::Desk;
use crate::error::{Error, Result};
use crate::import::{self, Card};
use crate::store::{IdentityKind, ImportRun, Imported, Store};

/// Cards that are written at once.
const STEP: usize = 250;

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

/// Brings the contacts of `files` in, and then the mail, in steps between which others may write;
/// with `--dry-run` nothing stays.
///
/// # Errors
/// `Failed` for a file that wasn't recognised, once the others came in. `Usage` for `--undo` where
/// there is nothing to take back, `Temporary` while another import is going on.
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
    let reports = if *dry_run { rehearse(desk, &items)? } else { take_in(desk, &items)? };
    show(desk, &reports)?;
    if *dry_run {
        desk.say("nothing was changed");
    }
    refused(&reports)
}

/// What would come in.
fn rehearse(desk: &Desk, items: &[Item]) -> Result<Vec<FileReport>> {
    let known = Store::path(&desk.home.data).exists();
    let store = if known { desk.store_to_read()? } else { Store::in_memory()? };
    let (mut reports, _) = bring_in(desk, &store.people_apart()?, items)?;
    bring_mail_in(desk, &store, items, &mut reports, None)?;
    Ok(reports)
}

fn take_in(desk: &Desk, items: &[Item]) -> Result<Vec<FileReport>> {
    let store = desk.store_to_write()?;
    let _lock = desk.home.lock_import()?.ok_or_else(another_import)?;
    let (mut reports, import) = bring_in(desk, &store, items)?;
    desk.follow_up(&store)?;
    if import.is_some() {
        bring_mail_in(desk, &store, items, &mut reports, import)?;
    }
    Ok(reports)
}

fn show(desk: &Desk, reports: &[FileReport]) -> Result<()> {
    if desk.json {
        let files: Vec<Value> = reports.iter().map(FileReport::json).collect();
        return desk.print_json(json!({ "files": files }));
    }
    desk.print(&reports.iter().map(FileReport::text).collect::<String>())
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
fn bring_in(desk: &Desk, store: &Store, items: &[Item]) -> Result<(Vec<FileReport>, Option<i64>)> {
    let files: Vec<Result<FileContent>> = items.iter().map(FileContent::read).collect();
    let known = files.iter().zip(items).filter(|(file, _)| file.is_ok());
    let names: Vec<String> = known.map(|(_, item)| item.path.display().to_string()).collect();
    let mut ongoing = OngoingImport { desk, store, names, run: ImportRun::default() };
    let mut reports = Vec::new();
    for (item, file) in items.iter().zip(files) {
        reports.push(ongoing.bring_in(item, file)?);
    }
    let OngoingImport { names, mut run, .. } = ongoing;
    let brings_mail = items.iter().any(|item| item.archive.is_some());
    let import = brings_mail
        .then(|| store.transaction(|store| store.expect_mail(&names, &mut run, desk.now)))
        .transpose()?;
    Ok((reports, import))
}

/// What one file holds, as far as it can be told before anything is done.
enum FileContent {
    Mail(&'static str),
    Cards(import::Import),
}

impl FileContent {
    /// # Errors
    /// Why nothing comes of it.
    fn read(item: &Item) -> Result<FileContent> {
        let path = item.path.as_path();
        if let Some(archive) = &item.archive {
            return Ok(FileContent::Mail(archive.kind()));
        }
        if path.is_dir() {
            return Err(Error::failed("a folder without a Maildir in it"));
        }
        let bytes =
            fs::read(path).map_err(|cause| Error::failed("can't be read").because(cause))?;
        import::read(&bytes).map(FileContent::Cards).ok_or_else(|| Error::failed("not recognised"))
    }
}

/// An import on its way, step by step.
struct OngoingImport<'a> {
    desk: &'a Desk,
    store: &'a Store,
    names: Vec<String>,
    run: ImportRun,
}

impl OngoingImport<'_> {
    fn bring_in(&mut self, item: &Item, file: Result<FileContent>) -> Result<FileReport> {
        let mut report = FileReport::of(&item.path);
        let read = match file {
            Err(why) => {
                report.skipped.push(Omission::once(None, why.to_string()));
                return Ok(report);
            }
            Ok(FileContent::Mail(kind)) => {
                report.kind = Some(kind);
                return Ok(report);
            }
            Ok(FileContent::Cards(read)) => read,
        };
        report.kind = Some(read.format.name());
        report
            .skipped
            .extend(read.skipped.into_iter().map(|row| Omission::once(Some(row.line), row.why)));
        let mut cards = read.cards.into_iter().peekable();
        while cards.peek().is_some() {
            let some: Vec<Card> = cards.by_ref().take(STEP).collect();
            let (store, now) = (self.store, self.desk.now);
            store.transaction(|store| {
                for card in some {
                    self.bring_card_in(store, card, &mut report)?;
                }
                store.note_import(&self.names, &mut self.run, now)
            })?;
            store.make_way();
        }
        report.skipped.sort_by_key(|skipped| skipped.line);
        Ok(report)
    }

    fn bring_card_in(&mut self, store: &Store, card: Card, report: &mut FileReport) -> Result<()> {
        let line = Some(card.line);
        let (card, complaints) = normalised(card);
        let mine = &self.desk.config.me.addresses;
        let is_me = |(kind, value): &(IdentityKind, String)| {
            *kind == IdentityKind::Email && mine.contains(value)
        };
        if card.identities.iter().any(is_me) {
            report.skipped.push(Omission::once(line, format!("{}: this is you", card.name)));
            return Ok(());
        }
        report.skipped.extend(complaints.into_iter().map(|why| Omission::once(line, why)));
        match store.import_card(&card, self.desk.now, &mut self.run)? {
            Imported::New => report.new += 1,
            Imported::Matched => report.matched += 1,
            Imported::Changed => report.changed += 1,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
