//! The command line: arguments in, text or JSON out.

pub mod commands;
pub mod desk;
pub mod person;
