//! The configuration: file → checked values. Secrets are fetched only when a connection needs
//! them.
//!
//! Every error has the kind [`Config`](crate::error::Kind::Config) and shows file, line and caret.

mod checked;
mod checking;
mod file;
mod fingerprint;
mod first_line;
pub mod keyring;
mod login;
mod mistake;
mod program;
mod schema;
pub mod secret;
mod spanned;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::TimeZone;

pub use checked::{
    Account, AccountKind, Config, DigestPlan, Folders, HolidayFile, Imap, MESSAGE_ID, MID, Mailer,
    Me, Smtp, Tls,
};
pub use checking::daily_bytes_of;
pub use fingerprint::Fingerprint;
pub use login::{GoaService, Login, OAuth, TokenCommand};
pub use schema::schema;

use crate::domain::dates::DateStyle;
use crate::domain::measure::calendar::Holidays;
use crate::domain::policy::Policy;
use crate::error::{Error, Result};
use mistake::Mistake;

/// Every key with its default, as `requite config example` prints it.
pub const EXAMPLE: &str = include_str!("../../config/requite.example.toml");

/// What a configuration takes from the system that it is read on.
#[derive(Debug, Clone)]
pub struct Environment {
    /// The zone where the file names none.
    pub system_zone: TimeZone,
    /// What `~/` stands for.
    pub home: PathBuf,
    /// How dates are written.
    pub dates: DateStyle,
}

impl Environment {
    /// That of this process; without a home folder, `~/` is `/`.
    pub fn of_system() -> Environment {
        Environment {
            system_zone: TimeZone::system(),
            home: std::env::home_dir().unwrap_or_else(|| PathBuf::from("/")),
            dates: DateStyle::named(&locale_of_time()),
        }
    }
}

/// The locale that dates are written in (POSIX, Environment Variables §8.2).
fn locale_of_time() -> String {
    let named = ["LC_ALL", "LC_TIME", "LANG"].map(|name| std::env::var(name).unwrap_or_default());
    named.into_iter().find(|name| !name.is_empty()).unwrap_or_default()
}

/// What holds where there is no file yet: no account, nothing to mail.
pub fn defaults() -> Config {
    let Environment { system_zone, dates, .. } = Environment::of_system();
    let policy = Policy { zone: system_zone, dates, ..Policy::default() };
    Config {
        policy,
        me: Me::default(),
        accounts: Vec::new(),
        mailer: None,
        digest: DigestPlan {
            day: jiff::civil::Weekday::Monday,
            time: jiff::civil::time(7, 0, 0, 0),
            to: None,
            from: None,
            commands_to: None,
        },
        desktop: true,
        opener: None,
        keep_subjects: true,
        holidays: Vec::new(),
    }
}

/// The bytes of a calendar in my zone → its holidays; `None` when they hold no calendar.
pub type ReadHolidays = fn(&[u8], &TimeZone) -> Option<Holidays>;

/// Reads and checks the file at `path`, and with `read_holidays` the calendars that it names.
///
/// # Errors
/// `Config` where the file can't be read or has a mistake in it, or where a calendar can't be read.
pub fn load(path: &Path, read_holidays: ReadHolidays) -> Result<Config> {
    let text = std::fs::read_to_string(path).map_err(|cause| {
        let error = Error::config(format!("{} can't be read", path.display()));
        let hint = match cause.kind() {
            std::io::ErrorKind::NotFound => format!(
                "`requite setup` creates it; or start by hand from `requite config example`, \
                 and save it as {}",
                path.display()
            ),
            std::io::ErrorKind::InvalidData => "save it as UTF-8".to_owned(),
            _ => "check that it is a file you may read".to_owned(),
        };
        error.because(cause).hint(hint)
    })?;
    let mut config = parse(&text, path, &Environment::of_system())?;
    fill_in_holidays(&mut config, read_holidays)
        .map_err(|mistake| mistake.into_error(&text, path))?;
    Ok(config)
}

fn fill_in_holidays(
    config: &mut Config,
    read_holidays: ReadHolidays,
) -> std::result::Result<(), Mistake> {
    for file in &mut config.holidays {
        let mistake = |label: String| {
            let message = format!("{} can't be read as a calendar", file.path.display());
            Mistake::at(file.named_at.clone(), message, label)
                .hint("name a file in iCalendar format (.ics), or take it out of the list")
        };
        let bytes = std::fs::read(&file.path).map_err(|cause| mistake(cause.to_string()))?;
        file.holidays = read_holidays(&bytes, &config.policy.zone)
            .ok_or_else(|| mistake("no calendar is in it".to_owned()))?;
    }
    let days = config.holidays.iter().flat_map(|file| &file.holidays.days);
    config.policy.holidays = Arc::new(days.copied().collect());
    Ok(())
}

/// Checks `text`; `path` is shown in errors, and relative paths start at its folder. No calendar is
/// read: those that are named have no days yet.
///
/// # Errors
/// `Config` where the text is no TOML or has a mistake in it.
pub fn parse(text: &str, path: &Path, environment: &Environment) -> Result<Config> {
    toml::from_str(text)
        .map_err(Mistake::from)
        .and_then(|file| Config::check(&file, path, environment))
        .map_err(|mistake| mistake.into_error(text, path))
}
