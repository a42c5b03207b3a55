//! One card's text → a [`Card`].

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calcard::common::IanaString;
use calcard::vcard::{VCard, VCardEntry, VCardKind, VCardProperty, VCardValue};
use calcard::{Entry, Parser};
use encoding_rs::{Encoding, WINDOWS_1252};

use super::super::text::{cut, decoded, some, tidy};
use super::super::values::Card;

/// The person of one card, or why there is none in it; and what was cut.
pub(super) fn read(content: &[u8]) -> Result<(Card, Option<String>), String> {
    // vCard 2.1 lets a parameter's value stand without its name, which the parser doesn't know.
    let text = readable(content).replace(";QUOTED-PRINTABLE", ";ENCODING=QUOTED-PRINTABLE");
    let entry = catch_unwind(AssertUnwindSafe(|| Parser::new(&text).entry()));
    match entry {
        Ok(Entry::VCard(card)) => Ok((person(&card)?, cut_name(&card))),
        Ok(_) | Err(_) => Err("the card can't be parsed".to_owned()),
    }
}

/// Most cards are UTF-8. In others every property may have a charset of its own (vCard 2.1), so
/// folded lines are joined first and each is decoded for itself.
fn readable(content: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(content) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(content.len());
    for line in unfolded(content).split_inclusive(|byte| *byte == b'\n') {
        text.push_str(&decoded(line, charset(line)));
    }
    Cow::Owned(text)
}

/// RFC 6350 section 3.2: a line break followed by white space continues the line.
fn unfolded(content: &[u8]) -> Vec<u8> {
    let mut joined: Vec<u8> = Vec::with_capacity(content.len());
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_prefix(b" ").or_else(|| line.strip_prefix(b"\t")) {
            Some(rest) => {
                while joined.last().is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
                    joined.pop();
                }
                joined.extend_from_slice(rest);
            }
            None => joined.extend_from_slice(line),
        }
    }
    joined
}

/// The charset that the parameters of a property name.
fn charset(line: &[u8]) -> Option<&'static Encoding> {
    let parameters = line.split(|byte| *byte == b':').next()?;
    parameters.split(|byte| *byte == b';').find_map(|parameter| {
        let (name, label) = parameter.split_at_checked(b"CHARSET=".len())?;
        name.eq_ignore_ascii_case(b"CHARSET=").then(|| Encoding::for_label(label))?
    })
}

fn cut_name(card: &VCard) -> Option<String> {
    let name = card.property(&VCardProperty::Fn)?.values.first()?;
    cut(name.as_text()?)
}

fn person(card: &VCard) -> Result<Card, String> {
    if let Some(kind) = not_a_person(card) {
        return Err(format!("not a person but a {kind}"));
    }
    let emails = unique(texts(card, &VCardProperty::Email).filter_map(|text| email(&text)));
    let company = texts(card, &VCardProperty::Org).next();
    let names = names(card);
    let name = names.first().or(company.as_ref()).or(emails.first()).cloned();
    let name = name.ok_or("no name, no organisation and no address")?;
    let position = texts(card, &VCardProperty::Title).chain(texts(card, &VCardProperty::Role));
    let profiles =
        others(card, "X-SOCIALPROFILE").chain(texts(card, &VCardProperty::Socialprofile));
    let links = profiles.filter(|text| text.contains("://"));
    Ok(Card {
        other_names: names.into_iter().skip(1).collect(),
        phones: unique(texts(card, &VCardProperty::Tel).filter_map(|text| phone(&text))),
        urls: unique(texts(card, &VCardProperty::Url).chain(links)),
        position: { position }.next(),
        name,
        emails,
        company,
        ..Card::default()
    })
}

/// What a card is of when it isn't of someone who could answer: RFC 6350 section 6.1.4, and
/// Apple's own key for the same.
fn not_a_person(card: &VCard) -> Option<String> {
    let kind = card.property(&VCardProperty::Kind).and_then(|entry| entry.values.first());
    let kind = match kind {
        Some(VCardValue::Kind(VCardKind::Individual | VCardKind::Org)) => None,
        Some(VCardValue::Kind(kind)) => Some(kind.as_str().to_lowercase()),
        _ => None,
    };
    kind.or_else(|| others(card, "X-ADDRESSBOOKSERVER-KIND").find(|kind| kind == "group"))
}

/// All names of the person, the one to show first.
fn names(card: &VCard) -> Vec<String> {
    let structured = card.property(&VCardProperty::N).map(Structured::of).unwrap_or_default();
    let whole = texts(card, &VCardProperty::Fn).next();
    // Some programs fill FN with the address, or with the name as it is sorted.
    let backwards = format!("{}, {}", structured.family, structured.given);
    let as_written = whole.as_ref().filter(|name| !name.contains('@') && **name != backwards);
    let maiden = others(card, "X-MAIDENNAME").map(|name| format!("{} {name}", structured.given));
    let candidates = as_written
        .cloned()
        .into_iter()
        .chain([structured.short(), structured.full()])
        .chain(whole.clone())
        .chain(texts(card, &VCardProperty::Nickname))
        .chain(maiden)
        .filter_map(|name| some(&name));
    unique(candidates)
}

/// The parts of N (RFC 6350 section 6.2.2); titles before and after are left out.
#[derive(Default)]
struct Structured {
    family: String,
    given: String,
    additional: String,
}

impl Structured {
    fn of(entry: &VCardEntry) -> Structured {
        let part = |index: usize| match entry.values.get(index) {
            Some(VCardValue::Component(words)) => tidy(&mend(&words.join(" "))),
            Some(value) => tidy(&mend(value.as_text().unwrap_or_default())),
            None => String::new(),
        };
        Structured { family: part(0), given: part(1), additional: part(2) }
    }

    fn short(&self) -> String {
        format!("{} {}", self.given, self.family)
    }

    fn full(&self) -> String {
        format!("{} {} {}", self.given, self.additional, self.family)
    }
}

/// The first value of each such property; of `NICKNAME`, which is a list, every value.
fn texts<'a>(card: &'a VCard, property: &VCardProperty) -> impl Iterator<Item = String> + 'a {
    let all = matches!(property, VCardProperty::Nickname);
    let entries: Vec<&VCardEntry> =
        card.entries.iter().filter(|entry| entry.name == *property).collect();
    entries.into_iter().flat_map(move |entry| {
        let most = if all { usize::MAX } else { 1 };
        entry.values.iter().take(most).filter_map(|value| some(&mend(value.as_text()?)))
    })
}

/// The values of an extended property, whose name is matched without case.
fn others<'a>(card: &'a VCard, wanted: &'a str) -> impl Iterator<Item = String> + 'a {
    let named = move |entry: &&VCardEntry| match &entry.name {
        VCardProperty::Other(name) => name.eq_ignore_ascii_case(wanted),
        _ => false,
    };
    let entries = card.entries.iter().filter(named);
    entries.filter_map(|entry| some(&mend(entry.values.first()?.as_text()?)))
}

/// Quoted-printable without a charset is read as Latin-1, as vCard 2.1 has it, though many
/// programs mean UTF-8; what is valid UTF-8 underneath was meant so.
fn mend(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let (bytes, _, unmappable) = WINDOWS_1252.encode(text);
    match std::str::from_utf8(&bytes) {
        Ok(meant) if !unmappable => Cow::Owned(meant.to_owned()),
        _ => Cow::Borrowed(text),
    }
}

fn email(text: &str) -> Option<String> {
    let address = text.strip_prefix("mailto:").unwrap_or(text);
    let (local, domain) = address.rsplit_once('@')?;
    let plain = !address.contains(char::is_whitespace) && !local.is_empty() && !domain.is_empty();
    plain.then(|| address.to_owned())
}

fn phone(text: &str) -> Option<String> {
    let number = text.strip_prefix("tel:").unwrap_or(text);
    number.contains(|c: char| c.is_ascii_digit()).then(|| number.to_owned())
}

/// In the same order, each once, whatever its case.
fn unique(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut known = std::collections::HashSet::new();
    texts.filter(|text| known.insert(text.to_lowercase())).collect()
}
