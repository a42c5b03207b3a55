//! Puts the parts together: the one writer on its own thread, a task per account, the errands on
//! the event loop, which also feeds systemd's watchdog.

use std::future::pending;
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
use super::progress::Progress;
use super::wake;
use crate::book::prepare;
use crate::config::Config;
use crate::domain::text;
use crate::error::{Error, Kind, Result};
use crate::source::{Problems, Sink};
use crate::store::Store;

/// Reports that may wait for the disk; a batch holds some hundred messages.
const WAITING_REPORTS: usize = 6;
/// How often the watchdog is fed where nobody says how often it wants to be.
const UNWATCHED: Duration = Duration::from_secs(60);

/// What systemd is told while nothing but new mail is waited for.
const WATCHING: &str = "watching";

/// While nothing can be stored, so often it is tried.
const AGAIN: Duration = Duration::from_secs(10);

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

/// What the daemon does something about.
enum Event {
    Watchdog,
    Look,
    /// The writer has gone on; what there is to say.
    Progress(String),
    /// The writer has ended.
    Ended,
    /// What was full may have room again.
    Again,
}

/// The mailboxes while they are watched.
struct Watch {
    tasks: JoinSet<()>,
    writer: Writer,
    problems: watch::Receiver<Problems>,
}

impl Daemon {
    /// Watches every account until `shutdown` says so. Where nothing can be stored for now, waits
    /// and tells.
    ///
    /// # Errors
    /// When the database can't be opened, or not be written for good.
    pub async fn run(self, mut shutdown: watch::Receiver<bool>) -> Result<()> {
        let end = shutdown.clone();
        let mut watch = Some(self.watch(&end)?);
        let mut errands = self.errands(watch.as_ref());
        let mut again = tokio::time::interval(AGAIN);
        let mut status = WATCHING.to_owned();
        notify(&[sd_notify::NotifyState::Ready, sd_notify::NotifyState::Status(&status)]);
        info!("watching");
        let mut look_around = tokio::time::interval(self.clock.between_looks());
        look_around.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let patience = sd_notify::watchdog_enabled().unwrap_or(UNWATCHED);
        let mut watchdog = tokio::time::interval(patience / 2);
        loop {
            let event = tokio::select! {
                _ = shutdown.wait_for(|down| *down) => break,
                _ = watchdog.tick() => Event::Watchdog,
                _ = look_around.tick() => Event::Look,
                progress = progress(&mut watch) => progress.map_or(Event::Ended, Event::Progress),
                _ = again.tick(), if watch.is_none() => Event::Again,
            };
            let now = match event {
                Event::Watchdog => {
                    notify(&[sd_notify::NotifyState::Watchdog]);
                    None
                }
                Event::Look => None,
                Event::Progress(status) => {
                    errands.mail_came();
                    Some(status)
                }
                Event::Ended => {
                    let Some(ended) = watch.take() else { continue };
                    let Err(cause) = ended.end().await else { break };
                    if !passes(&cause) {
                        return Err(cause);
                    }
                    errands.tell("No mail can be stored", &cause).await;
                    again.reset();
                    Some(format!("waiting: {cause}"))
                }
                Event::Again => match self.watch_again(&end) {
                    Ok(begun) => {
                        info!("mail can be stored again");
                        errands.follow(begun.problems.clone(), begun.writer.progress.clone());
                        watch = Some(begun);
                        Some(WATCHING.to_owned())
                    }
                    Err(cause) if passes(&cause) => None,
                    Err(cause) => return Err(cause),
                },
            };
            let now = now.unwrap_or_else(|| status.clone());
            if status != now {
                notify(&[sd_notify::NotifyState::Status(&now)]);
                status = now;
            }
            tokio::select! {
                biased;
                () = errands.run_due() => {}
                () = end_of_patience(shutdown.clone()) => break,
            }
        }
        notify(&[sd_notify::NotifyState::Stopping]);
        match watch {
            Some(watch) => watch.end().await,
            None => Ok(()),
        }
    }

    /// Begins to watch all accounts.
    fn watch(&self, shutdown: &watch::Receiver<bool>) -> Result<Watch> {
        let Daemon { home, config, clock, .. } = self;
        let (intake, progress) = intake(home, config, *clock)?;
        let (sink, writer) = start_writer(intake, progress)?;
        let mut tasks = JoinSet::new();
        let (waker, wakes) = watch::channel(0);
        tasks.spawn(wake::look_out(waker));
        for account in config.accounts.clone() {
            let signals = (shutdown.clone(), wakes.clone());
            tasks.spawn(mailbox::keep_watching(account, sink.clone(), signals));
        }
        Ok(Watch { tasks, writer, problems: sink.problems() })
    }

    /// As soon as there is room: nobody is to be logged in to for nothing.
    fn watch_again(&self, shutdown: &watch::Receiver<bool>) -> Result<Watch> {
        Store::open(&self.home.data)?.find_room()?;
        self.watch(shutdown)
    }

    fn errands(&self, watch: Option<&Watch>) -> Errands {
        let Daemon { home, config, clock, outlet } = self;
        let (home, config, outlet) = (home.clone(), config.clone(), outlet.clone());
        let mut errands = Errands::new(home, config, *clock, outlet);
        if let Some(watch) = watch {
            errands.follow(watch.problems.clone(), watch.writer.progress.clone());
        }
        errands
    }
}

impl Watch {
    /// Stops watching, and stores what has come.
    async fn end(mut self) -> Result<()> {
        self.tasks.shutdown().await;
        self.writer.end().await
    }
}

/// What there is to say once the writer has gone on; `None` when it has ended. For ever where
/// nobody watches.
async fn progress(watch: &mut Option<Watch>) -> Option<String> {
    let Some(Watch { writer, .. }) = watch else { return pending().await };
    writer.progress.changed().await.ok()?;
    Some(status_line(&writer.progress.borrow_and_update()))
}

/// Whether the writer may go on later: somebody else holds the database, or fills the disk.
fn passes(cause: &Error) -> bool {
    matches!(cause.kind(), Kind::Temporary | Kind::NoRoom)
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
    let (sink, writer) = start_writer(intake.beside_daemon(), progress)?;
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
    Ok((Intake::new(store, config.clone(), clock, progress_sender, home.clone()), progress))
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
