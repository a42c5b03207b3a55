//! A reader that stands beneath the parser and keeps a hostile server from exhausting it.
//!
//! Follows the framing of RFC 3501 §9 only as far as the limits need it, and hands over at most
//! one response at a time: once a response is complete, nothing behind it has left this reader.
//! Never understands what a response says.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, BufReader, ReadBuf};

/// Bytes of all literals of one response.
const LITERALS: usize = 1024 * 1024;
/// Bytes of one response outside of literals.
const LINE: usize = 64 * 1024;
/// The same for a SEARCH answer, which holds a number for each message.
const SEARCH_LINE: usize = 1024 * 1024;
/// Opening parentheses of one response, quoted or not. Bounds how deep the parser recurses,
/// whatever it takes for nesting.
const PARENTHESES: usize = 256;
/// So many first bytes tell what kind of response it is.
const HEAD: usize = 12;
const BUFFER: usize = 32 * 1024;

/// What the server sent is more than any answer needs, or no IMAP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Excess(&'static str);

#[derive(Debug)]
pub(super) struct Capped<S> {
    inner: BufReader<S>,
    scan: Scan,
    received: u64,
}

impl<S: AsyncRead> Capped<S> {
    pub(super) fn new(inner: S) -> Self {
        let inner = BufReader::with_capacity(BUFFER, inner);
        Capped { inner, scan: Scan::default(), received: 0 }
    }

    /// Bytes handed over since this was last asked.
    pub(super) fn take_received(&mut self) -> u64 {
        std::mem::take(&mut self.received)
    }

    /// Whether the server has sent nothing beyond the responses handed over so far.
    pub(super) fn is_drained(&self) -> bool {
        self.inner.buffer().is_empty()
    }

    pub(super) fn into_inner(self) -> S {
        self.inner.into_inner()
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Capped<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let available = ready!(Pin::new(&mut this.inner).poll_fill_buf(cx))?;
        let start = buf.filled().len();
        let (room, _) = available.split_at(available.len().min(buf.remaining()));
        buf.put_slice(room);
        let fresh = buf.filled_mut().get_mut(start..).unwrap_or_default();
        let taken = this
            .scan
            .take(fresh)
            .map_err(|excess| io::Error::new(io::ErrorKind::InvalidData, excess))?;
        buf.set_filled(start + taken);
        this.received += taken as u64;
        Pin::new(&mut this.inner).consume(taken);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + AsyncRead + Unpin> AsyncWrite for Capped<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

/// Where in a response the stream stands.
#[derive(Debug, Default)]
struct Scan {
    /// The first bytes of the response.
    head: Vec<u8>,
    kind: Kind,
    line: usize,
    literals: usize,
    /// Bytes of the current literal that are still to come.
    literal_left: usize,
    /// The octet count of a `{…`, while it is being read.
    count: Option<usize>,
    /// A `{…}` has just ended: CRLF makes it a literal.
    announced: Option<usize>,
    opened: usize,
    depth: usize,
    quoted: bool,
    escaped: bool,
    /// The last byte was a CR.
    returned: bool,
    /// How much of [`DATE`] the last bytes were, and then of NIL.
    date: usize,
}

/// `* OK …` and everything that doesn't begin with `* ` is text up to the end of the line.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Kind {
    #[default]
    Unknown,
    Text,
    Data,
    Search,
}

const DATE: &[u8] = b"INTERNALDATE ";
/// As long as `NIL`, and as little of a date.
const NO_DATE: &[u8] = b"\"-\"";

impl Scan {
    /// How many of these bytes belong to the current response.
    fn take(&mut self, bytes: &mut [u8]) -> Result<usize, Excess> {
        let mut at = 0;
        while at < bytes.len() {
            if self.literal_left > 0 {
                let skipped = self.literal_left.min(bytes.len() - at);
                self.literal_left -= skipped;
                at += skipped;
                continue;
            }
            if self.is_calm() {
                let rest = bytes.get(at..).unwrap_or_default();
                let plain = rest.iter().take_while(|byte| !is_mark(**byte)).count();
                self.count_line(plain)?;
                at += plain;
            }
            let Some(byte) = bytes.get_mut(at) else { break };
            at += 1;
            if self.step(byte)? {
                *self = Scan::default();
                break;
            }
        }
        Ok(at)
    }

    fn count_line(&mut self, bytes: usize) -> Result<(), Excess> {
        self.line += bytes;
        let limit = if self.kind == Kind::Search { SEARCH_LINE } else { LINE };
        if self.line > limit { Err(Excess("the server sent an endless line")) } else { Ok(()) }
    }

    /// Whether a byte that is no [mark](is_mark) would change nothing but the length.
    fn is_calm(&self) -> bool {
        matches!(self.kind, Kind::Data | Kind::Search)
            && !(self.quoted || self.returned)
            && self.date == 0
            && self.count.is_none()
            && self.announced.is_none()
    }

    /// One byte outside of a literal; `true` where the response ends.
    fn step(&mut self, byte: &mut u8) -> Result<bool, Excess> {
        self.count_line(1)?;
        if self.kind == Kind::Unknown {
            self.recognise(*byte);
        }
        let ended = self.returned && *byte == b'\n';
        if self.kind == Kind::Text {
            self.returned = *byte == b'\r';
            return Ok(ended);
        }
        if ended {
            return self.end_of_line();
        }
        if self.returned || *byte == b'\n' {
            return Err(Excess("the server sent a broken line"));
        }
        self.returned = *byte == b'\r';
        if !self.returned {
            self.structure(*byte)?;
            if !self.quoted {
                self.mend(byte);
            }
        }
        Ok(false)
    }

    fn recognise(&mut self, byte: u8) {
        self.head.push(byte);
        let whole = byte == b'\r' || self.head.len() >= HEAD;
        let Some(rest) = self.head.strip_prefix(b"* ") else {
            if whole || !b"* ".starts_with(&self.head) {
                self.kind = Kind::Text;
            }
            return;
        };
        if byte == b' ' || byte == b'\r' || whole {
            let word = rest.trim_ascii_end();
            let is = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
            self.kind = if ["OK", "NO", "BAD", "BYE", "PREAUTH"].into_iter().any(is) {
                Kind::Text
            } else if rest.is_empty() {
                Kind::Unknown
            } else if is("SEARCH") {
                Kind::Search
            } else {
                Kind::Data
            };
        }
    }

    /// Quotes, parentheses and the announcement of a literal.
    fn structure(&mut self, byte: u8) -> Result<(), Excess> {
        self.announced = None;
        if byte == b'(' {
            self.opened += 1;
            if self.opened > PARENTHESES {
                return Err(Excess("the server sent too many nested parentheses"));
            }
        }
        if self.quoted {
            self.quoted = self.escaped || byte != b'"';
            self.escaped = byte == b'\\' && !self.escaped;
            return Ok(());
        }
        let count = self.count.take();
        match byte {
            b'"' => self.quoted = true,
            b'(' => self.depth += 1,
            b')' => self.depth = self.depth.saturating_sub(1),
            b'{' => self.count = Some(0),
            b'0'..=b'9' => {
                let digit = usize::from(byte - b'0');
                self.count = count.map(|count| count.saturating_mul(10).saturating_add(digit));
            }
            b'}' => self.announced = count,
            _ => {}
        }
        Ok(())
    }

    /// The parser ends in a panic where a server has no date for a message (`INTERNALDATE NIL`):
    /// it is given a date of the same length that can't be read.
    fn mend(&mut self, byte: &mut u8) {
        let nil = self.date.checked_sub(DATE.len());
        if let Some(done) = nil {
            let (Some(expected), Some(instead)) = (b"NIL".get(done), NO_DATE.get(done)) else {
                self.date = 0;
                return;
            };
            if byte.eq_ignore_ascii_case(expected) {
                *byte = *instead;
                self.date += 1;
            } else {
                self.date = 0;
            }
            return;
        }
        let matches = |at: usize| DATE.get(at).is_some_and(|it| it.eq_ignore_ascii_case(byte));
        self.date = if matches(self.date) { self.date + 1 } else { usize::from(matches(0)) };
    }

    fn end_of_line(&mut self) -> Result<bool, Excess> {
        self.returned = false;
        let Some(octets) = self.announced.take() else {
            if self.quoted || self.depth > 0 {
                return Err(Excess("the server broke off in the middle of a response"));
            }
            return Ok(true);
        };
        self.literals = self.literals.saturating_add(octets);
        if self.literals > LITERALS {
            return Err(Excess("the server sent more than 1 MiB for one message"));
        }
        // Deeper down the parser and this reader could disagree about what is a literal.
        if self.depth > 1 {
            return Err(Excess("the server sent a literal where none belongs"));
        }
        self.literal_left = octets;
        Ok(false)
    }
}

/// What begins something: most bytes on the wire are names of header fields and don't.
fn is_mark(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'"' | b'{' | b'}' | b'\r' | b'\n' | b'I' | b'i')
}

#[cfg(test)]
mod tests;
