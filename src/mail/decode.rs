//! Field values → text, addresses, ids and times, by way of the mail parser.
//!
//! Every call into the parser goes through [`guarded`]: should it panic on a stranger's bytes, the
//! field counts as absent.

use std::borrow::Cow;
use std::panic::catch_unwind;

use mail_parser::parsers::MessageStream;
use mail_parser::{Addr, DateTime, HeaderValue};

use crate::domain::message::facts::Mailbox;
use crate::domain::message::identity::{is_invisible, normalise};
use crate::domain::message::noise::{Traits, rules};
use crate::domain::model::Moment;

/// Longer subjects and names, in characters, are cut: no line of a mail is longer (RFC 5322
/// §2.1.1).
const LONGEST_TEXT: usize = 998;

pub(super) fn guarded<T>(parse: impl FnOnce() -> Option<T> + std::panic::UnwindSafe) -> Option<T> {
    catch_unwind(parse).ok().flatten()
}

/// What the parser can take: with a final line feed, which it needs to finish, and in UTF-8. Bytes
/// that are no UTF-8 are most often Latin-1.
fn readable(value: &[u8]) -> Cow<'_, [u8]> {
    let whole = value.ends_with(b"\n");
    match std::str::from_utf8(value) {
        Ok(_) if whole => Cow::Borrowed(value),
        Ok(text) => Cow::Owned(format!("{text}\n").into_bytes()),
        Err(_) => {
            let letters = value.iter().map(|byte| char::from(*byte));
            Cow::Owned(letters.chain((!whole).then_some('\n')).collect::<String>().into_bytes())
        }
    }
}

/// On one line, single spaces, nothing that steers a terminal or the direction of text.
fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len().min(LONGEST_TEXT));
    for c in text.chars().filter(|c| c.is_whitespace() || *c == '\0' || !is_invisible(*c)) {
        match c {
            '\0' => (),
            c if !c.is_whitespace() => cleaned.push(c),
            _ if cleaned.is_empty() || cleaned.ends_with(' ') => (),
            _ => cleaned.push(' '),
        }
    }
    if let Some((end, _)) = cleaned.char_indices().nth(LONGEST_TEXT) {
        cleaned.truncate(end);
    }
    cleaned.truncate(cleaned.trim_end().len());
    cleaned
}

/// Unstructured text with its encoded words decoded (RFC 2047).
pub(super) fn text(value: &[u8]) -> String {
    let value = readable(value);
    let decoded = guarded(|| match MessageStream::new(&value).parse_unstructured() {
        HeaderValue::Text(text) => Some(clean(&text)),
        _ => None,
    });
    decoded.unwrap_or_default()
}

/// One entry of an address list, whether or not it has an address.
pub(super) struct Party {
    address: String,
    name: String,
}

impl Party {
    fn of(addr: &Addr<'_>) -> Party {
        let given = addr.address.as_deref().unwrap_or_default();
        let name = clean(addr.name.as_deref().unwrap_or_default());
        // The parser takes a quoted local part outside of angle brackets for a name.
        if given.starts_with('@') && !name.is_empty() {
            return Party { address: format!("{name}{given}"), name: String::new() };
        }
        // Several addresses without a comma in between: the first is meant.
        let several = given.contains(char::is_whitespace) && !given.contains('"');
        let first = given.split_whitespace().find(|word| word.contains('@'));
        let address = if several { first.unwrap_or(given) } else { given };
        Party { address: address.to_owned(), name }
    }

    pub(super) fn mailbox(&self) -> Option<Mailbox> {
        let address = normalise(&self.address)?;
        let name = Some(self.name.trim_matches(['"', '\'', ' ']))
            .filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case(&address));
        Some(Mailbox { address, name: name.map(str::to_owned) })
    }

    /// The address, or the name where there is none.
    pub(super) fn shown(&self) -> String {
        let shown = if self.address.is_empty() { &self.name } else { &self.address };
        shown.clone()
    }
}

/// An address list (RFC 5322 §3.4), groups resolved.
pub(super) fn parties(value: &[u8]) -> Vec<Party> {
    let value = readable(value);
    let parsed = guarded(|| match MessageStream::new(&value).parse_address() {
        HeaderValue::Address(list) => Some(list.iter().map(Party::of).collect()),
        _ => None,
    });
    parsed.unwrap_or_default()
}

/// A `Date` (RFC 5322 §3.3 and §4.3); a missing or unknown zone is UTC.
pub(super) fn date(value: &[u8]) -> Option<Moment> {
    if !value.contains(&b':') || !names_a_month(value) {
        return None;
    }
    let zoned = plain_date(value);
    let parsed = guarded(|| match MessageStream::new(&zoned).parse_date() {
        HeaderValue::DateTime(date) => Some(date),
        _ => None,
    });
    parsed.as_ref().and_then(moment)
}

/// What the parser can take: without comments, nothing around the colons (RFC 5322 §4.3 allows
/// both), and with a zone. Of two zones it takes the first.
fn plain_date(value: &[u8]) -> Vec<u8> {
    let mut plain: Vec<u8> = Vec::with_capacity(value.len() + 8);
    let mut depth = 0_usize;
    for byte in value {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => (),
            byte if byte.is_ascii_whitespace() => {
                if !plain.ends_with(b":") && !plain.ends_with(b" ") {
                    plain.push(b' ');
                }
            }
            b':' => {
                plain.truncate(plain.trim_ascii_end().len());
                plain.push(b':');
            }
            byte => plain.push(*byte),
        }
    }
    plain.extend_from_slice(b" +0000\n");
    plain
}

/// The parser takes any three letters for some month.
fn names_a_month(value: &[u8]) -> bool {
    const MONTHS: [&[u8]; 12] = [
        b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov",
        b"dec",
    ];
    let mut words = value.split(|byte| !byte.is_ascii_alphabetic());
    words.any(|word| MONTHS.iter().any(|month| word.eq_ignore_ascii_case(month)))
}

/// `None` for days and hours that no calendar and no clock has; a leap second is the one before.
fn moment(date: &DateTime) -> Option<Moment> {
    let at = DateTime { second: date.second.min(59), ..*date };
    let day = jiff::civil::Date::new(
        at.year.try_into().ok()?,
        at.month.try_into().ok()?,
        at.day.try_into().ok()?,
    );
    let exists = day.is_ok() && at.is_valid() && date.second <= 60;
    exists.then(|| Moment(at.to_timestamp()))
}

/// When a `Received` was added: the date behind its last semicolon (RFC 5321 §4.4).
pub(super) fn received(value: &[u8]) -> Option<Moment> {
    let semicolon = value.iter().rposition(|byte| *byte == b';')?;
    value.get(semicolon + 1..).and_then(date)
}

/// What the media type says.
pub(super) fn media(value: &[u8]) -> Traits {
    let value = readable(value);
    let parsed = guarded(|| {
        let parsed = MessageStream::new(&value).parse_content_type();
        let content = parsed.as_content_type()?;
        let media = format!("{}/{}", content.ctype(), content.subtype().unwrap_or_default());
        Some(rules::media_type(&media, |name| content.attribute(name)))
    });
    parsed.unwrap_or(Traits::NONE)
}

/// A Message-ID in angle brackets, put there if need be, white space from folding taken out.
pub(super) fn message_id(value: &[u8]) -> Option<String> {
    let value = String::from_utf8_lossy(value);
    let id = match bracketed(&value).next() {
        Some(id) => id,
        None => bare(value.split_whitespace().next()?),
    };
    (!id.is_empty()).then(|| format!("<{id}>"))
}

/// The ids of In-Reply-To or References, without brackets, in their order. Old programs write
/// phrases around them, and some leave out the brackets.
pub(super) fn ids(value: &[u8]) -> Vec<String> {
    let value = String::from_utf8_lossy(value);
    let ids: Vec<String> = bracketed(&value).filter(|id| !id.is_empty()).collect();
    if !ids.is_empty() {
        return ids;
    }
    let words = value.split(|c: char| c.is_whitespace() || c == ',');
    words.filter(|word| word.contains('@')).map(bare).collect()
}

fn bracketed(value: &str) -> impl Iterator<Item = String> {
    value.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(id, _)| bare(id))
}

fn bare(id: &str) -> String {
    id.chars().filter(|c| !c.is_whitespace() && !is_invisible(*c) && !"<>".contains(*c)).collect()
}

/// The addresses that `List-Post` gives (RFC 2369 §3.4).
pub(super) fn list_posts(value: &str) -> impl Iterator<Item = String> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '>' | '?' | ',');
    let targets = value.split('<').filter_map(|part| part.trim_start().strip_prefix("mailto:"));
    targets.filter_map(move |target| normalise(target.split(ends).next()?))
}

/// The name that `List-Id` gives in angle brackets (RFC 2919 §3), in lower case.
pub(super) fn list_id(value: &str) -> Option<String> {
    let (_, id) = value.rsplit_once('<').unwrap_or(("", value));
    let id = id.split('>').next().unwrap_or_default().trim().to_lowercase();
    id.contains('.').then_some(id)
}
