//! One folder brought up to date: what is new first, then the past from newest to oldest.
//!
//! The covered interval moves only over messages that came with a header, were found to be gone,
//! or were put aside with a reason; it never runs ahead of what the sink was given.

use std::collections::BTreeSet;

use tokio::time::Instant;
use tracing::warn;

use super::failure::Failure;
use super::fetch::{self, Chunk, Flight, Form};
use super::folders::{Folder, View};
use super::reader::Reader;
use super::window::{Way, cut, first_width, next_width};
use crate::error::Result;
use crate::source::{Batch, FolderState, Role};

/// FETCH commands that wait for their replies at once, so that the wire is never idle.
const AHEAD: usize = 3;
/// The newest UIDs are looked at again at each change, for messages that became visible late.
const TAIL: u32 = 200;
/// Tries per check before the account is left alone for a while.
const TRIES: u32 = 3;

/// How far a folder is read.
#[derive(Debug, Clone)]
pub(super) struct Cover {
    /// The server's UIDVALIDITY in the lower half. The upper half counts how often the server
    /// broke its promise that a UID means one message for ever, without changing UIDVALIDITY.
    pub uidvalidity: u64,
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
    pub rests: bool,
}

impl Cover {
    /// What earlier runs leave to be done, now that the folder looks like this.
    fn resumed(known: &FolderState, view: View, renumbered: bool) -> Cover {
        let (breaches, validity) = (known.uidvalidity >> 32, known.uidvalidity & 0xffff_ffff);
        let fresh = |breaches: u64| Cover {
            uidvalidity: (breaches << 32) | u64::from(view.uidvalidity),
            interval: None,
            complete: false,
            partial: false,
            fresh: BTreeSet::new(),
            added: 0,
            exists: view.exists,
            rests: false,
        };
        if view.uidvalidity == 0 && !renumbered {
            return fresh(breaches + 1);
        }
        if known.uidvalidity == 0 || validity != u64::from(view.uidvalidity) {
            return fresh(breaches);
        }
        if known.covered.is_some_and(|(_, high)| u64::from(view.uidnext) <= high) {
            return fresh(breaches + 1);
        }
        let uid = |uid: u64| u32::try_from(uid).unwrap_or(u32::MAX);
        Cover {
            interval: known.covered.map(|(low, high)| (uid(low), uid(high))),
            complete: known.complete,
            ..fresh(breaches)
        }
    }

    fn grow(&mut self, way: Way, chunk: &Chunk) {
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
}

impl Reader<'_> {
    /// Reads everything that this folder has and that isn't covered yet.
    pub(super) async fn check(&mut self, folder: &mut Folder) -> Result<()> {
        let mut tries = 1;
        loop {
            let failure = match self.attempt(folder).await {
                Ok(()) => return Ok(()),
                Err(failure) => failure,
            };
            self.after(&failure);
            if failure.is_forbidden() && folder.role != Role::Inbox {
                let (name, why) = (&folder.key.folder, failure.words());
                warn!(account = folder.key.account, folder = name, why, "a folder stays unread");
                return Ok(());
            }
            self.goes_on()?;
            let hopeless = matches!(failure, Failure::House(_)) || failure.is_passing();
            if hopeless || tries == TRIES {
                return Err(failure.into());
            }
            tries += 1;
        }
    }

    async fn attempt(&mut self, folder: &mut Folder) -> Result<(), Failure> {
        loop {
            let view = self.examine(folder).await?;
            let known = self.sink.known(&folder.key).await?;
            let mut cover = Cover::resumed(&known, view, folder.seen.renumbered);
            if cover.uidvalidity != known.uidvalidity {
                folder.seen = Default::default();
            }
            folder.seen.renumbered |= view.uidvalidity == 0;
            let limit = self.link().await?.message_limit();
            folder.seen.partial = limit.is_some_and(|limit| view.exists >= limit);
            cover.partial = folder.seen.partial;
            cover.complete &= !cover.partial;
            cover.rests = folder.seen.rests;
            // Lost with any failure: then what was read last is not known for sure.
            let mut tail = folder.seen.tail.take();
            let counted = folder.seen.counted.take().or(cover.interval.is_none().then_some(0));
            let comparable = known.complete && tail.is_some();
            let mut grown = 0;
            let awaits = folder.seen.awaits(self.pace.hidden);
            if folder.seen.view != Some(view) || tail.is_none() || awaits {
                (tail, grown) = self.late(folder, &cover, tail).await?;
            }
            let whole = self.read_all(folder, &mut cover, view).await?;
            folder.seen.rests = cover.rests;
            folder.seen.counted = counted.map(|before| before + grown + i64::from(cover.added));
            let tail = folder.seen.tail.insert(tail.unwrap_or_default());
            tail.append(&mut cover.fresh);
            *tail = tail.split_off(&cover.newest());
            if !whole {
                continue;
            }
            if known.reconcile_due || comparable && folder.seen.doubts(view, self.pace.doubt) {
                folder.seen.counted = Some(self.reconcile(folder, &cover).await?);
            }
            self.watched(folder, &cover).await?;
            folder.seen.looked(view, cover.complete);
            let found_mail = cover.added > 0 || grown > 0;
            folder.spacing.looked(found_mail, view.exists, Instant::now());
            return Ok(());
        }
    }

    /// `false`: something changed meanwhile, and the folder has to be looked at again.
    async fn read_all(
        &mut self,
        folder: &Folder,
        cover: &mut Cover,
        view: View,
    ) -> Result<bool, Failure> {
        let top = view.uidnext.saturating_sub(1);
        if top == 0 {
            if !cover.complete {
                cover.complete = true;
                self.hand_over(folder, cover, |_| ()).await?;
            }
            return Ok(true);
        }
        // A folder that was empty is complete only until its first message comes.
        cover.complete &= cover.interval.is_some();
        let whole = cover.interval.is_none_or(|(_, high)| high >= top)
            || self.stretch(folder, cover, view, Way::Up).await?;
        Ok(whole && (cover.complete || self.stretch(folder, cover, view, Way::Down).await?))
    }

    /// Reads on from one end of the interval. `false` as in [`read_all`](Self::read_all).
    async fn stretch(
        &mut self,
        folder: &Folder,
        cover: &mut Cover,
        view: View,
        way: Way,
    ) -> Result<bool, Failure> {
        let mut flight = Flight::default();
        let failure = match self.fly(folder, cover, view, way, &mut flight).await {
            Err(failure @ (Failure::Lost(_) | Failure::Unreadable(_))) => failure,
            other => return other,
        };
        self.after(&failure);
        // The first chunk whose reply isn't complete is where it broke.
        let Some(chunk) = flight.pop() else { return Err(failure) };
        self.salvage_and_store(folder, cover, way, chunk).await?;
        Ok(false)
    }

    async fn fly(
        &mut self,
        folder: &Folder,
        cover: &mut Cover,
        view: View,
        way: Way,
        flight: &mut Flight,
    ) -> Result<bool, Failure> {
        let mut next = match (way, cover.interval) {
            (Way::Up, Some((_, high))) => high.saturating_add(1),
            (_, None) => view.uidnext.saturating_sub(1),
            (Way::Down, Some((low, _))) => low.saturating_sub(1),
        };
        let top = view.uidnext.saturating_sub(1);
        let limit = self.link().await?.message_limit();
        let mut width = first_width(view.exists, limit);
        let mut disturbed = false;
        'windows: while !disturbed && (1..=top).contains(&next) {
            if self.must_rest(cover, way, flight).await? {
                break;
            }
            let window = match way {
                Way::Up => (next, next.saturating_add(width - 1).min(top)),
                Way::Down => (next.saturating_sub(width - 1).max(1), next),
            };
            let set = format!("{}:{}", window.0, window.1);
            let there = self.search(folder, &set, window, flight).await?.uids;
            width = next_width(view.exists, limit, width, there.len());
            for chunk in cut(there, Form::Fields.chunk(), window, way) {
                if self.must_rest(cover, way, flight).await? {
                    break 'windows;
                }
                let tag = match chunk.range() {
                    Some(range) => {
                        let command = fetch::command(&range, Form::Fields);
                        Some(self.opened(folder).await?.send(&command).await?)
                    }
                    None => None,
                };
                flight.push(tag, chunk);
                while flight.len() > AHEAD {
                    self.land(folder, cover, way, flight).await?;
                }
            }
            next = match way {
                Way::Up => window.1.saturating_add(1),
                Way::Down => window.0 - 1,
            };
            // New mail doesn't wait until years of old mail are read.
            disturbed = self.link().await?.exists() != view.exists;
        }
        while flight.len() > 0 {
            self.land(folder, cover, way, flight).await?;
        }
        Ok(!disturbed)
    }

    /// Whether the past has to wait; once it rests, until it is said that it goes on. The newest
    /// messages of a folder don't: only from there on can it be watched.
    async fn must_rest(
        &mut self,
        cover: &mut Cover,
        way: Way,
        flight: &Flight,
    ) -> Result<bool, Failure> {
        let begins = cover.interval.is_none() && flight.len() == 0;
        if way == Way::Up || begins {
            return Ok(false);
        }
        cover.rests = cover.rests || !self.may_read_on().await?;
        Ok(cover.rests)
    }

    /// Waits for the first chunk in flight and stores it.
    async fn land(
        &mut self,
        folder: &Folder,
        cover: &mut Cover,
        way: Way,
        flight: &mut Flight,
    ) -> Result<(), Failure> {
        if let Some(tag) = flight.take_first_tag() {
            let link = self.link().await?;
            match link.finish(&tag, |response| flight.route(response)).await {
                Err(failure) if failure.is_meant() => {}
                outcome => outcome?,
            }
        }
        if flight.first().is_some_and(|chunk| !chunk.missing().is_empty()) {
            self.settle(flight).await?;
        }
        let Some(chunk) = flight.pop() else { return Ok(()) };
        if chunk.missing().is_empty() {
            return self.store(folder, cover, way, chunk).await;
        }
        let salvaged = self.salvage_and_store(folder, cover, way, chunk).await;
        if salvaged.is_err() {
            // What follows must not be stored over the gap.
            flight.clear();
        }
        salvaged
    }

    /// Reads all replies that are still to come, so that other commands can be run, even on
    /// another connection. What a refused one left out is missing from its chunk.
    async fn settle(&mut self, flight: &mut Flight) -> Result<(), Failure> {
        for tag in flight.take_tags() {
            let link = self.link().await?;
            match link.finish(&tag, |response| flight.route(response)).await {
                Ok(()) | Err(Failure::Refused(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }

    async fn salvage_and_store(
        &mut self,
        folder: &Folder,
        cover: &mut Cover,
        way: Way,
        mut chunk: Chunk,
    ) -> Result<(), Failure> {
        let missing = chunk.missing();
        let mails = chunk.take_mails();
        if !mails.is_empty() {
            self.has_progressed();
            self.hand_over(folder, cover, |batch| batch.mails = mails).await?;
        }
        self.salvage(folder, cover, missing).await?;
        self.store(folder, cover, way, chunk).await
    }

    async fn store(
        &mut self,
        folder: &Folder,
        cover: &mut Cover,
        way: Way,
        mut chunk: Chunk,
    ) -> Result<(), Failure> {
        cover.grow(way, &chunk);
        let (mails, interval) = (chunk.take_mails(), cover.interval);
        let more = way == Way::Down && !cover.complete;
        let history_of = more.then_some(cover.exists);
        self.has_progressed();
        self.hand_over(folder, cover, |batch| {
            batch.mails = mails;
            batch.history_of = history_of;
            batch.covered = interval.map(|(low, high)| (low.into(), high.into()));
        })
        .await
    }

    /// Gives the sink a batch; unless `fill` says otherwise, the interval stays.
    pub(super) async fn hand_over(
        &mut self,
        folder: &Folder,
        cover: &Cover,
        fill: impl FnOnce(&mut Batch),
    ) -> Result<(), Failure> {
        let mut batch = Batch {
            complete: cover.complete,
            fetched: self.take_received(),
            ..Batch::of(folder.key.clone(), folder.role, cover.uidvalidity)
        };
        fill(&mut batch);
        Ok(self.sink.batch(batch).await?)
    }
}
