//! One look at the folders of an account: new messages, new flags and what is gone go to the
//! sink, and stay in memory, so that the next look reports only what has changed since.
//!
//! Never decides when to look, and never touches files outside of a blocking task.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::PathBuf;

use super::layout::{Layout, MaildirFolder};
use super::memory::{Memory, Stored};
use super::scan::{self, Difference, Unseen};
use crate::config::Account;
use crate::error::{Error, Result};
use crate::source::{Batch, FolderKey, Role, Sink, Uid, UidValidity};

/// File names stay unique for good, so the numbering never starts over.
const VALIDITY: UidValidity = UidValidity(1);
/// There is no order in the hashes to read along: a folder is covered as a whole or not at all.
const COVERED: (Uid, Uid) = (Uid(1), Uid(1));
/// Flag changes in one batch.
const FLAGS: usize = 5000;

pub(super) struct MaildirReader<'a> {
    account: &'a Account,
    sink: &'a Sink,
    memory: HashMap<String, Memory>,
    /// The folders that the sink was told of.
    announced: Vec<(String, Role)>,
}

impl<'a> MaildirReader<'a> {
    pub(super) fn new(account: &'a Account, sink: &'a Sink) -> Self {
        MaildirReader { account, sink, memory: HashMap::new(), announced: Vec::new() }
    }

    /// Looks at the folders whose paths are in `only`, or at all; says which could not be read.
    ///
    /// A message that is missing is reported gone only after everything was looked at once more:
    /// what was moved is then stored in its new place, and what a listing has skipped is back.
    ///
    /// # Errors
    /// Where the sink takes no more.
    pub(super) async fn pass(
        &mut self,
        layout: &Layout,
        only: Option<&BTreeSet<PathBuf>>,
    ) -> Result<Vec<String>> {
        let folders: Vec<_> = layout.folders.iter().map(|it| (it.name.clone(), it.role)).collect();
        // A renamed folder keeps its old name until its messages are stored under the new one.
        let lost = self.announced.iter().filter(|old| !folders.contains(old));
        let both = folders.iter().chain(lost).cloned().collect();
        self.announce(both).await?;

        let mut troubles = Vec::new();
        let missing = self.sweep(layout, only, &mut troubles).await?;
        if !missing.is_empty() {
            let still = self.sweep(layout, None, &mut Vec::new()).await?;
            self.report_gone(layout, missing.intersection(&still)).await?;
        }
        self.memory.retain(|name, _| folders.iter().any(|(folder, _)| folder == name));
        self.announce(folders).await?;
        for folder in layout.folders.iter().filter(|_| self.account.text_cues) {
            self.texts(folder).await?;
        }
        Ok(troubles)
    }

    /// Reads the texts of messages that were stored without them.
    async fn texts(&self, folder: &MaildirFolder) -> Result<()> {
        let key = self.key(folder);
        let mut asked = BTreeSet::new();
        loop {
            let mut wanted = self.sink.unread(&key).await?;
            wanted.retain(|uid| asked.insert(*uid));
            if wanted.is_empty() {
                return Ok(());
            }
            let mut unseen = Unseen::of(&wanted);
            while !unseen.is_empty() {
                let path = folder.path.clone();
                let chunk;
                (unseen, chunk) = blocking(move || {
                    let chunk = scan::read(&path, &mut unseen, true);
                    (unseen, chunk)
                })
                .await?;
                let batch = Batch::of(key.clone(), folder.role, VALIDITY);
                let batch = Batch { mails: chunk.mails, brings_texts: true, ..batch };
                self.sink.batch(batch).await?;
            }
        }
    }

    async fn announce(&mut self, folders: Vec<(String, Role)>) -> Result<()> {
        if folders != self.announced {
            self.sink.folders(&self.account.name, folders.clone()).await?;
            self.announced = folders;
        }
        Ok(())
    }

    /// What is missing, as the folder's place in the layout and the message's UID.
    async fn sweep(
        &mut self,
        layout: &Layout,
        only: Option<&BTreeSet<PathBuf>>,
        troubles: &mut Vec<String>,
    ) -> Result<BTreeSet<(usize, Uid)>> {
        let mut missing = BTreeSet::new();
        for (place, folder) in layout.folders.iter().enumerate() {
            if only.is_some_and(|only| !only.contains(&folder.path)) {
                continue;
            }
            match self.look(folder).await? {
                Ok(uids) => missing.extend(uids.into_iter().map(|uid| (place, uid))),
                Err(cause) => troubles.push(format!("can't read {}: {cause}", folder.name)),
            }
        }
        Ok(missing)
    }

    /// Reports what is new in a folder and returns what is missing from it; the inner error is
    /// the folder's own, after which nothing is concluded about it.
    async fn look(&mut self, folder: &MaildirFolder) -> Result<io::Result<Vec<Uid>>> {
        let memory = self.recall(folder).await?;
        let path = folder.path.clone();
        let (mut memory, difference) = blocking(move || {
            let mut memory = memory;
            let difference = scan::compare(&path, &mut memory);
            (memory, difference)
        })
        .await?;
        let missing = match difference {
            Ok(difference) => Ok(self.report(folder, &mut memory, difference).await?),
            Err(cause) => Err(cause),
        };
        self.memory.insert(folder.name.clone(), memory);
        Ok(missing)
    }

    async fn recall(&mut self, folder: &MaildirFolder) -> Result<Memory> {
        if let Some(memory) = self.memory.remove(&folder.name) {
            return Ok(memory);
        }
        let key = self.key(folder);
        let known = self.sink.known(&key).await?;
        if known.uidvalidity != VALIDITY {
            return Ok(Memory::default());
        }
        let stored = self.sink.stored(&key, Uid(0)..=Uid(u64::MAX)).await?;
        Ok(Memory {
            stored: Stored::of_earlier_run(stored),
            complete: known.complete,
            ..Memory::default()
        })
    }

    async fn report(
        &self,
        folder: &MaildirFolder,
        memory: &mut Memory,
        difference: Difference,
    ) -> Result<Vec<Uid>> {
        let Difference { mut unseen, flags, missing } = difference;
        while !unseen.is_empty() {
            let (path, with_text) = (folder.path.clone(), self.account.text_cues);
            let chunk;
            (unseen, chunk) = blocking(move || {
                let chunk = scan::read(&path, &mut unseen, with_text);
                (unseen, chunk)
            })
            .await?;
            for mail in &chunk.mails {
                memory.stored.insert(mail.uid, mail.flags);
                memory.unreadable.remove(&mail.uid);
            }
            let mut batch = self.batch(folder, memory.complete);
            batch.mails = chunk.mails;
            for (uid, why) in chunk.unreadable {
                if memory.unreadable.insert(uid, why.clone()).as_ref() != Some(&why) {
                    batch.unreadable.push((uid, why));
                }
            }
            if !batch.mails.is_empty() || !batch.unreadable.is_empty() {
                self.sink.batch(batch).await?;
            }
        }
        for some in flags.chunks(FLAGS) {
            some.iter().for_each(|(uid, flags)| memory.stored.insert(*uid, *flags));
            let flags = some.to_vec();
            self.sink.batch(Batch { flags, ..self.batch(folder, memory.complete) }).await?;
        }
        if !memory.complete {
            memory.complete = true;
            self.sink.batch(self.batch(folder, true)).await?;
        }
        Ok(missing)
    }

    async fn report_gone(
        &mut self,
        layout: &Layout,
        gone: impl Iterator<Item = &(usize, Uid)>,
    ) -> Result<()> {
        let mut by_folder: HashMap<usize, Vec<Uid>> = HashMap::new();
        for (place, uid) in gone {
            by_folder.entry(*place).or_default().push(*uid);
        }
        for (place, folder) in layout.folders.iter().enumerate() {
            let Some(gone) = by_folder.remove(&place) else { continue };
            if let Some(memory) = self.memory.get_mut(&folder.name) {
                memory.stored.forget(&gone);
                memory.unreadable.retain(|uid, _| gone.binary_search(uid).is_err());
            }
            self.sink.batch(Batch { gone, ..self.batch(folder, true) }).await?;
        }
        Ok(())
    }

    fn key(&self, folder: &MaildirFolder) -> FolderKey {
        FolderKey { account: self.account.name.clone(), folder: folder.name.clone() }
    }

    fn batch(&self, folder: &MaildirFolder, complete: bool) -> Batch {
        Batch {
            covered: complete.then_some(COVERED),
            complete,
            ..Batch::of(self.key(folder), folder.role, VALIDITY)
        }
    }
}

/// File work away from the threads that wait for the network.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|cause| Error::failed("reading the Maildir was cut short").because(cause))
}
