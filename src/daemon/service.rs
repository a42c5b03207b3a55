//! Puts the parts together: the one writer on its own thread, a task per account, the errands on
//! the event loop, which also feeds systemd's watchdog.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{info, warn};

use super::clock::Clock;
use super::errands::{Errands, Outlet};
use super::home::Home;
use super::intake::Intake;
use super::mailbox;
use super::measure::prepare;
use super::progress::Progress;
use super::wake;
use crate::config::Config;
use crate::domain::text;
use crate::error::{Error, Result};
use crate::source::Sink;
use crate::store::Store;

/// Reports that may wait for the disk; a batch holds some hundred messages.
const WAITING_REPORTS: usize = 6;
/// How often the watchdog is fed where nobody says how often it wants to be.
const UNWATCHED: Duration = Duration::from_secs(60);

/// What systemd is told while nothing but new mail is waited for.
const WATCHING: &str = "watching";

/// So long a delivery may go on after the end was asked for.
const LAST_DELIVERY: Duration = Duration::from_secs(1);

/// A daemon that runs until it is told to stop.
pub struct Daemon {
    pub home: Home,
    pub config: Config,
    pub clock: Clock,
    pub outlet: Outlet,
}

/// The writer's thread, and the way to it.
struct Writer {
    thread: JoinHandle<Result<()>>,
    progress: watch::Receiver<Progress>,
}

impl Daemon {
    /// Watches every account until `shutdown` says so.
    ///
    /// # Errors
    /// When the database can't be opened or written any more.
    pub async fn run(self, mut shutdown: watch::Receiver<bool>) -> Result<()> {
        let Daemon { home, config, clock, outlet } = self;
        let (intake, progress) = intake(&home, &config, clock)?;
        let (sink, writer) = start_writer(intake, progress)?;
        let mut watching = JoinSet::new();
        let (waker, wakes) = watch::channel(0);
        watching.spawn(wake::look_out(waker));
        for account in config.accounts.clone() {
            let signals = (shutdown.clone(), wakes.clone());
            watching.spawn(mailbox::keep_watching(account, sink.clone(), signals));
        }
        let problems = sink.problems();
        drop(sink);
        let mut progress = writer.progress.clone();
        let mut errands = Errands::new(home, config, clock, outlet, problems, progress.clone());
        let mut status = WATCHING.to_owned();
        notify(&[sd_notify::NotifyState::Ready, sd_notify::NotifyState::Status(&status)]);
        info!("watching");
        let mut look_around = tokio::time::interval(clock.between_looks());
        look_around.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let patience = sd_notify::watchdog_enabled().unwrap_or(UNWATCHED);
        let mut watchdog = tokio::time::interval(patience / 2);
        loop {
            tokio::select! {
                _ = shutdown.wait_for(|down| *down) => break,
                _ = watchdog.tick() => notify(&[sd_notify::NotifyState::Watchdog]),
                _ = look_around.tick() => {}
                changed = progress.changed() => {
                    if changed.is_err() {
                        break;
                    }
                    errands.mail_came();
                    let now = status_line(&progress.borrow_and_update());
                    if status != now {
                        notify(&[sd_notify::NotifyState::Status(&now)]);
                        status = now;
                    }
                }
            }
            tokio::select! {
                biased;
                () = errands.run_due() => {}
                () = end_of_patience(shutdown.clone()) => break,
            }
        }
        notify(&[sd_notify::NotifyState::Stopping]);
        watching.shutdown().await;
        writer.end().await
    }
}

/// Runs the daemon for systemd or in a terminal, until SIGTERM or SIGINT.
///
/// # Errors
/// `Config` without an account to watch; else those of [`Daemon::run`].
pub async fn run(daemon: Daemon) -> Result<()> {
    daemon.config.require_account()?;
    let Some(_lock) = daemon.home.lock()? else {
        info!("another requite already watches this home; nothing to do");
        return Ok(());
    };
    let (stop, shutdown) = watch::channel(false);
    let cannot = |cause| Error::failed("cannot wait for signals").because(cause);
    let mut terminate = signal(SignalKind::terminate()).map_err(cannot)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(cannot)?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        let _ = stop.send(true);
    });
    daemon.run(shutdown).await
}

/// One complete pass over every account; delivers nothing. Beside a daemon it also says nothing of
/// how the accounts are doing.
///
/// # Errors
/// `Config` without an account; the first account's that failed, once all have been tried.
pub async fn sync(
    home: &Home,
    config: &Config,
    clock: Clock,
    mut tell: impl FnMut(&Progress),
) -> Result<()> {
    config.require_account()?;
    let (intake, progress) = intake(home, config, clock)?;
    let (sink, writer) = start_writer(intake.beside_daemon_of(home), progress)?;
    let accounts = Arc::new(config.accounts.clone());
    let reading = tokio::spawn(async move {
        let mut first_error = None;
        for account in accounts.iter() {
            match mailbox::sync(account, &sink).await {
                Ok(left) => mailbox::report_success(account, &sink, &left).await,
                Err(cause) => {
                    warn!(account = account.name, "{cause}");
                    mailbox::report_failure(account, &sink, &cause).await;
                    first_error.get_or_insert(cause);
                }
            }
        }
        first_error.map_or(Ok(()), Err)
    });
    let mut progress = writer.progress.clone();
    while progress.changed().await.is_ok() {
        tell(&progress.borrow_and_update());
    }
    let read = reading.await.map_err(|cause| Error::failed("reading failed").because(cause))?;
    // What the writer says explains why the sources were cut off.
    writer.end().await?;
    read
}

/// The one writer, before it takes anything, and where its progress will be seen.
fn intake(
    home: &Home,
    config: &Config,
    clock: Clock,
) -> Result<(Intake, watch::Receiver<Progress>)> {
    let store = Store::open(&home.data)?;
    prepare(&store, config)?;
    for file in config.holidays.iter().filter(|file| file.holidays.skipped > 0) {
        let events = text::count(file.holidays.skipped as u64, "event", "events");
        warn!("{events} of {} left out: not understood", file.path.display());
    }
    let (progress_sender, progress) = watch::channel(Progress::default());
    Ok((Intake::new(store, config.clone(), clock, progress_sender), progress))
}

fn start_writer(intake: Intake, progress: watch::Receiver<Progress>) -> Result<(Sink, Writer)> {
    let (sink, reports) = Sink::bounded(WAITING_REPORTS);
    let thread = std::thread::Builder::new()
        .name("intake".into())
        .spawn(move || intake.run(reports))
        .map_err(|cause| Error::failed("cannot start the writer").because(cause))?;
    Ok((sink, Writer { thread, progress }))
}

impl Writer {
    async fn end(self) -> Result<()> {
        let ended = tokio::task::spawn_blocking(move || self.thread.join()).await;
        match ended {
            Ok(Ok(result)) => result,
            _ => Err(Error::failed("the writer failed unexpectedly").hint("please report this")),
        }
    }
}

/// Ends some time after `shutdown` says so: what is being delivered can still finish, but a server
/// that doesn't answer keeps nobody waiting.
async fn end_of_patience(mut shutdown: watch::Receiver<bool>) {
    // Without anybody left to say so, it is the same.
    let _ = shutdown.wait_for(|down| *down).await;
    tokio::time::sleep(LAST_DELIVERY).await;
}

/// What `systemctl status` shows.
fn status_line(progress: &Progress) -> String {
    match (&progress.history, &progress.texts) {
        (Some(history), _) => format!("reading history: {history}"),
        (None, Some(texts)) => format!("reading texts: {texts}"),
        (None, None) => WATCHING.to_owned(),
    }
}

/// systemd may not be there at all.
fn notify(state: &[sd_notify::NotifyState<'_>]) {
    let _ = sd_notify::notify(state);
}
