//! What changes in messages that were read before: some appear late, some go, flags are set.

use std::collections::{BTreeSet, HashMap};

use async_imap::imap_proto::Response;

use super::check::Check;
use super::failure::Failure;
use super::fetch::{self, FetchReply, Flight};
use crate::source::{Flags, Uid};

/// A set of single UIDs has to fit in a command line that every server takes.
const SET: usize = 100;

impl Check<'_, '_> {
    /// Compares the newest UIDs of the covered interval with what they were at the last change, or
    /// in the first look of this run with what is stored, and returns them, and by how many they
    /// grew: a message may become visible after one with a higher UID (Exchange), and one that is
    /// gone should be known.
    pub(super) async fn late(
        &mut self,
        before: Option<BTreeSet<u32>>,
    ) -> Result<(Option<BTreeSet<u32>>, i64), Failure> {
        let Some((_, high)) = self.cover.interval else { return Ok((None, 0)) };
        let from = self.cover.newest();
        let set = format!("{from}:{high}");
        let now = self.search(&set, (from, high), &mut Flight::default()).await?;
        if !now.is_answer {
            return Ok((before, 0));
        }
        let now = BTreeSet::from_iter(now.uids);
        let before = match before {
            Some(before) => before,
            None => self.known_between(from, high).await?,
        };
        let (late, gone) = self.cover.changes(&before, &now);
        let grown = late.len() as i64 - gone.len() as i64;
        self.salvage(late).await?;
        if !gone.is_empty() {
            self.hand_over(|batch| batch.gone = gone).await?;
        }
        Ok((Some(now), grown))
    }

    /// What is stored of these UIDs, or was put aside: that is tried again with the whole folder.
    async fn known_between(&mut self, first: u32, last: u32) -> Result<BTreeSet<u32>, Failure> {
        let range = Uid::from(first)..=Uid::from(last);
        let mut known = self.reader.sink.stored(&self.folder.key, range.clone()).await?;
        let aside = self.reader.sink.quarantined(&self.folder.key).await?;
        known.extend(aside.into_iter().filter(|uid| range.contains(uid)));
        Ok(known.into_iter().filter_map(|uid| u32::try_from(uid).ok()).collect())
    }

    /// Reads the flags of the messages of open turns again; what changed is handed over.
    pub(super) async fn watched(&mut self) -> Result<(), Failure> {
        let watched = self.reader.sink.watched(&self.folder.key).await?.into_iter();
        let mut uids: Vec<u32> = watched.filter_map(|uid| u32::try_from(uid).ok()).collect();
        uids.sort_unstable();
        uids.dedup();
        self.folder.seen.flags.retain(|uid, _| uids.binary_search(uid).is_ok());
        let (mut changed, mut silent) = (Vec::new(), Vec::new());
        for some in uids.chunks(SET) {
            let answers = self.flags_of(some).await?;
            for uid in some {
                match answers.get(uid) {
                    None => silent.push(*uid),
                    Some(flags) if self.folder.seen.flags.get(uid) == Some(flags) => {}
                    Some(flags) => {
                        self.folder.seen.flags.insert(*uid, *flags);
                        changed.push((Uid::from(*uid), *flags));
                    }
                }
            }
        }
        let gone = self.absent(&silent).await?;
        if changed.is_empty() && gone.is_empty() {
            return Ok(());
        }
        self.hand_over(|batch| (batch.flags, batch.gone) = (changed, gone)).await
    }

    async fn flags_of(&mut self, uids: &[u32]) -> Result<HashMap<u32, Flags>, Failure> {
        let mut answers = HashMap::new();
        let command = format!("UID FETCH {} (UID FLAGS)", fetch::set(uids));
        let connection = self.opened().await?;
        connection
            .exec(&command, |response| {
                if let Response::Fetch(_, attributes) = response {
                    let reply = FetchReply::read(attributes);
                    answers.extend(reply.uid.zip(reply.flags));
                }
            })
            .await?;
        Ok(answers)
    }

    /// Which of these messages are gone: silence about one may have other reasons.
    async fn absent(&mut self, uids: &[u32]) -> Result<Vec<Uid>, Failure> {
        let mut absent = Vec::new();
        for some in uids.chunks(SET) {
            let there = self.still_there(some).await?;
            let is_absent = |uid: &&u32| there.binary_search(uid).is_err();
            absent.extend(some.iter().filter(is_absent).map(|uid| Uid::from(*uid)));
        }
        Ok(absent)
    }
}
