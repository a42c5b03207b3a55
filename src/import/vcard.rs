//! vCard 2.1, 3.0 and 4.0.

use super::{Format, Import};

pub fn looks_like(_bytes: &[u8]) -> bool {
    false
}

pub fn read(_bytes: &[u8]) -> Import {
    Import { format: Format::Vcard, cards: Vec::new(), skipped: Vec::new() }
}
