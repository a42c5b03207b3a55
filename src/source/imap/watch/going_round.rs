//! The other folders: checked in rounds on a second connection, as long as the server allows one.

use std::future::pending;
use std::sync::atomic::Ordering;

use tokio::time::{Instant, sleep, sleep_until};
use tracing::debug;

use super::super::backoff;
use super::super::failure::Failure;
use super::super::folders::Folder;
use super::super::losses::STEADY;
use super::super::reader::{Reader, random};
use super::super::rounds::{OTHERS, Rounds};
use super::super::texts::{TextsLeft, read_texts};
use super::Watcher;
use crate::error::{Kind, Result};
use crate::source::Role;

impl<'a> Watcher<'a> {
    /// Reads the other folders on a connection of their own, as long as the server allows one.
    pub(super) async fn go_round(&self, rounds: &Rounds) -> Result<std::convert::Infallible> {
        if rounds.folders.lock().await.is_empty() {
            return pending().await;
        }
        let mut failures = 0;
        loop {
            let mut reader =
                Reader::new(self.account, self.connector, self.sink, self.pace).second();
            let began = Instant::now();
            let Err(error) = self.walk(&mut reader, rounds).await;
            let for_good = [Kind::Config, Kind::Usage, Kind::NoRoom, Kind::Failed];
            if for_good.contains(&error.kind()) {
                return Err(error);
            }
            debug!(account = self.account.name, %error, "the second connection ended");
            failures = if began.elapsed() >= STEADY { 1 } else { failures + 1 };
            let refused = !reader.has_connected() || failures > 2;
            drop(reader);
            if refused {
                rounds.shared.store(true, Ordering::Relaxed);
                rounds.turned.notify_one();
                sleep(self.pace.second).await;
                rounds.shared.store(false, Ordering::Relaxed);
            } else {
                sleep(backoff::delay(self.pace.backoff, failures, random())).await;
            }
        }
    }

    async fn walk(
        &self,
        reader: &mut Reader<'a>,
        rounds: &Rounds,
    ) -> Result<std::convert::Infallible> {
        loop {
            if self.round(reader, rounds).await? {
                continue;
            }
            if rounds.notifies.load(Ordering::Relaxed) {
                reader.log_out().await;
                rounds.shared.store(true, Ordering::Relaxed);
                rounds.turned.notify_one();
                return pending().await;
            }
            tokio::select! {
                () = sleep_until(rounds.next().await) => {}
                () = rounds.due_sooner.notified() => {}
            }
        }
    }

    /// Checks every folder that is due, and then reads texts for a while; whether some are left.
    pub(super) async fn round(&self, reader: &mut Reader<'a>, rounds: &Rounds) -> Result<bool> {
        let mut folders = rounds.folders.lock().await;
        let marked = rounds.take_marked();
        for (folder, due) in folders.iter_mut() {
            let is_marked =
                marked.as_ref().is_none_or(|names| names.iter().any(|name| folder.is_called(name)));
            if is_marked {
                *due = folder.spacing.notified(None, Instant::now()).min(*due);
            }
            if *due > Instant::now() {
                continue;
            }
            if !self.is_unchanged(reader, folder).await? {
                self.look(reader, folder, rounds, OTHERS).await?;
            }
            let sent = folder.role == Role::Sent;
            *due = Instant::now() + if sent { self.pace.sent } else { self.pace.others };
        }
        self.catch_up(rounds, OTHERS).await?;
        let due = Instant::now() + self.pace.texts;
        for (folder, _) in folders.iter_mut().filter(|_| rounds.is_read()) {
            if read_texts(reader, folder, Some(due)).await? == TextsLeft::GaveWay {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the folder's counters spare the look into it.
    async fn is_unchanged(&self, reader: &mut Reader<'a>, folder: &Folder) -> Result<bool> {
        let Some(seen) = folder.seen.view else { return Ok(false) };
        // A server may refuse STATUS of the open folder, or answer from memory (RFC 3501 §6.3.10).
        let known = self.sink.known(&folder.key).await?;
        if known.reconcile_due
            || reader.has_open(folder)
            || folder.seen.awaits(self.pace.hidden, Instant::now())
            || !self.sink.watched(&folder.key).await?.is_empty()
            || folder.seen.is_paused && reader.may_read_on().await?
        {
            return Ok(false);
        }
        match reader.status(folder).await {
            Ok(view) => Ok(view == seen && view.uidvalidity > 0),
            Err(Failure::Refused(_)) => Ok(false),
            Err(failure) => {
                reader.after(&failure);
                Err(failure.into())
            }
        }
    }
}
