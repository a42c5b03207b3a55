//! What Requite leans on: the way out for mail, the desktop, the clock, the service manager.

use std::path::Path;

use super::Part;
use crate::auth::goa;
use crate::cli::desk::Desk;
use crate::cli::render;
use crate::config::{Config, HolidayFile, Mailer};
use crate::daemon::unit::{self, Sandbox};
use crate::deliver;
use crate::domain::decide::schedule;
use crate::domain::measure::calendar::Holidays;
use crate::domain::model::Moment;
use crate::domain::text::{count, size};
use crate::error::{Error, Kind, Result};

/// What each calendar says of this year.
pub(super) fn holidays(desk: &Desk) -> Vec<Part> {
    let this_year = schedule::local_date(desk.now, &desk.config.policy.zone).year();
    let told = |file: &HolidayFile| {
        let Holidays { days, skipped } = &file.holidays;
        let days = days.iter().filter(|day| day.year() == this_year).count() as u64;
        let mut told =
            format!("{}: {} in {this_year}", file.path.display(), count(days, "day", "days"));
        if *skipped > 0 {
            let events = count(*skipped as u64, "event", "events");
            told.push_str(&format!(", {events} left out: not understood"));
        }
        Part::well("holidays", told)
    };
    desk.config.holidays.iter().map(told).collect()
}

/// 2026-01-01: this program is no older, so no clock may be.
const BORN: Moment = Moment(1_767_225_600);

pub(super) async fn post(config: &Config) -> Part {
    Part::of("digest mail", way_out(config).await)
}

async fn way_out(config: &Config) -> Result<String> {
    let way = match (&config.mailer, &config.digest.to) {
        (None, None) => return Ok("not configured: no digest is mailed".to_owned()),
        (None, Some(_)) => {
            return Err(Error::config("[digest] has an address, but nothing says how to send")
                .hint("add [smtp] with host = \"…\", sendmail = true or file = \"DIR\""));
        }
        (Some(Mailer::Smtp(server)), _) => {
            if let Some(problem) = server.login.as_ref().and_then(|(_, login)| login.problem()) {
                return Err(problem);
            }
            deliver::reach(server).await?;
            format!("by {}, port {}", server.host, server.port)
        }
        (Some(Mailer::Goa(address)), _) => {
            let server = goa::way_out(address).await?;
            deliver::reach(&server).await?;
            format!("by {}, as GNOME Online Accounts has it", server.host)
        }
        (Some(Mailer::Sendmail), _) => "by sendmail".to_owned(),
        (Some(Mailer::File(folder)), _) => writable(folder)?,
    };
    match &config.digest.to {
        Some(to) => Ok(format!("{way}, to {to} (`requite digest --send` tries it)")),
        None => Err(Error::config("[smtp] is set up, but the digest has no recipient")
            .hint("add [digest] with to = \"ada@example.com\"")),
    }
}

fn writable(folder: &Path) -> Result<String> {
    let into = format!("as files into {}", folder.display());
    match folder.metadata() {
        Ok(found) if !found.is_dir() || found.permissions().readonly() => {
            Err(Error::config(format!("{} isn't a folder that can be written", folder.display()))
                .hint("name another folder as [smtp] file"))
        }
        // It is made when the first digest is written.
        _ => Ok(into),
    }
}

pub(super) async fn desktop(config: &Config) -> Part {
    let found = if config.desktop {
        deliver::probe().await.map(|notifier| format!("{} {}", notifier.name, notifier.version))
    } else {
        Ok("alerts are switched off".to_owned())
    };
    // No network is missing here, so waiting won't help.
    let found = found.map_err(|cause| {
        let hint = cause.advice().unwrap_or_default().to_owned();
        Error::failed(cause.to_string())
            .hint(format!("{hint}; or set desktop = false under [alerts]"))
    });
    Part::of("desktop alerts", found)
}

pub(super) fn clock(desk: &Desk) -> Part {
    Part::of("clock", sane(desk.now).map(|()| render::time(desk.now, &desk.config.policy.zone)))
}

fn sane(now: Moment) -> Result<()> {
    if now >= BORN {
        return Ok(());
    }
    Err(Error::failed(format!("the clock is wrong: it says {now}"))
        .hint("set it, or let it be set: `timedatectl set-ntp true`"))
}

/// With everything below `--home`, no session is needed.
pub(super) fn session(has_own_home: bool) -> Part {
    let session = std::env::var_os("XDG_RUNTIME_DIR").filter(|folder| Path::new(folder).is_dir());
    let found = match session {
        Some(folder) => Ok(format!("the user session is at {}", Path::new(&folder).display())),
        None if has_own_home => Ok("no user session; with --home none is needed".to_owned()),
        None => Err(Error::failed("there is no user session: XDG_RUNTIME_DIR names no folder")
            .hint("log in with systemd, or let it start without: `loginctl enable-linger`")),
    };
    Part::of("user session", found)
}

/// Whether the daemon starts with the session, and how it is.
pub(super) async fn service() -> Part {
    const NAME: &str = "service";
    let Ok(unit) = unit::state().await else {
        return Part::well(NAME, "no systemd user manager answers");
    };
    let told = format!("{}, {}", unit.file, unit.active);
    let advised = |detail: &str, fix: &str| Part::well(NAME, detail).advised(fix);
    match (unit.load.as_str(), unit.active.as_str(), unit.lingers) {
        ("not-found", ..) => advised(
            "not installed",
            "a package installs it; else copy systemd/requite.service into \
             ~/.config/systemd/user, and systemctl --user enable --now requite",
        ),
        (_, "failed", _) => Part::ill(
            NAME,
            &Error::failed(told)
                .hint("journalctl --user -u requite says why; systemctl --user restart requite"),
        ),
        (_, "active", Some(false)) => advised(
            &format!("{told}; it stops when you log out"),
            "loginctl enable-linger keeps it running",
        ),
        (_, "active", _) => Part::well(NAME, told),
        _ => advised(&told, "systemctl --user enable --now requite"),
    }
}

/// Whether the daemon could be locked in further, where it is a service.
pub(super) async fn sandbox() -> Option<Part> {
    const NAME: &str = "sandbox";
    Some(match unit::sandbox().await? {
        Sandbox::InUse => Part::well(NAME, "the service runs in the extra sandbox"),
        Sandbox::Possible => Part::well(NAME, "the service could run in an extra sandbox").advised(
            "put sandbox.conf (in /usr/share/doc/requite, or beside the unit in the source) into \
             ~/.config/systemd/user/requite.service.d, and systemctl --user daemon-reload",
        ),
        Sandbox::Impossible => {
            Part::well(NAME, "this system allows no extra sandbox for user services")
        }
        Sandbox::Missing => Part::ill(
            NAME,
            &Error::failed("this system can't provide the sandbox that the drop-in asks for")
                .hint("remove ~/.config/systemd/user/requite.service.d/sandbox.conf"),
        ),
    })
}

/// With less than this, in bytes, the database may soon not grow any more.
const LITTLE: u64 = 100_000_000;

pub(super) fn disk(data: &Path) -> Part {
    // It is made with the first command that writes.
    let there = data.ancestors().find(|folder| folder.exists()).unwrap_or(data);
    let found = rustix::fs::statvfs(there).map(|disk| disk.f_bavail * disk.f_frsize);
    let found = match found {
        Ok(free) if free < LITTLE => {
            Err(Error::new(Kind::NoRoom, format!("only {} are left", size(free)))
                .hint(format!("make room where {} lies", data.display())))
        }
        Ok(free) => Ok(format!("{} free", size(free))),
        Err(cause) => {
            Err(Error::failed(format!("{} can't be looked at", there.display())).because(cause))
        }
    };
    Part::of("disk", found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    #[tokio::test]
    async fn a_digest_needs_an_address_and_a_way() {
        let ada = Some("ada@example.com");
        let told = "by sendmail, to ada@example.com (`requite digest --send` tries it)";
        for (mailer, to, expected) in [
            (None, None, Ok("not configured: no digest is mailed")),
            (None, ada, Err(Kind::Config)),
            (Some(Mailer::Sendmail), None, Err(Kind::Config)),
            (Some(Mailer::Sendmail), ada, Ok(told)),
        ] {
            let mut config = config::defaults();
            config.mailer = mailer;
            config.digest.to = to.map(str::to_owned);
            let found = way_out(&config).await.map_err(|error| error.kind());
            assert_eq!(found.as_deref().map_err(|kind| *kind), expected);
        }
    }

    #[test]
    fn a_clock_that_starts_at_zero_is_noticed() {
        assert!(sane(Moment(0)).is_err());
        assert!(sane(BORN).is_ok());
    }
}
