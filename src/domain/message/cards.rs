//! Whose card of an address book or an export is.
//!
//! Never guesses: who can't be told is somebody new.

use super::cues::PET_NAMES;
use super::forms::profile;
use super::identity::{IdentityKind, name_key};
use crate::domain::model::ContactId;

/// A short form of a name is shorter by so many letters: Rob, Robert; one letter more makes another
/// name of it: Jan, Jana.
const SHORTER_BY: usize = 3;
const SHORTEST: usize = 3;

/// Whether somebody of this `name` who has the same identity is the person on the card of the name
/// `said`. Couples share an address, and colleagues a page: it proves something of whoever may bear
/// both names. A profile is one person's. Colleagues share a switchboard: a telephone number tells
/// namesakes apart, no more.
pub fn is_proof(kind: IdentityKind, value: &str, name: &str, said: &str) -> bool {
    match kind {
        IdentityKind::Email => may_be_one(name, said),
        IdentityKind::Url => profile(value).is_some() || name == said,
        IdentityKind::Phone => name == said,
        IdentityKind::Name => false,
    }
}

/// Whether what is shared may prove something of somebody who has another name.
pub fn may_join_names(kind: IdentityKind, value: &str) -> bool {
    kind == IdentityKind::Email || kind == IdentityKind::Url && profile(value).is_some()
}

/// Whether `said` is more of a name than `known`: a name at all, or a whole one.
pub fn says_more(said: &str, known: &str) -> bool {
    let is_whole = |name: &str| !name.contains('@') && name_key(name).is_some();
    is_whole(said) && !is_whole(known) || known.contains('@') && !said.contains('@')
}

/// Whether one person may go by both names: one of them is none, or says less than the other, or
/// uses a short form of it.
pub fn may_be_one(name: &str, other: &str) -> bool {
    if name.contains('@') || other.contains('@') {
        return true;
    }
    let [words, others] = [name, other].map(words);
    let [shorter, longer] =
        if words.len() <= others.len() { [words, others] } else { [others, words] };
    shorter.iter().all(|word| longer.iter().any(|other| may_be_one_word(word, other)))
}

/// The one of those who share an address who goes by this name; `None` where that is nobody, or
/// more than one.
pub fn bearer(name: &str, holders: &[(ContactId, Vec<String>)]) -> Option<ContactId> {
    let key = name_key(name);
    let is_same = |known: &String| key.is_some() && name_key(known) == key;
    let bears = |(_, names): &&(ContactId, Vec<String>)| names.iter().any(is_same);
    let mut exactly = holders.iter().filter(bears);
    if let (Some((one, _)), None) = (exactly.next(), exactly.next()) {
        return Some(*one);
    }
    let may_bear = |(_, names): &&(ContactId, Vec<String>)| {
        !name.contains('@') && names.iter().any(|known| may_be_one(name, known))
    };
    let mut bearers = holders.iter().filter(may_bear);
    match (bearers.next(), bearers.next()) {
        (Some((one, _)), None) => Some(*one),
        _ => None,
    }
}

fn words(name: &str) -> Vec<String> {
    let key = name_key(name).unwrap_or_else(|| name.to_lowercase());
    key.split_whitespace().map(str::to_owned).collect()
}

fn may_be_one_word(word: &str, other: &str) -> bool {
    let short = |short: &str, long: &str| {
        let shorter_by = long.chars().count().saturating_sub(short.chars().count());
        PET_NAMES.contains(&(short, long))
            || short.chars().count() >= SHORTEST
                && shorter_by >= SHORTER_BY
                && long.starts_with(short)
    };
    word == other || short(word, other) || short(other, word)
}

/// Where somebody works, and as what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Work {
    /// Where.
    pub company: Option<String>,
    /// As what.
    pub position: Option<String>,
}

/// What one kind of export's word on somebody's work is worth beside what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// It said what is known: where it says something else now, that is news.
    IsNews,
    /// It knows better.
    Replaces,
    /// It fills gaps only, or two exports would take turns.
    Adds,
}

/// People keep up their own profiles, and nobody all of an address book.
const BEST: &str = "linkedin-connections";

/// What the word of an export of the kind `source` is worth where `known_from` said what is known.
pub fn word(known_from: &str, source: &str) -> Word {
    if known_from == source || known_from.is_empty() && source == BEST {
        Word::IsNews
    } else if source == BEST {
        Word::Replaces
    } else {
        Word::Adds
    }
}

impl Work {
    /// As `said` changes it.
    pub fn with(self, said: &Work, word: Word) -> Work {
        let better = |known: Option<String>, said: &Option<String>| match word {
            Word::Adds => known.or_else(|| said.clone()),
            Word::IsNews | Word::Replaces => said.clone().or(known),
        };
        Work {
            company: better(self.company, &said.company),
            position: better(self.position, &said.position),
        }
    }

    /// Whether it says something else than what was `known`, not the same in other letters or more
    /// of it.
    pub fn is_news_to(&self, known: &Work) -> bool {
        let differ = |said: &Option<String>, known: &Option<String>| match (said, known) {
            (Some(said), Some(known)) => letters(said) != letters(known),
            _ => false,
        };
        differ(&self.company, &known.company) || differ(&self.position, &known.position)
    }

    /// As the user reads it, behind the name: "is now CTO of Acme"; `None` where nothing is known.
    pub fn sentence(&self) -> Option<String> {
        match (self.position.as_deref(), self.company.as_deref()) {
            (Some(position), Some(company)) => Some(format!("is now {position} at {company}")),
            (Some(position), None) => Some(format!("is now {position}")),
            (None, Some(company)) => Some(format!("is now at {company}")),
            (None, None) => None,
        }
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A contact of the name on the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Namesake {
    /// Who bears the name already.
    pub contact: ContactId,
    /// The card names the same company, or neither side names any.
    pub has_same_company: bool,
    /// A profile link of theirs is known, by more than their name.
    pub has_url: bool,
    /// A mail address of theirs is known, by more than their name.
    pub has_email: bool,
}

/// The one of all `namesakes` who is on a card with these identities, of which they have none.
pub fn namesake(namesakes: &[Namesake], card: &[IdentityKind]) -> Option<ContactId> {
    match namesakes {
        [only] if !contradicts(only, card) => Some(only.contact),
        // A bare name adds nobody to its bearers.
        [_, _, ..] if card.is_empty() => {
            let first = namesakes.iter().min_by_key(|it| (!it.has_same_company, it.contact));
            first.map(|first| first.contact)
        }
        _ => None,
    }
}

/// Another profile link, or another address where both have some: somebody else of that name.
fn contradicts(namesake: &Namesake, card: &[IdentityKind]) -> bool {
    namesake.has_url && card.contains(&IdentityKind::Url)
        || namesake.has_email && card.contains(&IdentityKind::Email)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: Namesake = Namesake {
        contact: ContactId(1),
        has_same_company: false,
        has_url: false,
        has_email: true,
    };
    const OTHER_ANN: Namesake = Namesake { contact: ContactId(2), has_same_company: true, ..ANN };

    #[test]
    fn one_person_goes_by_many_names_and_a_couple_does_not() {
        for (name, other) in [
            ("Ann Lee", "Lee, Ann"),
            ("Ann Lee", "Dr. Ann B. Lee-Moss, PhD"),
            ("Ann Lee", "ann@example.org"),
            ("Ann", "Ann Lee"),
            ("Bob Moss", "Robert Moss"),
            ("Rob Moss", "Robert Moss"),
            ("Ann & Bob Lee", "Ann Lee"),
        ] {
            assert!(may_be_one(name, other) && may_be_one(other, name), "{name}, {other}");
        }
        for (name, other) in
            [("Ann Lee", "Bob Lee"), ("Jan Novák", "Jana Novák"), ("Ann Lee", "Ann Roy")]
        {
            assert!(!may_be_one(name, other) && !may_be_one(other, name), "{name}, {other}");
        }
    }

    #[test]
    fn of_those_who_share_an_address_the_name_says_who_wrote() {
        let holders = [
            (ContactId(1), vec!["Ann Lee".to_owned(), "Annie".to_owned()]),
            (ContactId(2), vec!["Bob Lee".to_owned()]),
        ];
        let check = |name, expect: Option<i64>| {
            assert_eq!(bearer(name, &holders), expect.map(ContactId), "{name}");
        };
        check("Lee, Ann", Some(1));
        check("Bob", Some(2));
        check("Annie", Some(1));
        check("Ann B. Lee", Some(1));
        check("Lee", None);
        check("Ann and Bob Lee", None);
        check("The Lees", None);
        check("lees@example.org", None);
    }

    #[test]
    fn what_two_may_share_proves_nothing_of_another_name() {
        use IdentityKind::{Email, Name, Phone, Url};
        let proves = |kind, value, said| is_proof(kind, value, "Ann Lee", said);
        assert!(proves(Email, "lees@example.org", "A. Lee, Ann"));
        assert!(!proves(Email, "lees@example.org", "Bob Lee"));
        assert!(proves(Url, "https://www.linkedin.com/in/ann", "Ann Moss"));
        assert!(!proves(Url, "https://example.org", "Ann Moss"));
        assert!(proves(Phone, "+4930123456", "Ann Lee"));
        assert!(!proves(Phone, "+4930123456", "Ann B. Lee"));
        assert!(!proves(Name, "Annie", "Ann Lee"));
    }

    #[test]
    fn only_what_the_same_export_says_otherwise_is_news() {
        let work = |company: &str, position: &str| {
            let [company, position] =
                [company, position].map(|it| Some(it.to_owned()).filter(|it| !it.is_empty()));
            Work { company, position }
        };
        let known = work("Acme, Inc.", "Engineer");
        assert!(work("Acme Inc", "CTO").is_news_to(&known));
        assert!(!work("ACME INC", "engineer").is_news_to(&known));
        assert!(!work("", "").is_news_to(&known));
        assert!(!known.is_news_to(&work("", "Engineer")));
        assert_eq!(word("vcard", "linkedin-connections"), Word::Replaces);
        assert_eq!(word("linkedin-connections", "vcard"), Word::Adds);
        assert_eq!(word("vcard", "vcard"), Word::IsNews);
        assert_eq!(word("", "linkedin-connections"), Word::IsNews);
        assert_eq!(word("", "google-contacts"), Word::Adds);
        assert_eq!(known.clone().with(&work("Navy", ""), Word::Adds), known);
        assert_eq!(known.with(&work("Navy", ""), Word::Replaces), work("Navy", "Engineer"));
        assert_eq!(work("Navy", "CTO").sentence().unwrap(), "is now CTO at Navy");
    }

    #[test]
    fn the_only_one_of_a_name_is_meant_unless_something_contradicts_it() {
        assert_eq!(namesake(&[ANN], &[]), Some(ContactId(1)));
        assert_eq!(namesake(&[ANN], &[IdentityKind::Url]), Some(ContactId(1)));
        assert_eq!(namesake(&[ANN], &[IdentityKind::Email]), None);
    }

    #[test]
    fn of_several_none_is_meant_and_a_bare_name_makes_nobody_new() {
        assert_eq!(namesake(&[ANN, OTHER_ANN], &[IdentityKind::Url]), None);
        assert_eq!(namesake(&[ANN, OTHER_ANN], &[]), Some(ContactId(2)));
        assert_eq!(namesake(&[], &[]), None);
    }
}
