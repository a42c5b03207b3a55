//! The local days of a zone: when each begins, and whether anybody works on it.
//!
//! A time zone is asked once for each day of a year in which anything happened: asking it for each
//! turn anew would take most of the time that it takes to measure somebody.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use crate::domain::model::{DAY, Moment};

/// The years that are reckoned once, and how many.
const FIRST: i16 = 1990;
const YEARS: usize = 60;
/// Seconds in the mean Gregorian year.
const YEAR: i64 = 31_556_952;

/// No date is later: 9999-12-30, as jiff has it.
pub(super) const END_OF_TIME: Moment = Moment(253_402_207_200);

/// A day between two local midnights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LocalDay {
    /// It is neither on a weekend nor a holiday.
    pub works: bool,
    /// The moment at which the next one begins. Where the clocks skip midnight that is the first
    /// instant after it.
    pub end: Moment,
}

#[derive(Debug)]
pub(super) struct Days {
    pub zone: TimeZone,
    pub holidays: Arc<BTreeSet<Date>>,
    years: [OnceLock<Year>; YEARS],
}

#[derive(Debug)]
struct Year {
    begin: Moment,
    days: Vec<LocalDay>,
}

impl Days {
    pub fn new(zone: TimeZone, holidays: Arc<BTreeSet<Date>>) -> Days {
        Days { zone, holidays, years: std::array::from_fn(|_| OnceLock::new()) }
    }

    /// The day at a moment.
    pub fn at(&self, at: Moment) -> LocalDay {
        self.known(at).unwrap_or_else(|| self.reckoned(at))
    }

    /// `None` long ago, and in a far future.
    fn known(&self, at: Moment) -> Option<LocalDay> {
        let guess = usize::try_from(1970 + at.0.div_euclid(YEAR) - i64::from(FIRST)).ok()?;
        // New Year's Eve here may be New Year there, and years have no equal length.
        let near = [Some(guess), guess.checked_sub(1), Some(guess + 1)];
        near.into_iter().flatten().find_map(|number| self.year(number)?.at(at))
    }

    fn year(&self, number: usize) -> Option<&Year> {
        let year = self.years.get(number)?;
        Some(year.get_or_init(|| self.reckoned_year(FIRST + number as i16)))
    }

    fn reckoned_year(&self, year: i16) -> Year {
        let mut date = Date::constant(year, 1, 1);
        let begin = self.begin_of(date);
        let mut days = Vec::with_capacity(366);
        while date.year() == year {
            let Ok(tomorrow) = date.tomorrow() else { break };
            days.push(LocalDay { works: self.works_on(date), end: self.begin_of(tomorrow) });
            date = tomorrow;
        }
        Year { begin, days }
    }

    fn begin_of(&self, date: Date) -> Moment {
        date.to_zoned(self.zone.clone())
            .map_or(END_OF_TIME, |zoned| Moment::from(zoned.timestamp()))
    }

    fn reckoned(&self, at: Moment) -> LocalDay {
        let date = self.zone.to_datetime(at.timestamp()).date();
        let end = date.tomorrow().map_or(END_OF_TIME, |tomorrow| self.begin_of(tomorrow));
        // A zone that once lived a date twice would otherwise send the clock backwards.
        LocalDay { works: self.works_on(date), end: if end > at { end } else { at + DAY } }
    }

    fn works_on(&self, date: Date) -> bool {
        !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
            && !self.holidays.contains(&date)
    }
}

impl Year {
    fn at(&self, at: Moment) -> Option<LocalDay> {
        let last = self.days.last()?;
        if at < self.begin || at >= last.end {
            return None;
        }
        // No day is longer than 25 hours, and the number of days passed is off by one at most.
        let passed = usize::try_from((at.0 - self.begin.0) / DAY).ok()?.saturating_sub(1);
        self.days.get(passed..)?.iter().find(|day| at < day.end).copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_reckoned_once_is_what_the_zone_says(
            at in 600_000_000..2_600_000_000_i64,
            zone in prop::sample::select(vec![
                "UTC", "Europe/Paris", "America/Santiago", "Pacific/Apia", "Asia/Tehran",
                "Australia/Lord_Howe", "America/New_York", "Pacific/Kiritimati",
            ]),
        ) {
            let holidays = BTreeSet::from([Date::constant(2020, 5, 1)]);
            let days = Days::new(TimeZone::get(zone).unwrap(), Arc::new(holidays));
            let at = Moment(at);
            prop_assert_eq!(days.at(at), days.reckoned(at));
        }
    }
}
