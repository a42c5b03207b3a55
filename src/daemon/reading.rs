//! Raw mail → facts, on a thread of its own: the one writer doesn't wait for the parser.
//!
//! Keeps the order of what the sources report. Never stores anything.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::book::arrival;
use crate::config::Config;
use crate::domain::model::Moment;
use crate::error::{Error, Result};
use crate::source::{Batch, Question, Report};
use crate::store::Arrival;

/// Batches that may wait for the writer, read.
const AHEAD: usize = 2;

pub enum Incoming {
    Batch(ReadBatch),
    Question(Question),
}

/// A batch whose mail was read.
pub struct ReadBatch {
    /// Without its raw mail; what can't be read is among the unreadable.
    pub batch: Batch,
    pub arrivals: Vec<Arrival>,
    /// When the first of its mails was delivered.
    pub oldest: Option<Moment>,
}

pub struct Reading {
    incoming: Receiver<Incoming>,
    thread: JoinHandle<()>,
}

impl Reading {
    /// Reads until the sources hang up, or whoever asks does.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub fn start(
        mut reports: mpsc::Receiver<Report>,
        config: watch::Receiver<Arc<Config>>,
    ) -> Result<Reading> {
        let (read, incoming) = sync_channel(AHEAD);
        let run = move || {
            while let Some(report) = reports.blocking_recv() {
                let config = Arc::clone(&config.borrow());
                if pass_on(report, &config, &read).is_none() {
                    return;
                }
            }
        };
        let thread = thread::Builder::new()
            .name("reading".into())
            .spawn(run)
            .map_err(|cause| Error::failed("can't start reading mail").because(cause))?;
        Ok(Reading { incoming, thread })
    }

    /// What comes next, or `None` when the sources have hung up.
    pub fn next(&self) -> Option<Incoming> {
        self.incoming.recv().ok()
    }

    /// What comes within this time.
    ///
    /// # Errors
    /// Where nothing does, or the sources have hung up.
    pub fn within(&self, patience: Duration) -> Result<Incoming, RecvTimeoutError> {
        self.incoming.recv_timeout(patience)
    }

    /// # Errors
    /// Where reading broke off before the sources hung up.
    pub fn end(self) -> Result<()> {
        drop(self.incoming);
        let failed = |_| Error::failed("reading mail failed unexpectedly");
        self.thread.join().map_err(failed).map_err(|cause| cause.hint("please report this"))
    }
}

/// `None` when nobody takes it any more.
fn pass_on(report: Report, config: &Config, to: &SyncSender<Incoming>) -> Option<()> {
    let incoming = match report {
        Report::Batch(batch, _room) => Incoming::Batch(read(batch, config)),
        Report::Question(question) => Incoming::Question(question),
    };
    to.send(incoming).ok()
}

fn read(mut batch: Batch, config: &Config) -> ReadBatch {
    let account = &batch.folder.account;
    let account = config.accounts.iter().find(|it| it.name == *account);
    let me = account.filter(|it| it.text_cues).map(|_| config.me.known());
    let trusted = account.and_then(|account| account.authserv_id.as_deref());
    let mails = std::mem::take(&mut batch.mails);
    let oldest = mails.iter().filter_map(|mail| mail.internal).min();
    let mut arrivals = Vec::with_capacity(mails.len());
    for raw in mails {
        match if batch.brings_texts { arrival::text(&raw, me) } else { arrival::arrival(&raw, me) }
        {
            Ok(arrival) => {
                let disowned = trusted.is_some_and(|trusted| arrival.facts.is_disowned(trusted));
                arrivals.push(Arrival { disowned, ..arrival });
            }
            // A message that is stored is no less readable for its text.
            Err(_) if batch.brings_texts => {}
            Err(why) => batch.unreadable.push((raw.uid, why)),
        }
    }
    ReadBatch { batch, arrivals, oldest }
}
