//! How far a folder is read: an interval of UIDs that grows at both ends.
//!
//! Moves only over messages that came with a header, were found to be gone, or were put aside with
//! a reason. Asks no server.

use std::collections::BTreeSet;

use super::fetch::Chunk;
use super::folders::View;
use super::window::Way;
use crate::source::{FolderState, Uid, UidValidity};

/// The newest UIDs are looked at again at each change, for messages that became visible late.
const TAIL: u32 = 200;

/// How far a folder is read.
#[derive(Debug, Clone)]
pub(super) struct Cover {
    pub uidvalidity: UidValidity,
    pub interval: Option<(u32, u32)>,
    pub complete: bool,
    /// The server may keep older messages to itself: the folder never counts as complete.
    pub partial: bool,
    /// UIDs by which the interval grew, as far as they are among the newest.
    pub fresh: BTreeSet<u32>,
    /// By how many messages it grew.
    pub added: u32,
    /// Messages in the folder, by the server's count.
    pub exists: u32,
    /// The past waits for another day: what may be fetched of it today is spent.
    pub is_paused: bool,
}

impl Cover {
    /// What earlier runs leave to be done, now that the folder looks like this.
    pub(super) fn resumed(known: &FolderState, view: View, renumbered: bool) -> Cover {
        let breaches = known.uidvalidity.breaches();
        let fresh = |breaches: u64| Cover {
            uidvalidity: UidValidity::of_server(view.uidvalidity, breaches),
            interval: None,
            complete: false,
            partial: false,
            fresh: BTreeSet::new(),
            added: 0,
            exists: view.exists,
            is_paused: false,
        };
        if view.uidvalidity == 0 && !renumbered {
            return fresh(breaches + 1);
        }
        let is_same = known.uidvalidity.by_server() == u64::from(view.uidvalidity);
        if known.uidvalidity.is_none() || !is_same {
            return fresh(breaches);
        }
        if known.covered.is_some_and(|(_, high)| Uid::from(view.uidnext) <= high) {
            return fresh(breaches + 1);
        }
        let uid = |uid: Uid| u32::try_from(uid).unwrap_or(u32::MAX);
        Cover {
            interval: known.covered.map(|(low, high)| (uid(low), uid(high))),
            complete: known.complete,
            ..fresh(breaches)
        }
    }

    pub(super) fn grow(&mut self, way: Way, chunk: &Chunk) {
        let newest = chunk.expected.last().copied().unwrap_or(chunk.bound);
        let (low, high) = self.interval.unwrap_or((newest, newest));
        self.interval = Some(match way {
            Way::Up => (low, high.max(chunk.bound)),
            Way::Down => (low.min(chunk.bound), high),
        });
        self.complete |= !self.partial && way == Way::Down && chunk.bound <= 1;
        self.added = self.added.saturating_add(chunk.expected.len() as u32);
        self.fresh.extend(&chunk.expected);
        self.fresh = self.fresh.split_off(&self.newest());
    }

    /// From here on upwards UIDs are looked at again.
    pub(super) fn newest(&self) -> u32 {
        self.interval.map_or(0, |(low, high)| low.max(high.saturating_sub(TAIL)))
    }

    /// Whether the past has to wait where nothing may be fetched any more: new mail doesn't, nor do
    /// the newest messages of a folder, since only from there on it can be watched.
    pub(super) fn may_pause(&self, way: Way, in_flight: usize) -> bool {
        let begins = self.interval.is_none() && in_flight == 0;
        way == Way::Down && !begins
    }

    /// Which of the newest messages came late, and which have gone, by what was known `before` and
    /// what is there `now`.
    pub(super) fn changes(
        &self,
        before: &BTreeSet<u32>,
        now: &BTreeSet<u32>,
    ) -> (Vec<u32>, Vec<Uid>) {
        let late = now.difference(before).copied().collect();
        let known = before.range(self.newest()..);
        let gone = known.filter(|uid| !now.contains(uid)).map(|uid| (*uid).into()).collect();
        (late, gone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cover(known: FolderState, uidvalidity: u32, uidnext: u32) -> Cover {
        Cover::resumed(&known, View { uidvalidity, uidnext, exists: 5 }, false)
    }

    const KNOWN: FolderState = FolderState {
        uidvalidity: UidValidity(7),
        covered: Some((Uid(1), Uid(300))),
        complete: true,
        reconcile_due: false,
    };

    #[test]
    fn a_folder_goes_on_where_it_was_left_unless_its_numbers_mean_others() {
        let goes_on = cover(KNOWN, 7, 301);
        assert_eq!((goes_on.interval, goes_on.complete), (Some((1, 300)), true));
        assert_eq!(cover(KNOWN, 8, 301).interval, None, "another validity");
        let broken = cover(KNOWN, 7, 200);
        let once = UidValidity::of_server(7, 1);
        assert_eq!((broken.interval, broken.uidvalidity), (None, once), "fewer than known");
        assert_eq!(cover(KNOWN, 0, 301).uidvalidity, UidValidity::of_server(0, 1), "none at all");
    }

    #[test]
    fn the_past_may_wait_and_new_mail_may_not() {
        let known = cover(KNOWN, 7, 301);
        assert!(known.may_pause(Way::Down, 0));
        assert!(!known.may_pause(Way::Up, 0));
        let fresh = cover(FolderState::default(), 7, 301);
        assert!(!fresh.may_pause(Way::Down, 0));
        assert!(fresh.may_pause(Way::Down, 1));
    }

    #[test]
    fn only_the_newest_messages_are_compared() {
        let known = cover(KNOWN, 7, 301);
        let (before, now) = (BTreeSet::from([20, 150, 300]), BTreeSet::from([200, 300]));
        assert_eq!(known.changes(&before, &now), (vec![200], vec![Uid(150)]));
    }
}
