//! Text → folded text, cut into sentences and clauses: words in lower case between single spaces.
//!
//! Only what the cues need: where a sentence begins, where a phrase may stand, and whether a
//! question mark is one. Never a grammar.

use std::ops::Range;

/// A text as phrases are looked for in it.
#[derive(Debug, Default)]
pub struct Folded {
    /// Each word between single spaces; a comma where punctuation parts clauses.
    pub text: String,
    pub sentences: Vec<Sentence>,
    pub clauses: Vec<Clause>,
    /// Addresses of pages.
    pub links: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Of the original text, where its first word stands.
    pub at: usize,
    /// None is without a clause.
    pub clauses: Range<usize>,
    /// It ends with a question mark.
    pub asked: bool,
    pub words: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// Of the folded text, from the space before its first word to the one behind its last.
    pub span: Range<usize>,
    /// Punctuation stands before it, and not just "and".
    pub parted: bool,
    pub words: usize,
}

/// A line of at most so many bytes before one that begins with a capital has not been wrapped.
const SHORT_LINE: usize = 45;
/// Words that join clauses.
const AND: [&str; 8] = ["and", "und", "et", "y", "en", "but", "aber", "mais"];

/// Lines that wrap go on; empty and short lines and list items end a sentence. Lines of code are
/// left out.
pub fn fold(text: &str) -> Folded {
    let mut folding = Folding { folded: Folded::default(), ..Folding::default() };
    folding.folded.text.reserve(text.len() + 2);
    folding.folded.text.push(' ');
    let mut before: &str = "";
    let mut at = 0;
    for raw in text.split_inclusive('\n') {
        let line = raw.trim();
        let begins = line.chars().next();
        if line.is_empty() || is_code(line) {
            folding.end(false);
        } else {
            let new = begins.is_some_and(|c| matches!(c, '-' | '*' | '•' | '–' | '#'))
                || before.len() <= SHORT_LINE && begins.is_some_and(|c| !c.is_lowercase());
            if new {
                folding.end(false);
            }
            folding.line(line, at + (raw.len() - raw.trim_start().len()));
        }
        before = line;
        at += raw.len();
    }
    folding.end(false);
    folding.folded
}

fn is_code(line: &str) -> bool {
    line.ends_with([';', '{', '}'])
        || line.starts_with("#include")
        || line.starts_with("$ ")
        || line.starts_with("[ ") && line.contains(']')
}

#[derive(Default)]
struct Folding {
    folded: Folded,
    /// Where the clause begins that is read, and what it holds so far.
    clause: usize,
    words: usize,
    parted: bool,
    sentence_words: usize,
    /// The last word is one letter: a full stop behind it only abbreviates.
    initial: bool,
    /// Where the sentence's first word stands, once there is one.
    at: Option<usize>,
    first_clause: usize,
}

impl Folding {
    /// `at`: where the line begins.
    fn line(&mut self, line: &str, at: usize) {
        let mut rest = line;
        while let Some(start) = rest.find(|c: char| !c.is_whitespace()) {
            let token = rest.get(start..).unwrap_or_default();
            let end = token.find(char::is_whitespace).unwrap_or(token.len());
            let (token, after) = token.split_at(end);
            self.token(token, at + (line.len() - after.len() - token.len()));
            rest = after;
        }
    }

    /// What stands between two white spaces.
    fn token(&mut self, token: &str, at: usize) {
        if token.contains("://") || token.starts_with("www.") || token.contains("mailto:") {
            self.folded.links += 1;
            return;
        }
        if token.find('@').is_some_and(|at| at > 0) {
            return;
        }
        let mut rest = token;
        while let Some(c) = rest.chars().next() {
            let word = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            if word > 0 {
                let (word, after) = rest.split_at(word);
                self.word(word, at);
                rest = after;
                continue;
            }
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
            self.mark(c, !rest.starts_with(char::is_alphanumeric));
        }
    }

    fn word(&mut self, word: &str, at: usize) {
        let text = &mut self.folded.text;
        let from = text.len();
        if word.is_ascii() {
            text.push_str(word);
            if let Some(word) = text.get_mut(from..) {
                word.make_ascii_lowercase();
            }
        } else {
            text.extend(word.chars().flat_map(char::to_lowercase));
        }
        let joins = self.words > 0 && text.get(from..).is_some_and(|word| AND.contains(&word));
        text.push(' ');
        if joins {
            self.part(false, from);
            return;
        }
        self.initial = word.chars().nth(1).is_none() && word.chars().all(char::is_alphabetic);
        self.words += 1;
        self.sentence_words += 1;
        self.at.get_or_insert(at);
    }

    /// `last`: no word follows without a space, as one does in `v1.2`, `10:30` and `page?id`.
    fn mark(&mut self, mark: char, last: bool) {
        match mark {
            '?' | '？' | '؟' if last => self.end(true),
            '.' if self.initial => {}
            '.' | '!' | '…' if last => self.end(false),
            '。' | '！' => self.end(false),
            ':' | '-' if last => self.comma(),
            ',' | ';' | '(' | ')' | '"' | '“' | '”' | '„' | '«' | '»' | '–' | '—' | '/' =>
            {
                self.comma();
            }
            _ => {}
        }
    }

    fn comma(&mut self) {
        if self.words > 0 {
            self.part(true, self.folded.text.len());
            self.folded.text.push_str(", ");
            self.clause = self.folded.text.len() - 1;
        }
        self.parted = true;
    }

    /// Ends a clause before `end`.
    fn part(&mut self, parted: bool, end: usize) {
        if self.words > 0 {
            let (words, parted) = (self.words, self.parted);
            self.folded.clauses.push(Clause { span: self.clause..end, parted, words });
        }
        self.words = 0;
        self.parted = parted;
        self.clause = self.folded.text.len() - 1;
    }

    fn end(&mut self, asked: bool) {
        self.part(true, self.folded.text.len());
        let clauses = self.first_clause..self.folded.clauses.len();
        if let Some(at) = self.at.take().filter(|_| !clauses.is_empty()) {
            let words = self.sentence_words;
            self.folded.sentences.push(Sentence { at, clauses, asked, words });
            // No phrase reaches from one sentence into the next.
            self.folded.text.push_str(". ");
        } else if asked && let Some(last) = self.folded.sentences.last_mut() {
            // "Really ?"
            last.asked = true;
        }
        self.sentence_words = 0;
        self.first_clause = self.folded.clauses.len();
        self.clause = self.folded.text.len() - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clauses by `|`, joined ones by `+`, sentences by `/`, a `?` behind those that ask.
    #[track_caller]
    fn check(text: &str, expect: &str) {
        let folded = fold(text);
        let shown = folded.sentences.iter().map(|sentence| {
            let mut shown = String::new();
            for clause in &folded.clauses[sentence.clauses.clone()] {
                if !shown.is_empty() {
                    shown.push(if clause.parted { '|' } else { '+' });
                }
                shown.push_str(folded.text[clause.span.clone()].trim());
            }
            shown + if sentence.asked { "?" } else { "" }
        });
        assert_eq!(shown.collect::<Vec<_>>().join("/"), expect, "of {text:?}");
    }

    #[test]
    fn punctuation_parts_and_ends() {
        check("hi ada,\ncould you come? thanks!", "hi ada|could you come?/thanks");
        check("s'il vous plaît", "s il vous plaît");
        check("tu viens ?", "tu viens?");
        check("¿Vienes?", "vienes?");
        check("really?! (no)", "really?/no");
        check("Ready ?? Yes.", "ready?/yes");
        check("one\n\ntwo\n- three\n- four", "one/two/three/four");
        check("a line that\nwraps", "a line that wraps");
        check("Thanks\nPete", "thanks/pete");
        check("review it and let me know", "review it+let me know");
    }

    #[test]
    fn marks_inside_of_words_end_nothing() {
        check("v1.2 at 10:30 in foo.c", "v1 2 at 10 30 in foo c");
        check("page?id=3", "page id 3");
        check("R. S. V. P. by J. Example", "r s v p by j example");
        check("see https://example.org/?q=1? or ask ada@example.org?", "see or ask");
        check("int x = a ? b : c;\nend", "end");
        check("", "");
        check("??? ...", "");
    }

    #[test]
    fn a_sentence_says_where_it_stands() {
        let text = "Hello.\n\n  Is it late?";
        let at: Vec<usize> = fold(text).sentences.iter().map(|sentence| sentence.at).collect();
        assert_eq!(at, [0, text.find("Is").unwrap()]);
    }
}
