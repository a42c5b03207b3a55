//! Every knob of the measurement as plain data, passed explicitly.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil;
use jiff::tz::TimeZone;

use crate::domain::dates::DateStyle;
use crate::domain::model::{DAY, Moment, Stance};

/// Where the time of a message comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TimeBasis {
    /// My own server's arrival time inbound, my Date outbound.
    #[default]
    Arrival,
    /// The Date headers alone: for archives whose Received lines say nothing.
    Date,
}

/// What the user has configured of measuring and alerting; the default is what holds without that.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Decides the weights of the score.
    pub stance: Stance,
    /// Hours in which an answer is owed.
    pub limit_h: f64,
    /// Which clock response times are measured by.
    pub time: TimeBasis,
    /// My zone: for the alert batch, the digest, and for contacts whose own is unknown.
    pub zone: TimeZone,
    /// How the user's locale writes dates.
    pub dates: DateStyle,
    /// First and last local day of each absence of mine, both included.
    pub away: Vec<(civil::Date, civil::Date)>,
    /// Local days on which nobody is expected to work.
    pub holidays: Arc<BTreeSet<civil::Date>>,
    /// When alerts are shown, and how many.
    pub alerts: AlertPolicy,
    /// Whether the beginning of texts is read: without that, nothing is more than *perhaps*.
    pub reads_text: bool,
}

/// When alerts may be shown, and how many, by local time in [`Policy::zone`].
#[derive(Debug, Clone)]
pub struct AlertPolicy {
    /// Local time of the one batch a day.
    pub batch: civil::Time,
    /// Most alerts in a week, those for starred contacts aside.
    pub per_week: u32,
    /// Start and end of the local quiet hours; `None` where there are none.
    pub quiet: Option<(civil::Time, civil::Time)>,
    /// How much an alert may interrupt.
    pub urgency: AlertUrgency,
    /// Whether it is told of everybody who owes me an answer, not of starred contacts alone.
    pub they_owe: bool,
}

/// How much an alert may interrupt, as Desktop Notifications 1.2 knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AlertUrgency {
    /// Some desktops show it in their list only.
    Low,
    /// As most programs.
    #[default]
    Normal,
    /// Stays until it is answered, also above a presentation.
    Critical,
}

impl Default for AlertPolicy {
    fn default() -> Self {
        AlertPolicy {
            batch: civil::time(8, 30, 0, 0),
            per_week: 6,
            quiet: Some((civil::time(21, 0, 0, 0), civil::time(8, 0, 0, 0))),
            urgency: AlertUrgency::default(),
            they_owe: false,
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            stance: Stance::Resource,
            limit_h: 48.0,
            time: TimeBasis::Arrival,
            zone: TimeZone::UTC,
            dates: DateStyle::default(),
            away: Vec::new(),
            holidays: Arc::default(),
            alerts: AlertPolicy::default(),
            reads_text: true,
        }
    }
}

impl Policy {
    /// Whether `now` falls on a local day of an absence of mine.
    pub fn is_away(&self, now: Moment) -> bool {
        let today = now.timestamp().to_zoned(self.zone.clone()).date();
        self.away.iter().any(|(first, last)| (*first..=*last).contains(&today))
    }
}

/// Texts of older mail aren't worth fetching from a server, in seconds.
pub const TEXT_AGE: i64 = 730 * DAY;

/// Silence is censored here, in hours: 30 days.
pub const EXPIRY_H: f64 = 720.0;
