//! The first connection: it checks the watched folder and waits in it for news, and reads the other
//! folders, too, where the server allows no second one or tells of all folders on this.

use std::sync::atomic::Ordering;

use tokio::time::{Instant, sleep, sleep_until};

use super::super::folders::Folder;
use super::super::idle::{self, Woken};
use super::super::reader::Reader;
use super::super::rounds::{Rounds, WATCHED};
use super::super::texts::{TextsLeft, read_texts};
use super::{Watcher, moment};
use crate::error::Result;

impl<'a> Watcher<'a> {
    /// Checks the watched folder and waits for news, again and again.
    pub(super) async fn stand_by(
        &self,
        reader: &mut Reader<'a>,
        watched: &mut Folder,
        rounds: &Rounds,
    ) -> Result<std::convert::Infallible> {
        let connection = reader.connection().await?;
        let mut idles = connection.offers("IDLE");
        let mut tells = idles && connection.offers("NOTIFY");
        let mut subscribed = 0;
        let mut look_at = Some(Instant::now());
        loop {
            let shared = rounds.shared.load(Ordering::Relaxed);
            let mut unread = shared && self.round(reader, rounds).await?;
            if look_at.is_some_and(|at| at <= Instant::now()) {
                self.look(reader, watched, rounds, WATCHED).await?;
                look_at = None;
            }
            self.catch_up(rounds, WATCHED).await?;
            if rounds.is_read() {
                let due = if shared { Some(rounds.next().await) } else { None };
                unread |= read_texts(reader, watched, due).await? == TextsLeft::GaveWay;
            }
            if unread {
                look_at = Some(Instant::now());
                continue;
            }
            let due = until_due(rounds, look_at);
            if tells && subscribed != reader.generation() {
                tells = self.subscribe(reader, rounds).await?;
                subscribed = reader.generation();
                look_at = Some(Instant::now());
                continue;
            }
            let announced = reader.take_announced();
            if !announced.is_empty() {
                if announced.iter().any(|name| watched.is_called(name)) {
                    look_at = sooner(look_at, watched.spacing.notified(None, Instant::now()));
                }
                rounds.mark_due(announced);
                continue;
            }
            if !idles {
                tokio::select! { () = due => {}, () = sleep(self.pace.inbox) => {} }
                look_at = Some(Instant::now());
                continue;
            }
            let connection = reader.connection().await?;
            let exists = connection.exists();
            if Some(exists) != watched.seen.view.map(|view| view.exists) && look_at.is_none() {
                look_at = Some(watched.spacing.notified(Some(exists), Instant::now()));
                continue;
            }
            idles = self.wait_in_idle(reader, watched, due).await?;
            look_at = Some(Instant::now());
        }
    }

    /// Waits in the watched folder for a change, or until something else is `due`. Whether the
    /// server still knows IDLE.
    async fn wait_in_idle(
        &self,
        reader: &mut Reader<'a>,
        watched: &mut Folder,
        due: impl Future<Output = ()>,
    ) -> Result<bool> {
        let connection = reader.connection().await?;
        let look_at_change = |exists| watched.spacing.notified(Some(exists), Instant::now());
        match idle::wait(connection, self.pace, look_at_change, due).await {
            Ok(Woken::Change | Woken::Time) => Ok(true),
            Ok(Woken::Refused) => Ok(false),
            // Not at once again, or the two of us would go round for nothing.
            Ok(Woken::Ended) => {
                let soon = Instant::now() + self.pace.backoff.0;
                sleep_until(watched.spacing.notified(None, Instant::now()).max(soon)).await;
                Ok(true)
            }
            Err(failure) => {
                reader.after(&failure);
                Err(failure.into())
            }
        }
    }

    /// Has the server tell of all folders. What came before that is looked for.
    async fn subscribe(&self, reader: &mut Reader<'a>, rounds: &Rounds) -> Result<bool> {
        let tells = match reader.subscribe().await {
            Ok(tells) => tells,
            Err(failure) => {
                reader.after(&failure);
                return Err(failure.into());
            }
        };
        if tells {
            rounds.mark_all_due();
        }
        rounds.notifies.store(tells, Ordering::Relaxed);
        Ok(tells)
    }
}

/// Waits until the connection is wanted for other folders, or it is time to look at the watched one.
async fn until_due(rounds: &Rounds, look_at: Option<Instant>) {
    let turn = async {
        match rounds.shared.load(Ordering::Relaxed) {
            true => sleep_until(rounds.next().await).await,
            false => rounds.turned.notified().await,
        }
    };
    tokio::select! {
        () = turn => {}
        () = moment(look_at) => {}
    }
}

fn sooner(one: Option<Instant>, other: Instant) -> Option<Instant> {
    Some(one.map_or(other, |one| one.min(other)))
}
