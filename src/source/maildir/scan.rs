//! The file work of one folder: list what is there, compare it with what is known, read headers.
//!
//! Blocking; never changes a file. Keeps nothing from below a message's header, except for the
//! beginning of its text where that is asked for.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::memory::Memory;
use super::name;
use crate::domain::model::Moment;
use crate::mail::BODY_START;
use crate::source::{Flags, RawMail};

/// Messages in one batch.
const BATCH: usize = 500;
/// Bytes in one batch, as far as whole messages allow.
const BATCH_BYTES: usize = 8 << 20;
/// Messages whose names are at hand at once.
const PART: usize = 50_000;
/// Header bytes of one message; what is longer is cut at a line end.
const LONGEST_HEADER: usize = 256 << 10;

/// A message as a directory listing shows it.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub uid: u64,
    pub flags: Flags,
    delivered: Option<Moment>,
    /// In `new` rather than in `cur`.
    fresh: bool,
    name: OsString,
}

impl Found {
    fn path(&self, folder: &Path) -> PathBuf {
        folder.join(if self.fresh { "new" } else { "cur" }).join(&self.name)
    }
}

/// When `new` and `cur` changed last: every delivery, move and new flag is a change of theirs.
pub(super) type Mtimes = [Option<SystemTime>; 2];

/// How a folder differs from what is known of it.
#[derive(Debug, Default)]
pub(super) struct Difference {
    pub unseen: Unseen,
    pub flags: Vec<(u64, Flags)>,
    pub missing: Vec<u64>,
}

impl Difference {
    fn is_empty(&self) -> bool {
        self.unseen.is_empty() && self.flags.is_empty() && self.missing.is_empty()
    }
}

/// Messages to be read, the newest first. Of most of them only the time and the UID are known:
/// the names of a million files are looked up part by part.
#[derive(Debug, Default)]
pub(super) struct Unseen {
    /// Oldest first, so that the newest are at hand at the end.
    later: Vec<(Option<Moment>, u64)>,
    at_hand: Vec<Found>,
}

impl Unseen {
    /// The messages with these UIDs, in this order.
    pub(super) fn of(uids: &[u64]) -> Unseen {
        let later = uids.iter().rev().map(|uid| (None, *uid)).collect();
        Unseen { later, at_hand: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.later.is_empty() && self.at_hand.is_empty()
    }

    fn pop(&mut self, folder: &Path) -> Option<Found> {
        while self.at_hand.is_empty() && !self.later.is_empty() {
            let part = self.later.split_off(self.later.len().saturating_sub(PART));
            let places: HashMap<u64, usize> =
                part.iter().enumerate().map(|(place, (_, uid))| (*uid, place)).collect();
            // Those that are gone meanwhile, or can't be listed now, are left to the next look.
            self.at_hand = find(folder, |uid| places.contains_key(&uid)).unwrap_or_default();
            self.at_hand.sort_by_key(|found| places.get(&found.uid));
            self.at_hand.dedup_by_key(|found| found.uid);
        }
        self.at_hand.pop()
    }
}

/// What was read of some messages.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub mails: Vec<RawMail>,
    pub unreadable: Vec<(u64, String)>,
}

/// Gives every message of a folder to `visit`; one that moves meanwhile may come twice.
///
/// # Errors
/// Where the listing isn't complete, so that nothing may be concluded from what it lacks.
fn visit(folder: &Path, mut visit: impl FnMut(Found)) -> io::Result<()> {
    // `new` before `cur`: messages move that way, and one that moves meanwhile is seen twice
    // rather than never.
    for fresh in [true, false] {
        let entries = match fs::read_dir(folder.join(if fresh { "new" } else { "cur" })) {
            Err(cause) if fresh && cause.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            if name.as_encoded_bytes().starts_with(b".") || entry.file_type()?.is_dir() {
                continue;
            }
            let name::NameFacts { uid, flags, delivered } = name::facts(&name);
            visit(Found { uid, flags, delivered, fresh, name });
        }
    }
    Ok(())
}

/// The messages with these UIDs.
fn find(folder: &Path, wanted: impl Fn(u64) -> bool) -> io::Result<Vec<Found>> {
    let mut all = Vec::new();
    visit(folder, |found| {
        if wanted(found.uid) {
            all.push(found);
        }
    })?;
    Ok(all)
}

/// How many messages there are.
///
/// # Errors
/// As [`compare`].
pub(super) fn count(folder: &Path) -> io::Result<u32> {
    let mut count: u32 = 0;
    visit(folder, |_| count = count.saturating_add(1))?;
    Ok(count)
}

/// Lists a folder, unless its directories say that nothing has happened in it for two looks.
///
/// # Errors
/// Where the listing isn't complete, so that nothing may be concluded from what it lacks.
pub(super) fn compare(folder: &Path, memory: &mut Memory) -> io::Result<Difference> {
    let changed = Some(
        ["new", "cur"]
            .map(|part| fs::metadata(folder.join(part)).and_then(|about| about.modified()).ok()),
    );
    let same = memory.changed == changed;
    let settled = memory.complete && memory.unreadable.is_empty();
    if same && memory.is_quiet && settled {
        return Ok(Difference::default());
    }
    memory.is_quiet = false;
    let difference = listed(folder, memory)?;
    memory.is_quiet = same && difference.is_empty();
    memory.changed = changed;
    Ok(difference)
}

fn listed(folder: &Path, memory: &mut Memory) -> io::Result<Difference> {
    let mut seen = vec![false; memory.stored.sorted().len()];
    let mut unreadable: HashSet<u64> = memory.unreadable.keys().copied().collect();
    let mut later = Vec::new();
    let mut flags = Vec::new();
    visit(folder, |found| {
        unreadable.remove(&found.uid);
        match memory.stored.get(found.uid) {
            None => {
                let mtime = || modified(&fs::metadata(found.path(folder)).ok()?);
                later.push((found.delivered.or_else(mtime), found.uid));
            }
            Some((place, known)) => {
                // Seen twice, it stands in `cur` by now, and its flags there count.
                if seen.get(place) == Some(&true) || known != Some(found.flags) {
                    flags.push((found.uid, found.flags));
                }
                seen.get_mut(place).into_iter().for_each(|seen| *seen = true);
            }
        }
    })?;
    later.sort_unstable();
    later.dedup_by_key(|(_, uid)| *uid);
    flags.sort_by_key(|(uid, _)| *uid);
    let gone = memory.stored.sorted().iter().zip(seen).filter(|(_, seen)| !seen);
    let missing = gone.map(|(uid, _)| *uid).chain(unreadable).collect();
    Ok(Difference { unseen: Unseen { later, at_hand: Vec::new() }, flags, missing })
}

/// Takes messages off the end of `unseen`, as many as make one batch, and reads them.
///
/// One that was renamed since it was listed is read under its new name; one that is gone is left
/// to the next look. `with_text`: with the beginnings of their bodies.
pub(super) fn read(folder: &Path, unseen: &mut Unseen, with_text: bool) -> Chunk {
    let mut chunk = Chunk::default();
    let mut vanished = HashSet::new();
    let (mut count, mut bytes) = (0, 0);
    while count < BATCH && bytes < BATCH_BYTES {
        let Some(found) = unseen.pop(folder) else { break };
        count += 1;
        match chunk.take(folder, &found, with_text) {
            Some(length) => bytes += length,
            None => drop(vanished.insert(found.uid)),
        }
    }
    if !vanished.is_empty() {
        for found in find(folder, |uid| vanished.contains(&uid)).unwrap_or_default() {
            if vanished.remove(&found.uid) {
                chunk.take(folder, &found, with_text);
            }
        }
    }
    chunk
}

impl Chunk {
    /// The bytes read; `None`: the file isn't there any more.
    fn take(&mut self, folder: &Path, found: &Found, with_text: bool) -> Option<usize> {
        let path = found.path(folder);
        match beginning(&path, with_text) {
            Ok((header, body_start, modified)) => {
                let length = header.len() + body_start.as_ref().map_or(0, Vec::len);
                let (uid, flags) = (found.uid, found.flags);
                let internal = found.delivered.or(modified);
                self.mails.push(RawMail { uid, flags, internal, header, body_start });
                Some(length)
            }
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => None,
            Err(cause) => {
                self.unreadable.push((found.uid, format!("{}: {cause}", path.display())));
                Some(0)
            }
        }
    }
}

type Beginning = (Vec<u8>, Option<Vec<u8>>, Option<Moment>);

/// The header block of a message with the blank line that ends it, the beginning of the body where
/// it is asked for, and the file's mtime.
fn beginning(path: &Path, with_text: bool) -> io::Result<Beginning> {
    // Asked before opening: opening a pipe would wait for its writer.
    let about = fs::metadata(path)?;
    if !about.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let (header, body_start) = block(File::open(path)?, with_text)?;
    Ok((header, body_start, modified(&about)))
}

fn modified(about: &fs::Metadata) -> Option<Moment> {
    let since = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok().map(Moment)
}

fn block(mut file: impl Read, with_text: bool) -> io::Result<(Vec<u8>, Option<Vec<u8>>)> {
    let mut block = Vec::new();
    let mut searched = 0;
    let end = loop {
        let read = file.by_ref().take(8 << 10).read_to_end(&mut block)?;
        if let Some(end) = blank_line(&block, searched) {
            break end;
        }
        if block.len() >= LONGEST_HEADER {
            let within = block.get(..LONGEST_HEADER).unwrap_or(&block);
            break within
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(LONGEST_HEADER, |at| at + 1);
        }
        if read == 0 {
            break block.len();
        }
        // A blank line may straddle two reads.
        searched = block.len().saturating_sub(2);
    };
    let mut body_start = None;
    if with_text {
        let mut body = block.split_off(end.min(block.len()));
        let more = BODY_START.saturating_sub(body.len()) as u64;
        file.take(more).read_to_end(&mut body)?;
        body.truncate(BODY_START);
        body_start = Some(body.as_slice().to_vec());
    }
    block.truncate(end);
    // Copies of the right size: thousands wait to be stored, and most are far shorter than what
    // was read at once.
    let header = block.get(envelope_line(&block)..).unwrap_or_default().to_vec();
    Ok((header, body_start))
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
    fn a_folder_in_which_nothing_happens_is_listed_twice_and_then_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let named = |name: &str| folder.path().join("cur").join(name);
        fs::create_dir(folder.path().join("cur")).unwrap();
        fs::write(named("1700000000.a.host:2,S"), "A: 1\n\n").unwrap();
        let mut memory = Memory { complete: true, ..Memory::default() };
        let mut looked = compare(folder.path(), &mut memory).unwrap();
        for mail in read(folder.path(), &mut looked.unseen, false).mails {
            memory.stored.insert(mail.uid, mail.flags);
        }
        let quiet = [(); 3].map(|()| {
            assert!(compare(folder.path(), &mut memory).unwrap().is_empty());
            memory.is_quiet
        });
        assert_eq!(quiet, [true; 3]);

        fs::rename(named("1700000000.a.host:2,S"), named("1700000000.a.host:2,RS")).unwrap();
        let difference = compare(folder.path(), &mut memory).unwrap();
        assert_eq!((difference.flags.len(), memory.is_quiet), (1, false));
    }
}
