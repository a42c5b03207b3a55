//! What became of each file, as text and as JSON.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::render;
use crate::error::{Error, Result};

/// Rows that are shown of those left out.
const SHOWN: usize = 10;

/// What became of one file.
pub(super) struct FileReport {
    pub(super) path: PathBuf,
    /// `None`: not recognised.
    pub(super) kind: Option<&'static str>,
    pub(super) new: usize,
    pub(super) matched: usize,
    pub(super) changed: usize,
    pub(super) skipped: Vec<Omission>,
}

/// A row, a card or a mail that was left out.
pub(super) struct Omission {
    /// `None` where it is about the whole file.
    pub(super) line: Option<u64>,
    pub(super) why: String,
    /// How many were left out for this reason.
    pub(super) times: usize,
}

impl Omission {
    pub(super) fn once(line: Option<u64>, why: String) -> Omission {
        Omission { line, why, times: 1 }
    }
}

impl FileReport {
    /// Nothing came of it so far.
    pub(super) fn of(path: &Path) -> FileReport {
        let path = path.to_owned();
        FileReport { path, kind: None, new: 0, matched: 0, changed: 0, skipped: Vec::new() }
    }

    pub(super) fn json(&self) -> Value {
        let skipped: Vec<Value> = self
            .skipped
            .iter()
            .map(|skipped| json!({ "line": skipped.line, "why": skipped.why }))
            .collect();
        json!({
            "path": self.path.to_string_lossy(),
            "kind": self.kind,
            "new": self.new,
            "matched": self.matched,
            "changed": self.changed,
            "skipped": skipped,
        })
    }

    pub(super) fn text(&self) -> String {
        let path = self.path.display();
        let FileReport { new, matched, changed, skipped, .. } = self;
        let mut text = match self.kind {
            Some(kind) => format!(
                "{path} ({kind}): {new} new, {changed} changed, {matched} known, {} skipped\n",
                skipped.iter().map(|skipped| skipped.times).sum::<usize>()
            ),
            None => format!("{path}: nothing came in\n"),
        };
        for Omission { line, why, .. } in skipped.iter().take(SHOWN) {
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
}

/// # Errors
/// `Failed` where one of the files wasn't recognised.
pub(super) fn refused(reports: &[FileReport]) -> Result<()> {
    let refused: Vec<String> = reports
        .iter()
        .filter(|report| report.kind.is_none())
        .map(|report| report.path.display().to_string())
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
