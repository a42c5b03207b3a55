//! What a message's header says, as plain values: who, to whom, when, in answer to what.
//!
//! Never holds a body, and never judges: whether a message counts is [`super::noise`]'s business.

use sha2::{Digest, Sha256};

use super::cues::Cues;
use super::noise::Traits;
use crate::domain::model::Moment;

/// 128 bits that name a message across folders, accounts and copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageKey(pub [u8; 16]);

/// Which recipe made a stored [`MessageKey`]; raised whenever the recipe changes.
pub const KEY_VERSION: i64 = 1;

impl MessageKey {
    /// Message-IDs get reused, so the author and the `Date` are part of the key.
    pub fn of_id(message_id: &str, author: Option<&str>, date: Option<Moment>) -> MessageKey {
        let date = date.map(|date| date.0.to_string());
        let parts = [message_id, author.unwrap_or_default(), date.as_deref().unwrap_or_default()];
        Self::of_parts("id", parts.into_iter().map(str::bytes))
    }

    /// For a message without Message-ID: raw field values that every copy carries alike, in an
    /// order that the caller keeps. Folding and other white space make no difference.
    pub fn of_fields<'x>(values: impl IntoIterator<Item = &'x [u8]>) -> MessageKey {
        Self::of_parts("fields", values.into_iter().map(spaced))
    }

    /// For what an export tells of beside the mail, by all that tells it from others there.
    pub fn of_entry<'x>(parts: impl IntoIterator<Item = &'x str>) -> MessageKey {
        Self::of_parts("entry", parts.into_iter().map(str::bytes))
    }

    /// The key of another message under the same Message-ID: with this base subject, in answer to
    /// this parent.
    pub fn told_apart(self, base_subject: i64, parent: Option<i64>) -> MessageKey {
        let said = format!("{base_subject} {}", parent.unwrap_or_default());
        Self::of_parts("apart", [self.0.to_vec(), said.into_bytes()].map(Vec::into_iter))
    }

    /// Its first half: a number that every store gives the message alike, whenever it came.
    pub fn number(self) -> i64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        i64::from_le_bytes([a, b, c, d, e, f, g, h])
    }

    fn of_parts<P: Iterator<Item = u8>>(
        recipe: &str,
        parts: impl IntoIterator<Item = P>,
    ) -> MessageKey {
        let mut bytes = Vec::with_capacity(256);
        bytes.extend_from_slice(recipe.as_bytes());
        for part in parts {
            bytes.push(0);
            bytes.extend(part.filter(|byte| *byte != 0));
        }
        let mut key = [0; 16];
        key.iter_mut().zip(Sha256::digest(&bytes)).for_each(|(to, from)| *to = from);
        MessageKey(key)
    }
}

/// The words of a field value, a single space before each.
fn spaced(value: &[u8]) -> impl Iterator<Item = u8> {
    let words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    words.flat_map(|word| std::iter::once(b' ').chain(word.iter().copied()))
}

/// One party of a message.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mailbox {
    /// As [`super::identity::normalise`] makes it; never empty.
    pub address: String,
    /// The display name, decoded and on one line.
    pub name: Option<String>,
}

/// The mailing list that a message says it came through.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ListName {
    /// What `List-Id` calls it, in lower case; empty where nothing does.
    pub id: String,
    /// The address that takes its posts; empty where none is known.
    pub post: String,
}

/// What a server on the way says that it found out about a message's sender (RFC 8601).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authentication {
    /// The `authserv-id`, in lower case.
    pub server: String,
    /// The domain in `From` says that this mail isn't its own: `dmarc=fail` (RFC 7489).
    pub dmarc_failed: bool,
}

/// A message's header, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The same for each copy of the message.
    pub key: MessageKey,
    /// With its angle brackets.
    pub message_id: Option<String>,
    /// [`super::threading::id_hash`] of the Message-ID.
    pub id_hash: Option<i64>,
    /// The author's clock: the `Date` field. Without a zone it is taken as UTC.
    pub date: Option<Moment>,
    /// The topmost `Received` whose time can be read.
    pub received: Option<Moment>,
    /// Whom `From` names; where a list has put its own address there, that address.
    pub author: Option<Mailbox>,
    /// Where a list has put its own address into `From`: whom it names as the author. Only as
    /// good as the list's word, see [`super::lists`].
    pub author_by_list: Option<Mailbox>,
    /// The list that carried it; `None` where no field names one.
    pub list: Option<ListName>,
    /// What each server says that has marked it, the topmost first and each once.
    pub authentications: Vec<Authentication>,
    /// Whom `To` names, in its order.
    pub to: Vec<Mailbox>,
    /// Whom `Cc` names, in its order.
    pub cc: Vec<Mailbox>,
    /// How many more stand in `To` and `Cc`.
    pub unkept: Unkept,
    /// Decoded, on one line.
    pub subject: String,
    /// [`super::threading::subject_hash`]: 0 for an empty base subject.
    pub base_subject: i64,
    /// `id_hash` of the first In-Reply-To id, else of the last References id; never the message
    /// itself.
    pub parent: Option<i64>,
    /// Hashes of the References ids, oldest first, then of the In-Reply-To ids among them that are
    /// new; distinct, at most the newest hundred.
    pub references: Vec<i64>,
    /// How it came to be and what it is for, as [`super::noise`] judges it.
    pub traits: Traits,
    /// What its text says; `None` where it wasn't read.
    pub cues: Option<Cues>,
    /// Of a notice of absence: the first local day on which its author is back, where it says so.
    pub back_on: Option<jiff::civil::Date>,
    /// What is attached, by its names; none where the text wasn't read.
    pub attachments: Vec<String>,
    /// Of a bounce: the addresses that it shows to be dead; `None` where it doesn't say to whom it
    /// couldn't deliver.
    pub dead_addresses: Option<Vec<String>>,
    /// What a digest bears, so that its sender knows it again: `X-Requite-Week`.
    pub digest_token: Option<String>,
}

/// Recipients beyond those that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unkept {
    /// In `To`.
    pub to: u64,
    /// In `Cc`.
    pub cc: u64,
}

impl Facts {
    /// Who wrote it, if its list is believed: what a copy that came past the list says by itself.
    pub fn writer(&self) -> Option<&Mailbox> {
        let rewritten = self.traits.contains(Traits::LIST_REWRITTEN);
        if rewritten { self.author_by_list.as_ref() } else { self.author.as_ref() }
    }

    /// Whether it is a bounce whose text may still tell whom it is about, and whether they are gone
    /// or have a full mailbox only: the header names both alike.
    pub fn is_unread_bounce(&self) -> bool {
        let goes_on = self.dead_addresses.as_ref().is_some_and(Vec::is_empty);
        self.cues.is_none() && !goes_on && self.traits.contains(Traits::BOUNCE)
    }

    /// Whether the server of this `authserv-id` found that the sender's domain disowns it. What
    /// other servers say, or say that they are, counts for nothing (RFC 8601 §7.1).
    pub fn is_disowned(&self, authserv_id: &str) -> bool {
        let says = |it: &&Authentication| it.server.eq_ignore_ascii_case(authserv_id);
        self.authentications.iter().find(says).is_some_and(|it| it.dmarc_failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reused_id_from_another_author_or_day_is_another_message() {
        let key = MessageKey::of_id("<1@example.org>", Some("ada@example.org"), Some(Moment(10)));
        let again = MessageKey::of_id("<1@example.org>", Some("ada@example.org"), Some(Moment(10)));
        let author =
            MessageKey::of_id("<1@example.org>", Some("bob@example.org"), Some(Moment(10)));
        let day = MessageKey::of_id("<1@example.org>", Some("ada@example.org"), Some(Moment(11)));
        let unknown = MessageKey::of_id("<1@example.org>", None, None);
        assert_eq!(key, again);
        assert!(key != author && key != day && key != unknown);
    }

    #[test]
    fn folding_does_not_change_a_key_but_moving_text_between_fields_does() {
        let key = MessageKey::of_fields([b"Mon, 1 Jan 2024".as_slice(), b"a b"]);
        assert_eq!(
            key,
            MessageKey::of_fields([b" Mon,  1 Jan\r\n\t2024\r\n".as_slice(), b"a\r\n b"])
        );
        assert_ne!(key, MessageKey::of_fields([b"Mon, 1 Jan 2024 a".as_slice(), b"b"]));
    }
}
