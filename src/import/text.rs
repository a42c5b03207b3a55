//! Bytes of an export → text, whatever program on whatever system wrote it.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::domain::text::{clean, grouped};

/// The bytes of a file, read bit by bit.
pub type Input<'a> = Box<dyn BufRead + 'a>;

/// Decoded at once.
const CHUNK: usize = 16 << 10;

/// The same without a byte order mark; UTF-16 becomes UTF-8.
///
/// # Errors
/// Where it can't be read.
pub(super) fn plain(mut input: Input<'_>) -> io::Result<Input<'_>> {
    let start = input.fill_buf()?;
    let Some((encoding, mark)) = Encoding::for_bom(start).or_else(|| unmarked(start)) else {
        return Ok(input);
    };
    input.consume(mark);
    if encoding == UTF_8 {
        return Ok(input);
    }
    Ok(decoding(input, encoding))
}

/// As [`plain`], with what is no UTF-8 replaced.
///
/// # Errors
/// Where it can't be read.
pub(super) fn valid(input: Input<'_>) -> io::Result<Input<'_>> {
    Ok(decoding(plain(input)?, UTF_8))
}

fn decoding<'a>(input: Input<'a>, encoding: &'static Encoding) -> Input<'a> {
    let decoder = encoding.new_decoder_without_bom_handling();
    Box::new(Decoded { input, decoder, is_over: false, text: Vec::new(), taken: 0 })
}

/// The text of a small file, its lines ended by line feeds.
pub(super) fn whole(bytes: &[u8]) -> String {
    let mut text = Vec::new();
    // Reading from memory doesn't fail.
    let _ = plain(Box::new(bytes)).and_then(|mut input| input.read_to_end(&mut text));
    decoded(&text, None).replace("\r\n", "\n").replace('\r', "\n")
}

/// UTF-16 that begins with Latin letters: every other byte is nothing.
fn unmarked(start: &[u8]) -> Option<(&'static Encoding, usize)> {
    match start {
        [1..=255, 0, 1..=255, 0, ..] => Some((UTF_16LE, 0)),
        [0, 1..=255, 0, 1..=255, ..] => Some((UTF_16BE, 0)),
        _ => None,
    }
}

/// Hands out of a buffer of its own: the decoder writes whole characters, and would wait for ever
/// for a reader who has room for less.
struct Decoded<'a> {
    input: Input<'a>,
    decoder: Decoder,
    is_over: bool,
    text: Vec<u8>,
    /// So much of the text is taken.
    taken: usize,
}

impl Decoded<'_> {
    fn decode_on(&mut self) -> io::Result<()> {
        let from = self.input.fill_buf()?;
        self.text.resize(CHUNK, 0);
        let is_last = from.is_empty();
        let (result, read, written, _) = self.decoder.decode_to_utf8(from, &mut self.text, is_last);
        self.input.consume(read);
        self.is_over = is_last && result == CoderResult::InputEmpty;
        self.text.truncate(written);
        self.taken = 0;
        Ok(())
    }
}

impl BufRead for Decoded<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.taken == self.text.len() && !self.is_over {
            self.decode_on()?;
        }
        Ok(self.text.get(self.taken..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.taken = (self.taken + amount).min(self.text.len());
    }
}

impl Read for Decoded<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

/// UTF-8, or else `fallback`, or else Windows-1252, which takes any byte.
pub(super) fn decoded<'a>(bytes: &'a [u8], fallback: Option<&'static Encoding>) -> Cow<'a, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => fallback.unwrap_or(WINDOWS_1252).decode_without_bom_handling(bytes).0,
    }
}

/// No line of any export is longer, in bytes; what stands behind that is left out.
const LONGEST_LINE: usize = 4 << 20;

/// The physical lines of a file, whatever ends them.
pub(super) struct Lines<'a> {
    input: Input<'a>,
    /// The line before ended with a carriage return: a line feed behind it ends nothing.
    after_return: bool,
}

impl<'a> Lines<'a> {
    pub(super) fn of(input: Input<'a>) -> io::Result<Lines<'a>> {
        Ok(Lines { input: plain(input)?, after_return: false })
    }

    /// The next line without its end; `None` behind the last one.
    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let mut is_any = false;
        loop {
            let bytes = self.input.fill_buf()?;
            if bytes.is_empty() {
                return Ok(is_any.then_some(line));
            }
            if std::mem::take(&mut self.after_return) && bytes.starts_with(b"\n") {
                self.input.consume(1);
                continue;
            }
            is_any = true;
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let text = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
            let room = LONGEST_LINE.saturating_sub(line.len());
            line.extend_from_slice(text.get(..room).unwrap_or(text));
            let Some(end) = end else {
                let read = bytes.len();
                self.input.consume(read);
                continue;
            };
            self.after_return = bytes.get(end) == Some(&b'\r');
            self.input.consume(end + 1);
            return Ok(Some(line));
        }
    }
}

impl Iterator for Lines<'_> {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<io::Result<Vec<u8>>> {
        self.line().transpose()
    }
}

/// No name, job or address that somebody wrote by hand has more characters.
const LONGEST: usize = 500;

/// One line without anything that steers a display, white space folded, cut after [`LONGEST`]
/// characters.
pub(super) fn tidy(text: &str) -> String {
    let shown = text.chars().take(4 * LONGEST).filter(|c| c.is_whitespace() || !c.is_control());
    let cleaned = clean(&shown.collect::<String>());
    match cleaned.char_indices().nth(LONGEST) {
        Some((end, _)) => cleaned.get(..end).unwrap_or_default().trim_end().to_owned(),
        None => cleaned,
    }
}

/// That a name is longer than any, and what became of it.
pub(super) fn cut(name: &str) -> Option<String> {
    let length = name.chars().count();
    (length > LONGEST)
        .then(|| format!("a name of {} characters: cut after {LONGEST}", grouped(length as u64)))
}

/// `None` for what is empty once it is tidy.
pub(super) fn some(text: &str) -> Option<String> {
    Some(tidy(text)).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expect: &[&str]) {
        let lines = Lines::of(Box::new(BufReader::with_capacity(7, bytes))).unwrap();
        let lines: Vec<String> = lines.map(|line| decoded(&line.unwrap(), None).into()).collect();
        assert_eq!(lines, expect, "{bytes:?}");
    }

    #[test]
    fn whatever_wrote_it_the_text_is_the_same() {
        let utf16 = |mark: &str, swap: bool| {
            let units = format!("{mark}Zoë\r\nAnn\r\n").encode_utf16().collect::<Vec<u16>>();
            let pair = |unit: u16| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() };
            units.into_iter().flat_map(pair).collect::<Vec<u8>>()
        };
        let written: [&[u8]; 9] = [
            "Zoë\nAnn\n".as_bytes(),
            "Zoë\nAnn".as_bytes(),
            "\u{feff}Zoë\r\nAnn\r\n".as_bytes(),
            b"Zo\xeb\rAnn\r",
            b"Zo\xeb\rAnn",
            &utf16("\u{feff}", true),
            &utf16("\u{feff}", false),
            &utf16("", true),
            &utf16("", false),
        ];
        for bytes in written {
            check(bytes, &["Zoë", "Ann"]);
        }
    }

    #[test]
    fn an_empty_line_is_a_line_and_an_empty_file_has_none() {
        check(b"\n\r\n\r\ra", &["", "", "", "", "a"]);
        check(b"", &[]);
        check(b"\xef\xbb\xbf", &[]);
    }

    #[test]
    fn a_text_of_any_length_is_read_to_its_end() {
        for length in 0..700 {
            for letter in ["a", "ë", "京"] {
                let text = letter.repeat(length);
                let units = format!("\u{feff}{text}").encode_utf16().collect::<Vec<u16>>();
                let bytes: Vec<u8> = units.into_iter().flat_map(u16::to_be_bytes).collect();
                assert_eq!(whole(&bytes), text);
            }
        }
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let long = vec![b'x'; LONGEST_LINE + 10];
        let input: Vec<u8> = [long.as_slice(), b"\nshort"].concat();
        let lines: Vec<usize> =
            Lines::of(Box::new(input.as_slice())).unwrap().map(|it| it.unwrap().len()).collect();
        assert_eq!(lines, [LONGEST_LINE, 5]);
    }

    #[test]
    fn a_tidy_text_is_one_line() {
        assert_eq!(tidy(" Ada\u{a0}\n  Love\u{7}lace "), "Ada Lovelace");
        assert_eq!(tidy("Ada Love\u{fff9}lace"), "Ada Lovelace");
        assert_eq!(tidy(&"Ada ".repeat(9_000_000)).len(), 499);
        assert_eq!(some(" \u{0} "), None);
    }
}
