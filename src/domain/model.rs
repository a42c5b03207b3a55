//! The words of the project as types. No behaviour beyond arithmetic on them.

use std::fmt;
use std::ops::{Add, Sub};

/// In seconds.
pub const HOUR: i64 = 3600;
/// In seconds: 24 hours, not a calendar day, which a change of clocks makes shorter or longer.
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
    /// Before everything.
    pub const MIN: Moment = Moment(i64::MIN);
    /// After everything.
    pub const MAX: Moment = Moment(i64::MAX);

    /// Wall-clock hours from `earlier` to here; negative when `earlier` is later.
    pub fn hours_since(self, earlier: Moment) -> f64 {
        (self.0 - earlier.0) as f64 / HOUR as f64
    }

    /// Days of 24 hours from `earlier` to here; negative when `earlier` is later.
    pub fn days_since(self, earlier: Moment) -> f64 {
        (self.0 - earlier.0) as f64 / DAY as f64
    }

    /// To the nearest second; negative hours lead back.
    pub fn plus_hours(self, hours: f64) -> Moment {
        Moment(self.0.saturating_add((hours * HOUR as f64).round() as i64))
    }

    /// For zones and calendars. What lies beyond their range becomes its first or last instant.
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

/// A contact, as the store numbers it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct ContactId(pub i64);

/// As `status` prints it and every command takes it: `C12`.
impl fmt::Display for ContactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "C{}", self.0)
    }
}

/// A stored message, as the store numbers it; not the server's sequence number.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct MessageNumber(pub i64);

/// What the user entered by hand, as the store numbers it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct EntryNumber(pub i64);

/// A stored message or a hand-made entry, as the store numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TouchId {
    /// A message, written as its bare number.
    Message(MessageNumber),
    /// A call or a meeting that was entered by hand, written as `e3`.
    Entry(EntryNumber),
}

impl fmt::Display for TouchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TouchId::Message(MessageNumber(id)) => write!(f, "{id}"),
            TouchId::Entry(EntryNumber(id)) => write!(f, "e{id}"),
        }
    }
}

/// One turn as commands name it: a contact and any touch that the turn holds. Stable when
/// backfill moves the turn's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TurnId {
    /// Whom the turn is shared with: one message may stand in turns with several contacts.
    pub contact: ContactId,
    /// Any touch of the turn, not only its first.
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
            Some(entry) => TouchId::Entry(EntryNumber(entry.parse().map_err(drop)?)),
            None => TouchId::Message(MessageNumber(touch.parse().map_err(drop)?)),
        };
        Ok(TurnId { contact: ContactId(contact.parse().map_err(drop)?), touch })
    }
}

/// Whose turn it is: who wrote and is waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// I wrote: an answer is theirs to give.
    Mine,
    /// The contact wrote: an answer is mine to give.
    Theirs,
}

impl Side {
    /// Whose the answer is.
    pub fn other(self) -> Side {
        match self {
            Side::Mine => Side::Theirs,
            Side::Theirs => Side::Mine,
        }
    }

    /// As JSON spells it.
    pub fn name(self) -> &'static str {
        match self {
            Side::Mine => "mine",
            Side::Theirs => "theirs",
        }
    }
}

/// By what way a touch happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// Any message of a mailbox.
    Mail,
    /// A message within LinkedIn: answers whatever the other side has open.
    Linkedin,
    /// A call that was entered by hand; missed ones too.
    Phone,
    /// A meeting that was entered by hand.
    Meeting,
}

impl Channel {
    /// In the order of the numbers under which they are stored.
    pub const ALL: [Channel; 4] =
        [Channel::Mail, Channel::Linkedin, Channel::Phone, Channel::Meeting];

    /// As JSON and the terminal spell it.
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
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Stance {
    /// Others turn to me: my own answers weigh most, and giving more than I ask counts.
    #[default]
    Resource,
    /// My network serves me: their answers and what they gave weigh most.
    Tool,
    /// Neither side comes first.
    Neutral,
}

impl Stance {
    /// All there are.
    pub const ALL: [Stance; 3] = [Stance::Resource, Stance::Tool, Stance::Neutral];

    /// As JSON, the command line and the configuration spell it.
    pub fn name(self) -> &'static str {
        match self {
            Stance::Resource => "resource",
            Stance::Tool => "tool",
            Stance::Neutral => "neutral",
        }
    }
}
