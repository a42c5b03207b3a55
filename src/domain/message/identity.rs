//! Who somebody is: one form for every address, one key for every name, and which contact an
//! unknown address may belong to.
//!
//! Never rejects an address for its grammar, and never guesses: a name that fits two contacts fits
//! none.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::domain::model::ContactId;

/// By what somebody is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityKind {
    /// A mail address in the form of [`normalise`]: one person's.
    Email,
    /// The link of a profile: one person's.
    Url,
    /// A telephone number: colleagues may share it.
    Phone,
    /// A further name they write under: others may bear it too.
    Name,
}

impl IdentityKind {
    /// Every kind: names in the database are looked up among these.
    pub const ALL: [IdentityKind; 4] =
        [IdentityKind::Email, IdentityKind::Url, IdentityKind::Phone, IdentityKind::Name];

    /// As JSON and the database spell it.
    pub fn name(self) -> &'static str {
        match self {
            IdentityKind::Email => "email",
            IdentityKind::Url => "url",
            IdentityKind::Phone => "phone",
            IdentityKind::Name => "name",
        }
    }

    /// For the user, with its article.
    pub fn noun(self) -> &'static str {
        match self {
            IdentityKind::Email => "the address of a person",
            IdentityKind::Url => "a link",
            IdentityKind::Phone => "a telephone number",
            IdentityKind::Name => "a name",
        }
    }
}

/// An address in the one form under which it is stored and compared: lower case, NFC, the domain
/// as IDNA A-labels, without quotes, brackets or `mailto:`. Anything with something on both sides
/// of its last `@` is an address; `None` for the rest.
pub fn normalise(address: &str) -> Option<String> {
    if is_normal(address) {
        return Some(address.to_owned());
    }
    // Taking quotes away may leave others around the whole.
    formed(&formed(address)?)
}

fn formed(address: &str) -> Option<String> {
    let shown: String = address.chars().filter(|c| !is_invisible(*c)).collect();
    let (local, domain) = without_wrapping(&shown).rsplit_once('@')?;
    let local = unquoted(local);
    let local: String = local.nfc().collect::<String>().to_lowercase().nfc().collect();
    let domain = domain.trim().trim_end_matches('.').to_lowercase();
    let domain = a_labels(&domain).unwrap_or_else(|| domain.nfc().collect());
    (!local.is_empty() && !domain.is_empty()).then(|| format!("{local}@{domain}"))
}

/// `None` where the mapping leaves no domain: a wide `＠` in it becomes another `@`.
fn a_labels(domain: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii(domain).ok()?;
    let ascii = ascii.trim_end_matches('.');
    (!ascii.is_empty() && !ascii.contains('@')).then(|| ascii.to_owned())
}

/// Most addresses already have their one form; seeing that is cheaper than making it.
fn is_normal(address: &str) -> bool {
    let plain = |byte: u8| {
        byte.is_ascii_lowercase()
            || byte.is_ascii_digit()
            || matches!(byte, b'.' | b'-' | b'_' | b'+')
    };
    address.split_once('@').is_some_and(|(local, domain)| {
        let letters = local.bytes().chain(domain.bytes()).all(plain);
        let labels = !domain.starts_with("xn--") && !domain.contains(".xn--");
        letters && labels && !local.is_empty() && !domain.is_empty() && !domain.ends_with('.')
    })
}

/// Control characters, and the marks that only steer the direction of text.
pub(crate) fn is_invisible(c: char) -> bool {
    let steers = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
        || ('\u{202a}'..='\u{202e}').contains(&c)
        || ('\u{2066}'..='\u{2069}').contains(&c);
    c.is_control() || steers
}

/// Without what people and programs put around a whole address.
fn without_wrapping(address: &str) -> &str {
    const PAIRS: [(char, char); 3] = [('<', '>'), ('"', '"'), ('\'', '\'')];
    let mut rest = address.trim();
    loop {
        let inner = PAIRS.iter().find_map(|(open, close)| {
            rest.strip_prefix(*open)?.strip_suffix(*close).map(str::trim)
        });
        let scheme = || match rest.get(.."mailto:".len()) {
            Some(head) if head.eq_ignore_ascii_case("mailto:") => {
                rest.get(head.len()..).map(str::trim)
            }
            _ => None,
        };
        match inner.or_else(scheme) {
            Some(inner) => rest = inner,
            None => return rest,
        }
    }
}

/// A quoted local part (RFC 5322 §3.4.1) names the same mailbox as its content.
fn unquoted(local: &str) -> String {
    let mut rest = local.trim();
    while let Some(inner) = rest.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        rest = inner.trim();
    }
    rest.chars().filter(|c| !matches!(c, '\\' | '"')).collect::<String>().trim().to_owned()
}

/// What stands before a name without being part of it.
const TITLES: &[&str] = &[
    "dr",
    "prof",
    "professor",
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "sir",
    "madam",
    "herr",
    "frau",
    "dipl",
    "ing",
    "mag",
    "drs",
    "rev",
    "hon",
    "mme",
    "mlle",
    "monsieur",
    "madame",
    "sra",
    "srta",
    "dott",
    "dra",
    "doc",
];

/// What stands behind one. Degrees that are also surnames (Ma, Ba, Do) are left alone.
const SUFFIXES: &[&str] = &[
    "jr", "sr", "ii", "iii", "iv", "phd", "dphil", "mba", "emba", "md", "msc", "bsc", "meng",
    "llm", "llb", "esq", "cpa", "cfa", "pmp", "cissp", "mph", "dds", "dvm", "rn",
];

/// What two spellings of one name have in common: `"Dr. Zoë O'Neill (Acme)"` and `"oneill, zoe"`
/// are both `zoe oneill`. `None` for fewer than two words: too little to know a person by.
pub fn name_key(name: &str) -> Option<String> {
    let parts: Vec<Vec<String>> = without_parentheses(name)
        .split([',', '，'])
        .map(name_words)
        .filter(|words| !words.is_empty())
        .collect();
    let words: Vec<String> = match parts.as_slice() {
        [last, first] => first.iter().chain(last).cloned().collect(),
        _ => parts.concat(),
    };
    (words.len() >= 2).then(|| words.join(" "))
}

fn without_parentheses(name: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '(' | '[' | '{' | '（' => depth += 1,
            ')' | ']' | '}' | '）' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(c),
            _ => (),
        }
    }
    kept
}

/// The words of one part of a name, folded, without titles, suffixes and initials.
fn name_words(part: &str) -> Vec<String> {
    let folded: String = part.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(fold).collect();
    let words = folded.split(|c: char| c.is_whitespace() || matches!(c, '-' | '‐' | '–' | '_'));
    let mut words: Vec<String> = words
        .map(|word| word.chars().filter(|c| c.is_alphanumeric()).collect::<String>())
        .filter(|word| !word.is_empty())
        .collect();
    let known = |table: &[&str], word: Option<&String>| {
        word.is_some_and(|word| table.contains(&word.as_str()))
    };
    while known(TITLES, words.first()) {
        words.remove(0);
    }
    while known(SUFFIXES, words.last()) {
        words.pop();
    }
    words.retain(|word| word.len() > 1);
    words
}

/// Lower case, with the letters that have no decomposition written in plain ones.
pub fn fold(c: char) -> impl Iterator<Item = char> {
    let plain = match c {
        'ß' | 'ẞ' => "ss",
        'ø' | 'Ø' => "o",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'þ' | 'Þ' => "th",
        'ı' | 'İ' => "i",
        'ς' => "σ",
        _ => "",
    };
    let itself = plain.is_empty().then_some(c).into_iter().flat_map(char::to_lowercase);
    plain.chars().chain(itself)
}

/// An address that no contact has, as it was seen beside a display name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenAddress {
    /// As the store numbers it.
    pub address: i64,
    /// The display name, as it was written.
    pub name: String,
    /// Mail went to it and came from it.
    pub both_ways: bool,
}

/// Which contact each address belongs to, going by the display name: a name of at least two words
/// that exactly one contact bears, and mail both ways. Ordered by address. Of `people`, each name
/// with its bearer, only what was seen is remembered.
pub fn by_name(
    people: impl IntoIterator<Item = (ContactId, String)>,
    seen: &[SeenAddress],
) -> Vec<(i64, ContactId)> {
    let believed = seen.iter().filter(|seen| seen.both_ways);
    let keys: Vec<(i64, String)> =
        believed.filter_map(|seen| Some((seen.address, name_key(&seen.name)?))).collect();
    let mut bearers: BTreeMap<&str, Only<ContactId>> =
        keys.iter().map(|(_, key)| (key.as_str(), Only::default())).collect();
    for (contact, name) in people {
        if let Some(bearer) = name_key(&name).and_then(|key| bearers.get_mut(key.as_str())) {
            bearer.meet(contact);
        }
    }
    let mut owners: BTreeMap<i64, Only<ContactId>> = BTreeMap::new();
    for (address, key) in &keys {
        if let Some(contact) = bearers.get(key.as_str()).and_then(Only::one) {
            owners.entry(*address).or_default().meet(contact);
        }
    }
    owners.into_iter().filter_map(|(address, owner)| Some((address, owner.one()?))).collect()
}

/// One value, as long as no second one comes along.
#[derive(Default)]
enum Only<T> {
    #[default]
    Nobody,
    One(T),
    Several,
}

impl<T: Copy + PartialEq> Only<T> {
    fn meet(&mut self, value: T) {
        *self = match self {
            Only::Nobody => Only::One(value),
            Only::One(known) if *known == value => Only::One(value),
            _ => Only::Several,
        };
    }

    fn one(&self) -> Option<T> {
        match self {
            Only::One(value) => Some(*value),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
