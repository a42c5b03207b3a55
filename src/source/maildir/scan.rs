//! The file work of one folder: list what is there, compare it with what is known, read headers.
//!
//! Blocking; never changes a file.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::file::{Content, modified};
use super::memory::Memory;
use super::name;
use crate::domain::model::Moment;
use crate::source::{Flags, RawMail, Uid};

/// Messages in one batch.
const BATCH: usize = 500;
/// Bytes in one batch, as far as whole messages allow.
const BATCH_BYTES: usize = 2 << 20;
/// Messages whose names are at hand at once.
const PART: usize = 50_000;

/// A message as a directory listing shows it.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub uid: Uid,
    pub flags: Flags,
    delivered: Option<Moment>,
    /// In `new` rather than in `cur`.
    fresh: bool,
    name: OsString,
}

impl Listed {
    fn path(&self, folder: &Path) -> PathBuf {
        folder.join(if self.fresh { "new" } else { "cur" }).join(&self.name)
    }
}

/// How a folder differs from what is known of it.
#[derive(Debug, Default)]
pub(super) struct Difference {
    pub unseen: Unseen,
    pub flags: Vec<(Uid, Flags)>,
    pub missing: Vec<Uid>,
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
    later: Vec<(Option<Moment>, Uid)>,
    at_hand: Vec<Listed>,
}

impl Unseen {
    /// The messages with these UIDs, in this order.
    pub(super) fn of(uids: &[Uid]) -> Unseen {
        let later = uids.iter().rev().map(|uid| (None, *uid)).collect();
        Unseen { later, at_hand: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.later.is_empty() && self.at_hand.is_empty()
    }

    fn pop(&mut self, folder: &Path) -> Option<Listed> {
        while self.at_hand.is_empty() && !self.later.is_empty() {
            let part = self.later.split_off(self.later.len().saturating_sub(PART));
            let places: HashMap<Uid, usize> =
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
pub(super) struct ReadMail {
    pub mails: Vec<RawMail>,
    pub unreadable: Vec<(Uid, String)>,
}

/// Gives every message of a folder to `visit`; one that moves meanwhile may come twice.
///
/// # Errors
/// Where the listing isn't complete, so that nothing may be concluded from what it lacks.
fn visit(folder: &Path, mut visit: impl FnMut(Listed)) -> io::Result<()> {
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
            visit(Listed { uid, flags, delivered, fresh, name });
        }
    }
    Ok(())
}

/// The messages with these UIDs.
fn find(folder: &Path, wanted: impl Fn(Uid) -> bool) -> io::Result<Vec<Listed>> {
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
    let mut unreadable: HashSet<Uid> = memory.unreadable.keys().copied().collect();
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
pub(super) fn read(folder: &Path, unseen: &mut Unseen, with_text: bool) -> ReadMail {
    let mut chunk = ReadMail::default();
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

impl ReadMail {
    /// The bytes read; `None`: the file isn't there any more.
    fn take(&mut self, folder: &Path, found: &Listed, with_text: bool) -> Option<usize> {
        let path = found.path(folder);
        match Content::of(&path, with_text) {
            Ok(Content { header, body_start, attachments, modified }) => {
                let length = header.len() + body_start.as_ref().map_or(0, Vec::len);
                self.mails.push(RawMail {
                    uid: found.uid,
                    flags: found.flags,
                    internal: found.delivered.or(modified),
                    header,
                    body_start,
                    attachments,
                });
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

#[cfg(test)]
mod tests {
    use super::*;

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
