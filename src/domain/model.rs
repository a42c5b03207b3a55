//! The words of the project as types. No behaviour beyond arithmetic on them.

use std::fmt;
use std::ops::{Add, Sub};

pub const HOUR: i64 = 3600;
pub const DAY: i64 = 24 * HOUR;

/// An instant: whole seconds since 1970-01-01 UTC.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct Moment(pub i64);

impl Moment {
    /// Wall-clock hours from `earlier` to here; negative when `earlier` is later.
    pub fn hours_since(self, earlier: Moment) -> f64 {
        (self.0 - earlier.0) as f64 / HOUR as f64
    }

    pub fn days_since(self, earlier: Moment) -> f64 {
        (self.0 - earlier.0) as f64 / DAY as f64
    }

    pub fn plus_hours(self, hours: f64) -> Moment {
        Moment(self.0.saturating_add((hours * HOUR as f64).round() as i64))
    }

    pub fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_second(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }
}

impl From<jiff::Timestamp> for Moment {
    fn from(at: jiff::Timestamp) -> Self {
        Moment(at.as_second())
    }
}

/// Seconds.
impl Add<i64> for Moment {
    type Output = Moment;
    fn add(self, seconds: i64) -> Moment {
        Moment(self.0.saturating_add(seconds))
    }
}

impl Sub<i64> for Moment {
    type Output = Moment;
    fn sub(self, seconds: i64) -> Moment {
        Moment(self.0.saturating_sub(seconds))
    }
}

/// RFC 3339 in UTC with seconds.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.timestamp())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContactId(pub i64);

/// As `status` prints it and every command takes it: `C12`.
impl fmt::Display for ContactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "C{}", self.0)
    }
}

/// A stored message or a hand-made entry, as the store numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TouchId {
    Message(i64),
    Entry(i64),
}

impl fmt::Display for TouchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TouchId::Message(id) => write!(f, "{id}"),
            TouchId::Entry(id) => write!(f, "e{id}"),
        }
    }
}

/// One turn as commands name it: a contact and any touch that the turn holds. Stable when
/// backfill moves the turn's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TurnId {
    pub contact: ContactId,
    pub touch: TouchId,
}

impl fmt::Display for TurnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.contact, self.touch)
    }
}

impl std::str::FromStr for TurnId {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let rest = text.strip_prefix(['C', 'c']).ok_or(())?;
        let (contact, touch) = rest.split_once('-').ok_or(())?;
        let touch = match touch.strip_prefix('e') {
            Some(entry) => TouchId::Entry(entry.parse().map_err(drop)?),
            None => TouchId::Message(touch.parse().map_err(drop)?),
        };
        Ok(TurnId { contact: ContactId(contact.parse().map_err(drop)?), touch })
    }
}

/// Whose turn it is: who wrote and is waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    Mine,
    Theirs,
}

impl Side {
    pub fn other(self) -> Side {
        match self {
            Side::Mine => Side::Theirs,
            Side::Theirs => Side::Mine,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Side::Mine => "mine",
            Side::Theirs => "theirs",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    Mail,
    Linkedin,
    Phone,
    Meeting,
}

impl Channel {
    pub fn name(self) -> &'static str {
        match self {
            Channel::Mail => "mail",
            Channel::Linkedin => "linkedin",
            Channel::Phone => "phone",
            Channel::Meeting => "meeting",
        }
    }
}

/// Which way of holding a network the user declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stance {
    #[default]
    Resource,
    Tool,
    Neutral,
}

impl Stance {
    pub fn name(self) -> &'static str {
        match self {
            Stance::Resource => "resource",
            Stance::Tool => "tool",
            Stance::Neutral => "neutral",
        }
    }
}
