//! Header bytes → [`Facts`], and where the user wants it, the beginning of a body → cues. The only
//! user of the mail parser.
//!
//! Takes whatever a stranger sends: never panics, never needs the body, reads no more than
//! [`HEADER_CAP`] bytes, and shows what it can't decode lossily instead of giving up. Never judges
//! what a message is worth.

mod attachments;
mod body;
mod decode;
mod fields;
mod kept;

use std::borrow::Cow;
use std::fmt;

use jiff::civil::Date;

use crate::domain::absence;
use crate::domain::facts::{Facts, Mailbox, MessageKey};
use crate::domain::model::Moment;
use crate::domain::noise::{NOTICE, Traits, addresses, rules, subject};
use crate::domain::threading;
use fields::Fields;

pub use attachments::{Attachments, MOST_NAMES, attachment_name};
pub use body::{BODY_START, Me, TEXT_START, holds_text_further_down, read_text, with_part};
pub use kept::{Kept, kept};

/// Longer header blocks are read up to here.
pub const HEADER_CAP: usize = 256 * 1024;

/// Longer chains of References are read from their newest end.
const NEWEST_REFERENCES: usize = 100;

/// A list needs no more names for itself.
const LIST_NAMES: usize = 8;

/// The fields that are read beside those that [`rules`] judge.
const FIELDS: &[&str] = &[
    "date",
    "from",
    "to",
    "cc",
    "subject",
    "message-id",
    "in-reply-to",
    "references",
    "received",
    "reply-to",
    "x-original-from",
    "content-type",
];

/// All fields that [`facts`] looks at, in lower case: what a source has to fetch.
pub fn fields_read() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().copied().chain(rules::fields())
}

/// The fields that [`read_text`] and [`Attachments`] look at, whatever else is known.
pub fn fields_read_for_text() -> impl Iterator<Item = &'static str> {
    ["date", "from", "to", "cc"].into_iter().chain(body::FIELDS).chain(attachments::FIELDS)
}

/// Why there is nothing to read in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable(pub String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

/// The raw fields that matter. Of those that may stand once (RFC 5322 §3.6), the first counts.
#[derive(Default)]
struct Header<'x> {
    any: bool,
    date: Option<&'x [u8]>,
    from: Option<&'x [u8]>,
    to: Vec<&'x [u8]>,
    cc: Vec<&'x [u8]>,
    subject: Option<&'x [u8]>,
    message_id: Option<&'x [u8]>,
    in_reply_to: Vec<&'x [u8]>,
    references: Vec<&'x [u8]>,
    received: Option<Moment>,
    reply_to: Vec<&'x [u8]>,
    original_from: Option<&'x [u8]>,
    content_type: Option<&'x [u8]>,
    /// The list's own addresses; that of `List-Id` with a dot for its `@`.
    list: Vec<String>,
    traits: Traits,
}

/// Reads a header block, bare or at the front of a message.
///
/// # Errors
/// Only when there is not a single header field.
pub fn facts(header: &[u8]) -> Result<Facts, Unreadable> {
    let header = header.get(..HEADER_CAP).unwrap_or(header);
    let fields = Header::pick(header);
    if !fields.any {
        return Err(Unreadable("there is no header field in it".to_owned()));
    }
    let decoded = Decoded::of(&fields);
    let key = fields.key(&decoded, header);
    let message_id = decoded.message_id;
    let id_hash = message_id.as_deref().map(threading::id_hash);
    let (parent, references) = fields.ties(id_hash);
    let mut traits = rules::together(
        fields.traits,
        decoded.sender,
        fields.content_type.map_or(Traits::NONE, decode::media),
        subject::judge(&decoded.subject),
    );
    if !references.is_empty() {
        traits.insert(Traits::HAS_REPLY_HEADERS);
    }
    if decoded.rewritten {
        traits.insert(Traits::LIST_REWRITTEN);
    }
    if decoded.to_list {
        traits.insert(Traits::DISCUSSION_LIST);
    }
    if let Some(author) = &decoded.author {
        traits.insert(addresses::sender(&author.address));
    }
    traits.insert(addresses::recipients(decoded.to.iter().map(|to| to.address.as_str())));
    let back_on = back_on(traits, &decoded.subject, fields.received.or(decoded.date));
    Ok(Facts {
        key,
        message_id,
        id_hash,
        date: decoded.date,
        received: fields.received,
        author: decoded.author,
        to: decoded.to,
        cc: decoded.cc,
        base_subject: threading::subject_hash(&decoded.subject),
        subject: decoded.subject,
        parent,
        references,
        traits,
        cues: None,
        back_on,
        attachments: Vec::new(),
    })
}

/// The day that a notice of absence names in its own words: what stands behind a reply's prefix is
/// the subject that it answers.
fn back_on(traits: Traits, subject: &str, sent: Option<Moment>) -> Option<Date> {
    if !traits.intersects(NOTICE) {
        return None;
    }
    let words = std::iter::once(0).chain(subject.match_indices(' ').map(|(at, _)| at + 1));
    let answered = |at: &usize| subject.get(*at..).and_then(threading::prefix).is_some();
    let own = subject.get(..words.into_iter().find(answered).unwrap_or(subject.len()))?;
    absence::end_date(own, sent?)
}

impl<'x> Header<'x> {
    fn pick(header: &'x [u8]) -> Header<'x> {
        let mut picked = Header::default();
        for field in Fields::of(header) {
            picked.any = true;
            let mut buffer = [0; fields::LONGEST_NAME];
            if let Some(name) = field.lower_name(&mut buffer) {
                picked.take(name, field.value);
            }
        }
        picked
    }

    fn take(&mut self, name: &str, value: &'x [u8]) {
        match name {
            "date" => keep_first(&mut self.date, value),
            "from" => keep_first(&mut self.from, value),
            "to" => self.to.push(value),
            "cc" => self.cc.push(value),
            "subject" => keep_first(&mut self.subject, value),
            "message-id" => keep_first(&mut self.message_id, value),
            "in-reply-to" => self.in_reply_to.push(value),
            "references" => self.references.push(value),
            "received" if self.received.is_none() => self.received = decode::received(value),
            "reply-to" => self.reply_to.push(value),
            "x-original-from" => keep_first(&mut self.original_from, value),
            "content-type" => keep_first(&mut self.content_type, value),
            _ => self.judge(name, value),
        }
    }

    fn judge(&mut self, name: &str, value: &[u8]) {
        let Some(rule) = rules::rule(name) else { return };
        let value = String::from_utf8_lossy(value);
        self.traits.insert(rule.judge(&value));
        match name {
            "list-post" => self.list.extend(decode::list_posts(&value)),
            "list-id" => self.list.extend(decode::list_id(&value)),
            _ => (),
        }
        self.list.truncate(LIST_NAMES);
    }

    /// Only fields that the copy in Sent, the delivered copy and a partial fetch have in common.
    fn key(&self, decoded: &Decoded, header: &[u8]) -> MessageKey {
        if let Some(id) = &decoded.message_id {
            let author = decoded.author.as_ref().map(|author| author.address.as_str());
            return MessageKey::of_id(id, author, decoded.date);
        }
        let [date, from, subject] =
            [self.date, self.from, self.subject].map(Option::unwrap_or_default);
        let (to, cc) = (self.to.concat(), self.cc.concat());
        let copied = [date, from, &to, &cc, subject];
        if copied.iter().all(|value| value.is_empty()) {
            return MessageKey::of_fields(Fields::of(header).map(|field| field.value));
        }
        MessageKey::of_fields(copied)
    }

    /// The parent, and all references.
    fn ties(&self, own: Option<i64>) -> (Option<i64>, Vec<i64>) {
        let hashes = |values: &[&[u8]]| {
            let mut ids: Vec<String> = values.iter().flat_map(|value| decode::ids(value)).collect();
            let newest = ids.split_off(ids.len().saturating_sub(NEWEST_REFERENCES));
            let hashes = newest.iter().map(|id| threading::id_hash(id));
            hashes.filter(|hash| Some(*hash) != own).collect::<Vec<_>>()
        };
        let answered = hashes(&self.in_reply_to);
        let chain = hashes(&self.references);
        let parent = answered.first().or(chain.last()).copied();
        let mut references = Vec::with_capacity(chain.len() + 1);
        for hash in chain.into_iter().chain(answered) {
            if !references.contains(&hash) {
                references.push(hash);
            }
        }
        let old = references.len().saturating_sub(NEWEST_REFERENCES);
        references.drain(..old);
        (parent, references)
    }

    /// Whether an address is the list's own: that of `List-Post`, or the one that its `List-Id`
    /// spells with a dot in place of the `@` (RFC 2919 §2).
    fn is_list(&self, address: &str) -> bool {
        let dotted = |own: &String| {
            own.len() == address.len()
                && own.bytes().zip(address.bytes()).all(|(a, b)| a == b || (a, b) == (b'.', b'@'))
        };
        self.list.iter().any(dotted)
    }
}

fn keep_first<'x>(slot: &mut Option<&'x [u8]>, value: &'x [u8]) {
    slot.get_or_insert(value);
}

/// The fields that need the parser, decoded.
struct Decoded {
    message_id: Option<String>,
    date: Option<Moment>,
    author: Option<Mailbox>,
    /// What the sender's address and name say.
    sender: Traits,
    rewritten: bool,
    /// The list's own address is among the recipients.
    to_list: bool,
    to: Vec<Mailbox>,
    cc: Vec<Mailbox>,
    subject: String,
}

impl Decoded {
    fn of(fields: &Header<'_>) -> Decoded {
        let from = fields.from.map(decode::parties).unwrap_or_default();
        let named = from.iter().find_map(decode::Party::mailbox);
        let rewritten = named.as_ref().is_some_and(|from| fields.is_list(&from.address));
        let author = if rewritten { moved_author(fields) } else { named };
        let sender = match (&author, from.first()) {
            (Some(author), _) => Cow::Borrowed(author.address.as_str()),
            (None, Some(party)) => Cow::Owned(party.shown()),
            (None, None) => Cow::Borrowed(""),
        };
        let name = author.as_ref().and_then(|author| author.name.as_deref());
        let sender = rules::sender(&sender) | name.map_or(Traits::NONE, rules::sender_name);
        let to = mailboxes(&fields.to);
        let cc = mailboxes(&fields.cc);
        let to_list = !fields.list.is_empty()
            && to.iter().chain(&cc).any(|party| fields.is_list(&party.address));
        Decoded {
            message_id: fields.message_id.and_then(decode::message_id),
            date: fields.date.and_then(decode::date),
            author,
            sender,
            rewritten,
            to_list,
            to,
            cc,
            subject: fields.subject.map(decode::text).unwrap_or_default(),
        }
    }
}

/// Where lists leave the author whose place in `From` they took.
fn moved_author(fields: &Header<'_>) -> Option<Mailbox> {
    let candidates = fields.reply_to.iter().chain(&fields.original_from);
    candidates
        .flat_map(|value| decode::parties(value))
        .filter_map(|party| party.mailbox())
        .find(|party| !fields.is_list(&party.address))
}

fn mailboxes(values: &[&[u8]]) -> Vec<Mailbox> {
    let parties = values.iter().flat_map(|value| decode::parties(value));
    parties.filter_map(|party| party.mailbox()).collect()
}

#[cfg(test)]
mod tests;
