//! Rows of a CSV file, each with its line; a broken row costs itself and no other.
//!
//! A quote that never closes would swallow the rest of the file, so rows are put together from
//! physical lines here, and the csv crate splits one row at a time.

use std::collections::HashMap;

use csv::StringRecord;

use super::super::contacts::Skipped;
use super::cells::split;
use super::columns::{Column, HeaderRow};
use super::date;

/// More lines than any cell has.
const MOST_LINES: usize = 50;

pub(super) struct Row {
    /// 1-based line of the file on which the row starts.
    pub line: u64,
    pub cells: StringRecord,
}

/// The rows from the line at index `from` on; blank lines are none.
pub(super) fn rows(lines: &[&str], from: usize, header: &HeaderRow) -> Vec<Result<Row, Skipped>> {
    let mut rows = Vec::new();
    let mut lines = Lines { lines, header, stands_alone: HashMap::new() };
    let mut at = from;
    while let Some(line) = lines.lines.get(at) {
        if line.trim().is_empty() {
            at += 1;
            continue;
        }
        let number = at as u64 + 1;
        let (taken, cells) = lines.row(at);
        rows.push(match cells {
            Ok(cells) => Ok(Row { line: number, cells }),
            Err(why) => Err(Skipped { line: number, why }),
        });
        at += taken;
    }
    rows
}

/// The physical lines of a file.
struct Lines<'a> {
    lines: &'a [&'a str],
    header: &'a HeaderRow,
    /// Whether a line is a row by itself, once that was asked: an open quote asks it of many.
    stands_alone: HashMap<usize, bool>,
}

impl Lines<'_> {
    /// The row that starts with this line, and how many lines it takes.
    fn row(&mut self, at: usize) -> (usize, Result<StringRecord, String>) {
        let header = self.header;
        let first = self.lines.get(at).copied().unwrap_or_default();
        let alone = split(first, header.delimiter);
        let fitting = |cells: Option<StringRecord>| cells.filter(|cells| fits(cells, header));
        if is_balanced(first) {
            let found = alone.as_ref().map_or(0, StringRecord::len);
            let why = || format!("{found} columns where the header has {}", header.width);
            return (1, fitting(alone).ok_or_else(why));
        }
        if let Some(taken) = self.closing_line(at)
            && let Some(text) = self.lines.get(at..at + taken).map(|lines| lines.join("\n"))
            && let Some(cells) = fitting(split(&text, header.delimiter))
        {
            return (taken, Ok(cells));
        }
        (1, fitting(alone).ok_or_else(|| "a quote that isn't closed".to_owned()))
    }

    /// How many lines it takes from this one until every quote is closed; `None` when that would
    /// swallow a row that stands well by itself.
    fn closing_line(&mut self, at: usize) -> Option<usize> {
        let mut open = true;
        for index in 1..MOST_LINES {
            let line = self.lines.get(at + index).copied()?;
            if self.stands_alone(at + index) {
                return None;
            }
            open ^= !is_balanced(line);
            if !open {
                return Some(index + 1);
            }
        }
        None
    }

    fn stands_alone(&mut self, at: usize) -> bool {
        let Lines { lines, header, stands_alone } = self;
        *stands_alone.entry(at).or_insert_with(|| {
            let line = lines.get(at).copied().unwrap_or_default();
            split(line, header.delimiter).is_some_and(|cells| {
                let day = header.cell(&cells, Column::ConnectedOn);
                fits(&cells, header) && date::parse(day).is_some()
            })
        })
    }
}

/// As many cells as the header, or more that are empty.
fn fits(cells: &StringRecord, header: &HeaderRow) -> bool {
    cells.len() >= header.width && cells.iter().skip(header.width).all(str::is_empty)
}

fn is_balanced(line: &str) -> bool {
    line.bytes().filter(|byte| *byte == b'"').count().is_multiple_of(2)
}
