//! Looks up the phrases by which a text asks, thanks, greets and takes leave.
//!
//! The tables are in seven languages: English, German, French, Spanish, Dutch, Italian,
//! Portuguese. All in lower case with single spaces; apostrophes and hyphens part words, and no
//! phrase reaches across any other punctuation.

mod asking;
mod telling;

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::domain::noise::subject;

/// Phrases by their first words.
pub struct Phrases(HashMap<&'static str, Vec<Vec<&'static str>>>);

impl Phrases {
    fn of(tables: &[&[&'static str]]) -> Phrases {
        let mut phrases: HashMap<_, Vec<Vec<_>>> = HashMap::new();
        for phrase in tables.iter().copied().flatten() {
            let mut words = phrase.split(' ');
            if let Some(first) = words.next() {
                phrases.entry(first).or_default().push(words.collect());
            }
        }
        Phrases(phrases)
    }

    /// How many words the longest phrase takes with which these words begin.
    pub fn at(&self, words: &[&str]) -> Option<usize> {
        let (first, rest) = words.split_first()?;
        let phrases = self.0.get(first)?.iter().filter(|phrase| rest.starts_with(phrase));
        phrases.map(|phrase| phrase.len() + 1).max()
    }

    #[cfg(test)]
    pub fn phrases(&self) -> impl Iterator<Item = String> {
        let whole =
            |first: &&str, rest: &Vec<&str>| [&[*first], rest.as_slice()].concat().join(" ");
        self.0.iter().flat_map(move |(first, all)| all.iter().map(move |rest| whole(first, rest)))
    }

    pub fn anywhere(&self, words: &[&str]) -> bool {
        (0..words.len()).any(|at| words.get(at..).is_some_and(|rest| self.at(rest).is_some()))
    }
}

macro_rules! phrases {
    ($($(#[$doc:meta])* $name:ident: $($table:expr),+;)+) => {
        $($(#[$doc])* pub static $name: LazyLock<Phrases> =
            LazyLock::new(|| Phrases::of(&[$($table),+]));)+
    };
}

phrases! {
    /// Ask for something wherever they stand.
    REQUESTS: subject::REQUESTS, asking::TEXT_REQUESTS;
    /// Sound like a request and ask for nothing.
    COURTESIES: asking::COURTESY;
    /// Ask at the beginning of a sentence, even without a question mark.
    QUESTION_OPENINGS: asking::QUESTION_OPENING;
    /// Ask wherever they stand, even without a question mark.
    QUESTIONS: asking::QUESTION;
    /// Questions that want no answer.
    COURTESY_QUESTIONS: asking::COURTESY_QUESTION;
    GREETINGS: telling::GREETING;
    FAREWELLS: telling::FAREWELL;
    THANKS: telling::THANK;
    /// Say "seen" or "done" at the beginning of a clause.
    ACKNOWLEDGEMENTS: telling::ACKNOWLEDGEMENT;
    /// Say so only if nothing else is in the clause.
    ACKNOWLEDGEMENTS_ALONE: telling::ACKNOWLEDGEMENT_ALONE;
    /// The lines by which reviewers of a change agree.
    TRAILERS: &["acked by", "reviewed by", "tested by", "reviewed and tested by"];
    /// What follows them is more than thanks.
    RESERVATIONS: &["but", "however", "aber", "jedoch", "mais", "pero", "maar", "però", "mas"];
}
