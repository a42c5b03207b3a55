//! The command line: arguments in, text or JSON out.

pub mod args;
pub mod commands;
pub mod desk;
mod json;
pub mod logging;
pub mod outcome;
pub mod person;
mod render;
#[cfg(test)]
mod tests;
