//! Header bytes → [`Facts`], and where the user wants it, the beginning of a body → cues. The only
//! user of the mail parser.
//!
//! Takes whatever a stranger sends: never panics, never needs the body, reads no more than
//! [`HEADER_CAP`] bytes, and shows what it can't decode lossily instead of giving up. Never judges
//! what a message is worth.

mod attachments;
mod authentication;
mod body;
mod decode;
mod delivery_status;
mod fields;
mod header;
mod marks;

use std::fmt;

use jiff::civil::Date;

use crate::domain::message::facts::Facts;
use crate::domain::message::noise::{NOTICE, Traits, addresses, linkedin, rules, subject};
use crate::domain::message::threading;
use crate::domain::message::{absence, bounces};
use crate::domain::model::Moment;
use header::{Decoded, Header};

pub use attachments::{Attachments, MOST_NAMES, attachment_name};
pub use body::{BODY_START, Owner, TEXT_START, holds_text_further_down, read_text, with_part};
pub use fields::HEADER_CAP;
pub use header::MOST_RECIPIENTS;
pub use marks::{HeaderMarks, header_marks};

/// All fields that [`facts`] looks at, in lower case: what a source has to fetch.
pub fn fields_read() -> impl Iterator<Item = &'static str> {
    header::FIELDS.iter().copied().chain(rules::fields())
}

/// All fields that [`read_text`] and [`Attachments`] need, in lower case: those that say what a
/// body is, and those behind the facts that the reading of a text goes by.
pub fn fields_read_for_text() -> impl Iterator<Item = &'static str> {
    ["date", "from", "to", "cc", "x-failed-recipients"]
        .into_iter()
        .chain(body::FIELDS)
        .chain(attachments::FIELDS)
}

/// Why there is nothing to read in a message, as a phrase for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable(pub String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

/// Reads a header block, bare or at the front of a message.
///
/// # Errors
/// [`Unreadable`] only where there is not a single header field.
pub fn facts(header: &[u8]) -> Result<Facts, Unreadable> {
    let header = header.get(..HEADER_CAP).unwrap_or(header);
    let fields = Header::pick(header);
    if !fields.any {
        return Err(Unreadable("there is no header field in it".to_owned()));
    }
    let decoded = Decoded::of(&fields);
    let key = fields.key(&decoded, header);
    let id_hash = decoded.message_id.as_deref().map(threading::id_hash);
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
    if let Some(writer) = decoded.writer() {
        traits.insert(addresses::sender(&writer.address));
    }
    if decoded.author.as_ref().is_some_and(|it| linkedin::writer(it, &decoded.subject).is_some()) {
        traits.insert(Traits::LINKEDIN_NOTICE);
    }
    traits.insert(addresses::recipients(decoded.to.iter().map(|to| to.address.as_str())));
    let dead_addresses = dead_addresses(traits, &decoded.subject, fields.failed);
    let back_on = back_on(traits, &decoded.subject, fields.received.or(decoded.date));
    let list = fields.list(&decoded);
    Ok(Facts {
        key,
        message_id: decoded.message_id,
        id_hash,
        date: decoded.date,
        received: fields.received,
        author: decoded.author,
        author_by_list: decoded.author_by_list,
        list,
        authentications: fields.authentications,
        to: decoded.to,
        cc: decoded.cc,
        unkept: decoded.unkept,
        base_subject: threading::subject_hash(&decoded.subject),
        subject: decoded.subject,
        parent,
        references,
        traits,
        cues: None,
        back_on,
        attachments: Vec::new(),
        dead_addresses,
        digest_token: fields.digest_token.map(decode::text).filter(|token| !token.is_empty()),
    })
}

/// The addresses that a bounce's header names, unless delivery goes on.
fn dead_addresses(traits: Traits, subject: &str, failed: Option<&[u8]>) -> Option<Vec<String>> {
    if !traits.contains(Traits::BOUNCE) {
        return None;
    }
    if bounces::is_delay(subject) {
        return Some(Vec::new());
    }
    failed.map(delivery_status::listed)
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

#[cfg(test)]
mod tests;
