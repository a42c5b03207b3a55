//! vCard 2.1, 3.0 and 4.0 (RFC 6350): one card or thousands in one file.
//!
//! A broken card costs itself and no other. Pictures, keys and notes are not looked at.

mod card;
mod cut;

use super::contacts::{Card, Format, Import, Skipped};
use super::text;
use cut::Piece;

/// Whether the first line with anything on it opens a card.
pub(super) fn looks_like(bytes: &[u8]) -> bool {
    let bytes = text::plain(bytes);
    let first = bytes.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty());
    first.is_some_and(cut::opens)
}

pub(super) fn read(bytes: &[u8]) -> Import {
    let bytes = text::plain(bytes);
    let mut import = Import { format: Format::Vcard, cards: Vec::new(), skipped: Vec::new() };
    for piece in cut::pieces(&bytes) {
        let (line, card) = match piece {
            Piece::Card { line, content } => (line, card::read(&content)),
            Piece::Broken { line, why } => (line, Err(why.to_owned())),
        };
        match card {
            Ok(card) => import.cards.push(Card { line, ..card }),
            Err(why) => import.skipped.push(Skipped { line, why }),
        }
    }
    import
}

#[cfg(test)]
mod tests;
