//! What is asked of each message, and how the replies become mail.
//!
//! Headers and flags, and the beginnings of texts where they are wanted; always with PEEK: reading
//! changes nothing. A FETCH response without a UID or without a header is no
//! answer.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use async_imap::imap_proto::{AttributeValue, MessageSection, Response, SectionPath};

use super::exec::Tag;
use crate::domain::model::Moment;
use crate::mail;
use crate::source::{Flags, RawMail};

/// Bytes that may wait in memory; what comes beyond is asked for again, in smaller steps.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// How much is asked of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The fields that the measurement reads.
    Fields,
    /// The beginning of the body, and the fields that say how to read it and who is meant.
    Text,
    /// As little as possible, for a message that can't be read otherwise: the beginning of its
    /// header, whatever stands in it.
    Plain,
}

impl Form {
    /// Messages per FETCH: few enough that they fit into memory together.
    pub(super) fn chunk(self) -> usize {
        match self {
            Form::Fields | Form::Plain => 500,
            Form::Text => 200,
        }
    }
}

/// RFC 3501 §6.4.8.
pub(super) fn command(set: &str, form: Form) -> String {
    let names = |fields: BTreeSet<&str>| fields.into_iter().collect::<Vec<_>>().join(" ");
    match form {
        Form::Fields => {
            let fields = names(mail::fields_read().collect());
            format!("UID FETCH {set} (UID FLAGS INTERNALDATE BODY.PEEK[HEADER.FIELDS ({fields})])")
        }
        Form::Text => {
            let (fields, most) = (names(mail::fields_read_for_text().collect()), mail::TEXT_START);
            let parts = format!("BODY.PEEK[HEADER.FIELDS ({fields})] BODY.PEEK[TEXT]<0.{most}>");
            format!("UID FETCH {set} (UID {parts})")
        }
        Form::Plain => format!("UID FETCH {set} (UID FLAGS BODY.PEEK[HEADER]<0.262144>)"),
    }
}

/// A sequence set (RFC 3501 §9) of ascending UIDs.
pub(super) fn set(uids: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &uid in uids {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(uid) => *last = uid,
            _ => runs.push((uid, uid)),
        }
    }
    let texts: Vec<String> = runs
        .into_iter()
        .map(
            |(first, last)| {
                if first == last { first.to_string() } else { format!("{first}:{last}") }
            },
        )
        .collect();
    texts.join(",")
}

/// One FETCH response.
#[derive(Debug, Default)]
pub(super) struct FetchReply<'a> {
    pub uid: Option<u32>,
    pub flags: Option<Flags>,
    internal: Option<Moment>,
    header: Option<&'a [u8]>,
    text: Option<&'a [u8]>,
}

impl<'a> FetchReply<'a> {
    pub(super) fn read(attributes: &'a [AttributeValue<'a>]) -> Self {
        let mut answer = FetchReply::default();
        for attribute in attributes {
            match attribute {
                AttributeValue::Uid(uid) => answer.uid = Some(*uid),
                AttributeValue::Flags(flags) => {
                    let has = |name: &str| flags.iter().any(|it| it.eq_ignore_ascii_case(name));
                    answer.flags = Some(Flags {
                        answered: has("\\Answered"),
                        deleted: has("\\Deleted"),
                        draft: has("\\Draft"),
                    });
                }
                AttributeValue::InternalDate(text) => answer.internal = internal_date(text),
                AttributeValue::BodySection {
                    section: Some(SectionPath::Full(MessageSection::Header)),
                    data: Some(data),
                    ..
                } if !data.is_empty() => answer.header = Some(data),
                AttributeValue::BodySection {
                    section: Some(SectionPath::Full(MessageSection::Text)),
                    data,
                    ..
                } => {
                    let text: &[u8] = data.as_deref().unwrap_or_default();
                    answer.text = Some(text.get(..mail::TEXT_START).unwrap_or(text));
                }
                _ => {}
            }
        }
        answer
    }

    fn length(&self) -> usize {
        let length = |part: Option<&[u8]>| part.map_or(0, <[u8]>::len);
        length(self.header) + length(self.text)
    }
}

/// `" 1-Nov-2026 09:30:00 +0100"` (RFC 3501 §9, date-time).
fn internal_date(text: &str) -> Option<Moment> {
    let parsed = jiff::fmt::strtime::parse("%d-%b-%Y %H:%M:%S %z", text.trim()).ok()?;
    parsed.to_timestamp().ok().map(Moment::from)
}

/// Messages that were asked for together, and those that have come.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// What a search said is there, ascending.
    pub expected: Vec<u32>,
    /// The covered interval reaches so far once this chunk is stored.
    pub bound: u32,
    pub found: BTreeMap<u32, RawMail>,
    bytes: usize,
}

impl Chunk {
    pub(super) fn of(expected: Vec<u32>, bound: u32) -> Self {
        Chunk { expected, bound, ..Chunk::default() }
    }

    /// The UIDs that have not come with a header.
    pub(super) fn missing(&self) -> Vec<u32> {
        self.expected.iter().copied().filter(|uid| !self.found.contains_key(uid)).collect()
    }

    pub(super) fn take_mails(&mut self) -> Vec<RawMail> {
        self.bytes = 0;
        std::mem::take(&mut self.found).into_values().collect()
    }

    /// All messages between the first and the last, as one range: no others are there.
    pub(super) fn range(&self) -> Option<String> {
        let (first, last) = (self.expected.first()?, self.expected.last()?);
        Some(format!("{first}:{last}"))
    }

    /// A message that lies between the expected ones is welcome too: it became visible late.
    fn asks_for(&self, uid: u32) -> bool {
        let ends = self.expected.first().zip(self.expected.last());
        ends.is_some_and(|(first, last)| (*first..=*last).contains(&uid))
    }

    /// Takes what this response holds, if it belongs here.
    pub(super) fn accept(&mut self, answer: &FetchReply<'_>) -> bool {
        let Some(uid) = answer.uid.filter(|uid| self.asks_for(*uid)) else { return false };
        if let Some(known) = self.found.get_mut(&uid) {
            known.flags = answer.flags.unwrap_or(known.flags);
        } else if let Some(header) = answer.header
            && self.bytes.saturating_add(answer.length()) <= MOST_BYTES
        {
            self.bytes += answer.length();
            let flags = answer.flags.unwrap_or_default();
            let (header, body_start) = (header.to_vec(), answer.text.map(<[u8]>::to_vec));
            let attachments = Vec::new();
            let mail = RawMail {
                uid: uid.into(),
                flags,
                internal: answer.internal,
                header,
                body_start,
                attachments,
            };
            self.found.insert(uid, mail);
        }
        true
    }
}

/// Chunks that were asked for and are not yet stored, in that order.
#[derive(Debug, Default)]
pub(super) struct Flight(VecDeque<(Option<Tag>, Chunk)>);

impl Flight {
    /// Without a tag, no reply is to come: there is no message in that interval.
    pub(super) fn push(&mut self, tag: Option<Tag>, chunk: Chunk) {
        self.0.push_back((tag, chunk));
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn first(&self) -> Option<&Chunk> {
        self.0.front().map(|(_, chunk)| chunk)
    }

    /// The command whose reply is to be read next; whoever takes it reads it.
    pub(super) fn take_first_tag(&mut self) -> Option<Tag> {
        self.0.front_mut().and_then(|(tag, _)| tag.take())
    }

    /// All commands whose replies are to be read.
    pub(super) fn take_tags(&mut self) -> Vec<Tag> {
        self.0.iter_mut().filter_map(|(tag, _)| tag.take()).collect()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn pop(&mut self) -> Option<Chunk> {
        self.0.pop_front().map(|(_, chunk)| chunk)
    }

    /// Gives a response to the chunk that asked for it.
    pub(super) fn route(&mut self, response: &Response<'_>) {
        if let Response::Fetch(_, attributes) = response {
            let answer = FetchReply::read(attributes);
            for (_, chunk) in &mut self.0 {
                if chunk.accept(&answer) {
                    break;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_short() {
        for (uids, text) in [
            (&[][..], ""),
            (&[7], "7"),
            (&[1, 2, 3, 5, 8, 9], "1:3,5,8:9"),
            (&[u32::MAX - 1, u32::MAX], "4294967294:4294967295"),
        ] {
            assert_eq!(set(uids), text);
        }
    }

    #[test]
    fn internal_dates_of_every_kind() {
        for (text, expect) in [
            ("17-Jul-2026 02:44:25 -0700", Some("2026-07-17T09:44:25Z")),
            (" 1-Nov-2026 09:30:00 +0100", Some("2026-11-01T08:30:00Z")),
            ("01-Nov-2026 09:30:00 +0000", Some("2026-11-01T09:30:00Z")),
            ("-", None),
            ("31-Feb-2026 09:30:00 +0000", None),
            ("", None),
        ] {
            assert_eq!(internal_date(text).map(|it| it.to_string()).as_deref(), expect, "{text}");
        }
    }

    fn read(response: &str) -> Option<Chunk> {
        let mut chunk = Chunk::of(vec![3, 5], 3);
        let (_, parsed) = Response::parse(response.as_bytes()).unwrap();
        let Response::Fetch(_, attributes) = parsed else { panic!("{response}") };
        chunk.accept(&FetchReply::read(&attributes)).then_some(chunk)
    }

    #[test]
    fn a_message_is_its_uid_and_its_header() {
        let chunk = read("* 9 FETCH (UID 5 FLAGS (\\answered Junk) BODY[HEADER] {4}\r\nA: b)\r\n");
        let chunk = chunk.unwrap();
        assert_eq!(chunk.missing(), [3]);
        let mail = &chunk.found[&5];
        assert_eq!(mail.header, b"A: b");
        assert_eq!(mail.flags, Flags { answered: true, ..Flags::default() });
    }

    #[test]
    fn the_beginning_of_a_text_may_come_with_it() {
        let text = format!("BODY[TEXT]<0> {{9000}}\r\n{}", "x".repeat(9000));
        let chunk = read(&format!("* 9 FETCH (UID 5 BODY[HEADER] {{4}}\r\nA: b {text})\r\n"));
        assert_eq!(chunk.unwrap().found[&5].body_start.as_ref().unwrap().len(), mail::TEXT_START);
        let chunk = read("* 9 FETCH (UID 5 BODY[HEADER] {4}\r\nA: b BODY[TEXT]<0> NIL)\r\n");
        assert_eq!(chunk.unwrap().found[&5].body_start.as_deref(), Some(&[][..]));
    }

    #[test]
    fn what_does_not_fit_into_memory_is_asked_for_again() {
        let mut chunk = Chunk::of(vec![3, 5], 3);
        let header = vec![b'x'; MOST_BYTES / 2 + 1];
        for uid in [3, 5] {
            let (uid, header) = (Some(uid), Some(&header[..]));
            assert!(chunk.accept(&FetchReply { uid, header, ..FetchReply::default() }));
        }
        assert_eq!(chunk.missing(), [5]);
    }

    #[test]
    fn without_a_uid_or_a_header_nothing_has_come() {
        assert!(read("* 9 FETCH (BODY[HEADER] {4}\r\nA: b)\r\n").is_none());
        assert!(read("* 9 FETCH (UID 6 BODY[HEADER] {4}\r\nA: b)\r\n").is_none());
        for nothing in ["BODY[HEADER] NIL", "BODY[HEADER] \"\"", "BODY[TEXT] \"x\"", "FLAGS ()"] {
            let chunk = read(&format!("* 9 FETCH (UID 5 {nothing})\r\n")).unwrap();
            assert_eq!(chunk.missing(), [3, 5], "{nothing}");
        }
    }
}
