//! The clock on which a contact's limit runs: their own working days, hour by hour.
//!
//! A business day is Monday to Friday from local midnight to midnight, so 23 or 25 hours when
//! the clocks change. Holidays and absences stand still. Wall hours are [`Moment`]'s own.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use crate::domain::model::{DAY, HOUR, Moment};

/// What a holiday calendar says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holidays {
    /// Local dates.
    pub days: BTreeSet<Date>,
    /// How many of its events couldn't be understood.
    pub skipped: usize,
}

/// Whose days they are: a zone, its holidays and the absences known of.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: TimeZone,
    /// Shared: every contact has a calendar, and most have the same holidays.
    holidays: Arc<BTreeSet<Date>>,
    /// Begin (included) and end (excluded), in order, without overlap.
    absences: Vec<(Moment, Moment)>,
}

impl Calendar {
    /// Without holidays or absences.
    pub fn new(zone: TimeZone) -> Calendar {
        Calendar { zone, holidays: Arc::default(), absences: Vec::new() }
    }

    /// Local dates on which nobody there works.
    pub fn with_holidays(self, holidays: impl Into<Arc<BTreeSet<Date>>>) -> Calendar {
        Calendar { holidays: holidays.into(), ..self }
    }

    /// Out-of-office intervals, in any order and overlapping as they may.
    pub fn with_absences(
        mut self,
        absences: impl IntoIterator<Item = (Moment, Moment)>,
    ) -> Calendar {
        let mut all: Vec<_> = absences.into_iter().chain(self.absences).collect();
        all.retain(|(begin, end)| begin < end);
        all.sort();
        self.absences = Vec::with_capacity(all.len());
        for (begin, end) in all {
            match self.absences.last_mut() {
                Some((_, last)) if begin <= *last => *last = end.max(*last),
                _ => self.absences.push((begin, end)),
            }
        }
        self
    }

    /// Business hours from `start` to `end`; 0 if `end` is not later.
    pub fn business_hours(&self, start: Moment, end: Moment) -> f64 {
        let mut seconds = 0;
        let mut at = start;
        while let Some((begin, stop)) = self.next_running(at, end) {
            seconds += stop.0 - begin.0;
            at = stop;
        }
        seconds as f64 / HOUR as f64
    }

    /// The first moment at which `hours` business hours have passed since `start`: at the end of
    /// Friday rather than at the start of Monday.
    pub fn after_business_hours(&self, start: Moment, hours: f64) -> Moment {
        let mut seconds = (hours * HOUR as f64).round() as i64;
        let mut at = start;
        while seconds > 0 {
            let Some((begin, stop)) = self.next_running(at, END_OF_TIME) else {
                return END_OF_TIME;
            };
            if seconds <= stop.0 - begin.0 {
                return begin + seconds;
            }
            seconds -= stop.0 - begin.0;
            at = stop;
        }
        at
    }

    /// The first stretch at or after `at`, and before `until`, in which the clock runs, cut at
    /// the end of its day.
    fn next_running(&self, mut at: Moment, until: Moment) -> Option<(Moment, Moment)> {
        while at < until {
            let absence = self.absence_ending_after(at);
            if let Some((begin, end)) = absence
                && begin <= at
            {
                at = end;
                continue;
            }
            let (date, midnight) = self.day_of(at);
            if self.is_business_day(date) {
                let begin_of_absence = absence.map_or(midnight, |(begin, _)| begin);
                return Some((at, midnight.min(begin_of_absence).min(until)));
            }
            at = midnight;
        }
        None
    }

    fn absence_ending_after(&self, at: Moment) -> Option<(Moment, Moment)> {
        let next = self.absences.partition_point(|(_, end)| *end <= at);
        self.absences.get(next).copied()
    }

    fn is_business_day(&self, date: Date) -> bool {
        !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
            && !self.holidays.contains(&date)
    }

    /// The local date at a moment, and the moment at which the next one begins. Where the clocks
    /// skip midnight that is the first instant after it.
    fn day_of(&self, at: Moment) -> (Date, Moment) {
        let date = self.zone.to_datetime(at.timestamp()).date();
        let tomorrow = date
            .tomorrow()
            .and_then(|tomorrow| tomorrow.to_zoned(self.zone.clone()))
            .map_or(END_OF_TIME, |zoned| Moment::from(zoned.timestamp()));
        // A zone that once lived a date twice would otherwise send the clock backwards.
        (date, if tomorrow > at { tomorrow } else { at + DAY })
    }
}

/// No date is later: 9999-12-30, as jiff has it.
const END_OF_TIME: Moment = Moment(253_402_207_200);

#[cfg(test)]
mod tests;
