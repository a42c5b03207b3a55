//! How a command ended → exit code, and an error → what stands on the terminal.

use std::io::Write;
use std::process::ExitCode;

use tracing::error;

use crate::error::{Error, Kind};

use super::logging::Log;
use super::render;

/// How a command ended that could do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All was done that was asked for.
    Fine,
    /// `status --exit-code`: an answer is overdue.
    Overdue,
    /// `check`: the report is printed, and this is the worst of it.
    Trouble(Kind),
}

impl Exit {
    /// The numbers from 64 on are those of sysexits(3).
    fn code(self) -> u8 {
        match self {
            Exit::Fine => 0,
            Exit::Overdue => 3,
            Exit::Trouble(Kind::Failed | Kind::NoRoom) => 1,
            Exit::Trouble(Kind::Usage) => 2,
            Exit::Trouble(Kind::Temporary) => 75,
            Exit::Trouble(Kind::LoginRefused) => 77,
            Exit::Trouble(Kind::Config | Kind::Untrusted) => 78,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

/// Says what went wrong and what to do, on stderr or in the journal; so ends a command that couldn't
/// do its work.
pub fn report(error: &Error, log: Log) -> Exit {
    let exit = Exit::Trouble(error.kind());
    let text = text(error);
    match log {
        Log::Journal => error!(code = exit.code(), "{}", anstream::adapter::strip_str(&text)),
        // Nobody is left to tell when stderr is closed.
        Log::Stderr => drop(anstream::stderr().write_all(text.as_bytes())),
    }
    exit
}

fn text(error: &Error) -> String {
    let mut text =
        format!("{} {}\n", render::alarm("requite:"), render::harmless(&error.to_string()));
    if let Some(advice) = error.advice() {
        text.push_str(&format!("  {} {}\n", render::strong("help:"), render::harmless(advice)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_can_tell_failures_apart() {
        #[track_caller]
        fn check(kind: Kind, code: u8) {
            assert_eq!(Exit::Trouble(kind).code(), code);
        }
        check(Kind::Failed, 1);
        check(Kind::NoRoom, 1);
        check(Kind::Usage, 2);
        check(Kind::Temporary, 75);
        check(Kind::LoginRefused, 77);
        check(Kind::Config, 78);
        check(Kind::Untrusted, 78);
    }

    #[test]
    fn an_error_says_what_to_do() {
        let error = Error::config("no such key\n  |  ^ here\u{1b}[2J").hint("remove it");
        let plain = anstream::adapter::strip_str(&text(&error)).to_string();
        assert_eq!(plain, "requite: no such key\n  |  ^ here[2J\n  help: remove it\n");
    }
}
