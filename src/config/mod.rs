//! The configuration: file → checked values. Secrets are fetched only when a connection needs
//! them.

mod checked;
mod file;
pub mod secret;

pub use checked::*;
