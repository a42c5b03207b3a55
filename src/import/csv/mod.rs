//! CSV files as programs and people write them: the header row is found, each row stands for itself,
//! and a broken one costs itself and no other.

mod cells;
pub(super) mod date;
mod header;
mod rows;

pub(super) use header::{HeaderRow, find_header, title};
pub(super) use rows::{Row, RowShape, Rows};
