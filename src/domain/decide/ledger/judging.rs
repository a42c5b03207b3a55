//! What becomes of a finding: the user's word wins, then what followed in the mail, then how often
//! findings of its class were right.

use std::collections::BTreeMap;

use super::{EntryId, EntryState, Finding, LedgerEntry, LedgerKind, Strength};
use crate::domain::measure::statistics::wilson::wilson;
use crate::domain::model::Moment;

/// A class counts by itself once so many of it were judged…
const JUDGED: usize = 20;
/// …and its share of confirmed ones is surely at least this.
const CONFIRMED_SHARE: f64 = 0.7;

/// What the user said of an entry, with the entry as they saw or corrected it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What was judged.
    pub entry: Finding,
    /// By the user; else rejected.
    pub confirmed: bool,
    /// When the user said so.
    pub at: Moment,
}

/// What is held of everything that was found, and how right it was so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settled {
    /// Oldest first.
    pub entries: Vec<LedgerEntry>,
    /// The classes that were ever judged.
    pub classes: Vec<ClassRecord>,
}

/// How often findings of one class were right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassRecord {
    /// What they are about.
    pub kind: LedgerKind,
    /// How plainly it was said.
    pub strength: Strength,
    /// By the user.
    pub confirmed: usize,
    /// By the user.
    pub rejected: usize,
    /// Whether they count without being asked about.
    pub counts_by_itself: bool,
}

/// Findings and the user's word → the ledger. What the user confirmed stays as they left it, even
/// where the mail no longer suggests it; neither order nor duplicates matter.
pub fn settle(found: impl IntoIterator<Item = Finding>, judgements: &[Judgement]) -> Settled {
    let mut judged: BTreeMap<EntryId, &Judgement> = BTreeMap::new();
    for judgement in judgements {
        let last = judged.entry(judgement.entry.id).or_insert(judgement);
        if (judgement.at, judgement.confirmed) > (last.at, last.confirmed) {
            *last = judgement;
        }
    }
    let classes = Classes::of(judged.values().copied());
    let found = found.into_iter().filter(|found| !judged.contains_key(&found.id));
    let by_class = found.map(|found| {
        let state = classes.state(&found);
        entry(found, state)
    });
    let mut entries: Vec<LedgerEntry> = by_class.collect();
    entries.extend(judged.values().map(|judgement| {
        let state = if judgement.confirmed { EntryState::Confirmed } else { EntryState::Rejected };
        entry(judgement.entry.clone(), state)
    }));
    entries.sort_by_key(|entry| (entry.at, entry.id));
    entries.dedup_by_key(|entry| entry.id);
    Settled { entries, classes: classes.records() }
}

fn entry(found: Finding, state: EntryState) -> LedgerEntry {
    let Finding { id, kind, at, contacts, strength, .. } = found;
    LedgerEntry { id, kind, at, contacts, strength, state }
}

/// How many of each class were confirmed, and judged at all.
struct Classes(BTreeMap<(LedgerKind, Strength), (usize, usize)>);

impl Classes {
    fn of<'a>(judgements: impl Iterator<Item = &'a Judgement>) -> Classes {
        let mut classes = BTreeMap::new();
        for judgement in judgements {
            let class = (judgement.entry.kind, judgement.entry.strength);
            let (confirmed, judged) = classes.entry(class).or_insert((0, 0));
            *confirmed += usize::from(judgement.confirmed);
            *judged += 1;
        }
        Classes(classes)
    }

    fn state(&self, found: &Finding) -> EntryState {
        if found.strength == Strength::Manual {
            EntryState::Counted
        } else if found.borne_out {
            EntryState::Confirmed
        } else if self.counts_by_itself(found.kind, found.strength) {
            EntryState::Counted
        } else {
            EntryState::Unconfirmed
        }
    }

    fn records(&self) -> Vec<ClassRecord> {
        let records = self.0.iter().map(|(&(kind, strength), &(confirmed, judged))| ClassRecord {
            kind,
            strength,
            confirmed,
            rejected: judged - confirmed,
            counts_by_itself: self.counts_by_itself(kind, strength),
        });
        records.collect()
    }

    fn counts_by_itself(&self, kind: LedgerKind, strength: Strength) -> bool {
        self.0.get(&(kind, strength)).is_some_and(|&(confirmed, judged)| {
            judged >= JUDGED && wilson(confirmed as f64, judged as f64).low >= CONFIRMED_SHARE
        })
    }
}
