//! Single values: text of the file → times, days, durations, zones, paths.

use std::path::{Path, PathBuf};

use jiff::civil::{Date, Time, Weekday};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo, Unit};
use toml::Value;

use super::super::spanned::Spanned;

use super::super::file::Text;
use super::super::mistake::Mistake;
use crate::domain::policy::EXPIRY_H;

type Checked<T> = std::result::Result<T, Mistake>;

/// A text that isn't empty, trimmed; an empty one is as good as none.
pub(super) fn given(text: &Text) -> Option<Spanned<&str>> {
    let text = text.as_ref()?;
    let trimmed = text.get_ref().trim();
    (!trimmed.is_empty()).then(|| Spanned::new(text.span(), trimmed))
}

/// Hours; a day has 24.
pub(super) fn limit(text: &Spanned<&str>) -> Checked<f64> {
    let shape = "hours, days or minutes: \"48h\", \"2d\", \"90m\"";
    let wrong =
        || Mistake::at(text.span(), format!("not a valid duration: {}", text.get_ref()), shape);
    let span: Span = text.get_ref().parse().map_err(|_| wrong())?;
    let hours =
        span.total((Unit::Hour, SpanRelativeTo::days_are_24_hours())).map_err(|_| wrong())?;
    if hours > 0.0 && hours <= EXPIRY_H {
        return Ok(hours);
    }
    Err(Mistake::at(text.span(), "this limit can't be kept", "more than 0 h, at most 30 days"))
}

pub(super) fn time(text: &Spanned<&str>) -> Checked<Time> {
    time_of_day(text.get_ref()).ok_or_else(|| {
        let message = format!("\"{}\" isn't a time of day", text.get_ref());
        Mistake::at(text.span(), message, "hours and minutes: \"07:00\"")
    })
}

/// `"21:00-08:00"`; `"never"` for none.
pub(super) fn quiet(text: &Spanned<&str>) -> Checked<Option<(Time, Time)>> {
    if *text.get_ref() == "never" {
        return Ok(None);
    }
    let hours = text.get_ref().split_once('-').and_then(|(start, end)| {
        Some((time_of_day(start.trim())?, time_of_day(end.trim())?)).filter(|(a, b)| a != b)
    });
    hours.map(Some).ok_or_else(|| {
        let message = format!("\"{}\" aren't quiet hours", text.get_ref());
        Mistake::at(text.span(), message, "from-to: \"21:00-08:00\", or \"never\"")
    })
}

pub(super) fn weekday(text: &Spanned<&str>) -> Checked<Weekday> {
    ["%A", "%a"]
        .iter()
        .find_map(|format| BrokenDownTime::parse(format, text.get_ref()).ok()?.weekday())
        .ok_or_else(|| {
            let message = format!("\"{}\" isn't a day of the week", text.get_ref());
            Mistake::at(text.span(), message, "in English: \"monday\"")
        })
}

/// `"2026-12-24/2027-01-02"`, or a single day.
pub(super) fn absence(text: &Spanned<String>) -> Checked<(Date, Date)> {
    let whole = text.get_ref().trim();
    let (first, last) = whole.split_once('/').unwrap_or((whole, whole));
    let wrong = |label| Mistake::at(text.span(), format!("\"{whole}\" isn't a time away"), label);
    let day = |text: &str| {
        text.trim()
            .parse::<Date>()
            .map_err(|_| wrong("first/last day: \"2026-12-24/2027-01-02\", or one day"))
    };
    let (first, last) = (day(first)?, day(last)?);
    if last < first {
        return Err(wrong("the last day comes before the first"));
    }
    Ok((first, last))
}

pub(super) fn zone(text: &Spanned<&str>) -> Checked<TimeZone> {
    TimeZone::get(text.get_ref()).map_err(|_| {
        let message = format!("no time zone is called \"{}\"", text.get_ref());
        Mistake::at(text.span(), message, "a name from the tz database: \"Europe/Paris\"")
    })
}

/// A number of bytes, or a text with a unit; `"none"` for any number, an empty text for the usual.
pub(super) fn daily_bytes(written: &Spanned<Value>, usual: Option<u64>) -> Checked<Option<u64>> {
    let shape = "bytes, or a text: \"500 MB\"; \"none\" for no bound";
    let bytes = match written.get_ref() {
        Value::Integer(bytes) => Some(*bytes),
        Value::String(text) => match text.trim() {
            "" => return Ok(usual),
            "none" => return Ok(None),
            text => size(text),
        },
        _ => None,
    };
    match bytes {
        Some(bytes) if bytes > 0 => Ok(u64::try_from(bytes).ok()),
        Some(_) => {
            let message = "without a byte a day no history is ever read";
            Err(Mistake::at(written.span(), message, "more than 0, or \"none\" for no bound"))
        }
        None => {
            let message = format!("{} isn't a number of bytes", written.get_ref());
            Err(Mistake::at(written.span(), message, shape))
        }
    }
}

/// `500 MB` (decimal, ISO 80000-1) or `500 MiB` (binary, IEC 80000-13), in bytes.
fn size(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(factor)
}

/// Trimmed and in lower case.
pub(super) fn address(text: &Spanned<&str>) -> Checked<String> {
    normalised(text.get_ref()).ok_or_else(|| {
        let message = format!("not a mail address: {}", text.get_ref());
        Mistake::at(text.span(), message, "like \"ada@example.com\"")
    })
}

/// The normalised form of what looks like a mail address.
pub(super) fn normalised(text: &str) -> Option<String> {
    let (local, domain) = text.trim().rsplit_once('@')?;
    let plain = !text.trim().contains(|c: char| c.is_whitespace() || c.is_control());
    (plain && !local.is_empty() && !domain.is_empty())
        .then(|| format!("{local}@{domain}").to_lowercase())
}

/// Where paths of the file start from.
pub(super) struct PathBase<'a> {
    pub home: &'a Path,
    /// The folder of the configuration file.
    pub folder: &'a Path,
}

impl PathBase<'_> {
    /// `~/` is the home; a relative path starts at the configuration's folder.
    pub(super) fn path(&self, text: &str) -> PathBuf {
        match text.strip_prefix("~/") {
            Some(rest) => self.home.join(rest),
            None if text == "~" => self.home.to_owned(),
            None => self.folder.join(text),
        }
    }

    /// No shell runs a command, so the `~/` of its program is expanded here.
    pub(super) fn command(&self, words: &[String]) -> Vec<String> {
        let mut words = words.to_vec();
        if let Some(program) = words.first_mut()
            && let Some(rest) = program.strip_prefix("~/")
        {
            *program = self.home.join(rest).to_string_lossy().into_owned();
        }
        words
    }
}

fn time_of_day(text: &str) -> Option<Time> {
    Time::strptime("%H:%M", text).ok()
}
