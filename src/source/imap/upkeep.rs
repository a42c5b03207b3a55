//! What changes in messages that were read before: some appear late, some go, flags are set.

use std::collections::BTreeSet;

use async_imap::imap_proto::Response;

use super::failure::Failure;
use super::fetch::{self, Answer, Flight};
use super::folders::Folder;
use super::reader::Reader;
use super::sync::Cover;
use crate::source::{Batch, Flags};

/// A set of single UIDs has to fit in a command line that every server takes.
const SET: usize = 100;

impl Reader<'_> {
    /// Compares the newest UIDs of the covered interval with what they were at the last change, or
    /// in the first look of this run with what is stored, and returns them, and by how many they
    /// grew: a message may become visible after one with a higher UID (Exchange), and one that is
    /// gone should be known.
    pub(super) async fn late(
        &mut self,
        folder: &Folder,
        cover: &Cover,
        before: Option<BTreeSet<u32>>,
    ) -> Result<(Option<BTreeSet<u32>>, i64), Failure> {
        let Some((_, high)) = cover.interval else { return Ok((None, 0)) };
        let from = cover.newest();
        let set = format!("{from}:{high}");
        let now = self.search(folder, &set, (from, high), &mut Flight::default()).await?;
        if !now.is_answer {
            return Ok((before, 0));
        }
        let now = BTreeSet::from_iter(now.uids);
        let before = match before {
            Some(before) => before,
            None => self.known_between(folder, from, high).await?,
        };
        let late: Vec<u32> = now.difference(&before).copied().collect();
        let gone: Vec<u64> = before
            .range(from..)
            .filter(|uid| !now.contains(uid))
            .map(|uid| (*uid).into())
            .collect();
        let grown = late.len() as i64 - gone.len() as i64;
        self.salvage(folder, cover, late).await?;
        if !gone.is_empty() {
            self.hand_over(folder, cover, |batch| batch.gone = gone).await?;
        }
        Ok((Some(now), grown))
    }

    /// What is stored of these UIDs, or was put aside: that is tried again with the whole folder.
    async fn known_between(
        &mut self,
        folder: &Folder,
        first: u32,
        last: u32,
    ) -> Result<BTreeSet<u32>, Failure> {
        let range = u64::from(first)..=u64::from(last);
        let mut known = self.sink.stored(&folder.key, range.clone()).await?;
        let aside = self.sink.quarantined(&folder.key).await?;
        known.extend(aside.into_iter().filter(|uid| range.contains(uid)));
        Ok(known.into_iter().filter_map(|uid| u32::try_from(uid).ok()).collect())
    }

    /// Reads the flags of the messages of open turns again; what changed is handed over.
    pub(super) async fn watched(
        &mut self,
        folder: &mut Folder,
        cover: &Cover,
    ) -> Result<(), Failure> {
        let mut uids: Vec<u32> = self
            .sink
            .watched(&folder.key)
            .await?
            .into_iter()
            .filter_map(|uid| u32::try_from(uid).ok())
            .collect();
        uids.sort_unstable();
        uids.dedup();
        folder.seen.flags.retain(|uid, _| uids.binary_search(uid).is_ok());
        let (mut changed, mut silent) = (Vec::new(), Vec::new());
        for some in uids.chunks(SET) {
            let mut answers: Vec<(u32, Flags)> = Vec::new();
            let link = self.opened(folder).await?;
            link.exec(&format!("UID FETCH {} (UID FLAGS)", fetch::set(some)), |response| {
                if let Response::Fetch(_, attributes) = response {
                    let answer = Answer::read(attributes);
                    answers.extend(answer.uid.zip(answer.flags));
                }
            })
            .await?;
            let answered = |uid: u32| answers.iter().find(|(it, _)| *it == uid);
            for uid in some {
                match answered(*uid) {
                    None => silent.push(*uid),
                    Some((_, flags)) if folder.seen.flags.get(uid) == Some(flags) => {}
                    Some((_, flags)) => {
                        folder.seen.flags.insert(*uid, *flags);
                        changed.push((u64::from(*uid), *flags));
                    }
                }
            }
        }
        let gone = self.absent(folder, &silent).await?;
        if changed.is_empty() && gone.is_empty() {
            return Ok(());
        }
        let fill = |batch: &mut Batch| (batch.flags, batch.gone) = (changed, gone);
        self.hand_over(folder, cover, fill).await
    }

    /// Which of these messages are gone: silence about one may have other reasons.
    async fn absent(&mut self, folder: &Folder, uids: &[u32]) -> Result<Vec<u64>, Failure> {
        let mut absent = Vec::new();
        for some in uids.chunks(SET) {
            let there = self.still_there(folder, some).await?;
            let is_absent = |uid: &&u32| there.binary_search(uid).is_err();
            absent.extend(some.iter().filter(is_absent).map(|uid| u64::from(*uid)));
        }
        Ok(absent)
    }
}
