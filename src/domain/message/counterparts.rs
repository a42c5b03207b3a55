//! Whose a telephone number, a profile or a bare name is, where a call log or another export names
//! nobody better.
//!
//! Never guesses: who can't be told is nobody.

use std::collections::{HashMap, HashSet};

use super::forms::profile;
use super::identity::{Only, name_key};
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

/// What a contact may be recognised by, beside mail addresses.
#[derive(Debug, Clone, Default)]
pub struct KnownBy {
    /// All names that they bear.
    pub names: Vec<String>,
    /// Telephone numbers.
    pub phones: Vec<String>,
    /// Links of profiles.
    pub urls: Vec<String>,
}

/// So many digits at the end tell numbers apart, however much of the way there is written before
/// them.
const TELLING_DIGITS: usize = 7;

/// Everybody, to be looked up by what exports call them.
#[derive(Debug, Default)]
pub struct Directory {
    by_url: HashMap<String, Vec<ContactId>>,
    /// By the last digits; with the whole number.
    by_phone: HashMap<String, Vec<(String, ContactId)>>,
    by_name: HashMap<String, Only<ContactId>>,
    profiled: HashSet<ContactId>,
    name_keys: HashMap<ContactId, Vec<String>>,
}

impl Directory {
    /// Of all contacts.
    pub fn of(people: impl IntoIterator<Item = (ContactId, KnownBy)>) -> Directory {
        let mut directory = Directory::default();
        for (contact, known) in people {
            for url in known.urls {
                if profile(&url).is_some() {
                    directory.profiled.insert(contact);
                }
                directory.by_url.entry(url).or_default().push(contact);
            }
            for phone in known.phones {
                let digits = dialled(&phone).to_owned();
                let bearers = directory.by_phone.entry(ending(&digits)).or_default();
                bearers.push((digits, contact));
            }
            let mut keys: Vec<String> =
                known.names.iter().filter_map(|name| name_key(name)).collect();
            keys.sort_unstable();
            keys.dedup();
            for key in &keys {
                directory.by_name.entry(key.clone()).or_default().meet(contact);
            }
            directory.name_keys.insert(contact, keys);
        }
        directory
    }

    /// The contact who is meant: of the same profile; else of the same number, or the one of them
    /// who bears the name; else the only one of the name, unless another profile is known of them.
    pub fn contact(&self, counterpart: &Counterpart) -> Option<ContactId> {
        let key = counterpart.name.as_ref().and_then(|name| name_key(name));
        let one_of = |bearers: &[ContactId]| match bearers {
            [] => None,
            [one, rest @ ..] if rest.iter().all(|other| other == one) => Some(*one),
            _ => {
                bearers.iter().copied().find(|it| key.as_ref().is_some_and(|k| self.bears(*it, k)))
            }
        };
        if let Some(url) = &counterpart.url {
            let bearers = self.by_url.get(url).map(Vec::as_slice).unwrap_or_default();
            if !bearers.is_empty() {
                return one_of(bearers);
            }
        }
        if let Some(phone) = &counterpart.phone {
            let bearers = self.bearers_of(phone);
            if !bearers.is_empty() {
                return one_of(&bearers);
            }
        }
        let named = self.by_name.get(&key?)?.one()?;
        let is_another = counterpart.url.is_some() && self.profiled.contains(&named);
        (!is_another).then_some(named)
    }

    fn bears(&self, contact: ContactId, key: &str) -> bool {
        self.name_keys.get(&contact).is_some_and(|keys| keys.iter().any(|known| known == key))
    }

    fn bearers_of(&self, phone: &str) -> Vec<ContactId> {
        let digits = dialled(phone);
        let same = |known: &str| known.ends_with(digits) || digits.ends_with(known);
        let long_enough = digits.len() >= TELLING_DIGITS;
        let bearers = self.by_phone.get(&ending(digits)).into_iter().flatten();
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

fn ending(digits: &str) -> String {
    let start = digits.len().saturating_sub(TELLING_DIGITS);
    digits.get(start..).unwrap_or(digits).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: ContactId = ContactId(1);
    const BOB: ContactId = ContactId(2);
    const OTHER_ANN: ContactId = ContactId(3);

    fn known(names: &[&str], phones: &[&str], urls: &[&str]) -> KnownBy {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        KnownBy { names: owned(names), phones: owned(phones), urls: owned(urls) }
    }

    fn directory() -> Directory {
        Directory::of([
            (ANN, known(&["Ann Lee"], &["+43691234123"], &["https://www.linkedin.com/in/ann-lee"])),
            (BOB, known(&["Bob Moss", "Bobby Moss"], &["+43691234123", "12345"], &[])),
            (OTHER_ANN, known(&["Anne Roy"], &[], &["https://example.org/anne"])),
        ])
    }

    #[track_caller]
    fn check(
        phone: Option<&str>,
        url: Option<&str>,
        name: Option<&str>,
        expect: Option<ContactId>,
    ) {
        let [phone, url, name] = [phone, url, name].map(|it| it.map(str::to_owned));
        let counterpart = Counterpart { phone, url, name };
        assert_eq!(directory().contact(&counterpart), expect, "{counterpart:?}");
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
