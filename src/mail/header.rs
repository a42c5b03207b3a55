//! Header bytes → the fields that matter, first as they stand, then decoded.
//!
//! Of a field that may stand once only the first counts (RFC 5322 §3.6).

use std::borrow::Cow;

use super::authentication;
use super::decode;
use super::fields::{self, Fields};
use crate::domain::message::facts::{Authentication, ListName, Mailbox, MessageKey, Unkept};
use crate::domain::message::identity::name_key;
use crate::domain::message::noise::{Traits, rules};
use crate::domain::message::threading;
use crate::domain::model::Moment;

/// Longer chains of References are read from their newest end.
const NEWEST_REFERENCES: usize = 100;

/// No list has more addresses for its posts.
const LIST_NAMES: usize = 8;

/// No more servers of the user's own stand between the world and the mailbox.
const AUTHENTICATIONS: usize = 8;

/// No person addresses more people in one mail, `To` and `Cc` together: of those beyond only the
/// number is kept.
pub const MOST_RECIPIENTS: usize = 500;

/// The fields that are read beside those that [`rules`] judge.
pub(super) const FIELDS: &[&str] = &[
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
    "authentication-results",
    "x-requite-week",
];

/// The raw fields that matter. Of those that may stand once (RFC 5322 §3.6), the first counts.
#[derive(Default)]
pub(super) struct Header<'x> {
    pub any: bool,
    date: Option<&'x [u8]>,
    from: Option<&'x [u8]>,
    to: Vec<&'x [u8]>,
    cc: Vec<&'x [u8]>,
    subject: Option<&'x [u8]>,
    message_id: Option<&'x [u8]>,
    in_reply_to: Vec<&'x [u8]>,
    references: Vec<&'x [u8]>,
    pub received: Option<Moment>,
    reply_to: Vec<&'x [u8]>,
    original_from: Option<&'x [u8]>,
    pub content_type: Option<&'x [u8]>,
    pub authentications: Vec<Authentication>,
    pub digest_token: Option<&'x [u8]>,
    /// Of a bounce: whom mail didn't reach.
    pub failed: Option<&'x [u8]>,
    /// What the list calls itself: `List-Id`, and the addresses of `List-Post`.
    list_id: Option<String>,
    list_posts: Vec<String>,
    pub traits: Traits,
}

impl<'x> Header<'x> {
    pub(super) fn pick(header: &'x [u8]) -> Header<'x> {
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
            "authentication-results" => self.authenticate(value),
            "x-requite-week" => keep_first(&mut self.digest_token, value),
            "x-failed-recipients" => {
                keep_first(&mut self.failed, value);
                self.judge(name, value);
            }
            _ => self.judge(name, value),
        }
    }

    fn judge(&mut self, name: &str, value: &[u8]) {
        let Some(rule) = rules::rule(name) else { return };
        let value = String::from_utf8_lossy(value);
        self.traits.insert(rule.judge(&value));
        match name {
            "list-post" => self.list_posts.extend(decode::list_posts(&value)),
            "list-id" if self.list_id.is_none() => self.list_id = decode::list_id(&value),
            _ => (),
        }
        self.list_posts.truncate(LIST_NAMES);
    }

    /// Of one server the topmost counts: those below may have come with the mail.
    fn authenticate(&mut self, value: &[u8]) {
        let Some(found) = authentication::authentication(value) else { return };
        let known = self.authentications.iter().any(|it| it.server == found.server);
        if !known && self.authentications.len() < AUTHENTICATIONS {
            self.authentications.push(found);
        }
    }

    /// Only fields that the copy in Sent, the delivered copy and a partial fetch have in common.
    pub(super) fn key(&self, decoded: &Decoded, header: &[u8]) -> MessageKey {
        if let Some(id) = &decoded.message_id {
            let writer = decoded.writer().map(|writer| writer.address.as_str());
            return MessageKey::of_id(id, writer, decoded.date);
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
    pub(super) fn ties(&self, own: Option<i64>) -> (Option<i64>, Vec<i64>) {
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
        let spells = |id: &String| {
            let same = |(a, b)| a == b || (a, b) == (b'.', b'@');
            id.len() == address.len() && id.bytes().zip(address.bytes()).all(same)
        };
        self.list_posts.iter().any(|post| post == address) || self.list_id.iter().any(spells)
    }

    /// The list that it says it came through, by the same name whether or not the list rewrote the
    /// author.
    pub(super) fn list(&self, decoded: &Decoded) -> Option<ListName> {
        let own = |party: &&Mailbox| self.is_list(&party.address);
        let address = |party: &Mailbox| party.address.clone();
        let post = if decoded.rewritten {
            decoded.author.as_ref().map(address)
        } else {
            let among = || decoded.to.iter().chain(&decoded.cc).find(own).map(address);
            self.list_posts.first().cloned().or_else(among)
        };
        let name = ListName {
            id: self.list_id.clone().unwrap_or_default(),
            post: post.unwrap_or_default(),
        };
        (!name.id.is_empty() || !name.post.is_empty()).then_some(name)
    }
}

fn keep_first<'x>(slot: &mut Option<&'x [u8]>, value: &'x [u8]) {
    slot.get_or_insert(value);
}

/// The fields that need the parser, decoded.
pub(super) struct Decoded {
    pub message_id: Option<String>,
    pub date: Option<Moment>,
    /// Whom `From` names.
    pub author: Option<Mailbox>,
    pub author_by_list: Option<Mailbox>,
    /// What the sender's address and name say.
    pub sender: Traits,
    pub rewritten: bool,
    /// The list's own address is among the recipients.
    pub to_list: bool,
    pub to: Vec<Mailbox>,
    pub cc: Vec<Mailbox>,
    pub unkept: Unkept,
    pub subject: String,
}

impl Decoded {
    pub(super) fn of(fields: &Header<'_>) -> Decoded {
        let from = fields.from.map(decode::parties).unwrap_or_default();
        let author = from.iter().find_map(decode::Party::mailbox);
        let rewritten = author.as_ref().is_some_and(|from| fields.is_list(&from.address));
        let author_by_list =
            author.as_ref().filter(|_| rewritten).and_then(|from| moved_author(fields, from));
        let writer = if rewritten { &author_by_list } else { &author };
        let sender = match (writer, from.first()) {
            (Some(writer), _) => Cow::Borrowed(writer.address.as_str()),
            (None, Some(party)) => Cow::Owned(party.shown()),
            (None, None) => Cow::Borrowed(""),
        };
        let name = writer.as_ref().and_then(|writer| writer.name.as_deref());
        let sender = rules::sender(&sender) | name.map_or(Traits::NONE, rules::sender_name);
        let (to, more_to) = mailboxes(&fields.to, MOST_RECIPIENTS);
        let (cc, more_cc) = mailboxes(&fields.cc, MOST_RECIPIENTS - to.len());
        let to_list = to.iter().chain(&cc).any(|party| fields.is_list(&party.address));
        Decoded {
            message_id: fields.message_id.and_then(decode::message_id),
            date: fields.date.and_then(decode::date),
            author,
            author_by_list,
            sender,
            rewritten,
            to_list,
            to,
            cc,
            unkept: Unkept { to: more_to, cc: more_cc },
            subject: fields.subject.map(decode::text).unwrap_or_default(),
        }
    }

    /// As [`Facts::writer`].
    pub(super) fn writer(&self) -> Option<&Mailbox> {
        if self.rewritten { self.author_by_list.as_ref() } else { self.author.as_ref() }
    }
}

/// Where lists leave the author whose place in `From` they took; "Ada via the list" says how the
/// author is called, and who is in Cc is the author only under that name.
fn moved_author(fields: &Header<'_>, from: &Mailbox) -> Option<Mailbox> {
    let parties = |value: &&[u8]| decode::parties(value).into_iter();
    let mailboxes = |values: &[&[u8]]| {
        let found = values.iter().flat_map(parties).filter_map(|party| party.mailbox());
        found.filter(|party| !fields.is_list(&party.address)).collect::<Vec<_>>()
    };
    let named = from.name.as_deref().and_then(via);
    let key = named.and_then(name_key);
    let is_named =
        |party: &Mailbox| key.is_some() && party.name.as_deref().and_then(name_key) == key;
    let original: Vec<&[u8]> = fields.original_from.into_iter().collect();
    let moved = mailboxes(&fields.reply_to).into_iter().chain(mailboxes(&original)).next();
    let mut moved = moved.or_else(|| mailboxes(&fields.cc).into_iter().find(is_named))?;
    if moved.name.is_none() {
        moved.name = named.map(str::to_owned);
    }
    Some(moved)
}

/// Who it is whose mail a list carries: "Ada" of "Ada via the list".
fn via(name: &str) -> Option<&str> {
    let (named, _) = name.rsplit_once(" via ")?;
    let named = named.trim_matches(|c: char| matches!(c, '\'' | '"') || c.is_whitespace());
    (!named.is_empty()).then_some(named)
}

/// The first so many, and how many more there are.
fn mailboxes(values: &[&[u8]], most: usize) -> (Vec<Mailbox>, u64) {
    let parties = values.iter().flat_map(|value| decode::parties(value));
    let mut all = parties.filter_map(|party| party.mailbox());
    (all.by_ref().take(most).collect(), all.count() as u64)
}
