//! What happened between me and a contact beside the mail, entered by hand or imported: calls,
//! meetings, messages of another channel, deeds, notes.
//!
//! Says which of them are touches; what stands in the ledger, the ledger says.

use super::need::{Addressing, Features, Message};
use super::turns::{Author, Touch};
use crate::domain::message::cues::{Cues, Marks};
use crate::domain::message::noise::Traits;
use crate::domain::model::{Channel, EntryNumber, Moment, Side, TouchId};

/// Something that happened beside the mail.
#[derive(Debug, Clone)]
pub struct Entry {
    /// As the store numbers it.
    pub id: EntryNumber,
    /// When it happened.
    pub at: Moment,
    /// What it is.
    pub kind: EntryKind,
    /// Who called or wrote.
    pub side: Side,
    /// Of a call: it wasn't taken. Of a favour: they did it for me. Of a note: how I can help.
    pub other_way: bool,
    /// What the user wrote about it, or its subject; may be empty.
    pub text: String,
    /// How an export knows it; `None`: it was entered by hand.
    pub imported: Option<Imprint>,
}

impl Entry {
    /// Of mine, to be numbered by the store.
    pub fn by_hand(kind: EntryKind, at: Moment, text: &str) -> Entry {
        let (id, text) = (EntryNumber(0), text.to_owned());
        Entry { id, at, kind, side: Side::Mine, other_way: false, text, imported: None }
    }
}

/// What an export says of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imprint {
    /// A number that every store gives it alike.
    pub number: i64,
    /// Of a message: the conversation in which it stands, as a hash.
    pub conversation: Option<i64>,
    /// What its text says; `None` where it wasn't read.
    pub cues: Option<Cues>,
}

/// What there is beside the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// Answers whatever is open; missed, it waits to be returned.
    Call,
    /// Answers whatever is open.
    Meeting,
    /// Written on another channel, and imported.
    Message,
    /// Done to them, or to me.
    Favour,
    /// Something I asked of them.
    Ask,
    /// I made them known to somebody.
    Intro,
    /// A note to myself.
    Note,
}

impl EntryKind {
    /// All there are.
    pub const ALL: [EntryKind; 7] = [
        EntryKind::Call,
        EntryKind::Meeting,
        EntryKind::Message,
        EntryKind::Favour,
        EntryKind::Ask,
        EntryKind::Intro,
        EntryKind::Note,
    ];
    /// Those that the user enters.
    pub const BY_HAND: [EntryKind; 6] = [
        EntryKind::Call,
        EntryKind::Meeting,
        EntryKind::Favour,
        EntryKind::Ask,
        EntryKind::Intro,
        EntryKind::Note,
    ];

    /// As the command line and the database spell it.
    pub fn name(self) -> &'static str {
        match self {
            EntryKind::Call => "call",
            EntryKind::Meeting => "meeting",
            EntryKind::Message => "message",
            EntryKind::Favour => "favour",
            EntryKind::Ask => "ask",
            EntryKind::Intro => "intro",
            EntryKind::Note => "note",
        }
    }
}

/// A call, a meeting or a message as a touch; the other entries belong to the ledger.
pub fn touch(entry: &Entry) -> Option<Touch> {
    let channel = match entry.kind {
        EntryKind::Call => Channel::Phone,
        EntryKind::Meeting => Channel::Meeting,
        EntryKind::Message => Channel::Linkedin,
        _ => return None,
    };
    let missed = entry.kind == EntryKind::Call && entry.other_way;
    let imprint = entry.imported;
    let conversation = imprint.and_then(|it| it.conversation);
    Some(Touch {
        id: TouchId::Entry(entry.id),
        author: match entry.side {
            Side::Mine => Author::Me,
            Side::Theirs => Author::Them,
        },
        at: entry.at,
        channel,
        // Calls form no threads: each stands for itself, apart from every message's thread.
        thread: conversation.map_or(i64::MIN + entry.id.0, beside_mail),
        // Of its own: no subject joins two messages of another channel.
        subject: imprint.filter(|_| entry.kind == EntryKind::Message).map(|it| it.number),
        own_id: None,
        parent: None,
        references: Vec::new(),
        asks: entry.kind != EntryKind::Meeting,
        addressed: true,
        by_lists_word: false,
        forward: false,
        reaction: false,
        spoken: channel != Channel::Linkedin && !missed,
        marked_answered: false,
        discarded: false,
        retracts: imprint
            .and_then(|it| it.cues)
            .is_some_and(|cues| cues.marks.contains(Marks::RETRACTS)),
        features: match entry.kind {
            EntryKind::Message => written_to_one(imprint.and_then(|it| it.cues)),
            _ => Features::CALL,
        },
    })
}

/// The thread of a conversation: no message of the mail has it.
fn beside_mail(conversation: i64) -> i64 {
    const HIGHEST: i64 = 1 << 62;
    i64::MIN | conversation & (HIGHEST - 1)
}

/// What a text asks that was written to one person, on whatever channel.
fn written_to_one(cues: Option<Cues>) -> Features {
    let addressing = Some(Addressing::To(1));
    Features::of(&Message { traits: Traits::NONE, cues, addressing, to_count: 1, recipients: 1 })
}
