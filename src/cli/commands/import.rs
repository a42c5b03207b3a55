//! `import`: contact exports and mail archives, recognised by what is in them; and taking the last
//! import back.
//!
//! Reads the files and counts what came of them; which contact a card is about is the store's to
//! know.

mod archives;
mod cards;
mod intake;
mod items;
mod records;
mod report;
mod taking_back;

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use self::archives::{bring_mail_in, progress};
use self::intake::OngoingImport;
use self::items::{Item, items};
use self::report::{FileReport, refused};
pub(super) use self::taking_back::take_back;
use crate::cli::desk::Desk;
use crate::error::{Error, Result};
use crate::import::Mapping;
use crate::store::Store;

#[derive(Debug, Default, Args)]
pub(crate) struct ImportArgs {
    #[arg(value_name = "FILE", required_unless_present = "undo")]
    files: Vec<PathBuf>,
    /// Which columns of a CSV file hold what: name, first, last, email, phone, url, company,
    /// position, connected; by their titles or numbers
    #[arg(long, value_name = "FIELD=COLUMN,…", value_parser = Mapping::parse)]
    map: Option<Mapping>,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Take the last import back
    #[arg(long, conflicts_with_all = ["files", "dry_run", "map"])]
    undo: bool,
    /// Don't ask before undoing
    #[arg(long, requires = "undo")]
    yes: bool,
}

impl ImportArgs {
    /// To take these in.
    pub(super) fn of(files: Vec<PathBuf>) -> ImportArgs {
        ImportArgs { files, ..ImportArgs::default() }
    }
}

/// Brings what `files` tell in, each as a whole, and then the mail, in steps between which others may
/// write; with `--dry-run` nothing stays.
///
/// # Errors
/// `Failed` for a file that wasn't recognised, once the others came in. `Usage` for `--undo` where
/// there is nothing to take back, `Temporary` while another import is going on.
pub(super) fn run(desk: &Desk, args: &ImportArgs) -> Result<()> {
    let ImportArgs { files, map, dry_run, undo, yes } = args;
    if *undo {
        return taking_back::run(desk, *yes);
    }
    if files.is_empty() {
        return Err(
            Error::usage("import what?").hint("requite import Connections.csv contacts.vcf")
        );
    }
    let items = items(files, map.as_ref().unwrap_or(&Mapping::default()));
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

/// What exports tell; and the number under which mail is to come, where some is.
fn bring_in(desk: &Desk, store: &Store, items: &[Item]) -> Result<(Vec<FileReport>, Option<i64>)> {
    let known = items.iter().filter(|item| item.content.is_ok());
    let names: Vec<String> = known.map(|item| item.path.display().to_string()).collect();
    let bar = progress(desk, "rows");
    let mut ongoing = OngoingImport::new(desk, store, names, bar)?;
    let reports = ongoing.bring_in(items)?;
    let (names, mut run) = ongoing.finish();
    let brings_mail = items.iter().any(|item| item.mail().is_some());
    let import = brings_mail
        .then(|| store.transaction(|store| store.expect_mail(&names, &mut run, desk.now)))
        .transpose()?;
    Ok((reports, import))
}

#[cfg(test)]
mod tests;
