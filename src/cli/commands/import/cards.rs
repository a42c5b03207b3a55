//! A card of a file → the one form under which everything is compared. Asks nothing of the store.

use crate::domain::message::identity;
use crate::import::Card;
use crate::store::{IdentityKind, NewCard};

/// A telephone number has at least so many digits.
const DIGITS: usize = 5;

/// The card in the one form under which everything is compared, and what had to be left out of it.
pub(super) fn normalised(card: Card) -> (NewCard, Vec<String>) {
    let mut complaints = Vec::new();
    let mut identities = Vec::new();
    let mut take = |kind, said: &[String], form: fn(&str) -> Option<String>, what: &str| {
        for said in said {
            match form(said) {
                Some(value) if identities.contains(&(kind, value.clone())) => {}
                Some(value) => identities.push((kind, value)),
                None => complaints.push(format!("{}: \"{said}\" is no {what}", card.name)),
            }
        }
    };
    take(IdentityKind::Email, &card.emails, identity::normalise, "address");
    take(IdentityKind::Url, &card.urls, link, "link");
    take(IdentityKind::Phone, &card.phones, phone, "telephone number");
    let others: Vec<String> =
        card.other_names.iter().filter(|name| **name != card.name).cloned().collect();
    take(IdentityKind::Name, &others, |name| Some(name.to_owned()), "name");
    let card = NewCard {
        name: card.name,
        company: card.company,
        position: card.position,
        connected_on: card.connected_on.map(|day| day.to_string()),
        identities,
    };
    (card, complaints)
}

/// Digits behind a plus, where it is an international number; without an extension.
fn phone(said: &str) -> Option<String> {
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

/// Without query, fragment and closing slash; scheme and host in lower case.
fn link(said: &str) -> Option<String> {
    let said = said.split(['?', '#']).next()?.trim();
    let (scheme, rest) = match said.split_once("://") {
        Some((scheme, rest)) => (format!("{}://", scheme.to_lowercase()), rest),
        None => (String::new(), said),
    };
    let rest = rest.trim_end_matches('/');
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    (!host.is_empty() && !said.contains(char::is_whitespace))
        .then(|| format!("{scheme}{}{path}", host.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_address_costs_itself_and_not_the_card() {
        let card = Card {
            name: "Ann Lee".to_owned(),
            emails: vec!["ann(at)example.org".to_owned(), "Ann@Example.ORG".to_owned()],
            other_names: vec!["Ann Lee".to_owned(), "Nan".to_owned()],
            ..Card::default()
        };
        let (card, complaints) = normalised(card);
        let identity = |kind, value: &str| (kind, value.to_owned());
        let expect =
            [identity(IdentityKind::Email, "ann@example.org"), identity(IdentityKind::Name, "Nan")];
        assert_eq!(card.identities, expect);
        assert_eq!(complaints, ["Ann Lee: \"ann(at)example.org\" is no address"]);
    }

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
            Some("https://www.linkedin.com/in/Ann"),
        );
        check(link, "example.org/Ann", Some("example.org/Ann"));
        check(link, "https://", None);
        check(link, "not a link", None);
    }
}
