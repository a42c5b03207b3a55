//! `import --undo`: says what the last import was, asks on a terminal, and takes it back.

use std::io::{self, IsTerminal};

use serde_json::json;

use super::another_import;
use crate::book::learn;
use crate::cli::ask::confirmed;
use crate::cli::desk::Desk;
use crate::cli::render;
use crate::domain::text::{count, first_listed, listed};
use crate::error::{Error, Result};
use crate::store::{LastImport, Provenance, Store};

/// As many files as are named.
const NAMED: usize = 3;

/// # Errors
/// `Usage` where there is nothing to take back; `Failed` where the user doesn't want to; `Temporary`
/// while another import is going on.
pub(super) fn run(desk: &Desk, yes: bool) -> Result<()> {
    let nothing = || Error::usage("no import to undo");
    if !Store::path(&desk.home.data).exists() {
        return Err(nothing());
    }
    let store = desk.store_to_write()?;
    let _lock = desk.home.lock_import()?.ok_or_else(another_import)?;
    let before = store.message_count()?;
    let last = store.last_import(Provenance::Files, |_| true)?.ok_or_else(nothing)?;
    let told = sentence(desk, &last);
    if io::stdin().is_terminal() && !yes && !desk.json {
        confirmed(&format!("This undoes {told}. Go on?"))?;
    }
    take_back(desk, &store, &last)?;
    desk.follow_up(&store)?;
    if store.message_count()? < before {
        // What the mail taught goes with it.
        learn(&store, &desk.config.policy, desk.now)?;
    }
    if desk.json {
        return desk.print_json(json!({ "undone": last.files }));
    }
    desk.print(&format!("undone: {told}\n"))
}

/// All of it, in steps between which others may write; what follows from it is still to be done.
pub(in crate::cli) fn take_back(desk: &Desk, store: &Store, last: &LastImport) -> Result<()> {
    while store.transaction(|store| store.undo_part(last.id, desk.now))? {
        store.make_way();
    }
    Ok(())
}

/// "the import of 20 Nov 2026, 10:00 (a.zip): 312 contacts and 4 changes".
fn sentence(desk: &Desk, last: &LastImport) -> String {
    let LastImport { at, files, contacts, changes, entries, has_mail, .. } = last;
    let counted = [
        (*contacts, "new contact", "new contacts"),
        (*changes, "change to a contact", "changes to contacts"),
        (*entries, "call, message or favour", "calls, messages and favours"),
    ];
    let counted = counted.into_iter().filter(|(n, ..)| *n > 0);
    let mut what: Vec<String> = counted.map(|(n, one, many)| count(n, one, many)).collect();
    if *has_mail {
        what.push("the mail that it brought".to_owned());
    }
    let files: Vec<String> = files.iter().map(|file| render::harmless(file)).collect();
    let when = render::time(*at, &desk.config.policy.zone);
    format!("the import of {when} ({}): {}", first_listed(&files, NAMED), listed(&what))
}
