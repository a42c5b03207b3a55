//! What is known of a folder's messages since this run began, in nine bytes a message.
//!
//! Never holds a name: a message is its UID.

use std::collections::HashMap;
use std::mem;
use std::time::SystemTime;

use crate::source::{Flags, Uid};

/// When `new` and `cur` changed last: every delivery, move and new flag is a change of theirs.
pub(super) type Mtimes = [Option<SystemTime>; 2];

#[derive(Debug, Default)]
pub(super) struct Memory {
    pub stored: Stored,
    /// Messages that can't be read, with the reason; tried again at every look.
    pub unreadable: HashMap<Uid, String>,
    /// Every message of the folder was reported once.
    pub complete: bool,
    /// When the folder's directories had changed last, at the last look.
    pub changed: Option<Mtimes>,
    /// At the look before that it was the same: no change can hide in a clock's tick.
    pub is_quiet: bool,
}

/// UIDs with the flags last seen; `None`: stored by an earlier run.
#[derive(Debug, Default)]
pub(super) struct Stored {
    /// In ascending order, and the flags beside them.
    uids: Vec<Uid>,
    flags: Vec<u8>,
    /// Not sorted in yet.
    recent: HashMap<Uid, Flags>,
}

/// So many may wait to be sorted in; more would take more memory, fewer more sorting.
const RECENT: usize = 50_000;
const UNKNOWN: u8 = 1 << 7;

impl Stored {
    pub(super) fn of_earlier_run(uids: impl IntoIterator<Item = Uid>) -> Stored {
        let mut uids: Vec<Uid> = uids.into_iter().collect();
        uids.sort_unstable();
        let flags = vec![UNKNOWN; uids.len()];
        Stored { uids, flags, recent: HashMap::new() }
    }

    /// Its place among [`Stored::sorted`] and its flags, as of when that was asked for.
    pub(super) fn get(&self, uid: Uid) -> Option<(usize, Option<Flags>)> {
        let at = self.uids.binary_search(&uid).ok()?;
        self.flags.get(at).map(|flags| (at, unpacked(*flags)))
    }

    pub(super) fn insert(&mut self, uid: Uid, flags: Flags) {
        match self.uids.binary_search(&uid) {
            Ok(at) => {
                if let Some(known) = self.flags.get_mut(at) {
                    *known = packed(flags);
                }
            }
            Err(_) => {
                self.recent.insert(uid, flags);
                if self.recent.len() > RECENT {
                    self.sort_in();
                }
            }
        }
    }

    /// `gone` in ascending order.
    pub(super) fn forget(&mut self, gone: &[Uid]) {
        self.sort_in();
        let flags = mem::take(&mut self.flags);
        let known = mem::take(&mut self.uids).into_iter().zip(flags);
        let kept = known.filter(|(uid, _)| gone.binary_search(uid).is_err());
        (self.uids, self.flags) = kept.unzip();
    }

    /// In ascending order.
    pub(super) fn sorted(&mut self) -> &[Uid] {
        self.sort_in();
        &self.uids
    }

    fn sort_in(&mut self) {
        if self.recent.is_empty() {
            return;
        }
        let mut recent: Vec<_> = mem::take(&mut self.recent).into_iter().collect();
        recent.sort_unstable_by_key(|(uid, _)| *uid);
        let mut recent = recent.into_iter().peekable();
        let size = self.uids.len() + recent.len();
        let known = mem::take(&mut self.uids).into_iter().zip(mem::take(&mut self.flags));
        (self.uids, self.flags) = (Vec::with_capacity(size), Vec::with_capacity(size));
        for (uid, flags) in known {
            while let Some((uid, flags)) = recent.next_if(|(new, _)| *new < uid) {
                self.push(uid, packed(flags));
            }
            self.push(uid, flags);
        }
        for (uid, flags) in recent {
            self.push(uid, packed(flags));
        }
    }

    fn push(&mut self, uid: Uid, flags: u8) {
        self.uids.push(uid);
        self.flags.push(flags);
    }
}

fn packed(Flags { answered, deleted, draft }: Flags) -> u8 {
    u8::from(answered) | u8::from(deleted) << 1 | u8::from(draft) << 2
}

fn unpacked(bits: u8) -> Option<Flags> {
    let has = |bit: u8| bits & bit != 0;
    (bits != UNKNOWN).then(|| Flags { answered: has(1), deleted: has(2), draft: has(4) })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn flags(bits: u64) -> Flags {
        Flags { answered: bits & 1 != 0, deleted: bits & 2 != 0, draft: bits & 4 != 0 }
    }

    #[test]
    fn what_was_stored_is_remembered_through_every_sorting() {
        let mut expect: BTreeMap<Uid, Option<Flags>> =
            (1..3000).map(|number| (Uid(number * 7), None)).collect();
        let mut stored = Stored::of_earlier_run(expect.keys().rev().copied());
        for number in 0..3 * RECENT as u64 {
            // Scattered, as hashes are; now and then one that is known.
            let uid = Uid(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 44);
            stored.insert(uid, flags(number));
            expect.insert(uid, Some(flags(number)));
        }
        let gone: Vec<Uid> = expect.keys().copied().step_by(3).collect();
        stored.forget(&gone);
        expect.retain(|uid, _| gone.binary_search(uid).is_err());
        assert!(stored.sorted().iter().eq(expect.keys()));
        for (uid, flags) in &expect {
            assert_eq!(stored.get(*uid).map(|(_, flags)| flags), Some(*flags), "{uid}");
        }
        assert_eq!(stored.get(Uid(u64::MAX)), None);
    }
}
