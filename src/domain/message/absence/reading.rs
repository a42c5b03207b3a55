//! Text → the days it mentions, each with what the words beside it say of an absence.

use jiff::civil::Weekday;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::words;

/// How many tokens before or behind a day its cue may stand.
const REACH: usize = 8;
/// How many small words may stand inside a date.
const SMALL_WORDS: usize = 4;
/// Longer runs of digits are no part of a date.
const DIGITS: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    Date { year: Option<i16>, month: i8, day: i8 },
    Weekday(Weekday),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// The absence lasts to the end of the day.
    Until,
    /// The absence is over on that day.
    Back,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    pub day: Day,
    pub says: Says,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// Its value, and how many digits it was written with.
    Number(i16, usize),
    Word(String),
    /// A dash of any kind is `-`; an empty line is `\n`.
    Sign(char),
}

/// The days that are mentioned beside a cue, in their order.
pub fn mentions(text: &str) -> Vec<Mention> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let (mut at, mut last) = (0, 0);
    while at < tokens.len() {
        let reader = Reader { tokens: &tokens, at };
        let Some((day, end)) = reader.day() else {
            at += 1;
            continue;
        };
        found.extend(says(&tokens, last, at, end).map(|says| Mention { day, says }));
        (at, last) = (end, end);
    }
    found
}

/// Words in lower case without accents.
fn tokens(text: &str) -> Vec<Token> {
    let folded = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    let mut tokens: Vec<Token> = Vec::new();
    let mut apart = true;
    let mut line_is_empty = true;
    for c in folded {
        match (c, tokens.last_mut()) {
            (c, Some(Token::Number(value, digits))) if c.is_ascii_digit() && !apart => {
                *value = value.saturating_mul(10).saturating_add(digit(c));
                *digits += 1;
            }
            (c, _) if c.is_ascii_digit() => tokens.push(Token::Number(digit(c), 1)),
            (c, Some(Token::Word(word))) if c.is_alphabetic() && !apart => word.push(c),
            (c, _) if c.is_alphabetic() => tokens.push(Token::Word(c.to_string())),
            ('\n', _) if line_is_empty => tokens.push(Token::Sign('\n')),
            ('-' | '‐'..='―' | '~' | '−', _) => tokens.push(Token::Sign('-')),
            (c, _) if !c.is_whitespace() && c != '°' => tokens.push(Token::Sign(c)),
            _ => {}
        }
        apart = c.is_whitespace();
        line_is_empty = c == '\n' || apart && line_is_empty;
    }
    tokens
}

fn digit(c: char) -> i16 {
    c.to_digit(10).and_then(|digit| i16::try_from(digit).ok()).unwrap_or_default()
}

/// Reads forward from a token.
#[derive(Clone, Copy)]
struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    fn word(&mut self) -> Option<&'a str> {
        let Token::Word(word) = self.peek()? else { return None };
        self.at += 1;
        Some(word)
    }

    fn number(&mut self) -> Option<(i16, usize)> {
        let Token::Number(value, digits) = self.peek()? else { return None };
        self.at += 1;
        (*digits <= DIGITS).then_some((*value, *digits))
    }

    fn sign(&mut self, signs: &[char]) -> Option<char> {
        let Token::Sign(sign) = self.peek()? else { return None };
        signs.contains(sign).then(|| {
            self.at += 1;
            *sign
        })
    }

    fn skip_words(&mut self, is: impl Fn(&str) -> bool) {
        let small = |token: &&Token| matches!(token, Token::Word(word) if is(word));
        let rest = self.tokens.get(self.at..).unwrap_or_default();
        self.at += rest.iter().take(SMALL_WORDS).take_while(small).count();
    }

    /// The day that begins here, and the token behind it.
    fn day(self) -> Option<(Day, usize)> {
        if let Some(found) = self.date() {
            return Some(found);
        }
        let mut reader = self;
        let word = reader.word()?;
        if !words::is_weekday(word) {
            return None;
        }
        let mut dated = reader;
        dated.sign(&[',', '.']);
        dated.skip_words(words::is_filler);
        let weekday = || words::weekday(word).map(|weekday| (Day::Weekday(weekday), reader.at));
        dated.date().or_else(weekday)
    }

    fn date(self) -> Option<(Day, usize)> {
        self.iso()
            .or_else(|| self.day_month())
            .or_else(|| self.month_day())
            .or_else(|| self.numeric())
    }

    /// `2026-01-05`.
    fn iso(mut self) -> Option<(Day, usize)> {
        let (year, 4) = self.number()? else { return None };
        let sign = self.sign(&['-', '/', '.'])?;
        let (month, _) = self.number()?;
        self.sign(&[sign])?;
        let (day, _) = self.number()?;
        dated(Some(year), month, day).map(|day| (day, self.at))
    }

    /// `5 January 2026`, `5. Januar`, `5th of January`, `5 de enero de 2026`.
    fn day_month(mut self) -> Option<(Day, usize)> {
        let (day, 1 | 2) = self.number()? else { return None };
        self.sign(&['.']);
        self.skip_words(words::is_ordinal);
        self.skip_words(words::is_of);
        self.sign(&['.', '-', '/']);
        let month = words::month(self.word()?)?;
        let year = self.year_behind(true);
        dated(year, month.into(), day).map(|date| (date, self.at))
    }

    /// `January 5th, 2026`.
    fn month_day(mut self) -> Option<(Day, usize)> {
        let month = words::month(self.word()?)?;
        self.sign(&['.']);
        let (day, 1 | 2) = self.number()? else { return None };
        let mut behind = self;
        behind.skip_words(words::is_of);
        if behind.word().and_then(words::month).is_some() {
            // In `mar. 5 enero` the first word is a weekday.
            return None;
        }
        self.skip_words(words::is_ordinal);
        let year = self.year_behind(false);
        dated(year, month.into(), day).map(|date| (date, self.at))
    }

    /// `12.8.`, `12.8.2026`, `12/8/26`, `12-08-2026`; a dash alone would join a range.
    fn numeric(mut self) -> Option<(Day, usize)> {
        let (first, 1 | 2) = self.number()? else { return None };
        let sign = self.sign(&['.', '/', '-'])?;
        let (second, 1 | 2) = self.number()? else { return None };
        let year = self.written_year(sign);
        if year.is_none() {
            if sign == '-' {
                return None;
            }
            if sign == '.' {
                self.sign(&['.']);
            }
            if let Some(Token::Word(word)) = self.peek()
                && words::is_of_the_clock(word)
            {
                return None;
            }
        }
        let american = || if sign == '/' { dated(year, first, second) } else { None };
        dated(year, second, first).or_else(american).map(|date| (date, self.at))
    }

    /// The third part of a numeric date.
    fn written_year(&mut self, sign: char) -> Option<i16> {
        let mut reader = *self;
        reader.sign(&[sign])?;
        let year = match reader.number()? {
            (year, 4) => year,
            (year, 2) => 2000 + year,
            _ => return None,
        };
        *self = reader;
        Some(year)
    }

    /// A year behind a month's name, `of` it or not.
    fn year_behind(&mut self, of: bool) -> Option<i16> {
        let mut reader = *self;
        reader.sign(&['.', ',', '-']);
        if of {
            reader.skip_words(words::is_of);
        }
        let (year, 4) = reader.number()? else { return None };
        *self = reader;
        Some(year)
    }
}

/// Any day that a month can have.
fn dated(year: Option<i16>, month: i16, day: i16) -> Option<Day> {
    let month = i8::try_from(month).ok().filter(|month| (1..=12).contains(month))?;
    let day = i8::try_from(day).ok().filter(|day| (1..=31).contains(day))?;
    Some(Day::Date { year, month, day })
}

/// What the words around a day, `begin..end`, say of it; the day before it ends at `last`.
fn says(tokens: &[Token], last: usize, begin: usize, end: usize) -> Option<Says> {
    if ends_a_range(tokens.get(..begin).unwrap_or_default()) {
        return Some(Says::Until);
    }
    let before = tokens.get(last..begin).unwrap_or_default();
    let behind = tokens.get(end..).unwrap_or_default();
    let mut begins = false;
    let mut lasts = false;
    for token in before.iter().rev().take(REACH).take_while(|token| !parts_clauses(token)) {
        if let Token::Word(word) = token {
            if words::is_back(word) {
                return Some(Says::Back);
            }
            lasts |= !begins && words::is_until(word);
            begins |= !lasts && words::is_from(word);
        }
    }
    let back = |token: &Token| matches!(token, Token::Word(word) if words::is_back(word));
    if lasts {
        Some(Says::Until)
    } else if behind.iter().take(REACH).take_while(|token| !parts_clauses(token)).any(back) {
        Some(Says::Back)
    } else {
        None
    }
}

/// Whether `… 3 –`, `… 1.8. bis`, `… lundi au` stands before.
fn ends_a_range(before: &[Token]) -> bool {
    let mut before = before.iter().rev().take(REACH).skip_while(
        |token| matches!(token, Token::Word(word) if words::is_filler(word) && !words::is_to(word)),
    );
    let joined = match before.next() {
        Some(Token::Word(word)) => words::is_to(word),
        Some(Token::Sign(sign)) => *sign == '-',
        _ => false,
    };
    let first = before.find(|token| {
        !matches!(token, Token::Sign('.'))
            && !matches!(token, Token::Word(word) if words::is_filler(word) || words::is_ordinal(word))
    });
    joined
        && match first {
            Some(Token::Number(_, digits)) => *digits <= DIGITS,
            Some(Token::Word(word)) => words::month(word).is_some() || words::is_weekday(word),
            _ => false,
        }
}

fn parts_clauses(token: &Token) -> bool {
    matches!(token, Token::Sign('.' | ',' | ';' | '!' | '?' | '(' | ')' | '\n'))
}
