//! One folder brought up to date: what is new first, then the past from newest to oldest.
//!
//! The covered interval moves only over messages that came with a header, were found to be gone,
//! or were put aside with a reason; it never runs ahead of what the sink was given.

use super::check::Check;
use super::failure::Failure;
use super::fetch::{self, Chunk, Flight, Form};
use super::window::{Way, Windows, cut};

/// FETCH commands that wait for their replies at once, so that the wire is never idle.
const AHEAD: usize = 3;

impl Check<'_, '_> {
    /// `false`: something changed meanwhile, and the folder has to be looked at again.
    pub(super) async fn read_all(&mut self) -> Result<bool, Failure> {
        let top = self.view.uidnext.saturating_sub(1);
        if top == 0 {
            if !self.cover.complete {
                self.cover.complete = true;
                self.hand_over(|_| ()).await?;
            }
            return Ok(true);
        }
        // A folder that was empty is complete only until its first message comes.
        self.cover.complete &= self.cover.interval.is_some();
        let whole = self.cover.interval.is_none_or(|(_, high)| high >= top)
            || self.stretch(Way::Up).await?;
        Ok(whole && (self.cover.complete || self.stretch(Way::Down).await?))
    }

    /// Reads on from one end of the interval. `false` as in [`read_all`](Self::read_all).
    async fn stretch(&mut self, way: Way) -> Result<bool, Failure> {
        let mut flight = Flight::default();
        let failure = match self.fly(way, &mut flight).await {
            Err(failure @ (Failure::Lost(_) | Failure::Unreadable(_))) => failure,
            other => return other,
        };
        self.reader.after(&failure);
        // The first chunk whose reply isn't complete is where it broke.
        let Some(chunk) = flight.pop() else { return Err(failure) };
        self.salvage_and_store(way, chunk).await?;
        Ok(false)
    }

    async fn fly(&mut self, way: Way, flight: &mut Flight) -> Result<bool, Failure> {
        let limit = self.reader.connection().await?.message_limit();
        let mut windows = Windows::of(way, self.cover.interval, self.view, limit);
        let mut disturbed = false;
        'windows: while let Some(window) = windows.current().filter(|_| !disturbed) {
            if self.must_pause(way, flight).await? {
                break;
            }
            let set = format!("{}:{}", window.0, window.1);
            let there = self.search(&set, window, flight).await?.uids;
            windows.advance(there.len());
            for chunk in cut(there, Form::Fields.chunk(), window, way) {
                if self.must_pause(way, flight).await? {
                    break 'windows;
                }
                self.ask_for(chunk, flight).await?;
                while flight.len() > AHEAD {
                    self.land(way, flight).await?;
                }
            }
            // New mail doesn't wait until years of old mail are read.
            disturbed = self.reader.connection().await?.exists() != self.view.exists;
        }
        while flight.len() > 0 {
            self.land(way, flight).await?;
        }
        Ok(!disturbed)
    }

    /// Asks for the messages of a chunk; one without any is there only for how far it reaches.
    async fn ask_for(&mut self, chunk: Chunk, flight: &mut Flight) -> Result<(), Failure> {
        let tag = match chunk.range() {
            Some(range) => {
                let command = fetch::command(&range, Form::Fields);
                Some(self.opened().await?.send(&command).await?)
            }
            None => None,
        };
        flight.push(tag, chunk);
        Ok(())
    }

    /// Whether the past waits for another day; once it does, until it is said that it goes on.
    async fn must_pause(&mut self, way: Way, flight: &Flight) -> Result<bool, Failure> {
        if !self.cover.may_pause(way, flight.len()) {
            return Ok(false);
        }
        self.cover.is_paused = self.cover.is_paused || !self.reader.may_read_on().await?;
        Ok(self.cover.is_paused)
    }

    /// Waits for the first chunk in flight and stores it.
    async fn land(&mut self, way: Way, flight: &mut Flight) -> Result<(), Failure> {
        if let Some(tag) = flight.take_first_tag() {
            let connection = self.reader.connection().await?;
            match connection.finish(&tag, |response| flight.route(response)).await {
                Err(failure) if failure.is_meant() => {}
                outcome => outcome?,
            }
        }
        if flight.first().is_some_and(|chunk| !chunk.missing().is_empty()) {
            self.settle(flight).await?;
        }
        let Some(chunk) = flight.pop() else { return Ok(()) };
        if chunk.missing().is_empty() {
            return self.store(way, chunk).await;
        }
        let salvaged = self.salvage_and_store(way, chunk).await;
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
            let connection = self.reader.connection().await?;
            match connection.finish(&tag, |response| flight.route(response)).await {
                Ok(()) | Err(Failure::Refused(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }

    async fn salvage_and_store(&mut self, way: Way, mut chunk: Chunk) -> Result<(), Failure> {
        let missing = chunk.missing();
        let mails = chunk.take_mails();
        if !mails.is_empty() {
            self.reader.losses.progressed();
            self.hand_over(|batch| batch.mails = mails).await?;
        }
        self.salvage(missing).await?;
        self.store(way, chunk).await
    }

    async fn store(&mut self, way: Way, mut chunk: Chunk) -> Result<(), Failure> {
        self.cover.grow(way, &chunk);
        let (mails, interval) = (chunk.take_mails(), self.cover.interval);
        let more = way == Way::Down && !self.cover.complete;
        let history_of = more.then_some(self.cover.exists);
        self.reader.losses.progressed();
        self.hand_over(|batch| {
            batch.mails = mails;
            batch.history_of = history_of;
            batch.covered = interval.map(|(low, high)| (low.into(), high.into()));
        })
        .await
    }
}
