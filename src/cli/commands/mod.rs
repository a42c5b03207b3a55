//! One file a command.

use super::args::{Arguments, Command, Globals};
use super::desk::Desk;
use super::outcome::Outcome;
use crate::error::Result;

mod auth;
mod check;
mod config;
mod contacts;
mod demo;
mod digest;
mod import;
mod log;
mod run;
mod show;
mod stance;
mod status;
mod steer;
mod sync;

/// What is worth a log line: the daemon's log is its only voice, a command has its output.
pub fn log_level(arguments: &Arguments) -> &'static str {
    let daemon = matches!(arguments.command, Command::Run);
    match (arguments.globals.quiet, arguments.globals.verbose, daemon) {
        (true, ..) => "error",
        (_, 0, false) => "warn",
        (_, 0, true) | (_, 1, false) => "info",
        _ => "debug",
    }
}

pub async fn dispatch(arguments: Arguments) -> Result<Outcome> {
    let outcome = perform(arguments).await;
    crate::auth::settle().await;
    outcome
}

async fn perform(arguments: Arguments) -> Result<Outcome> {
    let Arguments { globals, command } = arguments;
    match command {
        // These work where the configuration is wrong, too.
        Command::Demo { keep, once } => demo::run(keep.as_deref(), once, globals.json).await?,
        Command::Check { repair: true, .. } => check::repair::run(&globals)?,
        Command::Check { discover: Some(address), nameserver, .. } => {
            return check::discovery::run(&address, nameserver, &globals).await;
        }
        Command::Check { discover: None, .. } => return check::run(&globals).await,
        Command::Config { what } => config::run(what, &globals)?,
        Command::Auth { action } => auth::run(&desk(&globals, true)?, &action).await?,
        Command::Run => run::run(desk(&globals, true)?).await?,
        Command::Sync => sync::run(&desk(&globals, true)?).await?,
        Command::Log(log) => {
            // The entry's time, not the instant of which to speak.
            let entered = globals.at;
            let desk = desk(&Globals { at: None, ..globals }, false)?;
            log::run(&desk, log.kind, &log.words, entered, log.missed, log.received, log.undo)?;
        }
        command => return at_desk(&desk(&globals, false)?, command).await,
    }
    Ok(Outcome::Fine)
}

async fn at_desk(desk: &Desk, command: Command) -> Result<Outcome> {
    match command {
        Command::Status { exit_code, all } => return status::run(desk, exit_code, all),
        Command::Contacts(arguments) => contacts::run(desk, &arguments)?,
        Command::Show { contact } => show::run(desk, &contact)?,
        Command::Digest(arguments) => digest::run(desk, &arguments).await?,
        Command::Import { files, dry_run, undo } => import::run(desk, &files, dry_run, undo)?,
        Command::Done { ids, undo } => steer::done(desk, &ids, undo)?,
        Command::Due { ids, undo } => steer::due(desk, &ids, undo)?,
        Command::Snooze { words, undo } => steer::snooze(desk, &words, undo)?,
        Command::Mute { contact, undo } => steer::mute(desk, &contact, undo)?,
        Command::Star { contact, undo } => steer::star(desk, &contact, undo)?,
        Command::Set { contact, settings, undo } => steer::set(desk, &contact, &settings, undo)?,
        Command::Stance { stance, yes } => stance::run(desk, stance, yes)?,
        Command::Demo { .. }
        | Command::Run
        | Command::Sync
        | Command::Check { .. }
        | Command::Auth { .. }
        | Command::Config { .. }
        | Command::Log(_) => {}
    }
    Ok(Outcome::Fine)
}

fn desk(globals: &Globals, needs_configuration: bool) -> Result<Desk> {
    // A file that was named has to be there.
    let open = if needs_configuration || globals.config.is_some() {
        Desk::open_configured
    } else {
        Desk::open
    };
    let desk = open(globals.home()?, globals.at, globals.json, globals.quiet)?;
    Ok(Desk { verbose: globals.verbose > 0, ..desk })
}
