//! Calls, messages and favours of a file → entries as they are kept. Of a text only its marks stay.

use std::collections::{HashMap, HashSet};

use crate::domain::measure::entries::EntryKind;
use crate::domain::message::counterparts::Counterpart;
use crate::domain::message::cues::{self, Cues, People};
use crate::domain::message::facts::MessageKey;
use crate::domain::message::forms;
use crate::domain::message::threading::id_hash;
use crate::domain::model::Side;
use crate::import::{Between, LoggedCall, Participant, PublicFavour, SiteMessage, SiteOwner};
use crate::store::NewEntry;

/// So much of a text is looked at, in bytes, as of a mail's.
const TEXT_START: usize = 4 << 10;

/// What is to be known to keep messages.
pub(super) struct Keeping<'a> {
    /// By which names others call the user.
    pub(super) my_names: &'a [String],
    pub(super) keep_subjects: bool,
    pub(super) reads_text: bool,
}

/// What was seen before in the same import.
#[derive(Debug, Default)]
pub(super) struct SeenRecords {
    /// How many messages of one conversation, side and second, by their hash; of one file.
    at_once: HashMap<i64, u32>,
    /// Notes of invitations stand among the messages, too, once they were accepted: who said what
    /// to whom, as a hash that is gone when the import is.
    said: HashSet<i64>,
}

impl SeenRecords {
    /// The same messages in another file are the same messages.
    pub(super) fn begin_file(&mut self) {
        self.at_once.clear();
    }
}

/// # Errors
/// Why it isn't kept, as a phrase for the user.
pub(super) fn call(call: LoggedCall) -> Result<NewEntry, String> {
    let LoggedCall { number, name, at, side, taken, .. } = call;
    let phone = forms::phone(&number).ok_or("a number of a service, not of a person")?;
    let taken_or_not = if taken { "taken" } else { "missed" };
    // One log has the country before it, another hasn't.
    let digits = forms::telling_digits(&phone);
    let key = ["call", digits, &at.0.to_string(), side.name(), taken_or_not];
    Ok(NewEntry {
        key: MessageKey::of_entry(key),
        at,
        kind: EntryKind::Call,
        side,
        other_way: !taken,
        text: String::new(),
        conversation: None,
        cues: None,
        counterpart: Counterpart { phone: Some(phone), url: None, name },
    })
}

/// # Errors
/// Why it isn't kept, as a phrase for the user.
pub(super) fn message(
    message: &SiteMessage,
    owner: Option<&SiteOwner>,
    keeping: &Keeping<'_>,
    seen: &mut SeenRecords,
) -> Result<NewEntry, String> {
    let (side, with) = counterparts(message, owner)?;
    let counterpart = counterpart(&with);
    let named = called(&counterpart);
    let said = id_hash(&format!("{} {named} {}", side.name(), message.content.trim()));
    let is_invitation = message.conversation.is_empty();
    if is_invitation && seen.said.contains(&said) {
        return Err("an invitation whose note stands among the messages".to_owned());
    }
    seen.said.insert(said);
    let at = message.at.0.to_string();
    let key = if is_invitation {
        MessageKey::of_entry(["invitation", named, &at, side.name()])
    } else {
        let instant = id_hash(&format!("{} {} {at}", message.conversation, side.name()));
        let nth = seen.at_once.entry(instant).or_default();
        *nth += 1;
        let nth = nth.to_string();
        MessageKey::of_entry(["linkedin", &message.conversation, &at, side.name(), &nth])
    };
    Ok(NewEntry {
        key,
        at: message.at,
        kind: EntryKind::Message,
        side,
        other_way: false,
        text: if keeping.keep_subjects { message.subject.clone() } else { String::new() },
        conversation: (!is_invitation).then(|| id_hash(&message.conversation)),
        cues: keeping.reads_text.then(|| cues(&message.content, side, &with, keeping.my_names)),
        counterpart,
    })
}

fn counterparts(
    message: &SiteMessage,
    owner: Option<&SiteOwner>,
) -> Result<(Side, Participant), String> {
    if let Some(side) = message.side {
        let with = match side {
            Side::Mine => message.to.first(),
            Side::Theirs => Some(&message.from),
        };
        return Ok((side, with.cloned().unwrap_or_default()));
    }
    let owner = owner.ok_or(
        "it can't be told which of the people in it is you: name yourself in `[me] names`",
    )?;
    match owner.between(message) {
        Between::Us { side, with } => Ok((side, with)),
        Between::Group => Err("a conversation of several people: it credits nobody".to_owned()),
        Between::Strangers => Err("a message neither from you nor to you".to_owned()),
    }
}

/// Whoever it is, in the form in which they are looked for.
pub(super) fn counterpart(with: &Participant) -> Counterpart {
    let url = with.url.as_deref().and_then(forms::link);
    Counterpart { phone: None, url, name: Some(with.name.clone()).filter(|name| !name.is_empty()) }
}

/// By what somebody is told from others in a site's exports.
fn called(counterpart: &Counterpart) -> &str {
    counterpart.url.as_deref().or(counterpart.name.as_deref()).unwrap_or_default()
}

/// The marks of a text that one person wrote to another.
fn cues(text: &str, side: Side, with: &Participant, my_names: &[String]) -> Cues {
    let start = text.get(..text.floor_char_boundary(TEXT_START)).unwrap_or(text);
    let (mut reader, mut author) = (People::default(), People::default());
    let (mine, theirs) = match side {
        Side::Theirs => (&mut reader, &mut author),
        Side::Mine => (&mut author, &mut reader),
    };
    my_names.iter().for_each(|name| mine.add(name, Some(1)));
    theirs.add(&with.name, Some(1));
    cues::read(start, &reader.without(&author))
}

/// What somebody did in public counts from its day.
pub(super) fn favour(favour: PublicFavour) -> NewEntry {
    let PublicFavour { with, at, side, kind, text, .. } = favour;
    let counterpart = counterpart(&with);
    let named = called(&counterpart);
    let day = at.0.div_euclid(crate::domain::model::DAY).to_string();
    NewEntry {
        key: MessageKey::of_entry([kind, named, &day, side.name()]),
        at,
        kind: EntryKind::Favour,
        side,
        other_way: side == Side::Theirs,
        text,
        conversation: None,
        cues: None,
        counterpart,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::cues::Marks;
    use crate::domain::model::Moment;

    const KEEPING: Keeping<'_> = Keeping { my_names: &[], keep_subjects: true, reads_text: true };

    fn told(conversation: &str, side: Side, content: &str) -> SiteMessage {
        SiteMessage {
            line: 1,
            conversation: conversation.to_owned(),
            from: Participant { name: "Grace Hopper".to_owned(), url: None },
            to: vec![Participant { name: "Ada Example".to_owned(), url: None }],
            side: Some(side),
            at: Moment(1_700_000_000),
            subject: "Coffee?".to_owned(),
            content: content.to_owned(),
        }
    }

    #[test]
    fn of_a_text_only_its_marks_stay() {
        let told = told("c1", Side::Theirs, "Could you send me the plan?");
        let entry = message(&told, None, &KEEPING, &mut SeenRecords::default()).unwrap();
        assert!(entry.cues.unwrap().marks.contains(Marks::QUESTION));
        assert_eq!(entry.text, "Coffee?");
        let never = Keeping { keep_subjects: false, reads_text: false, ..KEEPING };
        let entry = message(&told, None, &never, &mut SeenRecords::default()).unwrap();
        assert_eq!((entry.cues, entry.text.as_str()), (None, ""));
    }

    #[test]
    fn two_messages_of_one_second_are_two_and_the_same_two_in_the_next_export() {
        let keys = || {
            let mut seen = SeenRecords::default();
            ["Hi", "Are you there?"].map(|text| {
                message(&told("c1", Side::Theirs, text), None, &KEEPING, &mut seen).unwrap().key
            })
        };
        let [first, second] = keys();
        assert_ne!(first, second);
        assert_eq!(keys(), [first, second]);
    }

    #[test]
    fn the_note_of_an_invitation_counts_once() {
        let mut seen = SeenRecords::default();
        let note = |conversation| told(conversation, Side::Theirs, "May I ask you about sloops?");
        assert!(message(&note("c1"), None, &KEEPING, &mut seen).is_ok());
        let why = message(&note(""), None, &KEEPING, &mut seen).unwrap_err();
        assert_eq!(why, "an invitation whose note stands among the messages");
        assert!(message(&note(""), None, &KEEPING, &mut SeenRecords::default()).is_ok());
    }

    #[test]
    fn who_the_user_is_must_be_known() {
        let nobodys = SiteMessage { side: None, ..told("c1", Side::Theirs, "Hi") };
        let why = message(&nobodys, None, &KEEPING, &mut SeenRecords::default()).unwrap_err();
        assert!(why.contains("`[me] names`"), "{why}");
    }
}
