//! What a subject line says: a reply, a forward, a question, a request, a notice by a program.
//!
//! Tables of words in several languages; reads the subject alone, never a body.

use crate::domain::message::threading::{self, Prefix};

use super::Traits;
use super::notices::{self, after};

/// Phrases that ask for something, in a subject as in a text: en, de, fr, es, nl. Whole words,
/// lower case, single spaces; apostrophes part words.
pub(in crate::domain) const REQUESTS: &[&str] = &[
    "please",
    "pls",
    "plz",
    "could you",
    "can you",
    "would you",
    "will you",
    "may i",
    "can i",
    "could i",
    "need your",
    "need help",
    "a favor",
    "a favour",
    "rsvp",
    "bitte",
    "könntest",
    "könnten sie",
    "könntet ihr",
    "kannst du",
    "können sie",
    "könnt ihr",
    "würdest",
    "würden sie",
    "merci de",
    "s il vous plaît",
    "s il te plaît",
    "svp",
    "stp",
    "pourriez vous",
    "pourrais tu",
    "pouvez vous",
    "peux tu",
    "por favor",
    "podrías",
    "podría",
    "podrían",
    "puedes",
    "puede usted",
    "kun je",
    "kunt u",
    "kan je",
    "zou je",
    "zou u",
    "zouden jullie",
    "alstublieft",
    "alsjeblieft",
    "aub",
];

/// Words that ask for something in a subject, while a text may use them to tell.
const SUBJECT_REQUESTS: &[&str] = &[
    "request",
    "asking",
    "asap",
    "urgent",
    "action required",
    "action needed",
    "feedback needed",
    "input needed",
    "help needed",
    "your help",
    "anfrage",
    "dringend",
    "rückmeldung",
    "demande",
    "solicitud",
    "urgente",
    "graag",
    "verzoek",
    "dringende",
];

/// What a decoded subject says.
pub fn judge(subject: &str) -> Traits {
    let mut traits = match threading::prefix(subject) {
        Some(Prefix::Forward) => Traits::FORWARD,
        Some(Prefix::Reply) => Traits::REPLY_PREFIX,
        None => Traits::NONE,
    };
    let lower = subject.to_lowercase();
    traits.insert(notices::judge(&lower));
    // The question marks of an encoded word that could not be decoded ask nothing.
    if lower.contains(['?', '？', '؟']) && !lower.contains("=?") {
        traits.insert(Traits::QUESTION);
    }
    if asks_for_something(&lower) {
        traits.insert(Traits::REQUEST);
    }
    if subject.contains('[') {
        traits.insert(Traits::TAGGED);
    }
    if has_patch_tag(subject) {
        traits.insert(Traits::PATCH_SUBJECT);
    }
    if is_series_part(subject) {
        traits.insert(Traits::SERIES_PART);
    }
    traits
}

/// `[PATCH …]`, `[RFC PATCH …]` or `[RFC …]`, as changes to programs are offered for review.
fn has_patch_tag(subject: &str) -> bool {
    let tags = subject.split('[').skip(1).filter_map(|tag| tag.split(']').next());
    let words = tags.flat_map(|tag| tag.split(|c: char| !c.is_ascii_alphanumeric()));
    words
        .into_iter()
        .any(|word| ["patch", "rfc", "pull"].iter().any(|it| word.eq_ignore_ascii_case(it)))
}

/// `[offer 2/3] …` or `(2/3) …`; 0 is the cover of the others.
fn is_series_part(subject: &str) -> bool {
    if !subject.contains('[') && !subject.trim_start().starts_with('(') {
        return false;
    }
    let number = |text: &str| -> Option<u16> {
        let short = text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| short)
    };
    let words = subject.split(|c: char| !c.is_alphanumeric() && c != '/');
    let mut numbered =
        words.filter_map(|word| word.split_once('/')).filter(|(_, of)| number(of).is_some());
    numbered.find_map(|(part, _)| number(part)).is_some_and(|part| part > 0)
}

fn asks_for_something(lower: &str) -> bool {
    let letters = |c: char| if c.is_alphanumeric() { c } else { ' ' };
    let words: String = lower.chars().map(letters).chain([' ']).collect();
    let mut rest = words.as_str();
    while let Some((_, after)) = rest.split_once(' ') {
        if REQUESTS.iter().chain(SUBJECT_REQUESTS).any(|phrase| begins(rest, phrase)) {
            return true;
        }
        rest = after;
    }
    false
}

/// Whole words only; two spaces, where punctuation stood, match none.
fn begins(words: &str, phrase: &str) -> bool {
    after(words, phrase).is_some_and(|rest| rest.starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(subject: &str, expect: Traits) {
        assert_eq!(judge(subject), expect, "of {subject:?}");
    }

    #[test]
    fn questions_and_requests() {
        for (subject, expect) in [
            ("[board] Minutes", Traits::TAGGED),
            ("[offer 2/3] The roof", Traits::TAGGED | Traits::SERIES_PART),
            (
                "[PATCH v2 1/3] roof: mend it",
                Traits::TAGGED | Traits::SERIES_PART | Traits::PATCH_SUBJECT,
            ),
            ("[roof] Patches for the roof", Traits::TAGGED),
            ("[offer 0/3] The house", Traits::TAGGED),
            ("(2/3) The roof", Traits::SERIES_PART),
            ("The roof, 2/3", Traits::NONE),
            ("[fair] and/or lunch 1/2024", Traits::TAGGED),
            ("Lunch on Friday?", Traits::QUESTION),
            ("Lunch on Friday", Traits::NONE),
            ("昼食？", Traits::QUESTION),
            ("=?broken?x?abc", Traits::NONE),
            ("Please review", Traits::REQUEST),
            ("Could you look at this?", Traits::REQUEST | Traits::QUESTION),
            ("Bitte um Rückmeldung", Traits::REQUEST),
            ("Pourriez-vous relire", Traits::REQUEST),
            ("S'il vous plaît, relisez", Traits::REQUEST),
            ("¿Podrías ayudarme?", Traits::REQUEST | Traits::QUESTION),
            ("Kun je even kijken", Traits::REQUEST),
            ("Pleased to meet you", Traits::NONE),
            ("The requests library", Traits::NONE),
            ("I could. You know", Traits::NONE),
        ] {
            check(subject, expect);
        }
    }

    #[test]
    fn the_outermost_prefix_counts() {
        check("Re: Fwd: plan", Traits::REPLY_PREFIX);
        check("WG: Re: plan", Traits::FORWARD);
        check("[team] AW: plan", Traits::REPLY_PREFIX | Traits::TAGGED);
    }
}
