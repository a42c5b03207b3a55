//! The call logs that Android's backup programs write: SMS Backup & Restore (`<calls>`) and Super
//! Backup (`<alllogs>`), read tag by tag.

use std::io::{self, BufRead, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::text::some;
use super::values::{LoggedCall, Skipped, Statement};
use crate::domain::model::{Moment, Side};

/// No tag of any log is longer, in bytes.
const LONGEST_TAG: usize = 4 << 20;

pub(super) fn looks_like(beginning: &str) -> bool {
    let beginning = beginning.trim_start();
    beginning.starts_with('<') && ["<calls", "<alllogs"].iter().any(|tag| beginning.contains(tag))
}

/// Gives each call away, or why it is none.
pub(super) fn each(
    input: impl BufRead,
    take: &mut dyn FnMut(Statement) -> std::ops::ControlFlow<()>,
) -> Result<(), String> {
    let mut reader = Reader::from_reader(Counted { input, lines: 1, since_event: 0 });
    reader.config_mut().check_end_names = false;
    let mut tag = Vec::new();
    loop {
        let line = reader.get_ref().lines;
        let told = match reader.read_event_into(&mut tag) {
            Ok(Event::Start(found) | Event::Empty(found)) => call(&found, line),
            Ok(Event::Eof) => return Ok(()),
            Ok(_) => None,
            Err(quick_xml::Error::Io(cause)) => return Err(cause.to_string()),
            Err(cause) => {
                let why = format!("the file can't be read beyond this: {cause}");
                let _ = take(Statement::Skipped(Skipped { line, why }));
                return Ok(());
            }
        };
        tag.clear();
        reader.get_mut().since_event = 0;
        if told.is_some_and(|told| take(told).is_break()) {
            return Ok(());
        }
    }
}

/// What one tag tells; nothing where it is no call's.
fn call(tag: &BytesStart<'_>, line: u64) -> Option<Statement> {
    if !matches!(tag.name().as_ref(), "call" | "log") {
        return None;
    }
    let skip = |why: &str| Some(Statement::Skipped(Skipped { line, why: why.to_owned() }));
    let value = |names: &[&str]| {
        let mut attributes = tag.attributes();
        let mut found = attributes.with_checks(false).flatten();
        found.find(|it| names.contains(&it.key.as_ref())).map(|it| unescaped(&it.value))
    };
    let number = value(&["number"]).unwrap_or_default();
    if !number.bytes().any(|byte| byte.is_ascii_digit()) || number.starts_with("-") {
        return skip("a number that was withheld");
    }
    let milliseconds = value(&["date"]).and_then(|date| date.trim().parse::<i64>().ok());
    let Some(milliseconds) = milliseconds.filter(|it| *it > 0) else {
        return skip("a call without a time that can be read");
    };
    let lasted = value(&["duration", "dur"]).and_then(|it| it.trim().parse::<i64>().ok());
    let (side, taken) = match value(&["type"]).as_deref().map(str::trim) {
        // Incoming; taken on another device.
        Some("1" | "7") => (Side::Theirs, true),
        Some("2") => (Side::Mine, lasted.unwrap_or(0) > 0),
        // Missed; left on the answering machine; refused.
        Some("3" | "4" | "5") => (Side::Theirs, false),
        Some("6") => return skip("a call from a number that you blocked"),
        _ => return skip("a call of a kind that isn't known"),
    };
    let name = value(&["contact_name", "name"]).and_then(|name| some(&name));
    let name = name.filter(|it| it != "(Unknown)" && it != "null");
    let at = Moment(milliseconds / 1_000);
    Some(Statement::Call(LoggedCall { line, number: some(&number)?, name, at, side, taken }))
}

fn unescaped(value: &str) -> String {
    quick_xml::escape::unescape(value).map_or_else(|_| value.to_owned(), |it| it.into_owned())
}

/// Counts lines, and refuses a tag without end before it fills the memory.
struct Counted<R> {
    input: R,
    lines: u64,
    since_event: usize,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let from = self.fill_buf()?;
        let read = from.len().min(into.len());
        into.iter_mut().zip(from).for_each(|(to, byte)| *to = *byte);
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.since_event > LONGEST_TAG {
            return Err(io::Error::other("it has a tag of more than 4 MiB"));
        }
        self.input.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        let consumed = self.input.fill_buf().unwrap_or_default();
        let consumed = consumed.get(..amount).unwrap_or(consumed);
        self.lines += consumed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.since_event += consumed.len();
        self.input.consume(amount);
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;

    fn read(text: &str) -> Vec<Statement> {
        let mut found = Vec::new();
        let mut take = |told| {
            found.push(told);
            ControlFlow::Continue(())
        };
        each(text.as_bytes(), &mut take).unwrap();
        found
    }

    #[track_caller]
    fn check(attributes: &str, expect: Result<(&str, Side, bool), &str>) {
        for tag in ["call", "log"] {
            let found =
                read(&format!("<?xml version='1.0'?>\n<calls>\n<{tag} {attributes}/></calls>"));
            match (&found[..], expect) {
                ([Statement::Call(call)], Ok((number, side, taken))) => {
                    assert_eq!((&*call.number, call.side, call.taken), (number, side, taken));
                    assert_eq!((call.at, call.line), (Moment(1_312_563_906), 3));
                }
                ([Statement::Skipped(skipped)], Err(why)) => assert_eq!(skipped.why, why),
                (found, expect) => panic!("{attributes}: {found:?}, not {expect:?}"),
            }
        }
    }

    const NUMBER: &str = "number=\"+43691234123\" date=\"1312563906092\"";

    #[test]
    fn a_call_is_taken_or_missed_by_one_side_or_the_other() {
        let check = |rest: &str, side, taken| {
            check(&format!("{NUMBER} {rest}"), Ok(("+43691234123", side, taken)));
        };
        check("duration=\"59\" type=\"1\"", Side::Theirs, true);
        check("dur=\"22\" type=\"2\"", Side::Mine, true);
        check("duration=\"0\" type=\"2\"", Side::Mine, false);
        check("duration=\"0\" type=\"3\"", Side::Theirs, false);
        check("duration=\"0\" type=\"5\"", Side::Theirs, false);
    }

    #[test]
    fn what_is_no_call_with_somebody_says_why() {
        check("number=\"-1\" date=\"1\" type=\"1\"", Err("a number that was withheld"));
        check("number=\"\" date=\"1\" type=\"1\"", Err("a number that was withheld"));
        check("number=\"123456\" type=\"1\"", Err("a call without a time that can be read"));
        check(&format!("{NUMBER} type=\"6\""), Err("a call from a number that you blocked"));
        check(&format!("{NUMBER} type=\"99\""), Err("a call of a kind that isn't known"));
    }

    #[test]
    fn the_name_in_the_telephones_own_book_comes_with_it() {
        let name = |name: &str| {
            let log = format!("<calls><call {NUMBER} type=\"1\" contact_name=\"{name}\"/></calls>");
            match &read(&log)[..] {
                [Statement::Call(call)] => call.name.clone(),
                found => panic!("{found:?}"),
            }
        };
        assert_eq!(name("Ann &amp; Bob Lee"), Some("Ann & Bob Lee".to_owned()));
        assert_eq!(name("(Unknown)"), None);
    }

    #[test]
    fn a_log_that_is_cut_short_gives_what_it_has() {
        let found = read(&format!("<calls>\n<call {NUMBER} type=\"1\" />\n<call number=\"+4"));
        assert!(matches!(found[0], Statement::Call(_)), "{found:?}");
        assert!(matches!(&found[1], Statement::Skipped(skipped) if skipped.line == 3), "{found:?}");
    }

    #[test]
    fn a_tag_without_end_is_refused_before_it_fills_the_memory() {
        let log = io::BufReader::new(
            io::Cursor::new(b"<calls><call number=\"".to_vec()).chain(io::repeat(b'1')),
        );
        let why = each(log, &mut |_| ControlFlow::Continue(())).unwrap_err();
        assert_eq!(why, "it has a tag of more than 4 MiB");
    }
}
