//! The options that every command takes, before or behind its name.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::daemon::Home;
use crate::domain::decide::schedule;
use crate::domain::model::Moment;
use crate::error::Result;

/// What holds for whatever command is given.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Globals {
    /// Configuration file
    #[arg(long, global = true, value_name = "FILE", env = "REQUITE_CONFIG")]
    pub(super) config: Option<PathBuf>,
    /// Keep everything below this folder instead of the usual places
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) home: Option<PathBuf>,
    /// Show things as of this time (RFC 3339) or the end of this day; for `log`, when it happened
    #[arg(long, global = true, value_name = "TIME", value_parser = at)]
    pub(super) at: Option<At>,
    /// Print JSON
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// When to use colour; NO_COLOR is honoured
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Say more about what is done; twice: everything
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(super) verbose: u8,
    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
}

impl Globals {
    /// Where things lie, for this run.
    ///
    /// # Errors
    /// `Failed` where no folder is named and nothing in the environment says where things lie.
    pub(super) fn home(&self) -> Result<Home> {
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

/// When colour is used.
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

/// An instant as it can be typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    Instant(Moment),
    /// Its end.
    Day(Date),
}

impl At {
    pub(super) fn moment(self, zone: &TimeZone) -> Moment {
        match self {
            At::Instant(at) => at,
            At::Day(day) => schedule::day_end(day, zone),
        }
    }
}

fn at(text: &str) -> Result<At, String> {
    let instant = text.parse::<jiff::Timestamp>().map(|at| At::Instant(at.into()));
    // What has a time and no zone is an instant nowhere.
    let day = || text.parse().ok().filter(|day: &Date| day.to_string() == text).map(At::Day);
    instant.ok().or_else(day).ok_or_else(|| {
        "give it as 2026-11-16, 2026-11-16T08:30:00Z or 2026-11-16T09:30:00+01:00".to_owned()
    })
}
