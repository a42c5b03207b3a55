//! The beginnings of texts, in a pass of their own: those that the sink wants, of messages whose
//! headers it has, the newest first.
//!
//! Gives way to new mail and to folders that are due, and goes on later where it stood: what is
//! wanted, the sink says each time.

use std::collections::HashMap;

use tokio::time::Instant;

use super::failure::Failure;
use super::fetch::Form;
use super::folders::Folder;
use super::reader::Reader;
use crate::error::Result;
use crate::source::Batch;

/// How the texts of a folder were left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Texts {
    /// None is wanted any more.
    Read,
    /// Something else comes first.
    GaveWay,
    /// What may be fetched today is spent.
    Rest,
}

impl Reader<'_> {
    /// Reads what is wanted of this folder, until `due`, or until the folder changes.
    pub(super) async fn texts(
        &mut self,
        folder: &mut Folder,
        due: Option<Instant>,
    ) -> Result<Texts> {
        if !self.reads_texts {
            return Ok(Texts::Read);
        }
        if !self.measured {
            self.sink.settled().await?;
            self.measured = true;
        }
        match self.try_texts(folder, due).await {
            Ok(left) => Ok(left),
            Err(failure) => {
                self.after(&failure);
                // Headers are what matters: what a server refuses here is tried with the next look.
                if matches!(failure, Failure::House(_)) {
                    Err(failure.into())
                } else {
                    Ok(Texts::GaveWay)
                }
            }
        }
    }

    async fn try_texts(
        &mut self,
        folder: &mut Folder,
        due: Option<Instant>,
    ) -> Result<Texts, Failure> {
        loop {
            let wanted = self.sink.unread(&folder.key).await?;
            if wanted.is_empty() {
                return Ok(Texts::Read);
            }
            let wanted = wanted.into_iter().filter_map(|uid| u32::try_from(uid).ok());
            let some = next(wanted, &folder.seen.texts);
            if some.is_empty() || !self.may_read_on().await? {
                self.sink.texts_rest().await?;
                return Ok(if some.is_empty() { Texts::Read } else { Texts::Rest });
            }
            self.bring_texts(folder, some).await?;
            let seen = folder.seen.view.map(|view| view.exists);
            let changed = seen.is_some() && Some(self.opened(folder).await?.exists()) != seen;
            if changed || due.is_some_and(|due| due <= Instant::now()) {
                return Ok(Texts::GaveWay);
            }
        }
    }

    async fn bring_texts(
        &mut self,
        folder: &mut Folder,
        mut uids: Vec<u32>,
    ) -> Result<(), Failure> {
        let uidvalidity = self.sink.known(&folder.key).await?.uidvalidity;
        uids.sort_unstable();
        for uid in &uids {
            *folder.seen.texts.entry(*uid).or_default() += 1;
        }
        let (mut chunk, outcome) = self.fetch(folder, &uids, Form::Text).await;
        let mut mails = chunk.take_mails();
        let tries = &folder.seen.texts;
        let is_spent = |uid| tries.get(&uid).is_some_and(|tries| *tries >= TOGETHER.len());
        let outcome = self.complete(folder, &mut mails, outcome, is_spent).await;
        if !mails.is_empty() {
            self.has_progressed();
            let (key, fetched) = (folder.key.clone(), self.take_received());
            let batch = Batch {
                mails,
                fetched,
                brings_texts: true,
                ..Batch::of(key, folder.role, uidvalidity)
            };
            self.sink.batch(batch).await?;
        }
        match outcome {
            Err(failure) if failure.is_meant() => Ok(()),
            outcome => outcome,
        }
    }
}

/// How many texts are asked for at once: fewer each time one of them didn't come, and then none. A
/// message that breaks the connection, is gone, or is shown without its text costs no other.
const TOGETHER: [usize; 3] = [200, 20, 1];

/// What is asked for next of what is wanted; `tries` says how often each was before.
fn next(wanted: impl Iterator<Item = u32>, tries: &HashMap<u32, usize>) -> Vec<u32> {
    let tried = |uid: &u32| tries.get(uid).copied().unwrap_or_default();
    let wanted: Vec<u32> = wanted.filter(|uid| tried(uid) < TOGETHER.len()).collect();
    let least = wanted.iter().map(tried).min().unwrap_or_default();
    let together = TOGETHER.get(least).copied().unwrap_or_default();
    wanted.into_iter().filter(|uid| tried(uid) == least).take(together).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_come_is_tried_in_smaller_steps_and_then_left() {
        let mut tries = HashMap::new();
        let mut asked = Vec::new();
        loop {
            let some = next([9, 8, 7].into_iter(), &tries);
            if some.is_empty() {
                break;
            }
            some.iter().for_each(|uid| *tries.entry(*uid).or_default() += 1);
            asked.push(some);
        }
        assert_eq!(asked, [vec![9, 8, 7], vec![9, 8, 7], vec![9], vec![8], vec![7]]);
    }
}
