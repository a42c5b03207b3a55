//! What the user said of contacts and turns, and how it is spelled where it is kept.
//!
//! What was said of a turn stays with a touch that it holds, so that backfill can't lose it.

use crate::domain::model::{ContactId, DAY, Moment, TouchId};

/// What kind of thing was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// A turn needs no answer any more.
    Done,
    /// A turn does ask for an answer.
    Due,
    /// A turn is left in peace for a while.
    Snooze,
    /// A contact is never alerted about.
    Mute,
    /// A contact's answers must not be late.
    Star,
    /// Something holds for one contact alone.
    Set,
    /// An address isn't the contact's.
    NotTheirs,
    /// A contact isn't to be let go of, for a year.
    Keep,
    /// A contact was let go of, until they write.
    Archive,
}

/// On which of the sift's lists somebody stood when the user decided about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SiftList {
    /// The user may want to let go of them.
    Suggested,
    /// Nobody has written for two years, or ever.
    Untested,
    /// Their address is dead.
    FindAddress,
    /// On none of them.
    None,
}

impl SiftList {
    const ALL: [SiftList; 4] =
        [SiftList::Suggested, SiftList::Untested, SiftList::FindAddress, SiftList::None];

    /// As the database and JSON spell it.
    pub fn name(self) -> &'static str {
        match self {
            SiftList::Suggested => "suggest",
            SiftList::Untested => "untested",
            SiftList::FindAddress => "find_address",
            SiftList::None => "keep",
        }
    }
}

/// How long a contact is kept once the user said so, in seconds.
const KEPT_FOR: i64 = 365 * DAY;

impl Verb {
    /// All there are.
    pub const ALL: [Verb; 9] = [
        Verb::Done,
        Verb::Due,
        Verb::Snooze,
        Verb::Mute,
        Verb::Star,
        Verb::Set,
        Verb::NotTheirs,
        Verb::Keep,
        Verb::Archive,
    ];

    /// As the database and the command line spell it.
    pub fn name(self) -> &'static str {
        match self {
            Verb::Done => "done",
            Verb::Due => "due",
            Verb::Snooze => "snooze",
            Verb::Mute => "mute",
            Verb::Star => "star",
            Verb::Set => "set",
            Verb::NotTheirs => "not-theirs",
            Verb::Keep => "keep",
            Verb::Archive => "archive",
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
    /// It is left in peace for a while.
    Snooze {
        /// Of the turn.
        touch: TouchId,
        /// From then on it is listed again.
        until: Moment,
    },
    /// Never an alert about the contact.
    Mute,
    /// Their answers must not be late.
    Star,
    /// In hours.
    Limit(f64),
    /// By its IANA name.
    Zone(String),
    /// How often the user wants to be in touch, in days.
    Every(f64),
    /// The address that was found by name and isn't theirs.
    NotTheirs(String),
    /// They aren't to be let go of, for a year.
    Keep(SiftList),
    /// They were let go of, until they write.
    Archive(SiftList),
}

/// Something the user said, of a contact or of a turn with them.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// When it was said.
    pub at: Moment,
    /// Of whom.
    pub contact: ContactId,
    /// What.
    pub what: Decided,
}

const LIMIT: &str = "limit";
const ZONE: &str = "zone";
const EVERY: &str = "every";

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
                (EVERY, days) => Decided::Every(days.parse().ok()?),
                _ => return None,
            },
            Verb::NotTheirs => Decided::NotTheirs(value.to_owned()),
            Verb::Keep => Decided::Keep(sift_list(value)?),
            Verb::Archive => Decided::Archive(sift_list(value)?),
        })
    }

    /// What kind of thing it is.
    pub fn verb(&self) -> Verb {
        match self {
            Decided::Done(_) => Verb::Done,
            Decided::Due(_) => Verb::Due,
            Decided::Snooze { .. } => Verb::Snooze,
            Decided::Mute => Verb::Mute,
            Decided::Star => Verb::Star,
            Decided::Limit(_) | Decided::Zone(_) | Decided::Every(_) => Verb::Set,
            Decided::NotTheirs(_) => Verb::NotTheirs,
            Decided::Keep(_) => Verb::Keep,
            Decided::Archive(_) => Verb::Archive,
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

    /// What it says beside its kind and touch, as the database spells it.
    pub fn value(&self) -> String {
        match self {
            Decided::Snooze { until, .. } => until.0.to_string(),
            Decided::Limit(hours) => format!("{LIMIT}={hours}"),
            Decided::Zone(name) => format!("{ZONE}={name}"),
            Decided::Every(days) => format!("{EVERY}={days}"),
            Decided::NotTheirs(address) => address.clone(),
            Decided::Keep(list) | Decided::Archive(list) => list.name().to_owned(),
            Decided::Done(_) | Decided::Due(_) | Decided::Mute | Decided::Star => String::new(),
        }
    }
}

fn sift_list(name: &str) -> Option<SiftList> {
    SiftList::ALL.into_iter().find(|list| list.name() == name)
}

/// Which of a contact's settings is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingKey {
    /// Whichever was set last.
    Any,
    /// How long an answer may take.
    Limit,
    /// The time zone.
    Zone,
    /// How often to be in touch.
    Every,
    /// That this address isn't theirs.
    NotTheirs(String),
}

impl SettingKey {
    /// Whether this is one of those that are meant.
    pub fn means(&self, what: &Decided) -> bool {
        match (self, what) {
            (SettingKey::Any, _) => matches!(what.verb(), Verb::Set | Verb::NotTheirs),
            (SettingKey::Limit, Decided::Limit(_))
            | (SettingKey::Zone, Decided::Zone(_))
            | (SettingKey::Every, Decided::Every(_)) => true,
            (SettingKey::NotTheirs(address), Decided::NotTheirs(refused)) => address == refused,
            _ => false,
        }
    }
}

/// The decisions that hold, contact by contact, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Decisions(pub Vec<Decision>);

impl Decisions {
    /// What was said of one contact and the turns with them, oldest first.
    pub fn of(&self, contact: ContactId) -> impl DoubleEndedIterator<Item = &Decision> {
        let first = self.0.partition_point(|decision| decision.contact < contact);
        let end = self.0.partition_point(|decision| decision.contact <= contact);
        self.0.get(first..end).unwrap_or_default().iter()
    }

    /// Whether anything of this kind holds.
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

    /// How often to be in touch, in days, as it was set last.
    pub fn every_d(&self, contact: ContactId) -> Option<f64> {
        self.of(contact).rev().find_map(|decision| match decision.what {
            Decided::Every(days) => Some(days),
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

    /// When the user said that this contact is kept, where that still holds at `now`.
    pub fn kept_at(&self, contact: ContactId, now: Moment) -> Option<Moment> {
        self.sifted_at(contact, Verb::Keep).filter(|at| *at > now - KEPT_FOR)
    }

    /// When the user let go of this contact, whether or not they have written since.
    pub fn let_go_at(&self, contact: ContactId) -> Option<Moment> {
        self.sifted_at(contact, Verb::Archive)
    }

    /// When the user let go of this contact; `last_from_them`: whoever has written since is back.
    pub fn archived_at(
        &self,
        contact: ContactId,
        last_from_them: Option<Moment>,
    ) -> Option<Moment> {
        self.let_go_at(contact).filter(|at| last_from_them < Some(*at))
    }

    /// When the user kept or archived this contact, if that was their last word.
    fn sifted_at(&self, contact: ContactId, verb: Verb) -> Option<Moment> {
        let is_sifted = |it: &&Decision| matches!(it.what.verb(), Verb::Keep | Verb::Archive);
        let last = self.of(contact).rfind(is_sifted)?;
        (last.what.verb() == verb).then_some(last.at)
    }

    /// How many of those on a list of the sift were decided about since then.
    pub fn sifted_since(&self, list: SiftList, since: Moment) -> usize {
        let is_meant = |decision: &&Decision| match decision.what {
            Decided::Keep(stood_on) | Decided::Archive(stood_on) => {
                stood_on == list && decision.at >= since
            }
            _ => false,
        };
        self.0.iter().filter(is_meant).count()
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
    use crate::domain::model::MessageNumber;

    #[test]
    fn a_decision_is_read_as_it_was_written() {
        let touch = TouchId::Message(MessageNumber(7));
        for what in [
            Decided::Done(touch),
            Decided::Due(touch),
            Decided::Snooze { touch, until: Moment(1_700_000_000) },
            Decided::Mute,
            Decided::Star,
            Decided::Limit(1.5),
            Decided::Zone("Europe/Paris".to_owned()),
            Decided::NotTheirs("ann@example.org".to_owned()),
            Decided::Keep(SiftList::Untested),
            Decided::Archive(SiftList::Suggested),
        ] {
            let read = Decided::read(what.verb(), what.touch(), &what.value());
            assert_eq!(read, Some(what));
        }
        assert_eq!(Decided::read(Verb::Done, None, ""), None);
        assert_eq!(Decided::read(Verb::Set, None, "colour=blue"), None);
    }

    #[test]
    fn whom_the_user_let_go_of_is_back_once_they_write() {
        let ann = ContactId(1);
        let at = Moment(1_700_000_000);
        let what = Decided::Archive(SiftList::Suggested);
        let decisions = Decisions(vec![Decision { at, contact: ann, what }]);
        assert_eq!(decisions.archived_at(ann, None), Some(at));
        assert_eq!(decisions.archived_at(ann, Some(at - DAY)), Some(at));
        assert_eq!(decisions.archived_at(ann, Some(at + 1)), None);
        assert_eq!(decisions.archived_at(ContactId(2), None), None);
    }

    #[test]
    fn of_keeping_and_archiving_the_last_word_holds() {
        let ann = ContactId(1);
        let at = Moment(1_700_000_000);
        let said = |at, what| Decision { at, contact: ann, what };
        let decisions = Decisions(vec![
            said(at, Decided::Archive(SiftList::Suggested)),
            said(at + DAY, Decided::Keep(SiftList::None)),
        ]);
        assert_eq!(decisions.archived_at(ann, None), None);
        assert_eq!(decisions.kept_at(ann, at + 2 * DAY), Some(at + DAY));
    }

    #[test]
    fn who_is_kept_is_kept_for_a_year() {
        let ann = ContactId(1);
        let at = Moment(1_700_000_000);
        let what = Decided::Keep(SiftList::Untested);
        let decisions = Decisions(vec![Decision { at, contact: ann, what }]);
        assert_eq!(decisions.kept_at(ann, at + 364 * DAY), Some(at));
        assert_eq!(decisions.kept_at(ann, at + 365 * DAY), None);
        assert_eq!(decisions.sifted_since(SiftList::Untested, at - DAY), 1);
        assert_eq!(decisions.sifted_since(SiftList::Suggested, at - DAY), 0);
    }
}
