//! What happened between me and a contact beside the mail, entered by hand or imported: calls,
//! meetings, messages of another channel, deeds, notes.
//!
//! Says which of them are touches; what stands in the ledger, the ledger says.

use std::collections::HashMap;

use super::need::{Addressing, Features, Message};
use super::turns::{Author, Hindsight, Touch};
use crate::domain::message::cues::{Cues, Marks};
use crate::domain::message::noise::Traits;
use crate::domain::model::{Channel, DAY, EntryNumber, Moment, Side, TouchId};

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

    /// Of an imported message: the conversation in which it stands, as a hash.
    fn conversation(&self) -> Option<i64> {
        self.imported?.conversation
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

/// An export knows the minute of an invitation, in seconds.
const SAME_MINUTE: i64 = 60;
/// A message so long after the one before it, in seconds, begins anew.
const SAME_TALK: i64 = 30 * DAY;

/// The calls, meetings and messages up to `until` as touches; the other entries belong to the ledger.
pub fn touches(entries: &[Entry], until: Moment, hindsight: &mut Hindsight) -> Vec<Touch> {
    let known: Vec<&Entry> = entries.iter().filter(|entry| entry.at <= until).collect();
    let mut entries: Vec<Entry> = known.iter().map(|entry| as_accepted(entry, &known)).collect();
    for (entered, entry) in known.iter().zip(&entries) {
        hindsight.moved(Some(entered.at), Some(entry.at));
    }
    entries.sort_by_key(|entry| (entry.at, entry.imported.map(|it| it.number), entry.id));
    let mut latest: HashMap<i64, Moment> = HashMap::new();
    let mut touches = Vec::with_capacity(entries.len());
    for entry in &entries {
        let before = entry.conversation().and_then(|it| latest.insert(it, entry.at));
        let goes_on = before.is_some_and(|before| entry.at.0 - before.0 <= SAME_TALK);
        touches.extend(touch(entry, goes_on));
    }
    touches
}

/// The note of an invitation stands among the messages, too, once it was accepted: in the one export
/// alone, in a later one as the beginning of a conversation. It is a copy of that then.
fn as_accepted(entry: &Entry, known: &[&Entry]) -> Entry {
    let is_note = entry.kind == EntryKind::Message && entry.conversation().is_none();
    let is_same = |it: &&&Entry| {
        it.kind == EntryKind::Message
            && it.conversation().is_some()
            && it.side == entry.side
            && (it.at.0 - entry.at.0).abs() <= SAME_MINUTE
    };
    let Some(message) = is_note.then(|| known.iter().find(is_same)).flatten() else {
        return entry.clone();
    };
    let cues = entry.imported.and_then(|it| it.cues);
    let imported = message.imported.map(|it| Imprint { cues, ..it });
    Entry { at: message.at, imported, ..entry.clone() }
}

/// `goes_on`: it is a message in a conversation that had begun.
fn touch(entry: &Entry, goes_on: bool) -> Option<Touch> {
    let channel = match entry.kind {
        EntryKind::Call => Channel::Phone,
        EntryKind::Meeting => Channel::Meeting,
        EntryKind::Message => Channel::Linkedin,
        _ => return None,
    };
    let author = match entry.side {
        Side::Mine => Author::Me,
        Side::Theirs => Author::Them,
    };
    let missed = entry.kind == EntryKind::Call && entry.other_way;
    let cues = entry.imported.and_then(|it| it.cues);
    Some(Touch {
        // Calls form no threads: each stands for itself, apart from every message's thread.
        thread: entry.conversation().map_or(i64::MIN + entry.id.0, beside_mail),
        // Of its own: no subject joins two messages of another channel.
        subject: entry.imported.filter(|_| channel == Channel::Linkedin).map(|it| it.number),
        asks: entry.kind != EntryKind::Meeting,
        spoken: channel != Channel::Linkedin && !missed,
        retracts: cues.is_some_and(|cues| cues.marks.contains(Marks::RETRACTS)),
        features: match entry.kind {
            EntryKind::Message if goes_on => written_to_one(cues, Traits::HAS_REPLY_HEADERS),
            EntryKind::Message => written_to_one(cues, Traits::NONE),
            _ => Features::CALL,
        },
        ..Touch::elsewhere(TouchId::Entry(entry.id), author, entry.at, channel)
    })
}

/// Where notices of messages stand until an export tells what was said: no conversation's thread.
pub const NOTICES: i64 = i64::MIN + (1 << 62);
/// A notice comes at most so long after what it tells of, in seconds; and clocks differ.
const NOTICE_DELAY: i64 = DAY;
const NOTICE_HASTE: i64 = 600;

/// Makes each notice among `touches` a copy of the message that it tells of, where an export tells it
/// too: the latest of theirs before it. `told` is in order.
pub fn fill(touches: &mut [Touch], told: &[Touch], hindsight: &mut Hindsight) {
    let is_theirs =
        |touch: &&Touch| touch.channel == Channel::Linkedin && touch.author == Author::Them;
    let messages: Vec<&Touch> = told.iter().filter(is_theirs).collect();
    for notice in touches.iter_mut().filter(|touch| touch.thread == NOTICES) {
        let before = messages.partition_point(|it| it.at <= notice.at + NOTICE_HASTE);
        let told = before.checked_sub(1).and_then(|last| messages.get(last));
        if let Some(message) = told.filter(|it| notice.at.0 - it.at.0 <= NOTICE_DELAY) {
            hindsight.moved(Some(notice.at), Some(message.at));
            (notice.at, notice.thread) = (message.at, message.thread);
            (notice.subject, notice.features) = (message.subject, message.features);
        }
    }
}

/// The thread of a conversation: no message of the mail has it.
fn beside_mail(conversation: i64) -> i64 {
    const HIGHEST: i64 = 1 << 62;
    i64::MIN | conversation & (HIGHEST - 1)
}

/// What a text asks that was written to one person, on whatever channel.
pub fn written_to_one(cues: Option<Cues>, traits: Traits) -> Features {
    let addressing = Some(Addressing::To(1));
    Features::of(&Message { traits, cues, addressing, to_count: 1, recipients: 1 })
}
