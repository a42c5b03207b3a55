//! One file a command.

pub mod import;
pub mod log;
pub mod stance;
pub mod steer;
