//! When somebody is away: the day on which a notice says they are back, and the stretches in which
//! their clock stands still.
//!
//! Reads the words it is given, a subject or the beginning of a text; knows no mail and no clock.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::model::{DAY, Moment};

mod reading;
mod words;

/// How long a notice holds that names no day, in seconds.
const UNNAMED: i64 = 7 * DAY;
/// A day without a year that went by so few days before the notice was sent is not next year's:
/// the notice was left switched on.
const JUST_PAST_DAYS: i32 = 60;
/// Nobody announces a longer absence, in days.
const LONGEST_DAYS: i32 = 366;

/// A message that said its author was away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// When it was sent.
    pub at: Moment,
    /// The first local day of presence that it names; `None` where it names no day.
    pub back: Option<Date>,
}

/// What is known of one absence. The zone in which its days begin may change later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absence {
    /// What it was announced by.
    pub notice: Notice,
    /// When they next wrote themselves; `None` while they have not.
    pub ended: Option<Moment>,
}

impl Absence {
    /// Begin (included) and end (excluded): from the notice until the day it names begins in
    /// `zone`, else for seven days, or until they wrote, whichever is earlier.
    pub fn span(&self, zone: &TimeZone) -> (Moment, Moment) {
        let Notice { at, back } = self.notice;
        let named = back.and_then(|back| back.to_zoned(zone.clone()).ok());
        let end = named.map_or(at + UNNAMED, |named| named.timestamp().into());
        (at, self.ended.map_or(end, |ended| end.min(ended)).max(at))
    }

    /// What was known of it at `then`; `None` where it hadn't been announced.
    pub fn as_of(self, then: Moment) -> Option<Absence> {
        let ended = self.ended.filter(|ended| *ended <= then);
        (self.notice.at <= then).then_some(Absence { ended, ..self })
    }

    /// Whether `at` lies in its [`Absence::span`].
    pub fn contains(&self, at: Moment, zone: &TimeZone) -> bool {
        let (begin, end) = self.span(zone);
        begin <= at && at < end
    }
}

/// The absences that notices tell of, oldest first, each ended by the next message that their author
/// wrote in person; `human` in order. Of notices of one second the latest day holds.
pub fn absences(notices: &[Notice], human: &[Moment]) -> Vec<Absence> {
    let mut latest: BTreeMap<Moment, Option<Date>> = BTreeMap::new();
    for Notice { at, back } in notices {
        let known = latest.entry(*at).or_default();
        *known = (*known).max(*back);
    }
    let absence = |(at, back)| {
        let next = human.partition_point(|human| *human <= at);
        Absence { notice: Notice { at, back }, ended: human.get(next).copied() }
    };
    latest.into_iter().map(absence).collect()
}

/// The first day on which the author of a notice is back: the day itself for "back on" and the
/// like, the day after for "until" and for the last day of a range.
///
/// Reads English, German, French, Spanish, Dutch and Italian; ISO 8601 dates; numeric dates with
/// the day first, and with the month first only where no month has the other number ("1/13"): most
/// of the world writes the day first. A date without such a word before or behind it says nothing
/// about an absence. Where the year is missing, it is the next such day; a weekday alone is the
/// next one. The first "back on" holds, else the first "until". Takes time in proportion to the
/// text, and any text.
pub fn end_date(text: &str, sent: Moment) -> Option<Date> {
    let sent = sent.timestamp().to_zoned(TimeZone::UTC).date();
    let mut until = None;
    for mention in reading::mentions(text) {
        let Some(day) = resolve(mention.day, sent) else { continue };
        match mention.says {
            reading::Says::Back => return Some(day),
            reading::Says::Until => until = until.or(day.tomorrow().ok()),
        }
    }
    until
}

fn resolve(day: reading::Day, sent: Date) -> Option<Date> {
    let date = match day {
        reading::Day::Weekday(weekday) => sent.nth_weekday(1, weekday).ok()?,
        reading::Day::Date { year: Some(year), month, day } => Date::new(year, month, day).ok()?,
        reading::Day::Date { year: None, month, day } => next_such_day(month, day, sent)?,
    };
    // The sender's day may have been the one before.
    let earliest = sent.yesterday().ok()?;
    let latest = sent.checked_add(LONGEST_DAYS.days()).ok()?;
    (earliest <= date && date <= latest).then_some(date)
}

fn next_such_day(month: i8, day: i8, sent: Date) -> Option<Date> {
    let just_past = sent.checked_sub(JUST_PAST_DAYS.days()).ok()?;
    // A 29 February comes within eight years.
    let years = (just_past.year()..).take(9);
    years.filter_map(|year| Date::new(year, month, day).ok()).find(|date| *date >= just_past)
}

#[cfg(test)]
mod tests;
