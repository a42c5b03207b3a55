//! One row of a CSV file → its cells.

use csv::{ReaderBuilder, StringRecord};

/// The cells of one row; `None` when there is none.
pub(super) fn split(row: &str, delimiter: u8) -> Option<StringRecord> {
    // Most rows quote nothing, and a reader is made for each that does.
    if !row.contains(['"', '\n', '\r']) {
        return (!row.is_empty()).then(|| row.split(char::from(delimiter)).collect());
    }
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(row.len().max(1))
        .from_reader(row.as_bytes());
    let mut cells = StringRecord::new();
    reader.read_record(&mut cells).ok()?.then_some(cells)
}
