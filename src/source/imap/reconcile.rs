//! A folder compared as a whole with what is stored of it, for what no counter tells: old messages
//! that went, or that came in among those that were read before.

use tracing::debug;

use super::failure::Failure;
use super::fetch::Flight;
use super::folders::Folder;
use super::reader::{Found, Reader};
use super::sync::Cover;
use super::window::{first_width, next_width};

impl Reader<'_> {
    /// Compares the covered interval, window by window, on a connection that has not seen much:
    /// some servers show on an old one what was (Exchange). What was put aside is tried again.
    /// Says how many messages there are.
    pub(super) async fn reconcile(
        &mut self,
        folder: &Folder,
        cover: &Cover,
    ) -> Result<i64, Failure> {
        self.refresh().await;
        let mut all = 0;
        if let Some((low, high)) = cover.interval {
            let aside = self.sink.quarantined(&folder.key).await?;
            let link = self.opened(folder).await?;
            let (exists, limit) = (link.exists(), link.message_limit());
            let mut width = first_width(exists, limit);
            let mut next = low;
            while next <= high {
                let window = (next, next.saturating_add(width - 1).min(high));
                let found = self.compare(folder, cover, window, &aside).await?;
                all += found as i64;
                width = next_width(exists, limit, width, found);
                let Some(above) = window.1.checked_add(1) else { break };
                next = above;
            }
        }
        self.hand_over(folder, cover, |batch| batch.reconciled = true).await?;
        Ok(all)
    }

    /// Reads what is there and not stored, reports what is stored or was put `aside` and not there,
    /// and says how many messages there are.
    async fn compare(
        &mut self,
        folder: &Folder,
        cover: &Cover,
        window: (u32, u32),
        aside: &[u64],
    ) -> Result<usize, Failure> {
        let set = format!("{}:{}", window.0, window.1);
        let Found { uids: there, is_answer } =
            self.search(folder, &set, window, &mut Flight::default()).await?;
        if !is_answer {
            return Err(Failure::Refused("it doesn't say what it found".to_owned()));
        }
        // Only of this window: all UIDs of a million messages would fill megabytes.
        let range = u64::from(window.0)..=u64::from(window.1);
        let stored = self.sink.stored(&folder.key, range.clone()).await?;
        let is_stored = |uid: &u32| stored.binary_search(&u64::from(*uid)).is_ok();
        let missing: Vec<u32> = there.iter().copied().filter(|uid| !is_stored(uid)).collect();
        let is_there =
            |uid: u64| u32::try_from(uid).is_ok_and(|it| there.binary_search(&it).is_ok());
        let aside = aside.iter().filter(|uid| range.contains(uid));
        let mut gone: Vec<u64> =
            stored.iter().chain(aside).copied().filter(|uid| !is_there(*uid)).collect();
        gone.sort_unstable();
        gone.dedup();
        if !(missing.is_empty() && gone.is_empty()) {
            let (name, missing, gone) = (&folder.key.folder, missing.len(), gone.len());
            debug!(account = folder.key.account, folder = name, missing, gone, "compared");
        }
        self.salvage(folder, cover, missing).await?;
        if !gone.is_empty() {
            self.hand_over(folder, cover, |batch| batch.gone = gone).await?;
        }
        Ok(there.len())
    }
}
