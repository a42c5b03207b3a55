//! What can be typed: every command and option, with its help. Checks the form only; whether a
//! contact or a turn exists, the commands find out.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::daemon::Home;
use crate::domain::measure::touches::EntryKind;
use crate::domain::model::{Moment, Stance};
use crate::error::Result;

const READS: &str = "\
Reads mail, never changes it: headers, and the first 4 KiB of contacts' texts ([privacy] text).
Keeps headers and yes/no marks of texts. Talks to no host that the configuration doesn't name.";

/// Watches your mailbox and tells you who is waiting for you, and for whom you wait.
#[derive(Debug, Parser)]
#[command(name = "requite", version, arg_required_else_help = true, after_help = READS)]
pub struct Arguments {
    #[command(flatten)]
    pub globals: Globals,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Globals {
    /// Configuration file
    #[arg(long, global = true, value_name = "FILE", env = "REQUITE_CONFIG")]
    pub config: Option<PathBuf>,
    /// Keep everything below this folder instead of the usual places
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Answer as of this instant (RFC 3339); for `log`, when it was
    #[arg(long, global = true, value_name = "TIME", value_parser = moment)]
    pub at: Option<Moment>,
    /// Print JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// When to use colour; NO_COLOR is honoured
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Say more about what is done; twice: everything
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
}

impl Globals {
    pub fn home(&self) -> Result<Home> {
        let mut home = match &self.home {
            Some(folder) => Home::below(folder),
            None => Home::of_user()?,
        };
        if let Some(config) = &self.config {
            home.config.clone_from(config);
        }
        Ok(home)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

impl From<Color> for anstream::ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play two weeks with a sample mailbox, in under a minute
    Demo {
        /// Keep everything that it makes in this folder
        #[arg(long, value_name = "DIR")]
        keep: Option<PathBuf>,
        /// Don't pause for the eye
        #[arg(long)]
        once: bool,
    },
    /// Watch the mailbox: the daemon, in the foreground
    Run,
    /// Read every account once, completely
    Sync,
    /// Try every part and say what is wrong and what to do
    Check {
        /// Look for the servers of a mail address instead
        #[arg(long, value_name = "ADDRESS")]
        discover: Option<String>,
        /// Ask this name server instead of the system's
        #[arg(long, value_name = "IP[:PORT]", requires = "discover", value_parser = name_server)]
        nameserver: Option<SocketAddr>,
        /// Put a damaged database aside, and the last good copy in its place
        #[arg(long, conflicts_with = "discover")]
        repair: bool,
    },
    /// Take in contacts (LinkedIn exports, vCards) and mail (mbox, Maildir), recognised by content
    Import {
        #[arg(value_name = "FILE", required_unless_present = "undo")]
        files: Vec<PathBuf>,
        /// Only say what would be done
        #[arg(long)]
        dry_run: bool,
        /// Take the last import back
        #[arg(long, conflicts_with_all = ["files", "dry_run"])]
        undo: bool,
    },
    /// Show who waits for me, whom I wait for, and how the accounts are doing
    Status {
        /// Exit with 3 when something is overdue
        #[arg(long)]
        exit_code: bool,
        /// List what may need no reply, too
        #[arg(long)]
        all: bool,
    },
    /// List contacts with their scores and both response times
    Contacts(ContactsArgs),
    /// Show all about one contact, with the evidence
    Show {
        /// An address, a name or a part of it, or C12
        contact: String,
    },
    /// Print the weekly digest as it would be now
    Digest(DigestArgs),
    /// Say that turns need no answer any more
    Done {
        /// As `status` prints them: C12-345
        #[arg(value_name = "ID", required = true)]
        ids: Vec<String>,
        #[arg(long)]
        undo: bool,
    },
    /// Say that turns do ask for an answer
    Due {
        /// As `status` prints them: C12-345
        #[arg(value_name = "ID", required = true)]
        ids: Vec<String>,
        #[arg(long)]
        undo: bool,
    },
    /// Leave turns in peace for a while
    Snooze {
        /// As `status` prints them: C12-345; then for how long: 2d, 36h, "1 week"
        #[arg(value_name = "ID… FOR", required = true)]
        words: Vec<String>,
        #[arg(long)]
        undo: bool,
    },
    /// Never alert about a contact
    Mute {
        contact: String,
        #[arg(long)]
        undo: bool,
    },
    /// Mark a contact whose answers must not be late
    Star {
        contact: String,
        #[arg(long)]
        undo: bool,
    },
    /// Give a contact a limit or a time zone of their own
    Set {
        contact: String,
        /// limit=24h or zone=Europe/Paris
        #[arg(value_name = "KEY=VALUE", required = true)]
        settings: Vec<String>,
        #[arg(long)]
        undo: bool,
    },
    /// Enter a call, a meeting, a favour, an ask, an introduction or a note by hand
    Log(LogArgs),
    /// Show or change how you hold your network
    Stance {
        #[arg(value_parser = stance())]
        stance: Option<Stance>,
        /// Don't ask
        #[arg(long, requires = "stance")]
        yes: bool,
    },
    /// Sign in to an account by OAuth2, see who is signed in, sign out
    Auth {
        #[command(subcommand)]
        action: AuthAction,
    },
    /// Show where the configuration lies, what it says, or all that it could say
    Config {
        #[arg(value_enum)]
        what: ConfigView,
    },
}

#[derive(Debug, Subcommand)]
pub enum AuthAction {
    /// Sign in, in a browser on this machine
    Login {
        account: String,
        /// With a code on another device
        #[arg(long)]
        device: bool,
    },
    /// Show which accounts are signed in
    Status { account: Option<String> },
    /// Forget an account's tokens
    Logout { account: String },
}

#[derive(Debug, Default, Args)]
pub struct ContactsArgs {
    /// Only those whose name, company or address contains this
    pub query: Option<String>,
    #[arg(long, value_name = "KEY", default_value = "score")]
    pub sort: SortKey,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// People you write with who are no contact yet
    #[arg(long, conflicts_with = "sort")]
    pub suggest: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SortKey {
    /// Highest first
    #[default]
    Score,
    Name,
    /// How fast they answer
    Them,
    /// How fast I answer them
    Me,
    /// Latest first
    Touch,
}

#[derive(Debug, Args)]
pub struct DigestArgs {
    /// As a page
    #[arg(long, group = "form")]
    pub html: bool,
    /// As text (the usual)
    #[arg(long, group = "form")]
    pub text: bool,
    /// As the mail that would be sent
    #[arg(long, group = "form")]
    pub eml: bool,
    /// Send it now
    #[arg(long, conflicts_with = "form")]
    pub send: bool,
}

#[derive(Debug, Args)]
pub struct LogArgs {
    #[arg(value_parser = entry_kind())]
    pub kind: EntryKind,
    /// Whom it concerns, and as the last word what it was about
    #[arg(value_name = "CONTACT… [TEXT]", required = true)]
    pub words: Vec<String>,
    /// The call wasn't picked up
    #[arg(long)]
    pub missed: bool,
    /// They did me the favour
    #[arg(long)]
    pub received: bool,
    /// Take the latest such entry back
    #[arg(long)]
    pub undo: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ConfigView {
    Path,
    Show,
    Example,
}

fn moment(text: &str) -> Result<Moment, String> {
    text.parse::<jiff::Timestamp>()
        .map(Moment::from)
        .map_err(|_| "give it as 2026-11-16T08:30:00Z or 2026-11-16T09:30:00+01:00".to_owned())
}

fn name_server(text: &str) -> Result<SocketAddr, String> {
    let port = |ip: IpAddr| SocketAddr::new(ip, 53);
    text.parse::<IpAddr>()
        .map(port)
        .or_else(|_| text.parse())
        .map_err(|_| "give it as 9.9.9.9 or 127.0.0.1:5353".to_owned())
}

fn stance() -> impl TypedValueParser<Value = Stance> {
    let known = [Stance::Resource, Stance::Tool, Stance::Neutral];
    named(known.map(|stance| (stance.name(), stance)))
}

fn entry_kind() -> impl TypedValueParser<Value = EntryKind> {
    named(EntryKind::ALL.map(|kind| (kind.name(), kind)))
}

fn named<T, const N: usize>(known: [(&'static str, T); N]) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync + 'static,
{
    PossibleValuesParser::new(known.map(|(name, _)| name)).try_map(move |name| {
        let found = known.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| *value).ok_or("not one of these")
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parsed(line: &str) -> Arguments {
        Arguments::try_parse_from(line.split(' ')).unwrap()
    }

    #[test]
    fn the_grammar_contradicts_itself_nowhere() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_time_stands_before_or_behind_the_command() {
        let noon = Some(Moment(1_794_830_400));
        for line in [
            "requite --at 2026-11-16T12:00:00Z status",
            "requite status --at 2026-11-16T13:00:00+01:00",
            "requite log call C12 --at 2026-11-16T12:00:00Z",
        ] {
            assert_eq!(parsed(line).globals.at, noon, "{line}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in [
            "requite status --at noon",
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
