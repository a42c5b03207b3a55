//! Rows of a CSV file, each with its line; a broken row costs itself and no other.
//!
//! A quote that never closes would swallow the rest of the file, so rows are put together from
//! physical lines here, and the csv crate splits one row at a time.

use csv::{ReaderBuilder, StringRecord};

use super::columns::{Column, Header};
use super::{Skipped, date};

/// More lines than any cell has.
const MOST_LINES: usize = 50;

pub struct Row {
    /// 1-based line of the file on which the row starts.
    pub line: u64,
    pub cells: StringRecord,
}

/// The rows from the line at index `from` on; blank lines are none.
pub fn rows(lines: &[&str], from: usize, header: &Header) -> Vec<Result<Row, Skipped>> {
    let mut rows = Vec::new();
    let mut at = from;
    while let Some(line) = lines.get(at) {
        if line.trim().is_empty() {
            at += 1;
            continue;
        }
        let rest = lines.get(at..).unwrap_or_default();
        let number = at as u64 + 1;
        let (taken, cells) = row(rest, header);
        rows.push(match cells {
            Ok(cells) => Ok(Row { line: number, cells }),
            Err(why) => Err(Skipped { line: number, why }),
        });
        at += taken;
    }
    rows
}

/// The row that starts with the first line, and how many lines it takes.
fn row(lines: &[&str], header: &Header) -> (usize, Result<StringRecord, String>) {
    let first = lines.first().copied().unwrap_or_default();
    let alone = split(first, header.delimiter);
    let fitting = |cells: Option<StringRecord>| cells.filter(|cells| fits(cells, header));
    if is_balanced(first) {
        let found = alone.as_ref().map_or(0, StringRecord::len);
        let why = || format!("{found} columns where the header has {}", header.width);
        return (1, fitting(alone).ok_or_else(why));
    }
    if let Some(taken) = closing_line(lines, header)
        && let Some(text) = lines.get(..taken).map(|lines| lines.join("\n"))
        && let Some(cells) = fitting(split(&text, header.delimiter))
    {
        return (taken, Ok(cells));
    }
    (1, fitting(alone).ok_or_else(|| "a quote that isn't closed".to_owned()))
}

/// How many lines it takes until every quote is closed; `None` when that would swallow a row that
/// stands well by itself.
fn closing_line(lines: &[&str], header: &Header) -> Option<usize> {
    let mut open = true;
    for (index, line) in lines.iter().enumerate().take(MOST_LINES).skip(1) {
        let own_row = split(line, header.delimiter).is_some_and(|cells| {
            fits(&cells, header) && date::parse(header.cell(&cells, Column::ConnectedOn)).is_some()
        });
        if own_row {
            return None;
        }
        open ^= !is_balanced(line);
        if !open {
            return Some(index + 1);
        }
    }
    None
}

/// As many cells as the header, or more that are empty.
fn fits(cells: &StringRecord, header: &Header) -> bool {
    cells.len() >= header.width && cells.iter().skip(header.width).all(str::is_empty)
}

fn is_balanced(line: &str) -> bool {
    line.bytes().filter(|byte| *byte == b'"').count().is_multiple_of(2)
}

/// The cells of one row; `None` when there is none.
pub fn split(row: &str, delimiter: u8) -> Option<StringRecord> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(row.len().max(1))
        .from_reader(row.as_bytes());
    let mut cells = StringRecord::new();
    reader.read_record(&mut cells).ok()?.then_some(cells)
}
