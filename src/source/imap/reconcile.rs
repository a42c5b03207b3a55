//! A folder compared as a whole with what is stored of it, for what no counter tells: old messages
//! that went, or that came in among those that were read before.

use tracing::debug;

use super::check::Check;
use super::failure::Failure;
use super::fetch::Flight;
use super::folders::View;
use super::reader::SearchResult;
use super::window::{Way, Windows};
use crate::source::Uid;

impl Check<'_, '_> {
    /// Compares the covered interval, window by window, on a connection that has not seen much:
    /// some servers show on an old one what was (Exchange). What was put aside is tried again.
    /// Says how many messages there are.
    pub(super) async fn reconcile(&mut self) -> Result<i64, Failure> {
        self.reader.refresh().await;
        let mut all = 0;
        if let Some((low, high)) = self.cover.interval {
            let aside = self.reader.sink.quarantined(&self.folder.key).await?;
            let connection = self.opened().await?;
            let (exists, limit) = (connection.exists(), connection.message_limit());
            let view = View { exists, uidnext: high.saturating_add(1), ..self.view };
            let below = low.saturating_sub(1);
            let mut windows = Windows::of(Way::Up, Some((below, below)), view, limit);
            while let Some(window) = windows.current() {
                let found = self.compare(window, &aside).await?;
                all += found as i64;
                windows.advance(found);
            }
        }
        self.hand_over(|batch| batch.reconciled = true).await?;
        Ok(all)
    }

    /// Reads what is there and not stored, reports what is stored or was put `aside` and not there,
    /// and says how many messages there are.
    async fn compare(&mut self, window: (u32, u32), aside: &[Uid]) -> Result<usize, Failure> {
        let set = format!("{}:{}", window.0, window.1);
        let SearchResult { uids: there, is_answer } =
            self.search(&set, window, &mut Flight::default()).await?;
        if !is_answer {
            return Err(Failure::Refused("it doesn't say what it found".to_owned()));
        }
        // Only of this window: all UIDs of a million messages would fill megabytes.
        let range = Uid::from(window.0)..=Uid::from(window.1);
        let stored = self.reader.sink.stored(&self.folder.key, range.clone()).await?;
        let aside = aside.iter().filter(|uid| range.contains(uid)).copied();
        let Difference { missing, gone } = difference(&there, &stored, aside);
        if !(missing.is_empty() && gone.is_empty()) {
            let key = &self.folder.key;
            let (name, missing, gone) = (&key.folder, missing.len(), gone.len());
            debug!(account = key.account, folder = name, missing, gone, "compared");
        }
        self.salvage(missing).await?;
        if !gone.is_empty() {
            self.hand_over(|batch| batch.gone = gone).await?;
        }
        Ok(there.len())
    }
}

/// Between what a server has and what is stored of it.
#[derive(Debug, PartialEq, Eq)]
struct Difference {
    missing: Vec<u32>,
    gone: Vec<Uid>,
}

/// `there` and `stored`: ascending; `aside`: what couldn't be read.
fn difference(there: &[u32], stored: &[Uid], aside: impl Iterator<Item = Uid>) -> Difference {
    let is_stored = |uid: &u32| stored.binary_search(&Uid::from(*uid)).is_ok();
    let is_there = |uid: Uid| u32::try_from(uid).is_ok_and(|it| there.binary_search(&it).is_ok());
    let missing = there.iter().copied().filter(|uid| !is_stored(uid)).collect();
    let mut gone: Vec<Uid> =
        stored.iter().copied().chain(aside).filter(|uid| !is_there(*uid)).collect();
    gone.sort_unstable();
    gone.dedup();
    Difference { missing, gone }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_aside_is_tried_again_while_it_is_there() {
        let found = difference(&[1, 2, 4, 6], &[1, 3, 4].map(Uid), [4, 5, 6].map(Uid).into_iter());
        assert_eq!(found, Difference { missing: vec![2, 6], gone: vec![Uid(3), Uid(5)] });
    }
}
