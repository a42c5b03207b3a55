//! The one form in which what somebody is recognised by is kept and compared.

use super::identity::{self, IdentityKind};
use super::noise::linkedin::is_linkedins_own;
use crate::domain::text::clean;

/// The one form of what somebody is recognised by. `None` for what is none of the kind; nobody writes
/// from LinkedIn's addresses but LinkedIn.
pub fn of(kind: IdentityKind, said: &str) -> Option<String> {
    match kind {
        IdentityKind::Email => identity::normalise(said).filter(|it| !is_linkedins_own(it)),
        IdentityKind::Url => link(said),
        IdentityKind::Phone => phone(said),
        IdentityKind::Name => Some(clean(said)).filter(|name| !name.is_empty()),
    }
}

/// A telephone number has at least so many digits.
const DIGITS: usize = 5;

/// A telephone number: digits behind a plus, where it is international; without an extension. `None`
/// for what is no number.
pub fn phone(said: &str) -> Option<String> {
    let said = said.trim();
    let said = said.strip_prefix("tel:").unwrap_or(said);
    let number = said.split(|c: char| c.is_alphabetic() || matches!(c, ';' | ',' | '#')).next()?;
    // The trunk zero that some write behind the country code isn't dialled.
    let number = number.replace("(0)", "");
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let (plus, digits) = match digits.strip_prefix("00") {
        Some(rest) if !number.contains('+') => ("+", rest),
        _ if number.contains('+') => ("+", digits.as_str()),
        _ => ("", digits.as_str()),
    };
    (digits.len() >= DIGITS).then(|| format!("{plus}{digits}"))
}

/// A link without query, fragment and closing slash, scheme and host in lower case; a profile of
/// LinkedIn's always alike, whatever host and language it is shown on. `None` for what is no link.
pub fn link(said: &str) -> Option<String> {
    let said = said.split(['?', '#']).next()?.trim();
    if let Some(profile) = profile(said) {
        return Some(format!("https://www.linkedin.com/{profile}"));
    }
    let (scheme, rest) = match said.split_once("://") {
        Some((scheme, rest)) => (format!("{}://", scheme.to_lowercase()), rest),
        None => (String::new(), said),
    };
    let rest = rest.trim_end_matches('/');
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    (!host.is_empty() && !said.contains(char::is_whitespace))
        .then(|| format!("{scheme}{}{path}", host.to_lowercase()))
}

/// So many digits at the end tell numbers apart, however much of the way there is written before
/// them.
const TELLING_DIGITS: usize = 7;

/// The end of a number, which is the same with and without its country.
pub fn telling_digits(phone: &str) -> &str {
    let start = phone.len().saturating_sub(TELLING_DIGITS);
    phone.get(start..).unwrap_or(phone)
}

/// The path of a LinkedIn profile, whatever host and language stand around it: `in/ada`.
pub fn profile(url: &str) -> Option<String> {
    let url = url.to_lowercase();
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let (host, path) = rest.split_once('/')?;
    let is_linkedin = host == "linkedin.com" || host.ends_with(".linkedin.com");
    let mut parts = path.split('/');
    let (kind, name) = (parts.next()?, parts.next()?);
    if !is_linkedin || name.is_empty() {
        return None;
    }
    match kind {
        "in" => Some(format!("in/{name}")),
        // Of namesakes only the rest tells who it is.
        "pub" => Some(path.trim_end_matches('/').to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(form: fn(&str) -> Option<String>, said: &str, expect: Option<&str>) {
        assert_eq!(form(said).as_deref(), expect, "{said}");
    }

    #[test]
    fn one_number_has_one_form() {
        check(phone, "+49 (0)30 1234-567", Some("+49301234567"));
        check(phone, "tel:+1-555-0100;ext=12", Some("+15550100"));
        check(phone, "0049 30 1234567 x12", Some("+49301234567"));
        check(phone, "030/1234567", Some("0301234567"));
        check(phone, "ask her", None);
        check(phone, "112", None);
    }

    #[test]
    fn one_profile_has_one_form() {
        check(
            link,
            "HTTPS://WWW.LinkedIn.com/in/Ann/?trk=x#top",
            Some("https://www.linkedin.com/in/ann"),
        );
        check(link, "de.linkedin.com/in/ann/de", Some("https://www.linkedin.com/in/ann"));
        check(
            link,
            "https://www.linkedin.com/pub/john-smith/1/2b3/4c5/",
            Some("https://www.linkedin.com/pub/john-smith/1/2b3/4c5"),
        );
        check(link, "example.org/Ann", Some("example.org/Ann"));
        check(link, "https://", None);
        check(link, "not a link", None);
    }
}
