//! Rows of a CSV file, each with its line, read one after the other; a broken row costs itself and
//! no other.
//!
//! A quote that never closes would swallow the rest of the file, so rows are put together from
//! physical lines here, and the csv crate splits one row at a time.

use std::collections::VecDeque;
use std::io;

use csv::StringRecord;
use jiff::civil::Date;

use super::cells::split;
use super::date;
use super::header::HeaderRow;
use crate::import::text::{Lines, cut, decoded, tidy};
use crate::import::values::{Card, Skipped, Statement};

/// No row is longer, in bytes.
const LONGEST_ROW: usize = 8 << 20;

pub struct Row {
    /// 1-based line of the file on which the row starts.
    pub line: u64,
    pub cells: StringRecord,
}

impl Row {
    /// Empty where the file has no such column.
    pub fn cell(&self, place: Option<usize>) -> &str {
        place.and_then(|place| self.cells.get(place)).unwrap_or_default().trim()
    }

    /// That it tells nothing, or not all that it could, and why.
    pub fn skipped(&self, why: impl Into<String>) -> Statement {
        Statement::Skipped(Skipped { line: self.line, why: why.into() })
    }

    /// The day in a column, and where that is none, that it is; of somebody of this `name`.
    pub fn day(&self, place: Option<usize>, name: &str) -> (Option<Date>, Option<Statement>) {
        let said = self.cell(place);
        let day = date::day(said);
        let is_odd = day.is_none() && !said.is_empty();
        (day, is_odd.then(|| self.skipped(format!("{name}: \"{}\" is no date", tidy(said)))))
    }

    /// A person, what was cut of the name as it is `written`, and what else was left out.
    pub fn card(&self, card: Card, written: &str, left_out: Option<Statement>) -> Vec<Statement> {
        let cut = cut(written).map(|why| self.skipped(why));
        std::iter::once(Statement::Card(card)).chain(cut).chain(left_out).collect()
    }
}

/// How the rows of one kind of file look.
#[derive(Clone, Copy)]
pub struct RowShape {
    /// More lines than any cell has.
    pub most_lines: usize,
    /// Whether these cells are surely a row, and not the inside of a cell that was opened before:
    /// what stands in the given column is so.
    pub telling: (Option<usize>, fn(&str) -> bool),
    /// Cells may be missing at the end.
    pub may_be_short: bool,
}

impl RowShape {
    /// With an instant in this column.
    pub fn dated(most_lines: usize, place: Option<usize>) -> RowShape {
        let telling: (_, fn(&str) -> bool) = (place, |at| date::instant(at).is_some());
        RowShape { most_lines, telling, may_be_short: false }
    }
}

pub struct Rows<'a> {
    lines: Lines<'a>,
    ahead: VecDeque<Line>,
    /// Of the next line, from 1 on.
    number: u64,
    header: HeaderRow,
    shape: RowShape,
}

struct Line {
    text: String,
    is_balanced: bool,
    /// Once that was asked: an open quote asks it of many.
    stands_alone: Option<bool>,
}

impl<'a> Rows<'a> {
    /// The rows below the header, which is the line at index `at`.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub fn below(
        mut lines: Lines<'a>,
        at: usize,
        header: HeaderRow,
        shape: RowShape,
    ) -> io::Result<Rows<'a>> {
        for _ in 0..=at {
            lines.next().transpose()?;
        }
        Ok(Rows { lines, ahead: VecDeque::new(), number: at as u64 + 2, header, shape })
    }

    /// The next row, or why it is none; `None` behind the last one.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub fn next_row(&mut self) -> io::Result<Option<Result<Row, Skipped>>> {
        while let Some(line) = self.line(0)? {
            if line.text.trim().is_empty() {
                self.drop_lines(1);
                continue;
            }
            let number = self.number;
            let (taken, cells) = self.row()?;
            self.drop_lines(taken);
            return Ok(Some(match cells {
                Ok(cells) => Ok(Row { line: number, cells }),
                Err(why) => Err(Skipped { line: number, why }),
            }));
        }
        Ok(None)
    }

    fn line(&mut self, ahead: usize) -> io::Result<Option<&mut Line>> {
        while self.ahead.len() <= ahead {
            let Some(line) = self.lines.next().transpose()? else { return Ok(None) };
            let text = decoded(&line, None).into_owned();
            let is_balanced = text.bytes().filter(|byte| *byte == b'"').count().is_multiple_of(2);
            self.ahead.push_back(Line { text, is_balanced, stands_alone: None });
        }
        Ok(self.ahead.get_mut(ahead))
    }

    fn drop_lines(&mut self, count: usize) {
        self.ahead.drain(..count.min(self.ahead.len()));
        self.number += count as u64;
    }

    /// The row that starts with the next line, and how many lines it takes.
    fn row(&mut self) -> io::Result<(usize, Result<StringRecord, String>)> {
        let Some(first) = self.ahead.front() else { return Ok((1, Err(String::new()))) };
        let alone = split(&first.text, self.header.delimiter);
        if first.is_balanced {
            let found = alone.as_ref().map_or(0, StringRecord::len);
            let width = self.header.width();
            let why = || format!("{found} columns where the header has {width}");
            return Ok((1, alone.filter(|cells| self.fits(cells)).ok_or_else(why)));
        }
        if let Some(taken) = self.closing_line()? {
            let lines: Vec<&str> =
                self.ahead.iter().take(taken).map(|line| line.text.as_str()).collect();
            let cells = split(&lines.join("\n"), self.header.delimiter);
            if let Some(cells) = cells.filter(|cells| self.fits(cells)) {
                return Ok((taken, Ok(cells)));
            }
        }
        let why = || "a quote that isn't closed".to_owned();
        Ok((1, alone.filter(|cells| self.fits(cells)).ok_or_else(why)))
    }

    /// How many lines it takes from this one until every quote is closed; `None` when that would
    /// swallow a row that stands well by itself.
    fn closing_line(&mut self) -> io::Result<Option<usize>> {
        let mut open = true;
        let mut length = 0;
        for index in 1..self.shape.most_lines {
            let Some(line) = self.line(index)? else { return Ok(None) };
            let is_balanced = line.is_balanced;
            length += line.text.len();
            if length > LONGEST_ROW {
                return Ok(None);
            }
            if self.stands_alone(index) {
                return Ok(None);
            }
            open ^= !is_balanced;
            if !open {
                return Ok(Some(index + 1));
            }
        }
        Ok(None)
    }

    fn stands_alone(&mut self, ahead: usize) -> bool {
        let Some(line) = self.ahead.get(ahead) else { return false };
        if let Some(known) = line.stands_alone {
            return known;
        }
        let (place, is_telling) = self.shape.telling;
        let stands = place.is_some_and(|place| {
            let cells = split(&line.text, self.header.delimiter);
            cells.is_some_and(|cells| self.fits(&cells) && cells.get(place).is_some_and(is_telling))
        });
        if let Some(line) = self.ahead.get_mut(ahead) {
            line.stands_alone = Some(stands);
        }
        stands
    }

    /// As many cells as the header, or more that are empty; fewer where they may be missing.
    fn fits(&self, cells: &StringRecord) -> bool {
        let width = self.header.width();
        let enough = cells.len() >= width || self.shape.may_be_short && cells.len() > 1;
        enough && cells.iter().skip(width).all(str::is_empty)
    }
}
