//! The daemon: sleeps until something falls due or happens, and then lets the others do it.
//!
//! Polls nothing; feeds systemd's watchdog where there is one.

use std::future::pending;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tracing::info;

use super::alarm::Alarm;
use super::clock::{Clock, after};
use super::configuration::Configuration;
use super::errands::{Errands, Outlet};
use super::file_changes::FileChanges;
use super::home::Home;
use super::mailboxes::Mailboxes;
use super::progress::Progress;
use crate::config::Config;
use crate::error::{Error, Kind, Result};
use crate::store::Store;

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

/// What the daemon does something about.
enum Event {
    Stop,
    FeedWatchdog,
    /// Something may be due: it is time, or something happened that errands see for themselves.
    Look,
    /// The writer has gone on.
    Progress,
    /// The writer has ended.
    Ended,
    /// What was full may have room again.
    Again,
    /// The configuration is to be read anew.
    Reload,
}

/// The daemon while it runs.
struct Service {
    home: Home,
    clock: Clock,
    configuration: Configuration,
    /// `None` while nothing can be stored.
    mailboxes: Option<Mailboxes>,
    errands: Errands,
    /// What systemd was told last.
    status: String,
    watchdog: Option<Watchdog>,
    /// When to try to store again.
    again: Instant,
}

impl Daemon {
    /// Watches every account until `shutdown` says so; `reload` has the configuration read anew
    /// with each change, as a change of its file does. Where nothing can be stored for now, waits
    /// and tells.
    ///
    /// # Errors
    /// When the database can't be opened, or not be written for good.
    pub async fn run(
        self,
        mut shutdown: watch::Receiver<bool>,
        mut reload: watch::Receiver<u32>,
    ) -> Result<()> {
        let Daemon { home, config, clock, outlet } = self;
        let configuration = Configuration::new(&home, config);
        let mailboxes = Mailboxes::watch(&home, &configuration, clock)?;
        let mut errands = Errands::new(home.clone(), configuration.follow(), clock, outlet);
        errands.follow(mailboxes.problems(), mailboxes.progress());
        let mut service = Service {
            home,
            clock,
            configuration,
            mailboxes: Some(mailboxes),
            errands,
            status: WATCHING.to_owned(),
            watchdog: Watchdog::of_systemd(),
            again: after(AGAIN),
        };
        notify(&[sd_notify::NotifyState::Ready, sd_notify::NotifyState::Status(WATCHING)]);
        info!("watching");
        let ended = service.serve(&mut shutdown, &mut reload).await;
        notify(&[sd_notify::NotifyState::Stopping]);
        let stored = match service.mailboxes {
            Some(mailboxes) => mailboxes.end().await,
            None => Ok(()),
        };
        ended.and(stored)
    }
}

impl Service {
    async fn serve(
        &mut self,
        shutdown: &mut watch::Receiver<bool>,
        reload: &mut watch::Receiver<u32>,
    ) -> Result<()> {
        let alarm = Alarm::new(self.clock);
        let database = FileChanges::of(Store::files(), &[self.home.data.as_path()]);
        loop {
            let next = tokio::select! {
                biased;
                next = self.errands.run_due() => next,
                () = end_of_patience(shutdown.clone()) => return Ok(()),
            };
            let feeding = self.watchdog.as_ref().map(|watchdog| watchdog.next);
            let again = self.mailboxes.is_none().then_some(self.again);
            let event = tokio::select! {
                _ = shutdown.wait_for(|down| *down) => Event::Stop,
                () = due(feeding) => Event::FeedWatchdog,
                _ = alarm.rings(next) => Event::Look,
                () = database.next() => Event::Look,
                () = self.errands.happens() => Event::Look,
                goes_on = goes_on(&mut self.mailboxes) => match goes_on {
                    true => Event::Progress,
                    false => Event::Ended,
                },
                () = due(again) => Event::Again,
                () = self.configuration.changed() => Event::Reload,
                Ok(()) = reload.changed() => Event::Reload,
            };
            match event {
                Event::Stop => return Ok(()),
                Event::FeedWatchdog => self.feed_watchdog(),
                Event::Look => {}
                Event::Progress => self.tell_progress(),
                Event::Ended => self.wait_for_room().await?,
                Event::Again => self.watch_again()?,
                Event::Reload => self.reload().await?,
            }
        }
    }

    fn feed_watchdog(&mut self) {
        notify(&[sd_notify::NotifyState::Watchdog]);
        self.watchdog.iter_mut().for_each(Watchdog::was_fed);
    }

    fn tell_progress(&mut self) {
        if let Some(mailboxes) = &self.mailboxes {
            let status = status_line(&mailboxes.progress().borrow());
            self.tell_systemd(status);
        }
    }

    /// The writer has ended: for good, or until there is room.
    async fn wait_for_room(&mut self) -> Result<()> {
        let Some(ended) = self.mailboxes.take() else { return Ok(()) };
        let Err(cause) = ended.end().await else {
            return Err(Error::failed("the writer ended unasked").hint("please report this"));
        };
        if !passes(&cause) {
            return Err(cause);
        }
        self.errands.tell("Can't store mail", &cause).await;
        self.again = after(AGAIN);
        self.tell_systemd(format!("waiting: {cause}"));
        Ok(())
    }

    /// As soon as there is room: nobody is to be logged in to for nothing.
    fn watch_again(&mut self) -> Result<()> {
        let found = Store::open(&self.home.data).and_then(|store| store.find_room());
        let watch = || Mailboxes::watch(&self.home, &self.configuration, self.clock);
        match found.and_then(|()| watch()) {
            Ok(mailboxes) => {
                info!("mail can be stored again");
                self.errands.follow(mailboxes.problems(), mailboxes.progress());
                self.mailboxes = Some(mailboxes);
                self.tell_systemd(WATCHING.to_owned());
                Ok(())
            }
            Err(cause) if passes(&cause) => {
                self.again = after(AGAIN);
                Ok(())
            }
            Err(cause) => Err(cause),
        }
    }

    async fn reload(&mut self) -> Result<()> {
        let mistake = self.configuration.read_anew().await;
        if let Some(cause) = &mistake {
            self.errands.tell("There's a mistake in the configuration", cause).await;
        }
        match self.configuration.mistake() {
            Some(mistake) => {
                let line = mistake.lines().next().unwrap_or_default();
                self.tell_systemd(format!("keeping the old configuration: {line}"));
            }
            None => {
                if let Some(mailboxes) = &mut self.mailboxes {
                    mailboxes.reconfigure(&self.configuration).await;
                }
                self.tell_progress();
            }
        }
        Ok(())
    }

    fn tell_systemd(&mut self, status: String) {
        if self.status != status {
            notify(&[sd_notify::NotifyState::Status(&status)]);
            self.status = status;
        }
    }
}

/// systemd's, which is fed twice as often as it asks for.
struct Watchdog {
    every: Duration,
    next: Instant,
}

impl Watchdog {
    fn of_systemd() -> Option<Watchdog> {
        let every = sd_notify::watchdog_enabled()? / 2;
        Some(Watchdog { every, next: after(every) })
    }

    fn was_fed(&mut self) {
        self.next = after(self.every);
    }
}

/// Waits for an instant; for ever where there is none.
async fn due(then: Option<Instant>) {
    match then {
        Some(then) => sleep_until(then).await,
        None => pending().await,
    }
}

/// Waits until the writer has gone on; `false`: it has ended. For ever where nobody watches.
async fn goes_on(mailboxes: &mut Option<Mailboxes>) -> bool {
    match mailboxes {
        Some(mailboxes) => mailboxes.goes_on().await,
        None => pending().await,
    }
}

/// Whether the writer may go on later: somebody else holds the database, or fills the disk.
fn passes(cause: &Error) -> bool {
    matches!(cause.kind(), Kind::Temporary | Kind::NoRoom)
}

/// Runs the daemon for systemd or in a terminal, until SIGTERM or SIGINT; SIGHUP has the
/// configuration read anew.
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
    let (hang_up, reload) = watch::channel(0);
    let cannot = |cause| Error::failed("can't wait for signals").because(cause);
    let mut terminate = signal(SignalKind::terminate()).map_err(cannot)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(cannot)?;
    let mut hangup = signal(SignalKind::hangup()).map_err(cannot)?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
                _ = hangup.recv() => hang_up.send_modify(|times| *times += 1),
            }
        }
        let _ = stop.send(true);
    });
    daemon.run(shutdown, reload).await
}

/// Ends some time after `shutdown` says so: what is being delivered can still finish, but a server
/// that doesn't answer keeps nobody waiting.
async fn end_of_patience(mut shutdown: watch::Receiver<bool>) {
    // Without anybody left to say so, it is the same.
    let _ = shutdown.wait_for(|down| *down).await;
    sleep_until(after(LAST_DELIVERY)).await;
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
