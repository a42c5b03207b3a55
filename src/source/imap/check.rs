//! One look into one folder: what is new, what is missing of the past, what has changed.
//!
//! Owns the folder and its cover for as long as that takes; what it finds goes to the sink.

use std::collections::BTreeSet;

use tokio::time::Instant;
use tracing::warn;

use super::cover::Cover;
use super::exec::Connection;
use super::failure::Failure;
use super::fetch::{Chunk, Flight, Form};
use super::folders::{Folder, View};
use super::reader::{Reader, SearchResult};
use crate::error::Result;
use crate::source::{Batch, FolderState, Role};

/// Tries per check before the account is left alone for a while.
const TRIES: u32 = 3;

/// Reads everything that this folder has and that isn't covered yet.
///
/// # Errors
/// `Temporary` where the server gives nothing for now; those of the sink.
pub(super) async fn check(reader: &mut Reader<'_>, folder: &mut Folder) -> Result<()> {
    let mut tries = 1;
    loop {
        let failure = match attempt(reader, folder).await {
            Ok(()) => return Ok(()),
            Err(failure) => failure,
        };
        reader.after(&failure);
        if failure.is_forbidden() && folder.role != Role::Inbox {
            let (name, why) = (&folder.key.folder, failure.words());
            warn!(account = folder.key.account, folder = name, why, "a folder stays unread");
            return Ok(());
        }
        reader.losses.bearable()?;
        if failure.is_hopeless() || tries == TRIES {
            return Err(failure.into());
        }
        tries += 1;
    }
}

async fn attempt(reader: &mut Reader<'_>, folder: &mut Folder) -> Result<(), Failure> {
    while !Check::begin(reader, folder).await?.run().await? {}
    Ok(())
}

pub(super) struct Check<'c, 'a> {
    pub reader: &'c mut Reader<'a>,
    pub folder: &'c mut Folder,
    pub cover: Cover,
    /// The folder as it looked when the check began.
    pub view: View,
    known: FolderState,
}

impl<'c, 'a> Check<'c, 'a> {
    /// Opens the folder, and takes up what earlier runs left.
    async fn begin(
        reader: &'c mut Reader<'a>,
        folder: &'c mut Folder,
    ) -> Result<Check<'c, 'a>, Failure> {
        let view = reader.examine(folder).await?;
        let known = reader.sink.known(&folder.key).await?;
        let mut cover = Cover::resumed(&known, view, folder.seen.renumbered);
        if cover.uidvalidity != known.uidvalidity {
            folder.seen = Default::default();
        }
        folder.seen.renumbered |= view.uidvalidity == 0;
        let limit = reader.connection().await?.message_limit();
        folder.seen.partial = limit.is_some_and(|limit| view.exists >= limit);
        cover.partial = folder.seen.partial;
        cover.complete &= !cover.partial;
        cover.is_paused = folder.seen.is_paused;
        Ok(Check { reader, folder, cover, view, known })
    }

    /// `false`: something changed meanwhile, and the folder has to be looked at again.
    async fn run(mut self) -> Result<bool, Failure> {
        // Lost with any failure: then what was read last is not known for sure.
        let mut tail = self.folder.seen.tail.take();
        let begins = self.cover.interval.is_none();
        let counted = self.folder.seen.counted.take().or(begins.then_some(0));
        let comparable = self.known.complete && tail.is_some();
        let mut grown = 0;
        if self.must_look_at_tail(tail.as_ref()) {
            (tail, grown) = self.late(tail).await?;
        }
        let whole = self.read_all().await?;
        let (seen, cover) = (&mut self.folder.seen, &mut self.cover);
        seen.is_paused = cover.is_paused;
        seen.counted = counted.map(|before| before + grown + i64::from(cover.added));
        let tail = seen.tail.insert(tail.unwrap_or_default());
        tail.append(&mut cover.fresh);
        *tail = tail.split_off(&cover.newest());
        if !whole {
            return Ok(false);
        }
        let doubts = comparable && seen.doubts(self.view, self.reader.pace.doubt, Instant::now());
        if self.known.reconcile_due || doubts {
            self.folder.seen.counted = Some(self.reconcile().await?);
        }
        self.watched().await?;
        let (now, complete) = (Instant::now(), self.cover.complete);
        self.folder.seen.looked(self.view, complete, now);
        let found_mail = self.cover.added > 0 || grown > 0;
        self.folder.spacing.looked(found_mail, self.view.exists, now);
        Ok(true)
    }

    /// Whether messages may have come in, or gone, among the newest.
    fn must_look_at_tail(&self, tail: Option<&BTreeSet<u32>>) -> bool {
        let seen = &self.folder.seen;
        let awaits = seen.awaits(self.reader.pace.hidden, Instant::now());
        seen.view != Some(self.view) || tail.is_none() || awaits
    }

    /// The connection with the folder open.
    pub(super) async fn opened(&mut self) -> Result<&mut Connection, Failure> {
        self.reader.opened(self.folder).await
    }

    pub(super) async fn search(
        &mut self,
        set: &str,
        ends: (u32, u32),
        flight: &mut Flight,
    ) -> Result<SearchResult, Failure> {
        self.reader.search(self.folder, set, ends, flight).await
    }

    pub(super) async fn fetch(&mut self, uids: &[u32], form: Form) -> (Chunk, Result<(), Failure>) {
        self.reader.fetch(self.folder, uids, form).await
    }

    /// Gives the sink a batch; unless `fill` says otherwise, the interval stays.
    pub(super) async fn hand_over(&mut self, fill: impl FnOnce(&mut Batch)) -> Result<(), Failure> {
        let Folder { key, role, .. } = &*self.folder;
        let mut batch = Batch {
            complete: self.cover.complete,
            fetched: self.reader.take_received(),
            ..Batch::of(key.clone(), *role, self.cover.uidvalidity)
        };
        fill(&mut batch);
        Ok(self.reader.sink.batch(batch).await?)
    }
}
