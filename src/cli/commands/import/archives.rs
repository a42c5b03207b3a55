//! Mail that `import` is given: mbox files and Maildir folders, after the contacts, so that it
//! finds them.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::items::Item;
use super::report::{FileReport, Omission};
use crate::book::archive::{self, ArchiveReport, Dropped};
use crate::cli::desk::Desk;
use crate::error::Result;
use crate::store::Store;

/// Brings the mail of every archive among `items` in under the number of their import; with
/// `None` it only counts.
pub(super) fn bring_mail_in(
    desk: &Desk,
    store: &Store,
    items: &[Item],
    reports: &mut [FileReport],
    import: Option<i64>,
) -> Result<()> {
    let bar = progress(desk, "messages");
    let mut copies = 0;
    let mut work = || {
        for (item, report) in items.iter().zip(reports.iter_mut()) {
            let Some(archive) = item.mail() else { continue };
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
        report.skipped.push(Omission { line, why, times: whole(count) });
    }
}

/// How many of `what` were read, for whoever looks on.
pub(super) fn progress(desk: &Desk, what: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if desk.quiet || !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) =
        ProgressStyle::with_template(&format!("{{spinner}} {{human_pos}} {what}, {{per_sec}}"))
    {
        bar.set_style(style);
    }
    bar
}
