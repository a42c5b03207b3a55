//! Tells times as the reader's clock does.
//!
//! Never asks what time it is.

use jiff::civil::Date;

use crate::domain::decide::schedule;
use crate::domain::model::Moment;
use crate::domain::policy::Policy;

/// The reader's calendar and language, at one instant.
pub(super) struct LocalClock<'a> {
    pub policy: &'a Policy,
    pub now: Moment,
}

impl LocalClock<'_> {
    /// The year only where it is another one.
    pub fn tell(&self, at: Moment) -> String {
        self.policy.dates.moment(at, self.now, &self.policy.zone)
    }

    /// With the month in short.
    pub fn short_day(&self, at: Moment) -> String {
        self.policy.dates.short_day(self.date(at))
    }

    pub fn day(&self, at: Moment) -> String {
        self.policy.dates.day(self.date(at))
    }

    pub fn date(&self, at: Moment) -> Date {
        schedule::local_date(at, &self.policy.zone)
    }
}
