//! One message's file: its header and mtime, and where the text is asked for, the beginning of its
//! body and what is attached.
//!
//! Blocking; never changes a file, and keeps nothing else of it.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::domain::model::Moment;
use crate::mail::{Attachments, BODY_START};

/// Header bytes of one message; what is longer is cut at a line end.
const LONGEST_HEADER: usize = 256 << 10;

#[derive(Debug, Default)]
pub(super) struct Content {
    /// With the blank line that ends it.
    pub header: Vec<u8>,
    pub body_start: Option<Vec<u8>>,
    /// By their names.
    pub attachments: Vec<String>,
    pub modified: Option<Moment>,
}

impl Content {
    /// # Errors
    /// Where it can't be read, or is no file.
    pub(super) fn of(path: &Path, with_text: bool) -> io::Result<Content> {
        // Asked before opening: opening a pipe would wait for its writer.
        let about = fs::metadata(path)?;
        if !about.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        let modified = modified(&about);
        Ok(Content { modified, ..read(File::open(path)?, with_text)? })
    }
}

pub(super) fn modified(about: &fs::Metadata) -> Option<Moment> {
    let since = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok().map(Moment)
}

fn read(mut file: impl Read, with_text: bool) -> io::Result<Content> {
    let mut block = Vec::new();
    let end = header(&mut file, &mut block)?;
    let mut content = Content::default();
    if with_text {
        let mut body = block.split_off(end.min(block.len()));
        let more = BODY_START.saturating_sub(body.len()) as u64;
        file.by_ref().take(more).read_to_end(&mut body)?;
        let mut attachments = Attachments::of(&block);
        attachments.read(BufReader::new(body.as_slice().chain(file)))?;
        content.attachments = attachments.into_names();
        body.truncate(BODY_START);
        content.body_start = Some(body.as_slice().to_vec());
    }
    block.truncate(end);
    // Copies of the right size: thousands wait to be stored, and most are far shorter than what
    // was read at once.
    content.header = block.get(envelope_line(&block)..).unwrap_or_default().to_vec();
    Ok(content)
}

/// Reads at least as far as the header goes, and says how far that is.
fn header(mut file: impl Read, block: &mut Vec<u8>) -> io::Result<usize> {
    let mut searched = 0;
    loop {
        let read = file.by_ref().take(8 << 10).read_to_end(block)?;
        if let Some(end) = blank_line(block, searched) {
            return Ok(end);
        }
        if block.len() >= LONGEST_HEADER {
            let within = block.get(..LONGEST_HEADER).unwrap_or(block);
            let line = within.iter().rposition(|byte| *byte == b'\n');
            return Ok(line.map_or(LONGEST_HEADER, |at| at + 1));
        }
        if read == 0 {
            return Ok(block.len());
        }
        // A blank line may straddle two reads.
        searched = block.len().saturating_sub(2);
    }
}

/// Where the blank line that ends a header is over, looked for from `start`.
fn blank_line(block: &[u8], start: usize) -> Option<usize> {
    if start == 0 && block.starts_with(b"\n") {
        return Some(1);
    }
    if start == 0 && block.starts_with(b"\r\n") {
        return Some(2);
    }
    let rest = block.get(start..)?;
    let line_ends = rest.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    line_ends.map(|(at, _)| start + at + 1).find_map(|line| match block.get(line..)? {
        [b'\n', ..] => Some(line + 1),
        [b'\r', b'\n', ..] => Some(line + 2),
        _ => None,
    })
}

/// The length of a leading mbox `From ` line (RFC 4155), which is no header field.
fn envelope_line(block: &[u8]) -> usize {
    let line = block.iter().position(|byte| *byte == b'\n').map_or(block.len(), |at| at + 1);
    match block.strip_prefix(b"From ") {
        Some(rest) if !rest.trim_ascii_start().starts_with(b":") => line,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(file: impl Read, with_text: bool) -> io::Result<(Vec<u8>, Option<Vec<u8>>)> {
        read(file, with_text).map(|content| (content.header, content.body_start))
    }

    #[track_caller]
    fn check(file: &[u8], expect: &[u8]) {
        let (header, body) = block(file, false).unwrap();
        assert_eq!(body, None);
        assert_eq!(String::from_utf8_lossy(&header), String::from_utf8_lossy(expect));
    }

    #[test]
    fn a_header_ends_at_the_blank_line() {
        check(b"A: 1\nB: 2\n\nbody\n\nmore", b"A: 1\nB: 2\n\n");
        check(b"A: 1\r\nB: 2\r\n\r\nbody", b"A: 1\r\nB: 2\r\n\r\n");
        check(b"A: 1\nB: 2\n", b"A: 1\nB: 2\n");
        check(b"A: 1", b"A: 1");
        check(b"\nbody", b"\n");
        check(b"", b"");
    }

    #[test]
    fn an_mbox_line_is_no_field_but_a_from_field_is() {
        check(b"From ada@example.org Mon Jan  5 12:00:00 2026\nA: 1\n\nbody", b"A: 1\n\n");
        check(b"From: ada@example.org\n\nbody", b"From: ada@example.org\n\n");
        check(b"From : ada@example.org\n\nbody", b"From : ada@example.org\n\n");
    }

    #[test]
    fn a_blank_line_is_found_wherever_the_reads_break() {
        for padding in 8180..8200 {
            for end in ["\n\n", "\r\n\r\n"] {
                let header = format!("X: {}{end}", "x".repeat(padding - 3));
                check(format!("{header}body\n\n").as_bytes(), header.as_bytes());
            }
        }
    }

    #[test]
    fn of_a_body_the_beginning_comes_where_it_is_asked_for() {
        for length in [0, 1, 4000, BODY_START, BODY_START + 1, 3 * BODY_START] {
            let file = format!("A: 1\n\n{}", "b".repeat(length));
            let (header, body) = block(file.as_bytes(), true).unwrap();
            assert_eq!(
                (header.as_slice(), body.unwrap().len()),
                (&b"A: 1\n\n"[..], length.min(BODY_START))
            );
        }
    }

    #[test]
    fn an_endless_header_is_cut_at_a_line_end() {
        let line = format!("X: {}\n", "x".repeat(96));
        let (header, _) = block(line.repeat(10_000).as_bytes(), false).unwrap();
        assert!(header.len() <= LONGEST_HEADER && header.len() > LONGEST_HEADER - line.len());
        assert!(header.ends_with(b"\n"));
        let (header, _) = block(&vec![b'x'; 1 << 20][..], true).unwrap();
        assert_eq!(header.len(), LONGEST_HEADER);
    }

    #[test]
    fn what_is_attached_may_stand_anywhere_in_the_file() {
        let file = format!(
            "Content-Type: multipart/mixed; boundary=o\n\n--o\n\n{}\n--o\n{}\n\n--o--\n",
            "text\n".repeat(20_000),
            "Content-Type: application/pdf; name=cv.pdf",
        );
        assert_eq!(read(file.as_bytes(), true).unwrap().attachments, ["cv.pdf"]);
        assert_eq!(read(file.as_bytes(), false).unwrap().attachments, [""; 0]);
    }
}
