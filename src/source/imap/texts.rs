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
pub(super) enum TextsLeft {
    /// None is wanted any more.
    Read,
    /// Something else comes first.
    GaveWay,
    /// What may be fetched today is spent.
    Paused,
}

/// Reads what is wanted of this folder, until `due`, or until the folder changes.
///
/// # Errors
/// Those of the sink: what a server refuses here is tried with the next look.
pub(super) async fn read_texts(
    reader: &mut Reader<'_>,
    folder: &mut Folder,
    due: Option<Instant>,
) -> Result<TextsLeft> {
    if !reader.reads_texts {
        return Ok(TextsLeft::Read);
    }
    if !reader.measured {
        reader.sink.settled().await?;
        reader.measured = true;
    }
    let mut pass = TextPass { reader, folder };
    match pass.run(due).await {
        Ok(left) => Ok(left),
        Err(failure) => {
            pass.reader.after(&failure);
            // Headers are what matters.
            match failure {
                Failure::Fatal(_) => Err(failure.into()),
                _ => Ok(TextsLeft::GaveWay),
            }
        }
    }
}

/// One pass over the texts of a folder.
pub(super) struct TextPass<'p, 'a> {
    pub reader: &'p mut Reader<'a>,
    pub folder: &'p mut Folder,
}

impl TextPass<'_, '_> {
    async fn run(&mut self, due: Option<Instant>) -> Result<TextsLeft, Failure> {
        loop {
            let wanted = self.reader.sink.unread(&self.folder.key).await?;
            if wanted.is_empty() {
                return Ok(TextsLeft::Read);
            }
            let wanted = wanted.into_iter().filter_map(|uid| u32::try_from(uid).ok());
            let some = next(wanted, &self.folder.seen.texts);
            if some.is_empty() || !self.reader.may_read_on().await? {
                self.reader.sink.texts_paused().await?;
                return Ok(if some.is_empty() { TextsLeft::Read } else { TextsLeft::Paused });
            }
            self.bring(some).await?;
            let seen = self.folder.seen.view.map(|view| view.exists);
            let exists = self.reader.opened(self.folder).await?.exists();
            let changed = seen.is_some_and(|seen| exists != seen);
            if changed || due.is_some_and(|due| due <= Instant::now()) {
                return Ok(TextsLeft::GaveWay);
            }
        }
    }

    async fn bring(&mut self, mut uids: Vec<u32>) -> Result<(), Failure> {
        let uidvalidity = self.reader.sink.known(&self.folder.key).await?.uidvalidity;
        uids.sort_unstable();
        for uid in &uids {
            *self.folder.seen.texts.entry(*uid).or_default() += 1;
        }
        let (mut chunk, outcome) = self.reader.fetch(self.folder, &uids, Form::Text).await;
        let mut mails = chunk.take_mails();
        let outcome = self.complete(&mut mails, outcome).await;
        if !mails.is_empty() {
            self.reader.losses.progressed();
            let Folder { key, role, .. } = &*self.folder;
            let batch = Batch {
                mails,
                fetched: self.reader.take_received(),
                brings_texts: true,
                ..Batch::of(key.clone(), *role, uidvalidity)
            };
            self.reader.sink.batch(batch).await?;
        }
        match outcome {
            Err(failure) if failure.is_meant() => Ok(()),
            outcome => outcome,
        }
    }

    /// Whether a text was asked for as often as it ever is.
    pub(super) fn is_spent(&self, uid: u32) -> bool {
        self.folder.seen.texts.get(&uid).is_some_and(|tries| *tries >= TOGETHER.len())
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
