//! One file a command: its arguments, what it does, its text and its JSON. Here stands which there
//! are and what each needs.

use clap::Subcommand;

use super::desk::Desk;
use super::exit::Exit;
use super::globals::Globals;
use crate::error::{Error, Kind, Result};

mod auth;
mod bar;
mod check;
mod completions;
mod config;
mod contacts;
mod demo;
mod digest;
mod done;
mod due;
mod import;
mod ledger;
mod log;
mod man;
mod mcp;
mod mute;
mod notify;
mod report;
mod run;
mod set;
mod setup;
mod show;
mod sift;
mod snooze;
mod stance;
mod star;
mod status;
mod sync;
#[cfg(test)]
mod tests;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Play two weeks with a sample mailbox, in under a minute
    Demo(demo::DemoArgs),
    /// Set everything up: from your address to the first status
    Setup(Box<setup::SetupArgs>),
    /// Watch the mailbox: the daemon, in the foreground
    Run,
    /// Read every account once, completely
    Sync,
    /// Test everything, and say what's wrong and how to fix it
    Check(check::CheckArgs),
    /// Import contacts (LinkedIn exports, vCards) and mail (mbox, Maildir), detecting the format
    Import(import::ImportArgs),
    /// Show who is waiting for you, who you're waiting for, and how the accounts are doing
    Status(status::StatusArgs),
    /// Print one line for a status bar: how many are waiting for you
    Bar(bar::BarArgs),
    /// List contacts with their scores and both response times
    Contacts(contacts::ContactsArgs),
    /// Show everything about one contact, with the evidence
    Show(show::ShowArgs),
    /// Print the weekly digest as it would be now
    Digest(digest::DigestArgs),
    /// Write everything into one page: who waits, who answers when, the balance
    Report(report::ReportArgs),
    /// Mark turns as done: no answer needed any more
    Done(done::DoneArgs),
    /// Mark turns as due: they do need an answer
    Due(due::DueArgs),
    /// Put turns off for a while
    Snooze(snooze::SnoozeArgs),
    /// Never alert about a contact
    Mute(mute::MuteArgs),
    /// Mark a contact whose answers must not be late
    Star(star::StarArgs),
    /// Give a contact a limit, a time zone or a rhythm of their own
    Set(set::SetArgs),
    /// Enter a call, a meeting, a favour, an ask, an introduction or a note by hand
    Log(log::LogArgs),
    /// Show what you gave, asked and received, what came of it, and the balance
    Ledger(ledger::LedgerArgs),
    /// Show who you may want to let go of, and why; keep or archive them
    Sift(sift::SiftArgs),
    /// Show or change how you see your network
    Stance(stance::StanceArgs),
    /// Try the alerts on the desktop
    Notify(notify::NotifyArgs),
    /// Answer an assistant's questions over stdin and stdout (Model Context Protocol)
    Mcp,
    /// Sign in to an account by OAuth2, see who is signed in, sign out
    Auth(auth::AuthArgs),
    /// Show the configuration's path, its contents, or every possible setting
    Config(config::ConfigArgs),
    /// Print shell completions
    Completions(completions::CompletionsArgs),
    /// Write the manual pages into a folder
    Man(man::ManArgs),
}

/// Where no command is given: help, and before anything is set up the offer to do that.
///
/// # Errors
/// Those of the set-up, where it is wanted.
pub(super) async fn greet(globals: &Globals, mut grammar: clap::Command) -> Result<Exit> {
    if setup::is_wanted(globals)? {
        return setup::run(&setup::SetupArgs::default(), globals).await;
    }
    anstream::eprint!("{}", grammar.render_help().ansi());
    Ok(Exit::Trouble(Kind::Usage))
}

impl Command {
    /// Whether it is the one that runs on and has nobody to talk to.
    pub(super) fn is_daemon(&self) -> bool {
        matches!(self, Command::Run)
    }

    /// Whether it may ask a provider for a token. The daemon listens to signals itself.
    pub(super) fn signs_in(&self) -> bool {
        use Command::{Auth, Check, Digest, Setup, Sync};
        matches!(self, Setup(_) | Sync | Check(_) | Digest(_) | Auth(_))
    }

    /// Whether it makes a difference to it of which instant it is to speak.
    fn knows_the_past(&self) -> bool {
        use Command::{
            Auth, Check, Completions, Config, Demo, Import, Man, Notify, Run, Setup, Sync,
        };
        !matches!(
            self,
            Demo(_)
                | Setup(_)
                | Run
                | Sync
                | Check(_)
                | Import(_)
                | Notify(_)
                | Auth(_)
                | Config(_)
                | Completions(_)
                | Man(_)
        )
    }

    /// Who takes the globals works where the configuration is wrong, too. `grammar` is that of the
    /// whole command line.
    ///
    /// # Errors
    /// `Usage` for `--at` where it has no effect; those of the command, and before it of opening its
    /// desk.
    pub(super) async fn perform(
        self,
        globals: &Globals,
        grammar: fn() -> clap::Command,
    ) -> Result<Exit> {
        if globals.at.is_some() && !self.knows_the_past() {
            return Err(Error::usage("--at has no effect on this command: leave it out"));
        }
        let desk = || Desk::open(globals);
        match self {
            Command::Demo(args) => demo::run(&args, globals).await?,
            Command::Setup(args) => return setup::run(&args, globals).await,
            Command::Check(args) => return check::run(&args, globals).await,
            Command::Config(args) => config::run(&args, globals)?,
            Command::Completions(args) => completions::run(&args, grammar())?,
            Command::Man(args) => man::run(&args, grammar())?,
            Command::Auth(args) => auth::run(&Desk::open_configured(globals)?, &args).await?,
            Command::Run => run::run(Desk::open_configured(globals)?).await?,
            Command::Sync => sync::run(&Desk::open_configured(globals)?).await?,
            Command::Status(args) => return status::run(&desk()?, &args),
            Command::Bar(args) => bar::run(desk()?, &args).await?,
            Command::Contacts(args) => contacts::run(&desk()?, &args)?,
            Command::Show(args) => show::run(&desk()?, &args)?,
            Command::Digest(args) => digest::run(&desk()?, &args).await?,
            Command::Report(args) => report::run(&desk()?, &args)?,
            Command::Import(args) => import::run(&desk()?, &args)?,
            Command::Done(args) => done::run(&desk()?, &args)?,
            Command::Due(args) => due::run(&desk()?, &args)?,
            Command::Snooze(args) => snooze::run(&desk()?, &args)?,
            Command::Mute(args) => mute::run(&desk()?, &args)?,
            Command::Star(args) => star::run(&desk()?, &args)?,
            Command::Set(args) => set::run(&desk()?, &args)?,
            Command::Log(args) => {
                // `--at` is the entry's time here, not the instant of which to speak.
                let desk = desk()?;
                let at = desk.at;
                log::run(&Desk { at: None, ..desk }, &args, at)?;
            }
            Command::Ledger(args) => ledger::run(&desk()?, &args)?,
            Command::Sift(args) => sift::run(&desk()?, &args)?,
            Command::Stance(args) => stance::run(&desk()?, &args)?,
            Command::Mcp => mcp::run(globals).await?,
            Command::Notify(args) => notify::run(&desk()?, &args).await?,
        }
        Ok(Exit::Fine)
    }
}
