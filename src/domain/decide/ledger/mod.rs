//! The ledger: what I gave, what I asked and what I received, as entries that the user can confirm
//! or reject.
//!
//! Finds entries in my own mail and counts them. Never reads a body, never stores anything, and
//! never counts what it only suspects.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::measure::balance::{Counted, Deed};
use crate::domain::measure::entries::{Entry, EntryKind};
use crate::domain::message::facts::Mailbox;
use crate::domain::model::{ContactId, EntryNumber, MessageNumber, Moment, TouchId};

pub mod asks;
pub mod introductions;
pub mod judging;
pub mod met;
pub mod received;
pub mod resumes;
pub mod sentence;
mod words;

use introductions::Introduction;
use received::Received;
use resumes::Resume;

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LedgerKind {
    /// I made two people known to each other.
    Introduction,
    /// I passed on somebody's résumé.
    Resume,
    /// I did them a favour.
    Favour,
    /// I asked something of them.
    Ask,
    /// They did something for me.
    Received,
}

impl LedgerKind {
    /// In the order in which the ledger lists them.
    pub const ALL: [LedgerKind; 5] = [
        LedgerKind::Introduction,
        LedgerKind::Resume,
        LedgerKind::Favour,
        LedgerKind::Ask,
        LedgerKind::Received,
    ];

    /// As JSON, the command line and the database spell it.
    pub fn name(self) -> &'static str {
        match self {
            LedgerKind::Introduction => "introduction",
            LedgerKind::Resume => "resume",
            LedgerKind::Favour => "favour",
            LedgerKind::Ask => "ask",
            LedgerKind::Received => "received",
        }
    }

    /// What it counts as.
    pub fn deed(self) -> Deed {
        match self {
            LedgerKind::Introduction | LedgerKind::Resume | LedgerKind::Favour => Deed::Given,
            LedgerKind::Ask => Deed::Asked,
            LedgerKind::Received => Deed::Received,
        }
    }

    /// What the id of an entry found in the mail begins with.
    fn letter(self) -> char {
        match self {
            LedgerKind::Introduction => 'i',
            LedgerKind::Resume => 'r',
            LedgerKind::Favour => 'f',
            LedgerKind::Ask => 'a',
            LedgerKind::Received => 'v',
        }
    }
}

/// How plainly the mail says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Strength {
    /// The mail says it in so many words.
    Strong,
    /// The mail suggests it.
    Medium,
    /// The user entered it.
    Manual,
}

impl Strength {
    /// As JSON, the command line and the database spell it.
    pub fn name(self) -> &'static str {
        match self {
            Strength::Strong => "strong",
            Strength::Medium => "medium",
            Strength::Manual => "manual",
        }
    }
}

/// What is held of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryState {
    /// To be asked about; doesn't count.
    Unconfirmed,
    /// By the user, or by what followed in the mail.
    Confirmed,
    /// By the user: it was none.
    Rejected,
    /// Entered by hand, or of a class that proved right often enough.
    Counted,
}

impl EntryState {
    /// As JSON, the command line and the database spell it.
    pub fn name(self) -> &'static str {
        match self {
            EntryState::Unconfirmed => "unconfirmed",
            EntryState::Confirmed => "confirmed",
            EntryState::Rejected => "rejected",
            EntryState::Counted => "counted",
        }
    }

    /// Whether the user is still to be asked about it.
    pub fn is_open(self) -> bool {
        self == EntryState::Unconfirmed
    }

    /// Whether it is in the balance.
    pub fn counts(self) -> bool {
        matches!(self, EntryState::Confirmed | EntryState::Counted)
    }
}

/// What came of an introduction or an ask, in words and figures.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerOutcome {
    /// As JSON spells it.
    pub state: &'static str,
    /// When it came.
    pub at: Option<Moment>,
    /// Until then, by the wall.
    pub hours: Option<f64>,
    /// For the user.
    pub text: String,
}

/// What commands name an entry by. It depends on the message alone, so that what the user said of
/// an entry survives finding it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EntryId {
    /// By its number among what the user entered.
    Hand(EntryNumber),
    /// The nth of its kind in a stored message.
    Found {
        /// What was found.
        kind: LedgerKind,
        /// The stored message in which it was found.
        message: MessageNumber,
        /// Its place among its kind there, from 0.
        nth: u16,
    },
}

impl EntryId {
    /// The stored message or the hand-made entry behind it.
    pub fn touch(self) -> TouchId {
        match self {
            EntryId::Hand(id) => TouchId::Entry(id),
            EntryId::Found { message, .. } => TouchId::Message(message),
        }
    }
}

/// `e4` by hand; `i12`, `r12`, `a12` found in message 12, `r12.2` the second there.
impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            EntryId::Hand(id) => write!(f, "{}", TouchId::Entry(id)),
            EntryId::Found { kind, message: MessageNumber(message), nth: 0 } => {
                write!(f, "{}{message}", kind.letter())
            }
            EntryId::Found { kind, message: MessageNumber(message), nth } => {
                write!(f, "{}{message}.{}", kind.letter(), u32::from(nth) + 1)
            }
        }
    }
}

impl FromStr for EntryId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut rest = text.chars();
        let letter = rest.next().ok_or(())?.to_ascii_lowercase();
        let rest = rest.as_str();
        if letter == 'e' {
            return rest.parse().map(|number| EntryId::Hand(EntryNumber(number))).map_err(drop);
        }
        let kind = LedgerKind::ALL.into_iter().find(|kind| kind.letter() == letter).ok_or(())?;
        let (message, nth) = rest.split_once('.').unwrap_or((rest, "1"));
        let nth: u16 = nth.parse().map_err(drop)?;
        let message = MessageNumber(message.parse().map_err(drop)?);
        Ok(EntryId::Found { kind, message, nth: nth.checked_sub(1).ok_or(())? })
    }
}

/// What the mail or the user says, before anything was decided about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What commands name it by.
    pub id: EntryId,
    /// What it is about.
    pub kind: LedgerKind,
    /// When the mail was sent, or what the user said.
    pub at: Moment,
    /// Everybody whom it concerns, each once.
    pub contacts: Vec<ContactId>,
    /// How plainly it is said.
    pub strength: Strength,
    /// What followed in the mail leaves no doubt.
    pub borne_out: bool,
}

/// What is shown of an introduction, a favour or an ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// What commands name it by.
    pub id: EntryId,
    /// What it is about.
    pub kind: LedgerKind,
    /// When it happened.
    pub at: Moment,
    /// Everybody whom it concerns, each once.
    pub contacts: Vec<ContactId>,
    /// How plainly it is said.
    pub strength: Strength,
    /// What is held of it.
    pub state: EntryState,
}

/// A mail of mine. Each person stands under one address, and my own addresses are left out.
#[derive(Debug, Clone, Copy)]
pub struct Outbound<'a> {
    /// As the store numbers it.
    pub id: MessageNumber,
    /// When it was sent.
    pub at: Moment,
    /// As the header has them.
    pub to: &'a [Mailbox],
    /// As the header has them.
    pub cc: &'a [Mailbox],
    /// As it was written.
    pub subject: &'a str,
    /// It answers nothing and forwards nothing.
    pub starts_thread: bool,
    /// Its subject carries a tag, as those of announcements do: `[ANNOUNCE] …`.
    pub is_tagged: bool,
    /// File names, decoded.
    pub attachments: &'a [String],
}

impl<'a> Outbound<'a> {
    /// Everybody on it, To before Cc, each once.
    fn people(&self) -> Vec<&'a Mailbox> {
        let mut people: Vec<&Mailbox> = Vec::new();
        for person in self.to.iter().chain(self.cc) {
            if !people.iter().any(|known| known.address == person.address) {
                people.push(person);
            }
        }
        people
    }
}

/// What stands in the mail and is kept: it is found again from the same mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kept {
    /// I made people known to each other.
    Introduction(Introduction),
    /// I passed on a résumé.
    Resume(Resume),
    /// Somebody made a person known to me.
    Received(Received),
}

impl Kept {
    /// The stored message in which it stands.
    pub fn message(&self) -> MessageNumber {
        match self {
            Kept::Introduction(found) => found.message,
            Kept::Resume(found) => found.message,
            Kept::Received(found) => found.message,
        }
    }

    /// As an entry; `contact_of` knows whose an address is, `contact_named` who bears a name.
    pub fn finding(
        &self,
        contact_of: impl Fn(&str) -> Option<ContactId>,
        contact_named: impl Fn(&str) -> Option<ContactId>,
        now: Moment,
    ) -> Finding {
        match self {
            Kept::Introduction(found) => found.found(contact_of, now),
            Kept::Resume(found) => found.found(contact_of, contact_named),
            Kept::Received(found) => found.found(contact_of),
        }
    }
}

/// What stands in the ledger of what happened beside the mail.
pub const ENTERED: [EntryKind; 3] = [EntryKind::Favour, EntryKind::Ask, EntryKind::Intro];

/// What the user entered or an export told; `None` for what stands in no ledger.
pub fn entered(entry: &Entry, contacts: &[ContactId]) -> Option<Finding> {
    let kind = match entry.kind {
        EntryKind::Favour if entry.other_way => LedgerKind::Received,
        EntryKind::Favour => LedgerKind::Favour,
        EntryKind::Ask => LedgerKind::Ask,
        EntryKind::Intro => LedgerKind::Introduction,
        EntryKind::Call | EntryKind::Meeting | EntryKind::Message | EntryKind::Note => return None,
    };
    Some(Finding {
        id: EntryId::Hand(entry.id),
        kind,
        at: entry.at,
        contacts: each_once(contacts.iter().copied()),
        strength: Strength::Manual,
        borne_out: false,
    })
}

/// What counts between me and each contact; an introduction or a résumé is one give to everybody
/// it concerns.
pub fn counted(entries: &[LedgerEntry]) -> HashMap<ContactId, Vec<Counted>> {
    let mut counted: HashMap<ContactId, Vec<Counted>> = HashMap::new();
    for entry in entries {
        let Some(counts) = entry.counted() else { continue };
        for contact in &entry.contacts {
            counted.entry(*contact).or_default().push(counts);
        }
    }
    counted
}

impl LedgerEntry {
    /// As the balance counts it; `None` while it doesn't.
    pub fn counted(&self) -> Option<Counted> {
        self.state.counts().then(|| Counted { at: self.at, deed: self.kind.deed() })
    }
}

fn each_once(contacts: impl Iterator<Item = ContactId>) -> Vec<ContactId> {
    let mut contacts: Vec<ContactId> = contacts.collect();
    contacts.sort_unstable();
    contacts.dedup();
    contacts
}

#[cfg(test)]
mod tests;
