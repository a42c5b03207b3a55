//! Cuts a file into cards by their BEGIN and END lines, so that what is broken in one can't reach
//! the next.

/// A part of the file, with the 1-based line on which it starts.
pub(super) enum Piece {
    Card { line: u64, content: Vec<u8> },
    Broken { line: u64, why: &'static str },
}

#[derive(Default)]
struct Cutter {
    pieces: Vec<Piece>,
    open: Option<(u64, Vec<u8>)>,
    /// How many cards are open within the open one: vCard 2.1 puts an agent's card inside.
    inner: u32,
    /// The line before announced a card of its own as its value.
    announced: bool,
    /// Some line outside of any card has been reported already.
    stray: bool,
}

pub(super) fn pieces(bytes: &[u8]) -> Vec<Piece> {
    let mut cutter = Cutter::default();
    for (number, line) in (1..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
        cutter.take(number, line);
    }
    cutter.close_early("the card doesn't end: no END:VCARD before the end of the file");
    cutter.pieces
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
    fn take(&mut self, number: u64, line: &[u8]) {
        if opens(line) {
            self.begin(number, line);
        } else if self.inner > 0 {
            self.inner -= u32::from(closes(line));
        } else if closes(line) && self.open.is_some() {
            self.end(line);
        } else if let Some((_, content)) = &mut self.open {
            content.extend_from_slice(line);
            self.announced = announces_card(line);
        } else if !line.trim_ascii().is_empty() && !self.stray {
            self.stray = true;
            self.pieces.push(Piece::Broken { line: number, why: "text outside of any card" });
        }
    }

    fn begin(&mut self, number: u64, line: &[u8]) {
        if self.inner > 0 || self.announced {
            self.announced = false;
            self.inner += 1;
            return;
        }
        self.close_early("the card doesn't end: no END:VCARD before the next BEGIN:VCARD");
        self.open = Some((number, line.to_vec()));
        self.stray = false;
    }

    fn end(&mut self, line: &[u8]) {
        if let Some((number, mut content)) = self.open.take() {
            content.extend_from_slice(line);
            self.pieces.push(Piece::Card { line: number, content });
        }
        self.announced = false;
    }

    fn close_early(&mut self, why: &'static str) {
        if let Some((line, _)) = self.open.take() {
            self.pieces.push(Piece::Broken { line, why });
        }
    }
}
