//! Words of names, subjects and file names, folded so that spelling doesn't part them.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::domain::message::facts::Mailbox;
use crate::domain::message::identity::{fold, name_key};

/// How plainly a subject says that people are made known to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Introducing {
    /// In so many words.
    Plainly,
    /// It may be a meeting, a line that is down, or slides.
    Perhaps,
}

/// How subjects introduce people: en, de, fr, es, nl, it, pt. Folded, whole words.
const PLAIN: &[&str] = &[
    "intro",
    "intros",
    "introduction",
    "introductions",
    "introducing",
    "bekanntmachen",
    "mise en relation",
    "mise en contact",
    "te presento",
    "os presento",
    "kennismaking",
    "introductie",
    "vi presento",
    "ti presento",
    "apresento",
];
/// Also say other things.
const AMBIGUOUS: &[&str] = &[
    "introduce",
    "meet",
    "connect",
    "connecting",
    "vorstellung",
    "vorstellen",
    "kennenlernen",
    "vernetzen",
    "vernetzung",
    "presentation",
    "presentations",
    "presenter",
    "presentacion",
    "presentaciones",
    "presentar",
    "conectar",
    "kennismaken",
    "voorstellen",
    "presentazione",
    "presentazioni",
    "presentare",
    "presentarti",
    "apresentacao",
    "apresentacoes",
    "apresentar",
];
/// What follows is a subject to learn, not a person to know.
const TO_A_SUBJECT: &[&str] =
    &["introduction to", "introductions to", "intro to", "introductie tot", "introduction a"];
/// Stands between two names, and is no word.
const BETWEEN_NAMES: &str = "<>";

/// Lower case without marks: `"Présentation: Zoë <> O'Neill"` → presentation, zoe, o, neill.
pub(super) fn words(text: &str) -> Vec<String> {
    let plain: String = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(fold).collect();
    let words = plain.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Whether, and how plainly, a subject says that people are made known to each other.
pub(super) fn introduces(subject: &str) -> Option<Introducing> {
    let subject_words = words(subject);
    let says = |phrase: &&str| {
        let phrase: Vec<&str> = phrase.split(' ').collect();
        subject_words.windows(phrase.len()).any(|window| window == phrase)
    };
    let is_to_learn = TO_A_SUBJECT.iter().any(&says);
    if subject.contains(BETWEEN_NAMES) || !is_to_learn && PLAIN.iter().any(&says) {
        return Some(Introducing::Plainly);
    }
    let perhaps = is_to_learn || AMBIGUOUS.iter().any(says);
    perhaps.then_some(Introducing::Perhaps)
}

/// The words of somebody's name; without a display name those of the address's local part.
pub(super) fn name_words(person: &Mailbox) -> Vec<String> {
    let name = person.name.as_deref().filter(|name| !name.contains('@'));
    let named = name.map_or_else(Vec::new, |name| match name_key(name) {
        Some(key) => words(&key),
        None => words(name),
    });
    if named.is_empty() {
        let local = person.address.rsplit_once('@').map_or("", |(local, _)| local);
        return words(local);
    }
    named
}

/// What a friend would call them; too short a word is no name.
pub(super) fn first_name(person: &Mailbox) -> Option<String> {
    name_words(person).into_iter().next().filter(|word| word.chars().count() >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expect: Option<Introducing>, subjects: &[&str]) {
        for subject in subjects {
            assert_eq!(introduces(subject), expect, "of {subject:?}");
        }
    }

    #[test]
    fn introductions_in_seven_languages() {
        check(
            Some(Introducing::Plainly),
            &[
                "Intro: Ada / Bob",
                "INTRODUCING Ada",
                "Acme <> Initech",
                "Mise en relation",
                "Te presento a Ada",
                "Kennismaking",
                "Apresento a Ada",
            ],
        );
        check(
            Some(Introducing::Perhaps),
            &[
                "Ada, meet Bob",
                "Vorstellung Ada und Bob",
                "Présentation",
                "Presentación",
                "Presentazione di Ada",
                "Apresentação",
                "Introduction to statistics",
            ],
        );
        check(None, &["Meeting on Friday", "The connection is slow", "Introspection", ""]);
    }

    #[test]
    fn first_names() {
        let check = |name: Option<&str>, address: &str, expect: Option<&str>| {
            let person = Mailbox { address: address.to_owned(), name: name.map(str::to_owned) };
            assert_eq!(first_name(&person).as_deref(), expect, "{name:?} <{address}>");
        };
        check(Some("Dr. Zoë O'Neill"), "zo@example.org", Some("zoe"));
        check(Some("Okafor, Chidi"), "c@example.org", Some("chidi"));
        check(Some("Ada"), "ada.l@example.org", Some("ada"));
        check(None, "ada.lark@example.org", Some("ada"));
        check(Some("bob@example.org"), "bob@example.org", Some("bob"));
        check(None, "x@example.org", None);
    }
}
