//! Mail that `import` is given: mbox files and Maildir folders, after the contacts, so that it
//! finds them.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::report::{FileReport, Omission};
use crate::book::archive::{self, ArchiveReport, Dropped};
use crate::cli::desk::Desk;
use crate::domain::text;
use crate::error::Result;
use crate::source::archive::Archive;
use crate::store::Store;

/// One thing to import, and the mail that it holds if it is an archive.
pub(super) struct Item {
    pub(super) path: PathBuf,
    pub(super) archive: Option<Archive>,
}

impl Item {
    /// What can't be opened is no archive; why is told where it is read.
    pub(super) fn of(path: &Path) -> Item {
        let archive = crate::source::archive::recognise(path).ok().flatten();
        Item { path: path.to_owned(), archive }
    }
}

/// Brings the mail of every archive among `items` in under the number of their import; with
/// `None` it only counts.
pub(super) fn bring_mail_in(
    desk: &Desk,
    store: &Store,
    items: &[Item],
    reports: &mut [FileReport],
    import: Option<i64>,
) -> Result<()> {
    let bar = progress(desk);
    let mut copies = 0;
    let mut work = || {
        for (item, report) in items.iter().zip(reports.iter_mut()) {
            let Some(archive) = &item.archive else { continue };
            let mut tell = |read| bar.set_position(read);
            let taken = match import {
                Some(import) => archive::take_in(store, &desk.config, archive, import, &mut tell)?,
                None => archive::rehearse(store, &desk.config, archive, &mut tell)?,
            };
            copies += taken.copies;
            fill(report, taken);
        }
        Ok(())
    };
    let done = work();
    bar.finish_and_clear();
    let Some(import) = import else { return done };
    // What came in before something failed stays, and counts.
    if copies > 0 || done.is_err() {
        archive::settle(store, &desk.config, desk.now)?;
    } else {
        store.transaction(|store| store.forget_import(import))?;
    }
    done
}

fn fill(report: &mut FileReport, taken: ArchiveReport) {
    let whole = |count| usize::try_from(count).unwrap_or(usize::MAX);
    (report.new, report.matched) = (whole(taken.new), whole(taken.known));
    for Dropped { why, count, line } in taken.dropped {
        let why = match count {
            1 => why,
            _ => format!("{why}; with {} more", text::grouped(count - 1)),
        };
        report.skipped.push(Omission { line, why, times: whole(count) });
    }
}

fn progress(desk: &Desk) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if desk.quiet || !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{spinner} {human_pos} messages, {per_sec}") {
        bar.set_style(style);
    }
    bar
}
