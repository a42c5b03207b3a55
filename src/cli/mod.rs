//! The command line: arguments in, text or JSON out. Decides nothing: what is due, how it scores and
//! what is told come from the book.

mod args;
mod ask;
mod browser;
mod choice;
mod commands;
mod decisions;
mod desk;
mod draft;
mod exit;
mod globals;
mod interrupt;
mod json;
mod logging;
mod person;
mod render;
#[cfg(test)]
mod tests;

pub use args::Arguments;
pub use exit::{Exit, report};
pub use globals::{Color, Globals};
pub use logging::{Log, start as start_log};
