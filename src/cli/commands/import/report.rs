//! What became of each file, as text and as JSON.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::render;
use crate::domain::text::grouped;
use crate::error::{Error, Result};
use crate::store::Imported;

/// Reasons that are shown of those for which something was left out.
const SHOWN: usize = 10;
/// So many rows are told one by one; of those beyond, only how many there are for each reason.
const ONE_BY_ONE: usize = 1_000;

/// What became of one file.
pub(super) struct FileReport {
    pub(super) path: PathBuf,
    /// `None`: not recognised.
    pub(super) kind: Option<&'static str>,
    pub(super) new: usize,
    pub(super) matched: usize,
    pub(super) changed: usize,
    pub(super) skipped: Vec<Omission>,
    /// Where among them each reason was met first.
    reasons: HashMap<String, usize>,
}

/// A row, a card or a mail that was left out.
pub(super) struct Omission {
    /// `None` where it is about the whole file.
    pub(super) line: Option<u64>,
    pub(super) why: String,
    /// How many were left out for this reason.
    pub(super) times: usize,
}

impl FileReport {
    /// Nothing came of it so far.
    pub(super) fn of(path: &Path) -> FileReport {
        let path = path.to_owned();
        let (skipped, reasons) = (Vec::new(), HashMap::new());
        FileReport { path, kind: None, new: 0, matched: 0, changed: 0, skipped, reasons }
    }

    /// Something was left out.
    pub(super) fn skip(&mut self, line: Option<u64>, why: String) {
        if self.skipped.len() < ONE_BY_ONE {
            let place = self.skipped.len();
            self.reasons.entry(why.clone()).or_insert(place);
            self.skipped.push(Omission { line, why, times: 1 });
            return;
        }
        let place = match self.reasons.get(&why) {
            Some(known) => *known,
            None if self.skipped.len() == ONE_BY_ONE => {
                let why = "for reasons like these".to_owned();
                self.skipped.push(Omission { line, why, times: 0 });
                ONE_BY_ONE
            }
            None => ONE_BY_ONE,
        };
        if let Some(known) = self.skipped.get_mut(place) {
            known.times += 1;
        }
    }

    /// Nothing came of the file as a whole.
    pub(super) fn refuse(&mut self, why: String) {
        self.kind = None;
        self.skipped.push(Omission { line: None, why, times: 1 });
    }

    pub(super) fn count(&mut self, imported: Imported) {
        match imported {
            Imported::New => self.new += 1,
            Imported::Matched => self.matched += 1,
            Imported::Changed => self.changed += 1,
        }
    }

    pub(super) fn json(&self) -> Value {
        let skipped: Vec<Value> = self
            .skipped
            .iter()
            .map(
                |skipped| json!({ "line": skipped.line, "why": told(&skipped.why, skipped.times) }),
            )
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
        let path = render::harmless(&self.path.to_string_lossy());
        let FileReport { new, matched, changed, skipped, .. } = self;
        let mut text = match self.kind {
            Some(kind) => format!(
                "{path} ({kind}): {new} new, {changed} changed, {matched} known, {} skipped\n",
                skipped.iter().map(|skipped| skipped.times).sum::<usize>()
            ),
            None => format!("{path}: nothing came in\n"),
        };
        let reasons = by_reason(skipped);
        for (why, first, times) in reasons.iter().take(SHOWN) {
            let why = render::harmless(&told(why, *times));
            match first {
                Some(line) => text.push_str(&format!("  line {line}: {why}\n")),
                None => text.push_str(&format!("  {why}\n")),
            }
        }
        if reasons.len() > SHOWN {
            text.push_str(&format!("  and {} more: --json lists all\n", reasons.len() - SHOWN));
        }
        text
    }
}

/// Why so many were left out.
fn told(why: &str, times: usize) -> String {
    match times {
        ..=1 => why.to_owned(),
        _ => format!("{why}; with {} more", grouped(times as u64 - 1)),
    }
}

/// Each reason once, in the order in which they were met: where first, and how often.
fn by_reason(skipped: &[Omission]) -> Vec<(&str, Option<u64>, usize)> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut reasons: Vec<(&str, Option<u64>, usize)> = Vec::new();
    for Omission { line, why, times } in skipped {
        match places.get(why.as_str()).and_then(|place| reasons.get_mut(*place)) {
            Some((.., known)) => *known += times,
            None => {
                places.insert(why, reasons.len());
                reasons.push((why, *line, *times));
            }
        }
    }
    reasons
}

/// # Errors
/// `Failed` where one of the files wasn't recognised.
pub(super) fn refused(reports: &[FileReport]) -> Result<()> {
    let refused: Vec<String> = reports
        .iter()
        .filter(|report| report.kind.is_none())
        .map(|report| render::harmless(&report.path.to_string_lossy()))
        .collect();
    match refused.as_slice() {
        [] => Ok(()),
        [one] => Err(Error::failed(format!("{one} can't be imported"))),
        _ => Err(Error::failed(format!("{} can't be imported", refused.join(", ")))),
    }
    .map_err(|error| {
        error.hint(
            "what can be imported: LinkedIn's archive or its files, vCards, Google's contacts, other \
             CSV files (--map), Android's call logs, mbox files and Maildir folders",
        )
    })
}
