//! The wiring: mail in from the sources, through the one writer, out to the desk and the post.
//!
//! Holds no business rule, no SQL and no protocol; what to do is decided in `domain`, how in the
//! edges.

mod alarm;
pub mod clock;
mod configuration;
mod errands;
mod file_changes;
mod home;
mod intake;
mod mailbox;
mod mailboxes;
mod progress;
mod reading;
pub mod seal;
mod service;
mod steering;
mod sync;
pub mod unit;
pub mod wake;
mod writer;

pub use errands::Outlet;
pub use file_changes::FileChanges;
pub use home::{Home, Lock, xdg_folder};
pub use progress::{History, Progress};
pub use service::{Daemon, run};
pub use sync::sync;
