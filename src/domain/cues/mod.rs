//! What the beginning of a message's text says, as yes and no: it asks, it names me, it only
//! thanks.
//!
//! Text goes in and [`Traits`] come out; nothing of the text is kept. Takes linear time, whatever
//! a stranger has written.

mod clauses;
mod quoting;
#[cfg(test)]
mod tests;
mod words;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use self::clauses::Sentence;
use super::noise::Traits;

pub use self::quoting::own_text;

/// So many words may stand in a message that only thanks, greeting and farewell not counted…
const MOST_WORDS_OF_THANKS: usize = 12;
/// …and so many of them outside the phrases of thanks.
const MOST_WORDS_BESIDE_THANKS: usize = 3;
/// Whatever has more characters says more than thanks.
const SHORT: usize = 250;
/// A line of at most so many characters below a text may be its author's name.
const NAME: usize = 40;
/// …and so many lines may stand below what was said last.
const LINES_BELOW: usize = 4;
/// An acknowledgement comes early.
const ACKNOWLEDGED_WITHIN: usize = 4;
/// No salutation has more words.
const LONGEST_GREETING: usize = 5;

/// The cues of what a person wrote themselves, as [`own_text`] leaves it. `names` are mine.
pub fn cues(own_text: &str, names: &[String]) -> Traits {
    let (prose, patched) = before_patch(own_text);
    let lower: String = prose.nfc().flat_map(char::to_lowercase).collect();
    let sentences = clauses::sentences(&lower);
    let (question, request) = (asks(&sentences), requests(&sentences));
    let content = content(&sentences);
    let asks_nothing = !question && !request;
    let found = [
        (question, Traits::TEXT_QUESTION),
        (request, Traits::TEXT_REQUEST),
        (names_me(prose, names), Traits::TEXT_NAMES_ME),
        (asks_nothing && only_thanks(&content), Traits::TEXT_THANKS_ONLY),
        (asks_nothing && acknowledges(own_text, &sentences), Traits::TEXT_ACKNOWLEDGES),
        (patched, Traits::TEXT_PATCH),
        (ends_asking(prose), Traits::TEXT_ENDS_ASKING),
    ];
    let found = found.into_iter().filter(|(holds, _)| *holds);
    found.fold(Traits::NONE, |traits, (_, cue)| traits | cue)
}

/// What stands before the first line of a diff, and whether there is one: code asks nothing.
fn before_patch(text: &str) -> (&str, bool) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let diff = ["diff --git ", "diff -u", "@@ -", "+++ b/", "--- a/"];
        if diff.iter().any(|start| line.starts_with(start)) {
            return (text.get(..at).unwrap_or(text), true);
        }
        at += line.len();
    }
    (text, false)
}

fn asks(sentences: &[Sentence<'_>]) -> bool {
    sentences.iter().any(|sentence| {
        let opens = |clause: &Vec<&str>| words::QUESTION_OPENINGS.at(clause).is_some();
        let asks = |clause: &Vec<&str>| words::QUESTIONS.anywhere(clause);
        sentence.asked && !courteous(sentence)
            || sentence.clauses.first().is_some_and(opens)
            || sentence.clauses.iter().any(asks)
    })
}

/// "How are you?", also with a name behind it.
fn courteous(sentence: &Sentence<'_>) -> bool {
    let courtesy = |clause: &Vec<&str>| {
        words::COURTESY_QUESTIONS.at(clause).is_some_and(|length| clause.len() <= length + 2)
    };
    let behind = sentence.clauses.iter().rev().take_while(|clause| !courtesy(clause));
    let behind: usize = behind.map(Vec::len).sum();
    behind <= 2 && sentence.clauses.iter().any(courtesy)
}

fn requests(sentences: &[Sentence<'_>]) -> bool {
    sentences.iter().flat_map(|sentence| &sentence.clauses).any(|clause| {
        let mut rest = clause.as_slice();
        while let Some((_, after)) = rest.split_first() {
            // "Please don't hesitate to let me know" asks for nothing up to its end.
            if words::COURTESIES.at(rest).is_some() {
                return false;
            }
            if words::REQUESTS.at(rest).is_some() {
                return true;
            }
            rest = after;
        }
        false
    })
}

/// The clauses between salutation and farewell.
fn content<'s, 'x>(sentences: &'s [Sentence<'x>]) -> Vec<&'s [&'x str]> {
    let clauses = sentences.iter().flat_map(|sentence| &sentence.clauses).map(Vec::as_slice);
    let greeting = |clause: &&[&str]| {
        clause.len() <= LONGEST_GREETING && words::GREETINGS.at(clause).is_some()
    };
    let farewell = |clause: &&[&str]| words::FAREWELLS.at(clause).is_none();
    clauses.skip_while(greeting).take_while(farewell).collect()
}

fn only_thanks(content: &[&[&str]]) -> bool {
    let thanks = |clause: &[&str]| words::THANKS.at(clause).is_some() || acknowledgement(clause);
    let first = content.iter().find(|clause| clause.len() > 1 || thanks(clause));
    let length: usize = content.iter().map(|clause| clause.len()).sum();
    let beside = content.iter().filter(|clause| !thanks(clause)).map(|clause| clause.len());
    first.is_some_and(|clause| thanks(clause))
        && length <= MOST_WORDS_OF_THANKS
        && beside.sum::<usize>() <= MOST_WORDS_BESIDE_THANKS
        && !content.iter().any(|clause| words::RESERVATIONS.anywhere(clause))
}

/// Thanks count wherever they stand, also in the farewell.
fn acknowledges(text: &str, sentences: &[Sentence<'_>]) -> bool {
    let clauses = || sentences.iter().flat_map(|sentence| &sentence.clauses).map(Vec::as_slice);
    text.chars().nth(SHORT).is_none()
        && (clauses().any(|clause| words::THANKS.anywhere(clause))
            || clauses().take(ACKNOWLEDGED_WITHIN).any(acknowledgement)
            || clauses().any(|clause| words::TRAILERS.at(clause).is_some()))
}

fn ends_asking(text: &str) -> bool {
    let asks = |line: &str| line.contains(['?', '？']);
    let is_name = |line: &str| {
        let letters = |c: char| c.is_alphabetic() || " .,'-".contains(c);
        line.chars().all(letters) && line.chars().nth(NAME).is_none()
    };
    let lines = text.lines().rev().map(str::trim).filter(|line| !line.is_empty());
    lines.take(LINES_BELOW).find(|line| !is_name(line)).is_some_and(asks)
}

fn acknowledgement(clause: &[&str]) -> bool {
    words::ACKNOWLEDGEMENTS.at(clause).is_some()
        || words::ACKNOWLEDGEMENTS_ALONE.at(clause) == Some(clause.len())
}

/// By my first name as I write it, or in a salutation by any of my names, however written: "will"
/// and "mark" are words too.
fn names_me(text: &str, names: &[String]) -> bool {
    let text = plain(text);
    let greeting = salutation(&text);
    let greeted = |word: &str| greeting.iter().any(|it| *it == word.to_lowercase());
    names.iter().any(|name| {
        let name = plain(name);
        let words = || name.split_whitespace().filter(|word| word.chars().nth(1).is_some());
        let named = |first: &str| text.split(|c: char| !c.is_alphanumeric()).any(|it| it == first);
        words().next().is_some_and(named) || words().any(greeted)
    })
}

/// The words of the salutation, in lower case; none where the text begins otherwise.
fn salutation(text: &str) -> Vec<String> {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let clause = first.split([',', ':', ';', '!', '–', '—']).next().unwrap_or_default();
    let words: Vec<String> = clause
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(LONGEST_GREETING + 1)
        .map(str::to_lowercase)
        .collect();
    let short: Vec<&str> = words.iter().map(String::as_str).collect();
    let alone = clause.len() < first.len() && words.len() == 1;
    let greets = words.len() <= LONGEST_GREETING && words::GREETINGS.at(&short).is_some();
    if alone || greets { words } else { Vec::new() }
}

/// Without accents, which not everybody can type.
fn plain(text: &str) -> String {
    text.nfd().filter(|c| !is_combining_mark(*c)).collect()
}
