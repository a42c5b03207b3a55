//! An account that is kept watched: INBOX by IDLE on one connection, the other folders in rounds
//! on a second one, or between two waits on the same where the server allows only one or tells of
//! all folders on it (NOTIFY).
//!
//! A look at the folder follows every connection, every end of a wait and every turn of the
//! clock; what the server announces is only a reason to look sooner.

use std::future::pending;
use std::sync::atomic::Ordering;

use tokio::sync::watch::Receiver;
use tokio::time::{Duration, Instant, sleep, sleep_until};
use tracing::debug;

use super::backoff;
use super::check::check;
use super::failure::{Failure, is_passing};
use super::folders::Folder;
use super::idle::{self, Woken};
use super::pace::Pace;
use super::reader::{Reader, STEADY, random};
use super::rounds::{OTHERS, Rounds, WATCHED};
use super::session::Connector;
use super::texts::{TextsLeft, read_texts};
use crate::config::Account;
use crate::error::{Error, Kind, Result};
use crate::source::{AccountState, Problem, Role, Sink};

pub(super) struct Watcher<'a> {
    account: &'a Account,
    connector: &'a Connector<'a>,
    sink: &'a Sink,
    pace: &'a Pace,
}

impl<'a> Watcher<'a> {
    pub(super) fn new(
        account: &'a Account,
        connector: &'a Connector<'a>,
        sink: &'a Sink,
        pace: &'a Pace,
    ) -> Self {
        Watcher { account, connector, sink, pace }
    }

    /// Goes on for ever; the error says why that can't be. All connections are opened anew with
    /// each change of `wakes`.
    pub(super) async fn run(&self, mut wakes: Receiver<u32>) -> Error {
        let (mut failures, mut throttled) = (0, false);
        // A machine that sleeps misses nothing: this clock stands still meanwhile.
        let mut unreached: Option<Instant> = None;
        loop {
            wakes.mark_unchanged();
            let began = Instant::now();
            let mut reader = Reader::new(self.account, self.connector, self.sink, self.pace);
            let error = tokio::select! {
                Err(error) = self.follow(&mut reader) => error,
                () = woken(&mut wakes) => {
                    failures = if throttled { failures } else { 0 };
                    continue;
                }
            };
            // However well each connection began: a server that ends all of them has its reasons.
            failures = if began.elapsed() >= STEADY { 1 } else { failures + 1 };
            let connected = reader.has_connected();
            drop(reader);
            unreached = (!connected).then(|| unreached.unwrap_or(began));
            let lasts = unreached.is_some_and(|since| since.elapsed() >= self.pace.outage);
            if matches!(error.kind(), Kind::Usage | Kind::NoRoom | Kind::Failed) {
                return error;
            }
            throttled = is_passing(&error.to_string());
            let problem = Problem::of(&error).or_else(|| lasts.then(|| Problem::outage(&error)));
            // Out of reach, nobody knows whether it was mended.
            if connected || problem.is_some() {
                self.sink.problem(&self.account.name, problem);
            }
            let wait = match self.announce(&error, failures, connected).await {
                Ok(wait) => wait,
                Err(error) => return error,
            };
            let refused = error.kind() == Kind::LoginRefused;
            let patient = throttled || refused;
            tokio::select! {
                () = moment(wait.map(|wait| Instant::now() + wait)) => {}
                () = self.connector.renewed(self.pace.sign_in), if refused => failures = 0,
                () = woken(&mut wakes), if !patient => failures = 0,
            }
        }
    }

    /// Says what is wrong, and how long to wait before the next attempt; `None`: until the user
    /// does something about it.
    async fn announce(
        &self,
        error: &Error,
        failures: u32,
        connected: bool,
    ) -> Result<Option<Duration>> {
        let advice = error.advice().map(|advice| format!(" ({advice})")).unwrap_or_default();
        let refused = error.kind() == Kind::LoginRefused;
        if refused && self.connector.has_given_up() {
            let end = match self.connector.can_be_renewed() {
                true => "before a new sign-in or a restart",
                false => "before a restart",
            };
            let detail = format!("{error}{advice}; no further login is tried {end}");
            self.state(AccountState::AuthFailed, &detail).await?;
            return Ok(None);
        }
        let text = error.to_string();
        let wait = match error.kind() {
            Kind::LoginRefused | Kind::Config => self.pace.refused,
            _ => backoff::delay(self.pace.backoff, failures, random()),
        };
        let wait = wait.max(backoff::suggested(&text).unwrap_or_default());
        let state = match (refused, connected || is_passing(&text)) {
            (true, _) => AccountState::AuthFailed,
            (false, true) => AccountState::Backoff,
            (false, false) => AccountState::Offline,
        };
        let detail = format!("{text}{advice}; next attempt in {} s", wait.as_secs());
        self.state(state, &detail).await?;
        Ok(Some(wait))
    }

    async fn state(&self, state: AccountState, detail: &str) -> Result<()> {
        debug!(account = self.account.name, state = state.name(), detail, "account");
        self.sink.state(&self.account.name, state, detail).await
    }

    /// From one connection to its end.
    async fn follow(&self, reader: &mut Reader<'a>) -> Result<std::convert::Infallible> {
        self.state(AccountState::Syncing, "connecting").await?;
        let mut folders = reader.folders(self.account).await?;
        if folders.is_empty() {
            return Err(Error::config("the account has no folder to read"));
        }
        self.sink.problem(&self.account.name, None);
        let count = folders.len();
        self.state(AccountState::Syncing, &format!("reading {count} folders")).await?;
        let watched = |role| folders.iter().position(|folder| folder.role == role);
        let at = watched(Role::Inbox).or_else(|| watched(Role::All)).unwrap_or(0);
        let mut watched = folders.remove(at);
        let rounds = Rounds::of(folders);
        tokio::select! {
            end = self.stand_by(reader, &mut watched, &rounds) => end,
            end = self.patrol(&rounds) => end,
        }
    }

    /// Checks the watched folder and waits for news, again and again.
    async fn stand_by(
        &self,
        reader: &mut Reader<'a>,
        watched: &mut Folder,
        rounds: &Rounds,
    ) -> Result<std::convert::Infallible> {
        let link = reader.connection().await?;
        let mut idles = link.offers("IDLE");
        let mut tells = idles && link.offers("NOTIFY");
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
            let turn = async {
                match rounds.shared.load(Ordering::Relaxed) {
                    true => sleep_until(rounds.next().await).await,
                    false => rounds.turned.notified().await,
                }
            };
            let look = moment(look_at);
            let due = async {
                tokio::select! { () = turn => {}, () = look => {} }
            };
            if tells && subscribed != reader.generation() {
                tells = self.subscribe(reader, rounds).await?;
                subscribed = reader.generation();
                look_at = Some(Instant::now());
                continue;
            }
            let announced = reader.take_announced();
            if !announced.is_empty() {
                if announced.iter().any(|name| watched.is_called(name)) {
                    look_at = sooner(look_at, watched.spacing.poked(None, Instant::now()));
                }
                rounds.mark_due(announced);
                continue;
            }
            if !idles {
                tokio::select! { () = due => {}, () = sleep(self.pace.inbox) => {} }
                look_at = Some(Instant::now());
                continue;
            }
            let link = reader.connection().await?;
            let exists = link.exists();
            if Some(exists) != watched.seen.view.map(|view| view.exists) && look_at.is_none() {
                look_at = Some(watched.spacing.poked(Some(exists), Instant::now()));
                continue;
            }
            let look_at_change = |exists| watched.spacing.poked(Some(exists), Instant::now());
            match idle::wait(link, self.pace, look_at_change, due).await {
                Ok(Woken::Change | Woken::Time) => look_at = Some(Instant::now()),
                Ok(Woken::Refused) => (idles, look_at) = (false, Some(Instant::now())),
                // Not at once again, or the two of us would go round for nothing.
                Ok(Woken::Ended) => {
                    let soon = Instant::now() + self.pace.backoff.0;
                    sleep_until(watched.spacing.poked(None, Instant::now()).max(soon)).await;
                    look_at = Some(Instant::now());
                }
                Err(failure) => {
                    reader.after(&failure);
                    return Err(failure.into());
                }
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

    /// Reads the other folders on a connection of their own, as long as the server allows one.
    async fn patrol(&self, rounds: &Rounds) -> Result<std::convert::Infallible> {
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
    async fn round(&self, reader: &mut Reader<'a>, rounds: &Rounds) -> Result<bool> {
        let mut folders = rounds.folders.lock().await;
        let marked = rounds.take_marked();
        for (folder, due) in folders.iter_mut() {
            let is_marked =
                marked.as_ref().is_none_or(|names| names.iter().any(|name| folder.is_called(name)));
            if is_marked {
                *due = folder.spacing.poked(None, Instant::now()).min(*due);
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

    /// Checks a folder, and says so where it takes up history that rested.
    async fn look(
        &self,
        reader: &mut Reader<'a>,
        folder: &mut Folder,
        rounds: &Rounds,
        half: usize,
    ) -> Result<()> {
        if folder.seen.is_paused && reader.may_read_on().await? {
            folder.seen.is_paused = false;
            rounds.falls_back(half);
            self.state(AccountState::Syncing, "reading history on where it rested").await?;
        }
        check(reader, folder).await?;
        rounds.note(folder);
        Ok(())
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

    /// The account is watched once both halves have been read to the end.
    async fn catch_up(&self, rounds: &Rounds, half: usize) -> Result<()> {
        if let Some(detail) = rounds.caught_up(half, &self.connector.budget) {
            self.state(AccountState::Watching, &detail).await?;
            // The other half may have been waiting for this one to read texts.
            rounds.turned.notify_one();
            rounds.due_sooner.notify_one();
        }
        Ok(())
    }
}

fn sooner(one: Option<Instant>, other: Instant) -> Option<Instant> {
    Some(one.map_or(other, |one| one.min(other)))
}

/// Never, where there is none.
async fn moment(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => pending().await,
    }
}

/// Never, once nobody is left to say so.
async fn woken(wakes: &mut Receiver<u32>) {
    if wakes.changed().await.is_err() {
        pending().await
    }
}
