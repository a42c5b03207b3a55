//! Whose a telephone number, a profile or a bare name is, where a call log or another export names
//! nobody better.
//!
//! Never guesses: who can't be told is nobody.

use std::collections::{HashMap, HashSet};

use super::forms::{link, profile, telling_digits};
use super::identity::{IdentityKind, name_key};
use crate::domain::model::ContactId;

/// Whoever was on the other side, by what an export calls them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Counterpart {
    /// In the form of [`super::forms::phone`].
    pub phone: Option<String>,
    /// In the form of [`super::forms::link`].
    pub url: Option<String>,
    /// As it was written.
    pub name: Option<String>,
}

/// Whoever is looked for, with the contacts that may be meant. Everybody is gone through, and only
/// what is looked for is remembered of them.
#[derive(Debug, Default)]
pub struct Directory {
    by_url: HashMap<String, Vec<ContactId>>,
    /// By the telling digits; with the whole number.
    by_phone: HashMap<String, Vec<(String, ContactId)>>,
    by_name: HashMap<String, Vec<ContactId>>,
    /// Of whom a profile is known.
    profiled: HashSet<ContactId>,
}

impl Directory {
    /// To look for these.
    pub fn wanting<'c>(counterparts: impl IntoIterator<Item = &'c Counterpart>) -> Directory {
        let mut directory = Directory::default();
        for Counterpart { phone, url, name } in counterparts {
            if let Some(url) = url {
                directory.by_url.entry(url.clone()).or_default();
            }
            if let Some(phone) = phone {
                directory.by_phone.entry(telling_digits(phone).to_owned()).or_default();
            }
            if let Some(key) = name.as_deref().and_then(name_key) {
                directory.by_name.entry(key).or_default();
            }
        }
        directory
    }

    /// Something that a contact is recognised by; a name is one of all that they bear.
    pub fn meet(&mut self, contact: ContactId, kind: IdentityKind, value: &str) {
        match kind {
            IdentityKind::Email => {}
            IdentityKind::Url => {
                let link = link(value).unwrap_or_else(|| value.to_owned());
                if profile(&link).is_some() {
                    self.profiled.insert(contact);
                }
                if let Some(bearers) = self.by_url.get_mut(&link) {
                    bearers.push(contact);
                }
            }
            IdentityKind::Phone => {
                if let Some(bearers) = self.by_phone.get_mut(telling_digits(value)) {
                    bearers.push((dialled(value).to_owned(), contact));
                }
            }
            IdentityKind::Name => {
                let bearers = name_key(value).and_then(|key| self.by_name.get_mut(&key));
                if let Some(bearers) = bearers.filter(|bearers| !bearers.contains(&contact)) {
                    bearers.push(contact);
                }
            }
        }
    }

    /// The contact who is meant: of the same profile; else of the same number, or the one of them
    /// who bears the name; else the only one of the name, unless another profile is known of them.
    pub fn contact(&self, counterpart: &Counterpart) -> Option<ContactId> {
        let named = counterpart.name.as_deref().and_then(name_key);
        let named = named.and_then(|key| self.by_name.get(&key));
        let named = named.map(Vec::as_slice).unwrap_or_default();
        let one_of = |bearers: &[ContactId]| match bearers {
            [] => None,
            [one, rest @ ..] if rest.iter().all(|other| other == one) => Some(*one),
            _ => bearers.iter().copied().find(|bearer| named.contains(bearer)),
        };
        if let Some(bearers) = counterpart.url.as_ref().and_then(|url| self.by_url.get(url))
            && !bearers.is_empty()
        {
            return one_of(bearers);
        }
        if let Some(phone) = &counterpart.phone {
            let bearers = self.bearers_of(phone);
            if !bearers.is_empty() {
                return one_of(&bearers);
            }
        }
        let [only] = named else { return None };
        (counterpart.url.is_none() || !self.is_profiled(*only)).then_some(*only)
    }

    /// Whether a profile of a contact is known.
    pub fn is_profiled(&self, contact: ContactId) -> bool {
        self.profiled.contains(&contact)
    }

    fn bearers_of(&self, phone: &str) -> Vec<ContactId> {
        let digits = dialled(phone);
        let long_enough = telling_digits(digits).len() < digits.len();
        let same = |known: &str| known.ends_with(digits) || digits.ends_with(known);
        let bearers = self.by_phone.get(telling_digits(phone)).into_iter().flatten();
        bearers
            .filter(|(known, _)| known == digits || long_enough && same(known))
            .map(|(_, contact)| *contact)
            .collect()
    }
}

/// Without what says that a number is international, or not: the same number is written both ways.
fn dialled(phone: &str) -> &str {
    phone.trim_start_matches(['+', '0'])
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: ContactId = ContactId(1);
    const BOB: ContactId = ContactId(2);
    const OTHER_ANN: ContactId = ContactId(3);

    const KNOWN: [(ContactId, IdentityKind, &str); 10] = [
        (ANN, IdentityKind::Name, "Ann Lee"),
        (ANN, IdentityKind::Phone, "+43691234123"),
        (ANN, IdentityKind::Url, "https://LinkedIn.com/in/Ann-Lee/"),
        (BOB, IdentityKind::Name, "Bob Moss"),
        (BOB, IdentityKind::Name, "Bobby Moss"),
        (BOB, IdentityKind::Phone, "+43691234123"),
        (BOB, IdentityKind::Phone, "12345"),
        (OTHER_ANN, IdentityKind::Name, "Anne Roy"),
        (OTHER_ANN, IdentityKind::Url, "https://example.org/anne"),
        (OTHER_ANN, IdentityKind::Email, "anne@example.org"),
    ];

    #[track_caller]
    fn check(
        phone: Option<&str>,
        url: Option<&str>,
        name: Option<&str>,
        expect: Option<ContactId>,
    ) {
        let [phone, url, name] = [phone, url, name].map(|it| it.map(str::to_owned));
        let counterpart = Counterpart { phone, url, name };
        let mut directory = Directory::wanting([&counterpart]);
        KNOWN.iter().for_each(|(contact, kind, value)| directory.meet(*contact, *kind, value));
        assert_eq!(directory.contact(&counterpart), expect, "{counterpart:?}");
    }

    #[test]
    fn a_profile_is_one_persons_whatever_name_stands_beside_it() {
        check(None, Some("https://www.linkedin.com/in/ann-lee"), Some("A. L."), Some(ANN));
        check(None, Some("https://example.org/anne"), None, Some(OTHER_ANN));
    }

    #[test]
    fn a_number_is_the_same_with_and_without_its_country() {
        check(Some("0691234123"), None, Some("Ann Lee"), Some(ANN));
        check(Some("0691234123"), None, Some("Bobby Moss"), Some(BOB));
        check(Some("12345"), None, None, Some(BOB));
    }

    #[test]
    fn a_number_that_two_share_is_nobodys_without_a_name() {
        check(Some("+43691234123"), None, None, None);
        check(Some("+43691234123"), None, Some("Switchboard"), None);
        check(Some("345"), None, None, None);
    }

    #[test]
    fn a_name_is_enough_where_nothing_contradicts_it() {
        check(None, None, Some("lee, ann"), Some(ANN));
        check(Some("+15550100"), None, Some("Bob Moss"), Some(BOB));
        check(None, Some("https://www.linkedin.com/in/another"), Some("Ann Lee"), None);
        check(None, Some("https://www.linkedin.com/in/bob"), Some("Bob Moss"), Some(BOB));
        check(None, None, Some("Ann"), None);
    }
}
