//! All mailboxes while they are watched: a task for each account, and the one writer on a thread of
//! its own.

use std::collections::HashMap;

use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

use super::clock::Clock;
use super::configuration::Configuration;
use super::home::Home;
use super::mailbox;
use super::progress::Progress;
use super::wake;
use super::writer::Writer;
use crate::config::{Account, Config};
use crate::error::Result;
use crate::source::{Problems, Sink};

pub struct Mailboxes {
    sink: Sink,
    writer: Writer,
    tasks: JoinSet<()>,
    /// By the account's name: how it is configured, and its task.
    watched: HashMap<String, (Account, AbortHandle)>,
    wakes: watch::Receiver<u32>,
}

impl Mailboxes {
    /// Begins to watch all accounts.
    ///
    /// # Errors
    /// When the database can't be opened or written.
    pub fn watch(home: &Home, configuration: &Configuration, clock: Clock) -> Result<Mailboxes> {
        let (sink, writer) = Writer::start(home, configuration.follow(), clock, false)?;
        let mut tasks = JoinSet::new();
        let (waker, wakes) = watch::channel(0);
        tasks.spawn(wake::look_out(waker));
        let mut mailboxes = Mailboxes { sink, writer, tasks, watched: HashMap::new(), wakes };
        mailboxes.watch_accounts(&configuration.current());
        Ok(mailboxes)
    }

    /// Takes up what is configured now: other accounts are watched, and nothing else is disturbed.
    pub async fn reconfigure(&mut self, configuration: &Configuration) {
        let config = configuration.current();
        self.watched.retain(|_, (account, task)| {
            let stays = config.accounts.contains(account);
            if !stays {
                task.abort();
            }
            stays
        });
        // Where the writer has ended, it says so itself.
        let _ = self.sink.configured().await;
        self.watch_accounts(&config);
    }

    fn watch_accounts(&mut self, config: &Config) {
        for account in &config.accounts {
            if self.watched.contains_key(&account.name) {
                continue;
            }
            let watching =
                mailbox::keep_watching(account.clone(), self.sink.clone(), self.wakes.clone());
            let task = self.tasks.spawn(watching);
            self.watched.insert(account.name.clone(), (account.clone(), task));
        }
    }

    pub fn problems(&self) -> watch::Receiver<Problems> {
        self.sink.problems()
    }

    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.writer.progress.clone()
    }

    /// Waits until the writer has gone on; `false`: it has ended.
    pub async fn goes_on(&mut self) -> bool {
        self.writer.progress.changed().await.is_ok()
    }

    /// Stops watching, and stores what has come.
    ///
    /// # Errors
    /// What the writer ended of.
    pub async fn end(self) -> Result<()> {
        let Mailboxes { sink, writer, mut tasks, .. } = self;
        tasks.shutdown().await;
        drop(sink);
        writer.end().await
    }
}
