//! The header row of a CSV file: what its columns are called.

use csv::StringRecord;

use super::cells::split;

/// Programs that saved a file again may have changed the delimiter.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];
/// No export has more columns.
const MOST_COLUMNS: usize = 1_000;

/// What the columns are called, and what parts them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderRow {
    pub(super) delimiter: u8,
    /// Letters and digits only, in lower case.
    titles: Vec<String>,
}

impl HeaderRow {
    /// How many cells a row has.
    pub(in crate::import) fn width(&self) -> usize {
        self.titles.len()
    }

    /// The place of the first column that is called so, by letters and digits in lower case.
    pub fn place(&self, names: &[&str]) -> Option<usize> {
        self.titles.iter().position(|title| names.contains(&title.as_str()))
    }

    /// Whether there is a column for each.
    pub fn has_all(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.place(&[name]).is_some())
    }

    /// The places of all columns whose titles are so.
    pub fn places(&self, is_meant: impl Fn(&str) -> bool) -> Vec<usize> {
        let titles = self.titles.iter().enumerate();
        titles.filter(|(_, title)| is_meant(title)).map(|(place, _)| place).collect()
    }
}

/// A title in the form in which columns are compared.
pub fn title(cell: &str) -> String {
    let plain: String = cell.chars().filter(|c| c.is_alphanumeric()).collect();
    plain.to_lowercase()
}

/// What the first line is that is a header row as `read` knows it, with its number from 0 on,
/// however long the notes above it are.
pub(in crate::import) fn find_header<T>(
    lines: &[&str],
    read: impl Fn(&HeaderRow) -> Option<T>,
) -> Option<(usize, HeaderRow, T)> {
    lines.iter().enumerate().find_map(|(at, line)| {
        DELIMITERS.into_iter().find_map(|delimiter| {
            let header = header(line, delimiter)?;
            let found = read(&header)?;
            Some((at, header, found))
        })
    })
}

fn header(line: &str, delimiter: u8) -> Option<HeaderRow> {
    let delimiters = line.bytes().filter(|byte| *byte == delimiter).count();
    if !(1..MOST_COLUMNS).contains(&delimiters) {
        return None;
    }
    let cells: StringRecord = split(line, delimiter)?;
    Some(HeaderRow { delimiter, titles: cells.iter().map(title).collect() })
}
