//! Judges what the file says: fills in defaults, refuses contradictions and what can't be done.
//!
//! Never reads the system: home, zone and place of the file are handed in.

mod account;
mod mailer;
mod oauth;
mod password;
mod server;
mod values;

use std::path::Path;

use super::Environment;
use super::checked::{AccountKind, Config, HolidayFile, Me};
use super::file::{self, File};
use super::mistake::Mistake;
use crate::domain::measure::calendar::Holidays;
use crate::domain::policy::{AlertPolicy, Policy, TimeBasis};
use values::{Place, given};

impl Config {
    pub(super) fn check(
        file: &File,
        path: &Path,
        environment: &Environment,
    ) -> Result<Config, Mistake> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let place = Place { home: &environment.home, folder };
        let cues = reads_text(file);
        let accounts = account::accounts(&file.account, cues, &place)?;
        let me = me(&file.me, accounts.iter().map(|account| &account.kind))?;
        if me.addresses.is_empty() && !accounts.is_empty() {
            let message = "no address of yours is known, so yours and theirs look alike";
            return Err(Mistake::nowhere(message)
                .hint("add [me] addresses = [\"ada@example.com\"] with every address of yours"));
        }
        let mailer = mailer::mailer(&file.smtp, &accounts, &place)?;
        let digest = mailer::digest(&file.digest, &file.smtp, &me)?;
        Ok(Config {
            policy: policy(file, environment)?,
            me,
            accounts,
            mailer,
            digest,
            desktop: file.alerts.desktop.unwrap_or(true),
            keep_subjects: file.privacy.subjects.unwrap_or(true),
            holidays: holidays(&file.measure, &place),
        })
    }
}

fn policy(file: &File, environment: &Environment) -> Result<Policy, Mistake> {
    let usual = Policy::default();
    let zone = given(&file.me.zone).map(|zone| values::zone(&zone)).transpose()?;
    let limit = given(&file.limit).map(|limit| values::limit(&limit)).transpose()?;
    Ok(Policy {
        stance: file.stance,
        limit_h: limit.unwrap_or(usual.limit_h),
        time: match file.measure.time {
            Some(file::Basis::Date) => TimeBasis::Date,
            Some(file::Basis::Arrival) | None => TimeBasis::Arrival,
        },
        zone: zone.unwrap_or_else(|| environment.system_zone.clone()),
        away: file.me.away.iter().map(values::absence).collect::<Result<_, _>>()?,
        holidays: usual.holidays,
        alerts: alerts(&file.alerts)?,
        reads_text: reads_text(file),
    })
}

fn reads_text(file: &File) -> bool {
    !matches!(file.privacy.text, Some(file::BodyText::Never))
}

/// Named only: what they say is read with them.
fn holidays(written: &file::Measure, place: &Place<'_>) -> Vec<HolidayFile> {
    let named = written.holidays.iter().filter(|path| !path.get_ref().trim().is_empty());
    let file = |path: &toml::Spanned<String>| HolidayFile {
        path: place.path(path.get_ref().trim()),
        holidays: Holidays::default(),
        named_at: path.span(),
    };
    named.map(file).collect()
}

fn alerts(written: &file::Alerts) -> Result<AlertPolicy, Mistake> {
    let usual = AlertPolicy::default();
    let batch = given(&written.batch).map(|at| values::time(&at)).transpose()?;
    let quiet = given(&written.quiet).map(|hours| values::quiet(&hours)).transpose()?;
    Ok(AlertPolicy {
        batch: batch.unwrap_or(usual.batch),
        per_week: written.per_week.unwrap_or(usual.per_week),
        quiet: quiet.unwrap_or(usual.quiet),
    })
}

/// Names and addresses; a user name that is an address is one of mine.
fn me<'a>(
    written: &file::Me,
    accounts: impl Iterator<Item = &'a AccountKind>,
) -> Result<Me, Mistake> {
    let mut addresses: Vec<String> = Vec::new();
    for address in &written.addresses {
        let trimmed = toml::Spanned::new(address.span(), address.get_ref().as_str());
        addresses.push(values::address(&trimmed)?);
    }
    let users = accounts.filter_map(|kind| match kind {
        AccountKind::Imap(imap) => values::normalised(&imap.user),
        AccountKind::Maildir { .. } => None,
    });
    addresses.extend(users);
    let mut known = std::collections::HashSet::new();
    addresses.retain(|address| known.insert(address.clone()));
    let names = written.names.iter().map(|name| name.trim().to_owned());
    Ok(Me { names: names.filter(|name| !name.is_empty()).collect(), addresses })
}
