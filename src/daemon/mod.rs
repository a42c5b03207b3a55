//! The wiring: mail in from the sources, through the one writer, out to the desk and the post.
//!
//! Holds no business rule, no SQL and no protocol; what to do is decided in `domain`, how in the
//! edges.

pub mod clock;
mod errands;
mod home;
mod intake;
mod mailbox;
mod progress;
mod reading;
pub mod seal;
mod service;
pub mod wake;

pub use errands::Outlet;
pub use home::{Home, Lock};
pub use progress::{History, Progress};
pub use service::{Daemon, run, sync};
