//! Cuts a file into cards by their BEGIN and END lines, so that what is broken in one can't reach
//! the next.

/// A part of the file, with the 1-based line on which it starts.
pub(super) enum Piece {
    Card { line: u64, content: Vec<u8> },
    Broken { line: u64, why: &'static str },
}

/// No card is larger, in bytes, pictures included.
const LARGEST: usize = 16 << 20;

#[derive(Default)]
pub(super) struct Cutter {
    open: Option<(u64, Vec<u8>)>,
    /// How many cards are open within the open one: vCard 2.1 puts an agent's card inside.
    inner: u32,
    /// The line before announced a card of its own as its value.
    announced: bool,
    /// Some line outside of any card has been reported already.
    stray: bool,
}

pub(super) fn opens(line: &[u8]) -> bool {
    line.trim_ascii().eq_ignore_ascii_case(b"BEGIN:VCARD")
}

fn closes(line: &[u8]) -> bool {
    line.trim_ascii().eq_ignore_ascii_case(b"END:VCARD")
}

fn announces_card(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.get(..5).is_some_and(|name| name.eq_ignore_ascii_case(b"AGENT")) && line.ends_with(b":")
}

impl Cutter {
    /// Takes the next line; the piece that is whole with it, if any.
    pub(super) fn take(&mut self, number: u64, line: &[u8]) -> Option<Piece> {
        if opens(line) {
            return self.begin(number, line);
        }
        if self.inner > 0 {
            self.inner -= u32::from(closes(line));
        } else if closes(line) && self.open.is_some() {
            return self.end(line);
        } else if let Some((_, content)) = &mut self.open {
            append(content, line);
            self.announced = announces_card(line);
            if content.len() > LARGEST {
                return self.close_early("the card is larger than 16 MiB");
            }
        } else if !line.trim_ascii().is_empty() && !self.stray {
            self.stray = true;
            return Some(Piece::Broken { line: number, why: "text outside of any card" });
        }
        None
    }

    /// What is left at the end of the file.
    pub(super) fn finish(&mut self) -> Option<Piece> {
        self.close_early("the card doesn't end: no END:VCARD before the end of the file")
    }

    fn begin(&mut self, number: u64, line: &[u8]) -> Option<Piece> {
        if self.inner > 0 || self.announced {
            self.announced = false;
            self.inner += 1;
            return None;
        }
        let broken =
            self.close_early("the card doesn't end: no END:VCARD before the next BEGIN:VCARD");
        let mut content = Vec::new();
        append(&mut content, line);
        self.open = Some((number, content));
        self.stray = false;
        broken
    }

    fn end(&mut self, line: &[u8]) -> Option<Piece> {
        self.announced = false;
        let (number, mut content) = self.open.take()?;
        append(&mut content, line);
        Some(Piece::Card { line: number, content })
    }

    fn close_early(&mut self, why: &'static str) -> Option<Piece> {
        let (line, _) = self.open.take()?;
        self.inner = 0;
        self.announced = false;
        Some(Piece::Broken { line, why })
    }
}

fn append(content: &mut Vec<u8>, line: &[u8]) {
    content.extend_from_slice(line);
    content.push(b'\n');
}
