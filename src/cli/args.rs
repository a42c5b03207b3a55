//! What can be typed: the global options and a command, and what comes of it. Checks the form only;
//! whether a contact or a turn exists, the commands find out.

use std::pin::Pin;

use clap::{CommandFactory, Parser};
use tracing::Level;

use super::commands::{Command, greet};
use super::exit::Exit;
use super::globals::Globals;
use super::interrupt;
use crate::error::Result;

const READS: &str = "\
Reads mail, never changes it: headers, and the first 4 KiB of text in mail with contacts and bounces
([privacy] text).
Keeps headers and yes/no marks of texts. Talks to no host that the configuration doesn't name.";

/// Watches your mailbox and tells you who is waiting for you, and who you're waiting for.
#[derive(Debug, Parser)]
#[command(name = "requite", version, after_help = READS)]
pub struct Arguments {
    #[command(flatten)]
    pub globals: Globals,
    #[command(subcommand)]
    command: Option<Command>,
}

impl Arguments {
    /// From which level on something is worth a log line: the daemon's log is its only voice, a
    /// command has its output.
    pub fn log_level(&self) -> Level {
        match (self.globals.quiet, self.globals.verbose, self.is_daemon()) {
            (true, ..) => Level::ERROR,
            (_, 0, false) => Level::WARN,
            (_, 0, true) | (_, 1, false) => Level::INFO,
            _ => Level::DEBUG,
        }
    }

    /// Does what was asked for; tokens that were renewed meanwhile are kept before it returns.
    ///
    /// Boxed: a future with a type of its own would be compiled again, with all it awaits, in the
    /// program that polls it.
    ///
    /// # Errors
    /// Those of the command: `Config` for a configuration that is wrong or that it needs and isn't
    /// there, `Usage` for a word that names nothing, and whatever kind its work ends in.
    pub fn perform(self) -> Pin<Box<dyn Future<Output = Result<Exit>>>> {
        Box::pin(async move {
            let grammar = Arguments::command;
            if self.command.as_ref().is_none_or(Command::signs_in) {
                interrupt::heed()?;
            }
            let exit = match self.command {
                Some(command) => command.perform(&self.globals, grammar).await,
                None => greet(&self.globals, grammar()).await,
            };
            drop(crate::auth::settle().await);
            exit
        })
    }

    fn is_daemon(&self) -> bool {
        self.command.as_ref().is_some_and(Command::is_daemon)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::cli::globals::At;
    use crate::domain::model::Moment;

    fn parsed(line: &str) -> Arguments {
        Arguments::try_parse_from(line.split(' ')).unwrap()
    }

    #[test]
    fn the_grammar_contradicts_itself_nowhere() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_time_stands_before_or_behind_the_command() {
        let noon = Some(At::Instant(Moment(1_794_830_400)));
        for line in [
            "requite --at 2026-11-16T12:00:00Z status",
            "requite status --at 2026-11-16T13:00:00+01:00",
            "requite log call C12 --at 2026-11-16T12:00:00Z",
        ] {
            assert_eq!(parsed(line).globals.at, noon, "{line}");
        }
    }

    #[test]
    fn a_day_alone_ends_where_the_user_lives() {
        let at = parsed("requite status --at 2026-11-16").globals.at.unwrap();
        let paris = jiff::tz::TimeZone::get("Europe/Paris").unwrap();
        assert_eq!(at.moment(&paris).to_string(), "2026-11-16T22:59:59Z");
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in [
            "requite status --at noon",
            "requite status --at 2026-11-16T12:00:00",
            "requite log dance C12",
            "requite log call",
            "requite stance greedy",
            "requite stance --yes",
            "requite set C12",
            "requite import",
            "requite digest --html --text",
            "requite digest --html --send",
            "requite -q -v status",
        ] {
            let refusal = Arguments::try_parse_from(line.split(' ')).unwrap_err();
            assert_eq!(refusal.exit_code(), 2, "{line}");
        }
    }

    #[test]
    fn undo_needs_no_more_than_what_it_undoes() {
        for line in ["requite import --undo", "requite snooze C12-3 --undo"] {
            parsed(line);
        }
    }

    #[test]
    fn a_named_file_beats_the_one_below_home() {
        let home = parsed("requite --home h --config c.toml status").globals.home().unwrap();
        assert_eq!(home.config, PathBuf::from("c.toml"));
        assert_eq!(home.data, PathBuf::from("h/data"));
    }
}
