//! The contact that a word on the command line means.
//!
//! Never guesses: a word that fits several contacts is an error that lists them.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::desk::Desk;
use crate::domain::message::identity;
use crate::domain::model::ContactId;
use crate::error::{Error, Result};
use crate::store::{ContactRow, IdentityKind, Store};

/// Contacts that are named when a word fits several.
const LISTED: usize = 12;
/// Names that are suggested when a word fits none.
const SUGGESTED: usize = 3;
/// From this similarity on, 0…1, a name may be what was meant.
const SIMILAR: f64 = 0.75;

/// The contact called `query`: an exact address, id (`C12`) or full name beats a part of a name or
/// of an address.
///
/// # Errors
/// `Usage` when it fits nobody, with the nearest names, or several, with all of them.
pub(super) fn find(store: &Store, query: &str) -> Result<ContactRow> {
    among(store.contacts()?, query)
}

/// The contact with exactly this address, id or full name.
///
/// # Errors
/// `Usage` when it fits nobody, or several.
pub(super) fn find_exactly(store: &Store, query: &str) -> Result<ContactRow> {
    let mut contacts = store.contacts()?;
    contacts.retain(|contact| is_exactly(contact, query.trim()));
    among(contacts, query)
}

/// The database of a command that is about a contact: there is nobody to name where there is none.
///
/// # Errors
/// `Usage` when nothing was ever imported or read.
pub(super) fn known_people(desk: &Desk) -> Result<Store> {
    if Store::path(&desk.home.data).exists() { desk.store_to_write() } else { Err(nobody_yet()) }
}

fn nobody_yet() -> Error {
    Error::usage("there are no contacts yet").hint("bring some in with `requite import FILE`")
}

fn among(contacts: Vec<ContactRow>, query: &str) -> Result<ContactRow> {
    let query = query.trim();
    if contacts.is_empty() {
        return Err(nobody_yet());
    }
    if query.is_empty() {
        return Err(Error::usage("an empty name fits everybody").hint("name a contact"));
    }
    let exact = contacts.iter().filter(|contact| is_exactly(contact, query)).collect::<Vec<_>>();
    let part = plain(query);
    let found = if exact.is_empty() {
        contacts.iter().filter(|contact| holds(contact, &part)).collect()
    } else {
        exact
    };
    match found[..] {
        [only] => Ok(only.clone()),
        [] => Err(nobody(&contacts, query)),
        _ => Err(several(&found, query)),
    }
}

fn is_exactly(contact: &ContactRow, query: &str) -> bool {
    if let Some(id) = id(query) {
        return contact.id == id;
    }
    if let Some(address) = identity::normalise(query)
        && contact
            .identities
            .iter()
            .any(|identity| identity.kind == IdentityKind::Email && identity.value == address)
    {
        return true;
    }
    let key = identity::name_key(query);
    names(contact)
        .any(|name| plain(name) == plain(query) || key.is_some() && identity::name_key(name) == key)
}

/// The number in `C12`; a name that only begins with a C isn't one.
fn id(query: &str) -> Option<ContactId> {
    let digits = query.strip_prefix(['C', 'c'])?;
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok().map(ContactId))?
}

fn holds(contact: &ContactRow, part: &str) -> bool {
    let addresses = contact.identities.iter().filter(|identity| {
        matches!(identity.kind, IdentityKind::Email | IdentityKind::Url | IdentityKind::Phone)
    });
    names(contact).any(|name| plain(name).contains(part))
        || addresses.map(|identity| plain(&identity.value)).any(|value| value.contains(part))
}

fn names(contact: &ContactRow) -> impl Iterator<Item = &str> {
    let others = contact
        .identities
        .iter()
        .filter(|identity| identity.kind == IdentityKind::Name)
        .map(|identity| identity.value.as_str());
    std::iter::once(contact.name.as_str()).chain(others)
}

/// As one types it: lower case, without accents, white space folded.
fn plain(text: &str) -> String {
    let letters: String =
        text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn nobody(contacts: &[ContactRow], query: &str) -> Error {
    let error = Error::usage(format!("no contact matches \"{query}\""));
    let wanted = plain(query);
    let mut near: Vec<(f64, &ContactRow)> = contacts
        .iter()
        .map(|contact| {
            (names(contact).map(|name| likeness(name, &wanted)).fold(0.0, f64::max), contact)
        })
        .filter(|(likeness, _)| *likeness >= SIMILAR)
        .collect();
    near.sort_by(|(a, first), (b, second)| b.total_cmp(a).then(first.id.cmp(&second.id)));
    let shown: Vec<String> = near
        .iter()
        .take(SUGGESTED)
        .map(|(_, contact)| format!("{} ({})", contact.name, contact.id))
        .collect();
    if shown.is_empty() {
        error.hint("`requite contacts` lists everybody")
    } else {
        error.hint(format!("did you mean {}?", shown.join(" or ")))
    }
}

/// Of the whole name or of its nearest word.
fn likeness(name: &str, wanted: &str) -> f64 {
    let name = plain(name);
    let words = name.split(' ').map(|word| strsim::jaro_winkler(word, wanted));
    words.fold(strsim::jaro_winkler(&name, wanted), f64::max)
}

fn several(found: &[&ContactRow], query: &str) -> Error {
    let mut what = format!("\"{query}\" fits {} contacts:", found.len());
    for contact in found.iter().take(LISTED) {
        let address = contact
            .identities
            .iter()
            .find(|identity| identity.kind == IdentityKind::Email)
            .map(|identity| format!(" <{}>", identity.value))
            .or_else(|| contact.company.as_ref().map(|company| format!(" ({company})")));
        let line = format!("\n  {}  {}{}", contact.id, contact.name, address.unwrap_or_default());
        what.push_str(&line);
    }
    if let Some(more) = found.len().checked_sub(LISTED).filter(|more| *more > 0) {
        what.push_str(&format!("\n  and {more} more"));
    }
    Error::usage(what).hint("name one by its address or its id")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::store::Identity;

    fn contact(id: i64, name: &str, emails: &[&str]) -> ContactRow {
        let identity = |email: &&str| Identity {
            kind: IdentityKind::Email,
            value: email.to_string(),
            by_name: false,
        };
        ContactRow {
            id: ContactId(id),
            name: name.to_owned(),
            company: None,
            position: None,
            connected_on: None,
            created_at: crate::domain::model::Moment(0),
            last_touch: None,
            identities: emails.iter().map(identity).collect(),
        }
    }

    fn people() -> Vec<ContactRow> {
        vec![
            contact(1, "Ann", &["ann@example.org"]),
            contact(2, "Ann Lee", &["lee@example.org"]),
            contact(3, "Zoë O'Neill", &["zoe@example.com"]),
            contact(4, "Joann Ray", &["c2@example.com"]),
        ]
    }

    #[track_caller]
    fn check(query: &str, expect: Result<i64, &str>) {
        match (among(people(), query), expect) {
            (Ok(found), Ok(id)) => assert_eq!(found.id, ContactId(id), "{query}"),
            (Err(error), Err(text)) => {
                assert_eq!(error.kind(), Kind::Usage, "{query}");
                let told = format!("{error} {}", error.advice().unwrap_or_default());
                assert!(told.contains(text), "{query}: {told}");
            }
            (found, expect) => panic!("{query}: {found:?}, not {expect:?}"),
        }
    }

    #[test]
    fn an_exact_id_address_or_name_beats_a_part() {
        check("C2", Ok(2));
        check("c2@example.com", Ok(4));
        check("<ANN@example.org>", Ok(1));
        check("ann", Ok(1));
        check("Lee, Ann", Ok(2));
        check("zoe oneill", Ok(3));
    }

    #[test]
    fn a_part_is_enough_when_it_fits_one() {
        check("joa", Ok(4));
        check("zoe@", Ok(3));
        check("ZOE", Ok(3));
    }

    #[test]
    fn what_fits_several_or_nobody_says_who_could_be_meant() {
        check("example.org", Err("fits 2 contacts:\n  C1  Ann <ann@example.org>\n  C2  Ann Lee"));
        check("Joan Rai", Err("did you mean Joann Ray (C4)"));
        check("C99", Err("no contact matches \"C99\""));
        check("xyzzy", Err("`requite contacts`"));
        check("  ", Err("empty"));
    }
}
