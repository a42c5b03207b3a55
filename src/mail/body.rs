//! The beginning of a body → the text that its author wrote → cues, and the day that a notice of
//! absence names.
//!
//! Finds the text among the parts, decodes it, and lets go of it at once: nothing of it is kept
//! or logged. A body that was cut short anywhere is as good as a whole one, up to there.

use std::borrow::Cow;

use mail_parser::decoders::html::html_to_text;
use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

use super::decode::guarded;
use super::delivery_status;
use super::fields::{LONGEST_FIELD, LONGEST_NAME, picked};
use crate::domain::message::absence;
use crate::domain::message::cues::{self, People};
use crate::domain::message::facts::{Facts, Mailbox};
use crate::domain::message::noise::{NOTICE, Traits};

/// How much of a raw body is enough, in bytes: 4 KiB of text in base64, and the headers of some
/// parts.
pub const BODY_START: usize = 8 * 1024;
/// How much of the decoded text is looked at, in bytes.
pub const TEXT_START: usize = 4 * 1024;

pub(super) const FIELDS: [&str; 3] = ["mime-version", "content-type", "content-transfer-encoding"];

/// Whose mailbox it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Owner<'a> {
    /// By which names others call them.
    pub names: &'a [String],
    /// In lower case.
    pub addresses: &'a [String],
}

/// Adds to the facts what the text of their message says: its cues, the day that a notice of absence
/// names there, and the addresses that a bounce shows to be dead. Adds nothing where no text stands
/// in the beginning of the body. `header` as
/// for [`super::facts`].
pub fn read_text(facts: &mut Facts, header: &[u8], body_start: &[u8], me: Owner<'_>) {
    if facts.traits.contains(Traits::BOUNCE)
        && let Some(dead) = delivery_status::dead_addresses(body_start)
    {
        facts.dead_addresses = Some(dead);
    }
    let Some(text) = text_start(header, body_start) else { return };
    facts.cues = Some(cues::read(&text, &people(facts, me)));
    if facts.traits.intersects(NOTICE)
        && let Some(sent) = facts.received.or(facts.date)
    {
        let own = cues::own(&text).text;
        facts.back_on = facts.back_on.or_else(|| absence::end_date(&own, sent));
    }
}

/// Whether this is the beginning of a multipart in which no text has begun yet.
pub fn holds_text_further_down(header: &[u8], body_start: &[u8]) -> bool {
    let is_multipart = boundary(header).is_some();
    is_multipart && text_start(header, body_start).is_none_or(|text| text.trim().is_empty())
}

/// What the beginning of the body would be if this part, of these `fields` and with this `start`,
/// stood first in it; `None` where the message has no parts.
pub fn with_part(header: &[u8], fields: &[u8], start: &[u8]) -> Option<Vec<u8>> {
    let boundary = boundary(header)?;
    let fields = fields.get(..LONGEST_FIELD).unwrap_or(fields).trim_ascii_end();
    let parts: [&[u8]; 6] = [b"--", boundary.as_bytes(), b"\r\n", fields, b"\r\n\r\n", start];
    Some(parts.concat())
}

/// The boundary between the parts of a message (RFC 2046 §5.1.1); `None` where it has no parts.
fn boundary(header: &[u8]) -> Option<String> {
    let header = mime_header(header);
    let parsed = guarded(|| MessageParser::default().parse_headers(&header))?;
    let kind = parsed.content_type()?;
    kind.ctype().eq_ignore_ascii_case("multipart").then_some(())?;
    kind.attribute("boundary").map(str::to_owned)
}

/// Who is on a mail beside its author, by all their names.
fn people(facts: &Facts, me: Owner<'_>) -> People {
    let mut people = People::default();
    let to = facts.to.iter().enumerate().map(|(place, mailbox)| (mailbox, Some(place + 1)));
    for (mailbox, place) in to.chain(facts.cc.iter().map(|mailbox| (mailbox, None))) {
        name(&mut people, mailbox, place);
        if me.addresses.contains(&mailbox.address) {
            me.names.iter().chain(me.addresses).for_each(|name| people.add(name, place));
        }
    }
    let mut author = People::default();
    if let Some(mailbox) = facts.writer() {
        name(&mut author, mailbox, None);
        if me.addresses.contains(&mailbox.address) {
            me.names.iter().for_each(|name| author.add(name, None));
        }
    }
    people.without(&author)
}

fn name(people: &mut People, mailbox: &Mailbox, place: Option<usize>) {
    people.add(&mailbox.address, place);
    if let Some(name) = &mailbox.name {
        people.add(name, place);
    }
}

/// The beginning of the text, quotations and signatures included.
fn text_start(header: &[u8], body_start: &[u8]) -> Option<String> {
    let body = body_start.get(..BODY_START).unwrap_or(body_start);
    let whole = [mime_header(header).as_slice(), body].concat();
    let text = guarded(|| {
        let parsed = MessageParser::default().parse(&whole)?;
        match closed(&parsed, &whole) {
            Some(closed) => text_of(&MessageParser::default().parse(&closed)?),
            None => text_of(&parsed),
        }
    })?;
    Some(beginning(&text).to_owned())
}

fn mime_header(header: &[u8]) -> Vec<u8> {
    picked(header, &FIELDS)
}

/// With the ends of all multiparts put behind the cut: the parser gives up on the part in which
/// its input ends. `None` where no part is open or broken.
fn closed(parsed: &Message<'_>, whole: &[u8]) -> Option<Vec<u8>> {
    if !parsed.parts.iter().any(|part| part.is_encoding_problem) {
        return None;
    }
    let mut closed = without_halves(whole).to_vec();
    for part in parsed.parts.iter().rev() {
        let boundary = part.content_type().and_then(|kind| kind.attribute("boundary"));
        if let Some(boundary) = boundary {
            closed.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        }
    }
    Some(closed)
}

/// Without half a boundary or half an escape of quoted-printable at the end.
fn without_halves(cut: &[u8]) -> &[u8] {
    let line = cut.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let escape = cut.iter().rposition(|byte| *byte == b'=').filter(|at| at + 3 > cut.len());
    let boundary = cut.get(line..).is_some_and(|last| last.starts_with(b"--"));
    let end = if boundary { Some(line) } else { escape };
    end.and_then(|end| cut.get(..end)).unwrap_or(cut)
}

/// The first plain text that isn't an attachment; else the first HTML, without its tags.
fn text_of(message: &Message<'_>) -> Option<String> {
    let shown = |ids: &[u32]| {
        let parts = ids.iter().filter_map(|id| message.parts.get(*id as usize));
        parts.map(|part| &part.body).collect::<Vec<_>>()
    };
    let (texts, htmls) = (shown(&message.text_body), shown(&message.html_body));
    let plain = texts.iter().find_map(|body| match body {
        PartType::Text(text) if !text.trim().is_empty() => Some(text.clone().into_owned()),
        _ => None,
    });
    plain.or_else(|| {
        texts.iter().chain(&htmls).find_map(|body| match body {
            PartType::Html(html) => Some(html_to_text(&lined(html))),
            _ => None,
        })
    })
}

/// HTML whose blocks end with line breaks, and whose quotations are each one quoted line: the
/// parser breaks lines at paragraphs only, and quotes nothing.
fn lined(html: &str) -> Cow<'_, str> {
    const BLOCKS: [&str; 9] = ["/div", "/tr", "/li", "/h1", "/h2", "/h3", "/table", "div", "hr"];
    let mut lined = String::with_capacity(html.len());
    let mut depth = 0_usize;
    let (mut rest, mut changed) = (html, false);
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        let length = from.find('>').map_or(from.len(), |end| end + 1);
        let (tag, after) = from.split_at(length);
        if depth == 0 {
            lined.push_str(before);
        }
        let name = tag_name(tag);
        if name == "blockquote" {
            if depth == 0 {
                lined.push_str("<br>&gt; …<br>");
            }
            (depth, changed) = (depth + 1, true);
        } else if name == "/blockquote" {
            depth = depth.saturating_sub(1);
        } else if depth == 0 {
            lined.push_str(tag);
            if BLOCKS.contains(&name.as_str()) {
                lined.push_str("<br>");
                changed = true;
            }
        }
        rest = after;
    }
    if depth == 0 {
        lined.push_str(rest);
    }
    if changed { Cow::Owned(lined) } else { Cow::Borrowed(html) }
}

/// In lower case, with the slash of an end tag.
fn tag_name(tag: &str) -> String {
    let name = tag.trim_start_matches('<');
    let end = name.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(name.len());
    name.get(..end.min(LONGEST_NAME)).unwrap_or_default().to_ascii_lowercase()
}

/// Cut between characters.
fn beginning(text: &str) -> &str {
    text.get(..text.floor_char_boundary(TEXT_START)).unwrap_or(text)
}

#[cfg(test)]
mod tests;
