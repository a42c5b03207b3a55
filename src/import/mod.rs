//! Contact exports and holiday calendars → values.
//!
//! Reads bytes that it is given; never the network, never the store.

mod contacts;
pub mod holidays;
mod linkedin;
mod text;
mod vcard;

pub use contacts::{Card, Format, Import, Skipped};

/// Recognises a file by its content and reads it; `None` when it is none that is known.
pub fn read(bytes: &[u8]) -> Option<Import> {
    if vcard::looks_like(bytes) {
        return Some(vcard::read(bytes));
    }
    linkedin::read_connections(bytes)
}
