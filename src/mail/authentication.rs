//! `Authentication-Results` → who says what of a message's sender (RFC 8601 §2.2).
//!
//! Anybody can write such a field. Whose word counts is decided elsewhere.

use std::borrow::Cow;

use crate::domain::message::facts::Authentication;

/// What one such field says; `None` where it names no server.
pub(super) fn authentication(value: &[u8]) -> Option<Authentication> {
    let value = String::from_utf8_lossy(value);
    let value = without_comments(&value);
    let mut parts = parts(&value);
    let server = parts.next()?.split_whitespace().next()?.trim_matches('"').to_lowercase();
    let dmarc = parts.find_map(|part| result(part, "dmarc"));
    let dmarc_failed = dmarc.is_some_and(|result| result.eq_ignore_ascii_case("fail"));
    (!server.is_empty()).then_some(Authentication { server, dmarc_failed })
}

/// `method [/version] = result …`, where the method is this one.
fn result<'x>(part: &'x str, method: &str) -> Option<&'x str> {
    let (named, rest) = part.split_once('=')?;
    let named = named.split('/').next().unwrap_or_default().trim();
    let result = rest.split_whitespace().next().unwrap_or_default();
    named.eq_ignore_ascii_case(method).then_some(result)
}

/// The pieces between the semicolons, but for those in quotes.
fn parts(value: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    value.split(move |c| {
        quoted ^= c == '"';
        c == ';' && !quoted
    })
}

/// Comments may stand anywhere, and in each other (RFC 5322 §3.2.2).
fn without_comments(value: &str) -> Cow<'_, str> {
    if !value.contains(['(', '\\']) {
        return Cow::Borrowed(value);
    }
    let mut plain = String::with_capacity(value.len());
    let (mut depth, mut quoted) = (0_usize, false);
    let mut characters = value.chars();
    while let Some(c) = characters.next() {
        match c {
            // An escaped character is dropped: it ends neither quotes nor comments, and no name of
            // a server or method contains one.
            '\\' => drop(characters.next()),
            '"' if depth == 0 => {
                quoted = !quoted;
                plain.push(c);
            }
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth > 0 => {
                depth -= 1;
                plain.push(' ');
            }
            c if depth == 0 => plain.push(c),
            _ => (),
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expect: Option<(&str, bool)>) {
        let found = authentication(value.as_bytes());
        let found = found.as_ref().map(|it| (it.server.as_str(), it.dmarc_failed));
        assert_eq!(found, expect, "of {value:?}");
    }

    #[test]
    fn only_a_failed_dmarc_fails() {
        for (results, failed) in [
            ("dmarc=fail (p=REJECT) header.from=example.org", true),
            ("spf=pass smtp.mailfrom=a@b.example; dkim=none;\r\n\tDMARC = Fail", true),
            ("dmarc/1 = fail", true),
            ("dmarc=(policy) fail", true),
            ("dmarc=pass header.from=example.org", false),
            ("dmarc=none; spf=fail; dkim=fail", false),
            ("dmarc=temperror", false),
            ("dmarc=permerror", false),
            ("dmarc=failure", false),
            ("x-dmarc=fail", false),
            ("spf=pass reason=\"; dmarc=fail\"", false),
            ("spf=pass (dmarc=fail; (dmarc=fail))", false),
            ("spf=pass reason=\"a \\\" ; dmarc=fail\"", false),
            ("dmarc=pass; dmarc=fail", false),
            ("none", false),
            ("", false),
        ] {
            check(&format!(" mx.example.org; {results}"), Some(("mx.example.org", failed)));
        }
    }

    #[test]
    fn the_server_stands_first_with_or_without_a_version() {
        check("MX.Example.org 1; dmarc=fail", Some(("mx.example.org", true)));
        check("(by) mx.example.org (really) 1 ; dmarc=fail", Some(("mx.example.org", true)));
        check("\"mx.example.org\"; dmarc=fail", Some(("mx.example.org", true)));
        check("mx.example.org", Some(("mx.example.org", false)));
        check("", None);
        check("; dmarc=fail", None);
        check("(((((", None);
    }
}
