//! Mail in one file: mbox in its dialects mboxo, mboxrd and mboxcl2 (RFC 4155), with either line
//! end.
//!
//! Reads a file of any size from its beginning to its end and holds one message's header block at
//! a time. Never seeks, never trusts a `Content-Length`, and never takes the time on a `From `
//! line for a message's: it has no zone.

mod labels;

use std::io::{self, BufRead, Read};

pub use labels::{GmailLabel, label};

use crate::mail::Attachments;

/// Header bytes of one message; what is longer is cut at a line end.
const LONGEST_HEADER: usize = crate::mail::HEADER_CAP;
/// What has to be kept of a line to know what it is.
const LINE_START: usize = 512;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// One message as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MboxMail {
    /// The 1-based line of its `From ` line.
    pub line: u64,
    /// With the blank line that ends it, where there is one.
    pub header: Vec<u8>,
    /// As much of the beginning as was asked for, unquoted.
    pub body: Vec<u8>,
    /// What is attached, by its names, where a body was asked for.
    pub attachments: Vec<String>,
}

/// Whether a file that begins so is an mbox.
pub fn looks_like(beginning: &[u8]) -> bool {
    let plain = beginning.strip_prefix(BYTE_ORDER_MARK).unwrap_or(beginning);
    let sender = plain.trim_ascii_start().strip_prefix(b"From ");
    sender.is_some_and(|sender| !sender.starts_with(b":"))
}

/// The messages of an mbox, in their order.
pub struct Mbox<R> {
    input: R,
    /// Bytes of each body that are kept.
    body: usize,
    /// The line at hand, as far as it is kept, and its number.
    line: Vec<u8>,
    number: u64,
    /// The line at hand is a `From ` line that begins a message.
    at_message: bool,
    after_blank: bool,
    /// The first `From ` line has a time of day: so has every one, and a sentence that begins
    /// like one is none.
    timed: Option<bool>,
    failed: bool,
}

impl<R: BufRead> Mbox<R> {
    /// Keeps so many bytes of the beginning of each body.
    pub fn new(input: R, body: usize) -> Self {
        Mbox {
            input,
            body,
            line: Vec::new(),
            number: 0,
            at_message: false,
            after_blank: true,
            timed: None,
            failed: false,
        }
    }

    fn letter(&mut self) -> io::Result<Option<MboxMail>> {
        while !self.at_message {
            if !self.advance(LINE_START)? {
                return Ok(None);
            }
        }
        let line = self.number;
        let header = self.header()?;
        let mut attachments = Attachments::of(&header);
        let body = if self.at_message { Vec::new() } else { self.body(&mut attachments)? };
        let attachments = if self.body > 0 { attachments.into_names() } else { Vec::new() };
        Ok(Some(MboxMail { line, header, body, attachments }))
    }

    fn header(&mut self) -> io::Result<Vec<u8>> {
        let mut header = Vec::new();
        let mut is_full = false;
        while self.advance(LONGEST_HEADER + 1)? {
            if self.at_message {
                break;
            }
            is_full |= header.len() + self.line.len() > LONGEST_HEADER;
            if !is_full {
                header.extend_from_slice(&self.line);
            }
            if self.after_blank {
                break;
            }
        }
        Ok(header)
    }

    fn body(&mut self, attachments: &mut Attachments) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        // A blank line before the next `From ` line belongs to that.
        let mut held: Vec<u8> = Vec::new();
        loop {
            let room = self.body - body.len();
            let more = self.advance(room.saturating_add(1).max(LINE_START))?;
            if !more || self.at_message {
                return Ok(body);
            }
            if self.body > 0 {
                attachments.line(&self.line);
            }
            if room == 0 {
                continue;
            }
            body.append(&mut held);
            let line = unquoted(&self.line);
            if self.after_blank { &mut held } else { &mut body }.extend_from_slice(line);
            body.truncate(self.body);
        }
    }

    /// Goes to the next line and keeps its first bytes; `false` at the end of the file.
    fn advance(&mut self, keep: usize) -> io::Result<bool> {
        self.line.clear();
        let mut limited = (&mut self.input).take(keep as u64);
        let read = limited.read_until(b'\n', &mut self.line)?;
        self.at_message = false;
        if read == 0 {
            return Ok(false);
        }
        if read == keep && !self.line.ends_with(b"\n") {
            self.input.skip_until(b'\n')?;
        }
        self.number += 1;
        self.at_message = self.after_blank && self.separates();
        self.after_blank = matches!(self.line.as_slice(), b"\n" | b"\r\n");
        Ok(true)
    }

    fn separates(&mut self) -> bool {
        let line = self.line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&self.line);
        let Some(rest) = line.strip_prefix(b"From ") else { return false };
        let has_time = has_time(rest);
        let timed = *self.timed.get_or_insert(has_time);
        has_time || !timed
    }
}

impl<R: BufRead> Iterator for Mbox<R> {
    type Item = io::Result<MboxMail>;

    fn next(&mut self) -> Option<io::Result<MboxMail>> {
        if self.failed {
            return None;
        }
        let next = self.letter();
        self.failed = next.is_err();
        next.transpose()
    }
}

/// `>From ` is quoted once in mboxo, and once more each time in mboxrd.
fn unquoted(line: &[u8]) -> &[u8] {
    let quotes = line.iter().take_while(|byte| **byte == b'>').count();
    match line.get(quotes..) {
        Some(rest) if quotes > 0 && rest.starts_with(b"From ") => line.get(1..).unwrap_or(line),
        _ => line,
    }
}

/// Hours and minutes, as every program writes them behind the sender.
fn has_time(line: &[u8]) -> bool {
    let is_time = |at: &[u8]| matches!(at, [a, b, b':', c, d] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()));
    line.windows(5).any(is_time)
}

#[cfg(test)]
mod tests;
