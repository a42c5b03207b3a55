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
use super::checked::{AccountKind, Config, HolidayFile, MESSAGE_ID, MID, Me};
use super::file::{Basis, BodyText, WrittenAlerts, WrittenConfig, WrittenMe, WrittenMeasure};
use super::mistake::Mistake;
use super::spanned::Spanned;
use crate::domain::measure::calendar::Holidays;
use crate::domain::policy::{AlertPolicy, Policy, TimeBasis};
use values::{PathBase, given};

pub use account::daily_bytes_of;

impl Config {
    pub(super) fn check(
        file: &WrittenConfig,
        path: &Path,
        environment: &Environment,
    ) -> Result<Config, Mistake> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let base = PathBase { home: &environment.home, folder };
        let cues = reads_text(file);
        let accounts = account::accounts(&file.account, cues, &base)?;
        let me = me(&file.me, accounts.iter().map(|account| &account.kind))?;
        if me.addresses.is_empty() && !accounts.is_empty() {
            let message = "no address of yours is known, so yours and theirs look alike";
            return Err(Mistake::nowhere(message)
                .hint("add [me] addresses = [\"ada@example.com\"] with every address of yours"));
        }
        let mailer = mailer::mailer(&file.smtp, &accounts, &base)?;
        let digest = mailer::digest(&file.digest, &file.smtp, &me, !accounts.is_empty())?;
        Ok(Config {
            policy: policy(file, environment)?,
            me,
            accounts,
            mailer,
            digest,
            desktop: file.alerts.desktop.unwrap_or(true),
            opener: opener(&file.alerts, &base)?,
            keep_subjects: file.privacy.subjects.unwrap_or(true),
            holidays: holidays(&file.measure, &base),
        })
    }
}

fn policy(file: &WrittenConfig, environment: &Environment) -> Result<Policy, Mistake> {
    let usual = Policy::default();
    let zone = given(&file.me.zone).map(|zone| values::zone(&zone)).transpose()?;
    let limit = given(&file.limit).map(|limit| values::limit(&limit)).transpose()?;
    Ok(Policy {
        stance: file.stance,
        limit_h: limit.unwrap_or(usual.limit_h),
        time: match file.measure.time {
            Some(Basis::Date) => TimeBasis::Date,
            Some(Basis::Arrival) | None => TimeBasis::Arrival,
        },
        zone: zone.unwrap_or_else(|| environment.system_zone.clone()),
        dates: environment.dates,
        away: file.me.away.iter().map(values::absence).collect::<Result<_, _>>()?,
        holidays: usual.holidays,
        alerts: alerts(&file.alerts)?,
        reads_text: reads_text(file),
    })
}

fn reads_text(file: &WrittenConfig) -> bool {
    !matches!(file.privacy.text, Some(BodyText::Never))
}

/// Named only: what they say is read with them.
fn holidays(written: &WrittenMeasure, base: &PathBase<'_>) -> Vec<HolidayFile> {
    let named = written.holidays.iter().filter(|path| !path.get_ref().trim().is_empty());
    let file = |path: &Spanned<String>| HolidayFile {
        path: base.path(path.get_ref().trim()),
        holidays: Holidays::default(),
        named_at: path.span(),
    };
    named.map(file).collect()
}

fn alerts(written: &WrittenAlerts) -> Result<AlertPolicy, Mistake> {
    let usual = AlertPolicy::default();
    let batch = given(&written.batch).map(|at| values::time(&at)).transpose()?;
    let quiet = given(&written.quiet).map(|hours| values::quiet(&hours)).transpose()?;
    Ok(AlertPolicy {
        batch: batch.unwrap_or(usual.batch),
        per_week: written.per_week.unwrap_or(usual.per_week),
        quiet: quiet.unwrap_or(usual.quiet),
        urgency: written.urgency.unwrap_or(usual.urgency),
        they_owe: written.they_owe,
    })
}

/// The command that opens a message; it has to say which.
fn opener(written: &WrittenAlerts, base: &PathBase<'_>) -> Result<Option<Vec<String>>, Mistake> {
    let Some(words) = written.open.as_ref().filter(|words| !words.get_ref().is_empty()) else {
        return Ok(None);
    };
    let names_it = |word: &String| word.contains(MID) || word.contains(MESSAGE_ID);
    if !words.get_ref().iter().skip(1).any(names_it) {
        let message = "this command doesn't say which message to open";
        return Err(Mistake::at(words.span(), message, "like [\"thunderbird\", \"{mid}\"]"));
    }
    Ok(Some(base.command(words.get_ref())))
}

/// Names and addresses; a user name that is an address is one of mine.
fn me<'a>(
    written: &WrittenMe,
    accounts: impl Iterator<Item = &'a AccountKind>,
) -> Result<Me, Mistake> {
    let mut addresses: Vec<String> = Vec::new();
    for address in &written.addresses {
        let trimmed = Spanned::new(address.span(), address.get_ref().as_str());
        addresses.push(values::address(&trimmed)?);
    }
    let users = accounts.filter_map(|kind| match kind {
        AccountKind::Imap(imap) => values::normalised(&imap.user),
        AccountKind::Goa { address } => Some(address.clone()),
        AccountKind::Maildir { .. } => None,
    });
    addresses.extend(users);
    let mut known = std::collections::HashSet::new();
    addresses.retain(|address| known.insert(address.clone()));
    let names = written.names.iter().map(|name| name.trim().to_owned());
    Ok(Me { names: names.filter(|name| !name.is_empty()).collect(), addresses })
}
