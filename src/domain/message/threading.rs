//! What ties messages together without their bodies: hashed Message-IDs and the base subject of
//! RFC 5256 §2.1.
//!
//! Only names the ties; which message answers which is decided with the turns.

use sha2::{Digest, Sha256};

/// What the outermost prefix of a subject says its sender did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    /// `Re:` and its translations.
    Reply,
    /// `Fwd:` and its translations.
    Forward,
}

use Prefix::{Forward, Reply};

/// Lower case, without colon and counter. `VS` replies in Finnish and forwards in Danish: reading
/// it as a reply leaves it to the reply headers. Single letters are Italian.
const PREFIXES: &[(&str, Prefix)] = &[
    ("re", Reply),
    ("fwd", Forward),
    ("fw", Forward),
    ("aw", Reply),
    ("wg", Forward),
    ("antw", Reply),
    ("antwort", Reply),
    ("weitergeleitet", Forward),
    ("doorst", Forward),
    ("sv", Reply),
    ("vs", Reply),
    ("vl", Forward),
    ("vb", Forward),
    ("vedr", Reply),
    ("videresend", Forward),
    ("tr", Forward),
    ("réf", Reply),
    ("ref", Reply),
    ("rép", Reply),
    ("rv", Forward),
    ("res", Reply),
    ("resp", Reply),
    ("enc", Forward),
    ("r", Reply),
    ("rif", Reply),
    ("i", Forward),
    ("odp", Reply),
    ("pd", Forward),
    ("ynt", Reply),
    ("ilt", Forward),
    ("vá", Reply),
    ("továbbítás", Forward),
    ("atb", Reply),
    ("απ", Reply),
    ("πρθ", Forward),
    ("отв", Reply),
    ("пер", Forward),
    ("fs", Forward),
    ("bls", Reply),
    ("trs", Forward),
    ("回复", Reply),
    ("回覆", Reply),
    ("答复", Reply),
    ("转发", Forward),
    ("轉寄", Forward),
    ("返信", Reply),
    ("転送", Forward),
];

/// No prefix with its counter is longer, in bytes.
const PREFIX_SPAN: usize = 48;

/// No honest subject piles up more list tags before its `Re:`.
const LEADING_TAGS: usize = 8;

/// What gateways write before the subject of mail from outside, or of what they take for spam: in
/// brackets of any kind, or in capitals before a colon.
const GATEWAY_TAGS: &[&str] = &[
    "external",
    "ext",
    "extern",
    "externe",
    "externo",
    "external email",
    "external sender",
    "caution",
    "spam",
    "spam?",
    "suspected spam",
    "disarmed",
    "virus?",
];

/// The subject without what replies, forwards, lists and gateways put around it (RFC 5256 §2.1), in
/// its own case: `AW: [list] Re[2]: Lunch (fwd)` is `Lunch`.
pub fn base_subject(subject: &str) -> String {
    let text = subject.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rest = text.as_str();
    loop {
        rest = without_trailers(rest);
        while let Some(after) = without_leader(rest) {
            rest = after;
        }
        match wrapped_forward(rest) {
            Some(inner) => rest = inner,
            None => return rest.to_owned(),
        }
    }
}

/// A stable hash of the base subject, whatever its case; 0 when it is empty.
pub fn subject_hash(subject: &str) -> i64 {
    match base_subject(subject).to_lowercase() {
        base if base.is_empty() => 0,
        base => hash(base.as_bytes()),
    }
}

/// The outermost prefix, behind any list tags.
pub fn prefix(subject: &str) -> Option<Prefix> {
    let subject = subject.trim_start();
    if wrapped_forward(subject.trim_end()).is_some() {
        return Some(Forward);
    }
    marker(subject).map(|(prefix, _)| prefix)
}

/// A stable 64-bit hash of a Message-ID. Angle brackets and white space, which copies and replies
/// lose or gain on their way, make no difference.
pub fn id_hash(message_id: &str) -> i64 {
    let bare = message_id.chars().filter(|c| !c.is_whitespace() && !matches!(c, '<' | '>'));
    hash(bare.collect::<String>().as_bytes())
}

fn hash(bytes: &[u8]) -> i64 {
    let digest = Sha256::digest(bytes);
    digest.iter().take(8).fold(0, |hash, byte| hash << 8 | i64::from(*byte))
}

/// `subj-trailer`.
fn without_trailers(text: &str) -> &str {
    let mut rest = text.trim_end();
    while let Some(at) = rest.len().checked_sub("(fwd)".len()) {
        match rest.get(at..) {
            Some(end) if end.eq_ignore_ascii_case("(fwd)") => rest = rest[..at].trim_end(),
            _ => break,
        }
    }
    rest
}

/// `subj-leader`, or a `subj-blob` that isn't all there is.
fn without_leader(text: &str) -> Option<&str> {
    let text = text.trim_start();
    if let Some((_, rest)) = marker(text) {
        return Some(rest.trim_start());
    }
    if let Some(rest) = without_gateway_tag(text) {
        return Some(rest);
    }
    without_tag(text).filter(|rest| !rest.is_empty())
}

/// `*subj-blob subj-refwd`: the prefix and what follows its colon.
fn marker(text: &str) -> Option<(Prefix, &str)> {
    let mut rest = text.trim_start();
    for _ in 0..LEADING_TAGS {
        match without_tag(rest) {
            Some(after) => rest = after,
            None => break,
        }
    }
    let (at, colon) = rest
        .char_indices()
        .take_while(|(at, _)| *at <= PREFIX_SPAN)
        .find(|(_, c)| matches!(c, ':' | '：'))?;
    let word = without_counter(rest[..at].trim_end()).to_lowercase();
    let (_, prefix) = PREFIXES.iter().find(|(known, _)| *known == word)?;
    Some((*prefix, &rest[at + colon.len_utf8()..]))
}

/// `Re[2]`, `Re [tag]`, `Re(2)`, `Re^2`, `Re*2`, `Re-2` and `Re2` count the replies; a single
/// letter doesn't count (`R2: droid`).
fn without_counter(word: &str) -> &str {
    if let Some(inner) = word.strip_suffix(']') {
        return inner.rfind('[').map_or(word, |at| inner[..at].trim_end());
    }
    let digits = |text: &str| text.bytes().last().is_some_and(|byte| byte.is_ascii_digit());
    let counted = word.strip_suffix(')').unwrap_or(word);
    if !digits(counted) {
        return word;
    }
    let bare = counted
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .trim_end_matches(['(', '^', '*', '-'])
        .trim_end();
    if bare.chars().nth(1).is_some() { bare } else { word }
}

/// `subj-blob`: one leading `[…]` and the white space behind it.
fn without_tag(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('[')?;
    let end = inner.find(['[', ']'])?;
    inner[end..].strip_prefix(']').map(str::trim_start)
}

/// `{Spam?}`, `(External)`, `***SPAM***` or `EXTERNAL:`, if it isn't all there is.
fn without_gateway_tag(text: &str) -> Option<&str> {
    let known = |tag: &str| GATEWAY_TAGS.contains(&tag.trim().to_lowercase().as_str());
    let within = |open: char, close: char| {
        let (tag, rest) = text.strip_prefix(open)?.split_once(close)?;
        known(tag).then_some(rest)
    };
    let starred = || {
        let (tag, rest) = text.strip_prefix('*')?.trim_start_matches('*').split_once('*')?;
        known(tag).then(|| rest.trim_start_matches('*'))
    };
    let shouted = || {
        let (tag, rest) = text.split_once(':')?;
        let loud = !tag.contains(char::is_lowercase);
        (loud && known(tag)).then_some(rest)
    };
    let rest = within('{', '}').or_else(|| within('(', ')')).or_else(starred).or_else(shouted)?;
    Some(rest.trim_start()).filter(|rest| !rest.is_empty())
}

/// `subj-fwd`: `[fwd: …]`.
fn wrapped_forward(text: &str) -> Option<&str> {
    let head = text.get(.."[fwd:".len())?;
    let inner = text.strip_suffix(']')?;
    head.eq_ignore_ascii_case("[fwd:").then(|| inner.get(head.len()..).unwrap_or_default().trim())
}

#[cfg(test)]
mod tests;
