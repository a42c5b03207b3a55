//! What the user said of contacts and turns, and how it is spelled where it is kept.
//!
//! What was said of a turn stays with a touch that it holds, so that backfill can't lose it.

use crate::domain::model::{ContactId, Moment, TouchId};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Done,
    Due,
    Snooze,
    Mute,
    Star,
    Set,
    NotTheirs,
}

impl Verb {
    pub const ALL: [Verb; 7] =
        [Verb::Done, Verb::Due, Verb::Snooze, Verb::Mute, Verb::Star, Verb::Set, Verb::NotTheirs];

    pub fn name(self) -> &'static str {
        match self {
            Verb::Done => "done",
            Verb::Due => "due",
            Verb::Snooze => "snooze",
            Verb::Mute => "mute",
            Verb::Star => "star",
            Verb::Set => "set",
            Verb::NotTheirs => "not-theirs",
        }
    }
}

/// What was said.
#[derive(Debug, Clone, PartialEq)]
pub enum Decided {
    /// It needs no answer any more.
    Done(TouchId),
    /// It does ask for an answer.
    Due(TouchId),
    Snooze {
        touch: TouchId,
        until: Moment,
    },
    Mute,
    Star,
    /// In hours.
    Limit(f64),
    /// By its IANA name.
    Zone(String),
    /// The address that was found by name and isn't theirs.
    NotTheirs(String),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    pub at: Moment,
    pub contact: ContactId,
    pub what: Decided,
}

const LIMIT: &str = "limit";
const ZONE: &str = "zone";

impl Decided {
    /// `None` for what no version spells so.
    pub fn read(verb: Verb, touch: Option<TouchId>, value: &str) -> Option<Decided> {
        Some(match verb {
            Verb::Done => Decided::Done(touch?),
            Verb::Due => Decided::Due(touch?),
            Verb::Snooze => Decided::Snooze { touch: touch?, until: Moment(value.parse().ok()?) },
            Verb::Mute => Decided::Mute,
            Verb::Star => Decided::Star,
            Verb::Set => match value.split_once('=')? {
                (LIMIT, hours) => Decided::Limit(hours.parse().ok()?),
                (ZONE, name) => Decided::Zone(name.to_owned()),
                _ => return None,
            },
            Verb::NotTheirs => Decided::NotTheirs(value.to_owned()),
        })
    }

    pub fn verb(&self) -> Verb {
        match self {
            Decided::Done(_) => Verb::Done,
            Decided::Due(_) => Verb::Due,
            Decided::Snooze { .. } => Verb::Snooze,
            Decided::Mute => Verb::Mute,
            Decided::Star => Verb::Star,
            Decided::Limit(_) | Decided::Zone(_) => Verb::Set,
            Decided::NotTheirs(_) => Verb::NotTheirs,
        }
    }

    /// The touch of the turn that it is about; `None`: it is about the contact.
    pub fn touch(&self) -> Option<TouchId> {
        match self {
            Decided::Done(touch) | Decided::Due(touch) | Decided::Snooze { touch, .. } => {
                Some(*touch)
            }
            _ => None,
        }
    }

    pub fn value(&self) -> String {
        match self {
            Decided::Snooze { until, .. } => until.0.to_string(),
            Decided::Limit(hours) => format!("{LIMIT}={hours}"),
            Decided::Zone(name) => format!("{ZONE}={name}"),
            Decided::NotTheirs(address) => address.clone(),
            Decided::Done(_) | Decided::Due(_) | Decided::Mute | Decided::Star => String::new(),
        }
    }
}

/// Which of a contact's settings is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingKey {
    Any,
    Limit,
    Zone,
    NotTheirs(String),
}

impl SettingKey {
    /// Whether this is one of those that are meant.
    pub fn means(&self, what: &Decided) -> bool {
        match (self, what) {
            (SettingKey::Any, _) => matches!(what.verb(), Verb::Set | Verb::NotTheirs),
            (SettingKey::Limit, Decided::Limit(_)) | (SettingKey::Zone, Decided::Zone(_)) => true,
            (SettingKey::NotTheirs(address), Decided::NotTheirs(refused)) => address == refused,
            _ => false,
        }
    }
}

/// The decisions that hold, contact by contact, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Decisions(pub Vec<Decision>);

impl Decisions {
    pub fn of(&self, contact: ContactId) -> impl DoubleEndedIterator<Item = &Decision> {
        let first = self.0.partition_point(|decision| decision.contact < contact);
        let end = self.0.partition_point(|decision| decision.contact <= contact);
        self.0.get(first..end).unwrap_or_default().iter()
    }

    pub fn has(&self, contact: ContactId, verb: Verb) -> bool {
        self.of(contact).any(|decision| decision.what.verb() == verb)
    }

    /// The limit that was set last, in hours.
    pub fn limit_h(&self, contact: ContactId) -> Option<f64> {
        self.of(contact).rev().find_map(|decision| match decision.what {
            Decided::Limit(hours) => Some(hours),
            _ => None,
        })
    }

    /// The name of the time zone that was set last.
    pub fn zone(&self, contact: ContactId) -> Option<&str> {
        self.of(contact).rev().find_map(|decision| match &decision.what {
            Decided::Zone(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Until when the turn with these touches is put off.
    pub fn snoozed_until(&self, contact: ContactId, touches: &[TouchId]) -> Option<Moment> {
        let ends = self.of(contact).filter_map(|decision| match decision.what {
            Decided::Snooze { touch, until } if touches.contains(&touch) => Some(until),
            _ => None,
        });
        ends.max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_is_read_as_it_was_written() {
        let touch = TouchId::Message(7);
        for what in [
            Decided::Done(touch),
            Decided::Due(touch),
            Decided::Snooze { touch, until: Moment(1_700_000_000) },
            Decided::Mute,
            Decided::Star,
            Decided::Limit(1.5),
            Decided::Zone("Europe/Paris".to_owned()),
            Decided::NotTheirs("ann@example.org".to_owned()),
        ] {
            let read = Decided::read(what.verb(), what.touch(), &what.value());
            assert_eq!(read, Some(what));
        }
        assert_eq!(Decided::read(Verb::Done, None, ""), None);
        assert_eq!(Decided::read(Verb::Set, None, "colour=blue"), None);
    }
}
