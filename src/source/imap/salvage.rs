//! Messages that didn't come when they were asked for together.
//!
//! None is lost and none stops the others: what is still there is asked for again in ever smaller
//! groups, over new connections if need be, until single messages remain that can't be read. Only
//! those are put aside, with the reason, and only while the server gives other messages.

use async_imap::imap_proto::Response;

use super::check::Check;
use super::failure::Failure;
use super::fetch::{self, FetchReply, Flight, Form};
use super::losses::FRUITLESS;

/// UIDs per command.
const GROUP: usize = 100;
/// Tries for a single message in its plainest form: a lost connection may be chance.
const TRIES: u32 = 2;

impl Check<'_, '_> {
    /// Gets these messages into the sink, one way or another. Leaves the covered interval alone.
    pub(super) async fn salvage(&mut self, missing: Vec<u32>) -> Result<(), Failure> {
        let mut groups: Vec<Vec<u32>> = missing.rchunks(GROUP).map(<[u32]>::to_vec).collect();
        while let Some(group) = groups.pop() {
            let there = self.still_there(&group).await?;
            if there.is_empty() {
                continue;
            }
            let (left, _) = self.retry(&there, Form::Fields).await?;
            match left.as_slice() {
                [] => {}
                [uid] if there.len() == 1 => self.last_resort(*uid).await?,
                _ => groups.extend(split(&left)),
            }
        }
        Ok(())
    }

    /// Expunged messages are no loss; where a search says nothing, none is.
    pub(super) async fn still_there(&mut self, uids: &[u32]) -> Result<Vec<u32>, Failure> {
        let (Some(first), Some(last)) = (uids.first(), uids.last()) else {
            return Ok(Vec::new());
        };
        let set = fetch::set(uids);
        let found = self.search(&set, (*first, *last), &mut Flight::default()).await?;
        if !found.is_answer {
            return Ok(uids.to_vec());
        }
        Ok(found.uids.into_iter().filter(|uid| uids.binary_search(uid).is_ok()).collect())
    }

    /// Asks once more and hands over what comes: the rest, and what went wrong.
    async fn retry(&mut self, uids: &[u32], form: Form) -> Result<(Vec<u32>, String), Failure> {
        let (mut chunk, outcome) = self.fetch(uids, form).await;
        let left = chunk.missing();
        let mails = chunk.take_mails();
        if !mails.is_empty() {
            self.reader.losses.progressed();
            self.hand_over(|batch| batch.mails = mails).await?;
        }
        let why = match outcome {
            Ok(()) => "the server gives no header for it".to_owned(),
            Err(failure @ Failure::Fatal(_)) => return Err(failure),
            Err(failure) if failure.is_passing() => return Err(failure),
            Err(failure) => {
                self.reader.after(&failure);
                failure.words()
            }
        };
        if let [first, ..] = left.as_slice()
            && self.reader.losses.reach(FRUITLESS - 1)
        {
            self.must_give_others(*first, &why).await?;
        }
        Ok((left, why))
    }

    /// Before the last connection that a pass may lose for nothing is put to more.
    async fn must_give_others(&mut self, but: u32, why: &str) -> Result<(), Failure> {
        if !self.gives_others(but).await? {
            return Err(Failure::Lost(format!("no message can be read now: {why}")));
        }
        self.reader.losses.progressed();
        Ok(())
    }

    async fn last_resort(&mut self, uid: u32) -> Result<(), Failure> {
        let mut reason = String::new();
        for _ in 0..TRIES {
            let (left, why) = self.retry(&[uid], Form::Plain).await?;
            if left.is_empty() {
                return Ok(());
            }
            reason = why;
        }
        self.must_give_others(uid, &reason).await?;
        self.hand_over(|batch| batch.unreadable = vec![(uid.into(), reason)]).await
    }

    /// Whether the server gives any other message of this folder: then the fault lies with the
    /// one, and not with a server that gives none for now (Gmail and Exchange, when throttling).
    async fn gives_others(&mut self, but: u32) -> Result<bool, Failure> {
        let connection = self.opened().await?;
        if connection.exists() <= 1 {
            return Ok(true);
        }
        let mut others = Vec::new();
        connection
            .exec("FETCH 1,* (UID)", |response| {
                if let Response::Fetch(_, attributes) = response {
                    others.extend(FetchReply::read(attributes).uid.filter(|uid| *uid != but));
                }
            })
            .await?;
        for other in others.into_iter().take(2) {
            let (chunk, outcome) = self.fetch(&[other], Form::Plain).await;
            if let Err(failure) = &outcome {
                self.reader.after(failure);
            }
            if chunk.missing().is_empty() {
                return Ok(true);
            }
            if self.reader.losses.reach(FRUITLESS) {
                break;
            }
        }
        Ok(false)
    }
}

/// The first alone, since replies come in order and it is where they broke off; the rest in
/// halves, in case they don't. In reverse, as a stack takes them.
fn split(uids: &[u32]) -> impl Iterator<Item = Vec<u32>> {
    let (first, rest) = uids.split_at(uids.len().min(1));
    let (lower, upper) = rest.split_at(rest.len() / 2);
    [upper, lower, first].into_iter().filter(|part| !part.is_empty()).map(<[u32]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitting_loses_none_and_ends() {
        for count in 1..20 {
            let uids: Vec<u32> = (0..count).collect();
            let mut parts: Vec<Vec<u32>> = split(&uids).collect();
            assert!(parts.iter().all(|part| part.len() < uids.len().max(2)));
            parts.reverse();
            assert_eq!(parts.concat(), uids);
        }
    }
}
