//! What is known, on disk: one SQLite file, one writer.
//!
//! Says what was stored; never averages, scores or decides. Every public function that writes
//! does so in one transaction or inside the caller's.
//!
//! Where the database can't be read or written, an error says why by its kind: `Temporary` while
//! somebody else writes for longer than anybody waits, `NoRoom` where the disk is full, else
//! `Failed`.

mod absences;
mod accounts;
mod archives;
mod bounces;
mod columns;
mod connection;
mod correspondents;
mod counterparts;
mod decisions;
mod entries;
mod filing;
mod first_load;
mod folders;
mod hindsight;
mod history;
mod import;
mod in_touch;
mod last_good;
mod ledger;
mod mail;
mod mailed_commands;
mod news;
mod on_screen;
mod opening;
mod outbox;
mod packed_turn;
mod people;
mod population;
mod profiles;
mod schema;
mod senders;
mod shared;
mod stance;
mod texts;
mod threads;
mod told;
mod touches;
mod turns;
mod undo;

pub use accounts::AccountRow;
pub use archives::KnownFrom;
pub use bounces::{Bounce, DeadAddress, MailOnAddress};
pub use connection::Store;
pub use counterparts::NewEntry;
pub use filing::Filing;
pub use folders::{FolderId, FolderRow};
pub use history::PackedTurns;
pub use import::{Imported, NewCard};
pub use in_touch::{InTouch, LastSigns, Sides};
pub use last_good::Repaired;
pub use ledger::{AddressedMail, Head, SeenOn};
pub use mail::{Arrival, MessageDetails};
pub use on_screen::OnScreen;
pub use outbox::OutboxItem;
pub use people::{ContactRow, Identity};

pub use crate::domain::message::identity::IdentityKind;
pub use profiles::Described;
pub use stance::StanceChange;
pub use texts::KeptText;
pub use undo::{ImportRun, LastImport, Provenance};

#[cfg(test)]
mod tests;
