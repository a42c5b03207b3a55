//! Exports of people, calls and messages, and holiday calendars → values.
//!
//! A file is recognised by its beginning and read bit by bit: it may be far larger than the memory.
//! Reads bytes that it is given, or the file at a path; never the network, never the store.

mod calls;
mod csv;
#[cfg(test)]
mod example;
mod google;
pub mod holidays;
pub mod linkedin;
mod package;
mod recognised;
mod table;
mod text;
mod values;
mod vcard;

pub use linkedin::owner::{Acquaintance, Between, OwnerSearch, SiteOwner};
pub use package::Package;
pub use recognised::{BEGINNING, Format, Recognised, Unrecognised, is_package, recognise};
pub use table::Mapping;
pub use text::Input;
pub use values::{Card, LoggedCall, Participant, PublicFavour, SiteMessage, Skipped, Statement};
