//! An account that is kept watched: INBOX by IDLE on one connection, the other folders in rounds
//! on a second one, or between two waits on the same where the server allows only one or tells of
//! all folders on it (NOTIFY).
//!
//! A look at the folder follows every connection, every end of a wait and every turn of the
//! clock; what the server announces is only a reason to look sooner.

use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use tokio::sync::watch::Receiver;
use tokio::time::{Duration, Instant, sleep_until};
use tracing::{debug, info, warn};

use super::backoff;
use super::check::check;
use super::failure::is_passing;
use super::folders::Folder;
use super::losses::STEADY;
use super::pace::Pace;
use super::reader::{Reader, random};
use super::rounds::Rounds;
use super::session::Connector;
use crate::config::Account;
use crate::error::{Error, Kind, Result};
use crate::source::{AccountState, Problem, Role, Sink};

mod going_round;
mod standing_by;

pub(super) struct Watcher<'a> {
    account: &'a Account,
    connector: &'a Connector<'a>,
    sink: &'a Sink,
    pace: &'a Pace,
    /// Out of reach, since a connection couldn't be had.
    is_out: AtomicBool,
}

impl<'a> Watcher<'a> {
    pub(super) fn new(
        account: &'a Account,
        connector: &'a Connector<'a>,
        sink: &'a Sink,
        pace: &'a Pace,
    ) -> Self {
        Watcher { account, connector, sink, pace, is_out: AtomicBool::new(false) }
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
            self.log_outage(connected, &error);
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
                true => "until you sign in again or restart",
                false => "until a restart",
            };
            let detail = format!("{error}{advice}; no more attempts {end}");
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
        let detail = format!("{text}{advice}");
        debug!(account = self.account.name, state = state.name(), detail, ?wait, "account");
        self.sink.pauses(&self.account.name, state, &detail, wait).await?;
        Ok(Some(wait))
    }

    /// Its beginning, once; a connection that ends and can be had anew is none.
    fn log_outage(&self, connected: bool, error: &Error) {
        let passes = matches!(error.kind(), Kind::Temporary | Kind::Untrusted);
        if passes && !connected && !self.is_out.swap(true, Relaxed) {
            warn!(account = self.account.name, "unreachable: {error}; will keep trying");
        }
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
        if self.is_out.swap(false, Relaxed) {
            info!(account = self.account.name, "reachable again");
        }
        let count = folders.len();
        self.state(AccountState::Syncing, &format!("reading {count} folders")).await?;
        let watched = |role| folders.iter().position(|folder| folder.role == role);
        let at = watched(Role::Inbox).or_else(|| watched(Role::All)).unwrap_or(0);
        let mut watched = folders.remove(at);
        let rounds = Rounds::of(folders);
        tokio::select! {
            end = self.stand_by(reader, &mut watched, &rounds) => end,
            end = self.go_round(&rounds) => end,
        }
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
