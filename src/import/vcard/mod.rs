//! vCard 2.1, 3.0 and 4.0 (RFC 6350): one card or thousands in one file.
//!
//! A broken card costs itself and no other. Pictures, keys and notes are not looked at.

mod card;
mod cut;

use std::io;
use std::ops::ControlFlow;

use super::text::Lines;
use super::values::{Card, Skipped, Statement};
use cut::{Cutter, Piece};

/// Whether the first line with anything on it opens a card.
pub(super) fn looks_like(lines: &[&str]) -> bool {
    let first = lines.iter().find(|line| !line.trim().is_empty());
    first.is_some_and(|line| cut::opens(line.as_bytes()))
}

/// Gives each card away, or why it is none.
///
/// # Errors
/// Where the file can't be read.
pub(super) fn each(
    lines: Lines<'_>,
    take: &mut dyn FnMut(Statement) -> ControlFlow<()>,
) -> io::Result<()> {
    let mut cutter = Cutter::default();
    for (number, line) in (1..).zip(lines) {
        if cutter.take(number, &line?).is_some_and(|piece| told(piece, take).is_break()) {
            return Ok(());
        }
    }
    if let Some(piece) = cutter.finish() {
        let _ = told(piece, take);
    }
    Ok(())
}

fn told(piece: Piece, take: &mut dyn FnMut(Statement) -> ControlFlow<()>) -> ControlFlow<()> {
    let (line, card) = match piece {
        Piece::Card { line, content } => (line, card::read(&content)),
        Piece::Broken { line, why } => (line, Err(why.to_owned())),
    };
    let skip = |why| Statement::Skipped(Skipped { line, why });
    match card {
        Ok((card, cut)) => {
            take(Statement::Card(Card { line, ..card }))?;
            cut.map_or(ControlFlow::Continue(()), |why| take(skip(why)))
        }
        Err(why) => take(skip(why)),
    }
}

#[cfg(test)]
mod tests;
