//! Follows a Maildir: looks once, then whenever something changes, and every five minutes anyway.
//!
//! Knows when to look, never how. A Maildir that isn't there is waited for.

use std::path::Path;
use std::time::Duration;

use tokio::sync::watch::Receiver;
use tokio::time::{sleep, timeout};

use super::changes::{Changes, Dirty};
use super::layout::Layout;
use super::pass::MaildirReader;
use super::{find, path, plainly};
use crate::config::Account;
use crate::error::{Error, Result};
use crate::source::{AccountState, Sink};

/// An unconditional look, as network file systems tell of no change.
const RESCAN: Duration = Duration::from_secs(300);
/// Between two looks for a Maildir that isn't there.
const AWAY: Duration = Duration::from_secs(10);

/// Reads the Maildir and goes on reporting what changes in it until `shutdown` is true.
///
/// # Errors
/// Only where the sink takes no more, or the account is no Maildir.
pub async fn watch(account: &Account, sink: &Sink, mut shutdown: Receiver<bool>) -> Result<()> {
    let (root, reader) = (path(account)?, MaildirReader::new(account, sink));
    let mut follower = Follower { account, root, sink, reader, reported: None };
    // Every report is a whole batch, so the work may be dropped wherever it waits.
    tokio::select! {
        biased;
        _ = shutdown.wait_for(|stop| *stop) => Ok(()),
        result = follower.follow_for_good() => result,
    }
}

struct Follower<'a> {
    account: &'a Account,
    root: &'a Path,
    sink: &'a Sink,
    reader: MaildirReader<'a>,
    /// The state last reported.
    reported: Option<(AccountState, String)>,
}

impl Follower<'_> {
    async fn follow_for_good(&mut self) -> Result<()> {
        loop {
            let away = self.follow().await?;
            self.report(AccountState::Offline, plainly(&away)).await?;
            sleep(AWAY).await;
        }
    }

    /// Follows the Maildir until it isn't there, and says so in the inner error.
    async fn follow(&mut self) -> Result<Error> {
        let mut changes = Changes::new();
        let mut layout = match self.cover(&mut changes).await {
            Ok(layout) => layout,
            Err(away) => return Ok(away),
        };
        self.report(AccountState::Syncing, String::new()).await?;
        let mut dirty = Dirty { everything: true, ..Dirty::default() };
        loop {
            let only = (!dirty.everything).then_some(&dirty.folders);
            let troubles = self.reader.pass(&layout, only).await?;
            self.sink.settled().await?;
            let notes = layout.troubles.iter().chain(&troubles).chain(&changes.trouble);
            let notes: Vec<_> = notes.map(String::as_str).collect();
            self.report(AccountState::Watching, notes.join("; ")).await?;

            let everything = Dirty { everything: true, ..Dirty::default() };
            dirty = timeout(RESCAN, changes.next()).await.unwrap_or(everything);
            if dirty.everything {
                changes.uncover();
                layout = match self.cover(&mut changes).await {
                    Ok(layout) => layout,
                    Err(away) => return Ok(away),
                };
            }
        }
    }

    /// Finds the folders and watches them, again until none has come in between.
    async fn cover(&self, changes: &mut Changes) -> Result<Layout> {
        loop {
            let layout = find(self.root, &self.account.folders).await?;
            if !changes.cover(&layout.directories) {
                return Ok(layout);
            }
        }
    }

    async fn report(&mut self, state: AccountState, detail: String) -> Result<()> {
        let now = Some((state, detail));
        if self.reported != now {
            if let Some((state, detail)) = &now {
                self.sink.state(&self.account.name, *state, detail).await?;
            }
            self.reported = now;
        }
        Ok(())
    }
}
