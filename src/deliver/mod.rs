//! The ways out of the house: the weekly digest by mail, alerts on the desktop, the report as a
//! page.
//!
//! Delivers what it is given, to nobody but the user. Never queries the store, never decides what
//! deserves a digest or an alert, never reads the clock.

mod desktop;
mod digest;
mod email;
pub mod links;
mod local_clock;
mod report;
mod smtp;
mod wire;

pub use desktop::{
    Action, Alert, Choices, Desktop, DesktopEvent, Notifier, Presence, Shown, ToOpen, is_graphical,
    open, probe, without_markup,
};
pub use digest::{RenderedDigest, Sign, render};
pub use email::{MailHeader, bare_addresses, compose, send};
pub use report::page;
pub use smtp::reach;
