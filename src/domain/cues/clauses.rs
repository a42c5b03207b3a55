//! Text → sentences → clauses → words, in lower case as it comes.
//!
//! Only what the cues need: where a sentence begins, where a phrase may not reach across, and
//! whether a question mark is one. Never a grammar.

/// One sentence, cut where its punctuation parts it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sentence<'x> {
    /// None is empty.
    pub clauses: Vec<Vec<&'x str>>,
    /// It ends with a question mark.
    pub asked: bool,
}

/// Lines that wrap go on; empty lines and list items end a sentence. Lines of code are left out.
pub fn sentences(text: &str) -> Vec<Sentence<'_>> {
    let mut cutter = Cutter::default();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.ends_with([';', '{', '}']) {
            cutter.end(false);
            continue;
        }
        if line.starts_with(['-', '*', '•', '–']) {
            cutter.end(false);
        }
        for token in line.split_whitespace() {
            cutter.token(token);
        }
    }
    cutter.end(false);
    cutter.sentences
}

#[derive(Default)]
struct Cutter<'x> {
    sentences: Vec<Sentence<'x>>,
    sentence: Sentence<'x>,
    clause: Vec<&'x str>,
}

impl<'x> Cutter<'x> {
    /// What stands between two white spaces.
    fn token(&mut self, token: &'x str) {
        if is_address(token) {
            return;
        }
        let mut rest = token;
        while let Some(c) = rest.chars().next() {
            let word = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            if word > 0 {
                let (word, after) = rest.split_at(word);
                self.clause.push(word);
                rest = after;
                continue;
            }
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
            self.mark(c, !rest.starts_with(char::is_alphanumeric));
        }
    }

    /// `last`: no word follows without a space, as one does in `v1.2`, `10:30` and `page?id`.
    fn mark(&mut self, mark: char, last: bool) {
        match mark {
            '?' | '？' | '؟' if last => self.end(true),
            '.' | '!' | '…' if last => self.end(false),
            '。' | '！' => self.end(false),
            ':' | '-' if last => self.part(),
            ',' | ';' | '(' | ')' | '"' | '“' | '”' | '„' | '«' | '»' | '–' | '—' => {
                self.part()
            }
            _ => {}
        }
    }

    fn part(&mut self) {
        if !self.clause.is_empty() {
            self.sentence.clauses.push(std::mem::take(&mut self.clause));
        }
    }

    fn end(&mut self, asked: bool) {
        self.part();
        if !self.sentence.clauses.is_empty() {
            self.sentence.asked = asked;
            self.sentences.push(std::mem::take(&mut self.sentence));
        }
    }
}

/// Of a page or a person: the question mark in it asks nothing.
fn is_address(token: &str) -> bool {
    let local = token.find('@').filter(|at| *at > 0);
    token.contains("://")
        || token.starts_with("www.")
        || token.contains("mailto:")
        || local.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clauses by `|`, sentences by `/`, a `?` behind those that ask.
    #[track_caller]
    fn check(text: &str, expect: &str) {
        let shown = sentences(text).into_iter().map(|sentence| {
            let clauses: Vec<String> =
                sentence.clauses.iter().map(|clause| clause.join(" ")).collect();
            clauses.join("|") + if sentence.asked { "?" } else { "" }
        });
        assert_eq!(shown.collect::<Vec<_>>().join("/"), expect, "of {text:?}");
    }

    #[test]
    fn punctuation_parts_and_ends() {
        check("hi ada,\ncould you come? thanks!", "hi ada|could you come?/thanks");
        check("s'il vous plaît", "s il vous plaît");
        check("tu viens ?", "tu viens?");
        check("¿vienes?", "vienes?");
        check("really?! (no)", "really?/no");
        check("one\n\ntwo\n- three\n- four", "one/two/three/four");
        check("a line that\nwraps", "a line that wraps");
    }

    #[test]
    fn marks_inside_of_words_end_nothing() {
        check("v1.2 at 10:30 in foo.c", "v1 2 at 10 30 in foo c");
        check("page?id=3", "page id 3");
        check("see https://example.org/?q=1? or ask ada@example.org?", "see or ask");
        check("int x = a ? b : c;\nend", "end");
        check("", "");
        check("??? ...", "");
    }
}
