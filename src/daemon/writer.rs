//! The one writer's thread, and the way to it.

use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::watch;
use tracing::warn;

use super::clock::Clock;
use super::home::Home;
use super::intake::Intake;
use super::progress::Progress;
use crate::book::prepare;
use crate::config::Config;
use crate::domain::text;
use crate::error::{Error, Result};
use crate::source::Sink;
use crate::store::Store;

/// Reports that may wait for the disk; a batch holds some hundred messages.
const WAITING_REPORTS: usize = 6;

pub struct Writer {
    thread: JoinHandle<Result<()>>,
    pub progress: watch::Receiver<Progress>,
}

impl Writer {
    /// Opens the database, tells it what is configured, and takes what comes. `is_beside`: a daemon
    /// may be running beside this pass.
    ///
    /// # Errors
    /// When the database can't be opened or written, or no thread be started.
    pub fn start(
        home: &Home,
        config: watch::Receiver<Arc<Config>>,
        clock: Clock,
        is_beside: bool,
    ) -> Result<(Sink, Writer)> {
        let current = Arc::clone(&config.borrow());
        let store = Store::open(&home.data)?;
        prepare(&store, &current)?;
        for file in current.holidays.iter().filter(|file| file.holidays.skipped > 0) {
            let events = text::count(file.holidays.skipped as u64, "event", "events");
            warn!("{events} of {} left out: not understood", file.path.display());
        }
        let (told, progress) = watch::channel(Progress::default());
        let intake = Intake::new(store, config, clock, told, home.clone(), is_beside);
        let (sink, reports) = Sink::bounded(WAITING_REPORTS);
        let thread = std::thread::Builder::new()
            .name("intake".into())
            .spawn(move || intake.run(reports))
            .map_err(|cause| Error::failed("can't start the writer").because(cause))?;
        Ok((sink, Writer { thread, progress }))
    }

    /// Waits until everything that has come is stored, once all sinks are dropped.
    ///
    /// # Errors
    /// What the writer ended of.
    pub async fn end(self) -> Result<()> {
        let ended = tokio::task::spawn_blocking(move || self.thread.join()).await;
        match ended {
            Ok(Ok(result)) => result,
            _ => Err(Error::failed("the writer failed unexpectedly").hint("please report this")),
        }
    }
}
