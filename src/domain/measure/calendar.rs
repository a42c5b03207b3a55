//! The clock on which a contact's limit runs: their own working days, hour by hour.
//!
//! A business day is Monday to Friday from local midnight to midnight, so 23 or 25 hours when
//! the clocks change. Holidays and absences stand still. Wall hours are [`Moment`]'s own.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use self::days::{Days, END_OF_TIME};
use crate::domain::model::{HOUR, Moment};

mod days;

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
    /// Shared: every contact has a calendar, and most have the same days.
    days: Arc<Days>,
    /// Begin (included) and end (excluded), in order, without overlap.
    absences: Vec<(Moment, Moment)>,
}

impl Calendar {
    /// Without holidays or absences.
    pub fn new(zone: TimeZone) -> Calendar {
        Calendar { days: Arc::new(Days::new(zone, Arc::default())), absences: Vec::new() }
    }

    /// Local dates on which nobody there works.
    pub fn with_holidays(self, holidays: impl Into<Arc<BTreeSet<Date>>>) -> Calendar {
        let days = Days::new(self.days.zone.clone(), holidays.into());
        Calendar { days: Arc::new(days), ..self }
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
            let day = self.days.at(at);
            if day.works {
                let begin_of_absence = absence.map_or(day.end, |(begin, _)| begin);
                return Some((at, day.end.min(begin_of_absence).min(until)));
            }
            at = day.end;
        }
        None
    }

    fn absence_ending_after(&self, at: Moment) -> Option<(Moment, Moment)> {
        let next = self.absences.partition_point(|(_, end)| *end <= at);
        self.absences.get(next).copied()
    }
}

#[cfg(test)]
mod tests;
