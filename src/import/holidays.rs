//! Holiday calendars (iCalendar, RFC 5545) → the days on which nobody works.
//!
//! Only whole days count: what begins or ends within a day leaves that day a working one. A broken
//! event costs itself and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calcard::common::PartialDateTime;
use calcard::common::timezone::Tz;
use calcard::icalendar::dates::TimeOrDelta;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarFrequency, ICalendarProperty,
    ICalendarStatus, ICalendarValue,
};
use calcard::{Entry, Parser};
use jiff::civil::{Date, DateTime, Time, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::text;
use crate::domain::measure::calendar::Holidays;

/// Days further off than this are left out, so that no clock is needed to end a yearly event.
const FIRST: Date = date(1990, 1, 1);
const LAST: Date = date(2060, 12, 31);
/// Most repetitions of one event that are looked at: each day of that span.
const MOST: usize = 71 * 366;
/// Some programs end a whole day at 23:59.
const MISSING_AT_END: i64 = 60;

/// Reads a file; `zone` says on which local days an event in UTC falls. `None` when it holds no
/// calendar at all.
pub fn read(bytes: &[u8], zone: &TimeZone) -> Option<Holidays> {
    let mut holidays = Holidays::default();
    let components = components(&text::whole(bytes), &mut holidays.skipped)?;
    let of_type = |kind| components.iter().filter(move |it| it.component_type == kind);
    let zones: Vec<_> = of_type(ICalendarComponentType::VTimezone).cloned().collect();
    let events = of_type(ICalendarComponentType::VEvent);
    for event in by_uid(events, &mut holidays.skipped) {
        let event = ICalendar { components: [zones.clone(), event].concat() };
        match catch_unwind(AssertUnwindSafe(|| days(&event, zone))) {
            Ok((days, broken)) => {
                holidays.days.extend(days);
                holidays.skipped += broken;
            }
            Err(_) => holidays.skipped += 1,
        }
    }
    Some(holidays)
}

/// Everything in the file's calendars, one beside the other.
fn components(text: &str, broken: &mut usize) -> Option<Vec<ICalendarComponent>> {
    let mut parser = Parser::new(text);
    let mut found: Option<Vec<ICalendarComponent>> = None;
    loop {
        match catch_unwind(AssertUnwindSafe(|| parser.entry())) {
            Ok(Entry::ICalendar(calendar)) => {
                found.get_or_insert_default().extend(calendar.components)
            }
            Ok(Entry::Eof) => return found,
            Ok(_) => {}
            Err(_) => {
                *broken += 1;
                return found;
            }
        }
    }
}

/// An event together with what changes single ones of its repetitions. Those that are called off
/// or can't be understood are left out.
fn by_uid<'a>(
    events: impl Iterator<Item = &'a ICalendarComponent>,
    broken: &mut usize,
) -> Vec<Vec<ICalendarComponent>> {
    let mut nameless = Vec::new();
    let mut named: BTreeMap<&str, Vec<ICalendarComponent>> = BTreeMap::new();
    for event in events.filter(|event| event.status() != Some(&ICalendarStatus::Cancelled)) {
        match (bounded(event), event.uid()) {
            (Ok(bounded), Some(uid)) => named.entry(uid).or_default().extend(bounded),
            (Ok(bounded), None) => nameless.extend(bounded.map(|event| vec![event])),
            (Err(Broken), _) => *broken += 1,
        }
    }
    named.into_values().chain(nameless).collect()
}

struct Broken;

/// The event with an end to its repetitions; `None` where it begins too late to matter.
fn bounded(event: &ICalendarComponent) -> Result<Option<ICalendarComponent>, Broken> {
    let start = event.property(&ICalendarProperty::Dtstart).and_then(|entry| entry.values.first());
    let Some(ICalendarValue::PartialDateTime(start)) = start else { return Err(Broken) };
    let last_year = LAST.year().unsigned_abs();
    if start.year > Some(last_year) {
        return Ok(None);
    }
    let mut event = event.clone();
    let rules = event.entries.iter_mut().filter(|entry| entry.name == ICalendarProperty::Rrule);
    for value in rules.flat_map(|entry| &mut entry.values) {
        let ICalendarValue::RecurrenceRule(rule) = value else { return Err(Broken) };
        if rule.freq > ICalendarFrequency::Daily {
            return Err(Broken);
        }
        if rule.until.as_ref().is_none_or(|until| until.year > Some(last_year)) {
            rule.until = Some(PartialDateTime {
                year: Some(last_year),
                month: Some(12),
                day: Some(31),
                ..PartialDateTime::default()
            });
        }
    }
    Ok(Some(event))
}

/// The whole days of an event and its repetitions, and how many of its parts are broken.
fn days(event: &ICalendar, zone: &TimeZone) -> (BTreeSet<Date>, usize) {
    let expanded = event.expand_dates(Tz::Floating, MOST);
    let mut spans = Vec::new();
    for occurrence in &expanded.events {
        let is_utc = occurrence.start.timezone().is_utc();
        let local = |instant: i64, shown: i64| {
            let (second, zone) = if is_utc { (instant, zone) } else { (shown, &TimeZone::UTC) };
            Timestamp::from_second(second).ok().map(|at| zone.to_datetime(at))
        };
        let at = &occurrence.start;
        let start = local(at.timestamp(), at.naive_local().and_utc().timestamp());
        let end = match &occurrence.end {
            TimeOrDelta::Time(at) => local(at.timestamp(), at.naive_local().and_utc().timestamp()),
            TimeOrDelta::Delta(length) => start.and_then(|start| {
                start.checked_add(SignedDuration::from_secs(length.num_seconds())).ok()
            }),
        };
        let shape = event.components.get(occurrence.comp_id as usize).and_then(shape);
        if let (Some(start), Some(end), Some(shape)) = (start, end, shape) {
            spans.push(whole_days(start, shape.end(start, end)));
        }
    }
    (days_of(spans), expanded.errors.len())
}

/// Each day once: an event may last for years and be repeated every week.
fn days_of(mut spans: Vec<Range<Date>>) -> BTreeSet<Date> {
    spans.sort_unstable_by_key(|span| span.start);
    let mut days = BTreeSet::new();
    let mut reached = FIRST;
    for span in spans {
        let unseen = span.start.max(reached).series(1.day());
        days.extend(unseen.take_while(|day| *day < span.end));
        reached = reached.max(span.end);
    }
    days
}

/// How an event says when it is.
enum Shape {
    Dates,
    Times,
}

/// `None` for an instant, which no day is lost to.
fn shape(event: &ICalendarComponent) -> Option<Shape> {
    let starts = [ICalendarProperty::Dtstart, ICalendarProperty::RecurrenceId];
    let start = starts.iter().find_map(|name| event.property(name))?.values.first()?;
    if !start.as_partial_date_time()?.has_time() {
        return Some(Shape::Dates);
    }
    let ends = [ICalendarProperty::Dtend, ICalendarProperty::Duration];
    ends.iter().any(|name| event.has_property(name)).then_some(Shape::Times)
}

impl Shape {
    /// An event of dates lasts a day at least, also where a program has its end on its start.
    fn end(&self, start: DateTime, end: DateTime) -> DateTime {
        match self {
            Shape::Dates => end.max(start.saturating_add(1.day())),
            Shape::Times => end.saturating_add(MISSING_AT_END.seconds()),
        }
    }
}

/// The days that an event takes up as a whole, as far as they matter.
fn whole_days(start: DateTime, end: DateTime) -> Range<Date> {
    let begun = start.time() > Time::midnight();
    let first = start.date().saturating_add(i64::from(begun).days()).max(FIRST);
    let last = end.date().min(LAST.saturating_add(1.day()));
    first..last
}

#[cfg(test)]
mod tests;
