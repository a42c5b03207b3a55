//! The one writer: a thread that takes what the sources report and commits it.
//!
//! A batch is one transaction: messages, copies, touched turns and the cursor. A few messages are
//! measured at once; bulk history is marked and measured when the sources pause.

use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tracing::{error, warn};

use super::clock::Clock;
use super::home::Home;
use super::progress::{History, Progress};
use super::reading::{Incoming, ReadBatch, Reading};
use crate::book::{learn, measure_history, measure_marked, prepare, rests_on_the_same, take_stock};
use crate::config::Config;
use crate::domain::message::mailbox::Role;
use crate::domain::model::{DAY, Moment};
use crate::domain::policy::TEXT_AGE;
use crate::error::Result;
use crate::source::{Batch, Question, Report};
use crate::store::{Filing, Store};

mod mailed;
mod questions;

use mailed::MailedCommands;

/// At most so many batches share a transaction.
const TOGETHER: usize = 8;
/// Bulk history waits so long for more of it to share its transaction.
const COMPANY: Duration = Duration::from_millis(20);
/// Sources that say nothing for so long have paused.
const PAUSE: Duration = Duration::from_millis(250);
/// Up to this many messages are measured in the transaction that stores them.
const FEW: usize = 50;
/// A folder is known well enough to alert about once it covers this much, in seconds.
const RECENT: i64 = 60 * DAY;

pub struct Intake {
    store: Store,
    /// What is configured, and what this thread goes by: it takes up the other between two
    /// transactions.
    configured: watch::Receiver<Arc<Config>>,
    config: Arc<Config>,
    clock: Clock,
    progress: watch::Sender<Progress>,
    /// Messages that were stored and whose turns are still to be computed.
    unmeasured: u64,
    /// Somebody else has marked contacts, and may have ended before they were measured.
    has_rest: bool,
    /// What was learned in this run is of all that it stored.
    learned: bool,
    home: Home,
    /// A daemon may be running beside this pass: its word about the accounts stands.
    is_beside: bool,
}

impl Intake {
    pub fn new(
        store: Store,
        configured: watch::Receiver<Arc<Config>>,
        clock: Clock,
        progress: watch::Sender<Progress>,
        home: Home,
        is_beside: bool,
    ) -> Intake {
        let config = Arc::clone(&configured.borrow());
        let (unmeasured, has_rest, learned) = (0, false, false);
        Intake {
            store,
            configured,
            config,
            clock,
            progress,
            unmeasured,
            has_rest,
            learned,
            home,
            is_beside,
        }
    }

    /// Takes reports until the last source hangs up.
    ///
    /// # Errors
    /// When something couldn't be stored: the sources are cut off, nothing is half committed, and
    /// the cursors stand where they stood.
    pub fn run(mut self, reports: mpsc::Receiver<Report>) -> Result<()> {
        self.set_authserv_ids()?;
        // An earlier run may have been cut off before it looked at the names that it had read.
        take_stock(&self.store, &self.config.policy)?;
        let reading = Reading::start(reports, self.configured.clone())?;
        while let Some(incoming) = self.next(&reading)? {
            let taken = match incoming {
                Incoming::Batch(batch) => self.take_batches(batch, &reading),
                Incoming::Question(question) => Ok(Some(question)),
            };
            if let Err(cause) =
                taken.and_then(|asked| asked.map_or(Ok(()), |question| self.answer(question)))
            {
                error!("{cause}");
                return Err(cause);
            }
        }
        reading.end()?;
        self.settle()?;
        if !self.learned {
            self.learn()?;
        }
        if self.is_silent()? {
            return Ok(());
        }
        let now = self.clock.now();
        self.store.transaction(|store| store.set_accounts_idle(now))
    }

    fn set_authserv_ids(&self) -> Result<()> {
        self.store.transaction(|store| {
            for account in &self.config.accounts {
                let id = account.authserv_id.as_deref().unwrap_or_default();
                store.set_authserv_id(&account.name, id)?;
            }
            Ok(())
        })
    }

    /// Goes by what is configured now, from the next transaction on.
    fn reconfigure(&mut self) -> Result<()> {
        let configured = Arc::clone(&self.configured.borrow());
        let before = std::mem::replace(&mut self.config, configured);
        prepare(&self.store, &self.config)?;
        // A command may have measured by the new one already, and this thread by the old one since.
        if !rests_on_the_same(&before, &self.config) {
            self.store.transaction(Store::mark_all_dirty)?;
            measure_history(&self.store, &self.config.policy)?;
        }
        self.set_authserv_ids()?;
        self.progress.send_modify(|progress| progress.commits += 1);
        Ok(())
    }

    fn is_silent(&self) -> Result<bool> {
        Ok(self.is_beside && self.home.is_watched()?)
    }

    /// Measures bulk history when the sources pause.
    fn next(&mut self, reading: &Reading) -> Result<Option<Incoming>> {
        while self.unmeasured > 0 || self.has_rest {
            match reading.within(PAUSE) {
                Ok(incoming) => return Ok(Some(incoming)),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                // It measures whom it brings.
                Err(RecvTimeoutError::Timeout) if self.home.is_importing()? => (),
                Err(RecvTimeoutError::Timeout) if self.is_worth_measuring()? => self.settle()?,
                Err(RecvTimeoutError::Timeout) => break,
            }
        }
        Ok(reading.next())
    }

    fn is_worth_measuring(&self) -> Result<bool> {
        let goes_on = self.progress.borrow().history.is_some();
        Ok(!goes_on || has_doubled(self.unmeasured, self.store.highest_message()?))
    }

    /// Stores this batch and those that follow it in one transaction; what comes after them. Bulk
    /// history touches scattered pages of the database: the more of it shares a transaction, the
    /// fewer are written twice.
    fn take_batches(&mut self, first: ReadBatch, reading: &Reading) -> Result<Option<Question>> {
        let now = self.clock.now();
        let Intake { store, config, .. } = &*self;
        let (mut mails, mut texts, mut stored, mut after) = (0, 0, Vec::new(), None);
        let (mut few, mut is_rest) = (false, false);
        store.transaction(|store| {
            let begins_with_few = is_few(first.arrivals.len());
            let before = if begins_with_few { store.dirty_contacts()? } else { Vec::new() };
            let new = if begins_with_few { Filing::new } else { Filing::of_history };
            let mut filing = new(store, config.keep_subjects)?;
            let mut next = Some(Incoming::Batch(first));
            let mut commands = MailedCommands::default();
            while let Some(Incoming::Batch(batch)) = next {
                let role = store_batch(store, &mut filing, &batch, now)?;
                if let Some(role) = role.filter(|_| !batch.batch.brings_texts) {
                    commands.gather(&batch.arrivals, role, config);
                }
                mails += batch.arrivals.len();
                texts += if batch.batch.brings_texts { batch.arrivals.len() } else { 0 };
                let patience = if is_few(batch.arrivals.len()) { Duration::ZERO } else { COMPANY };
                stored.push(batch.batch);
                next = if stored.len() < TOGETHER { reading.within(patience).ok() } else { None };
            }
            if let Some(Incoming::Question(question)) = next {
                after = Some(question);
            }
            filing.finish()?;
            let about = commands.carry_out(store, config, &self.home.data, now)?;
            // Beside unmeasured history it would be measured with it, all in this transaction.
            few = is_few(mails) && self.unmeasured == 0;
            if few && filing.names_somebody()? {
                store.recognise()?;
            }
            if few {
                is_rest = measure_marked(store, &before, &about, &config.policy)?;
            }
            Ok(())
        })?;
        self.has_rest |= is_rest;
        self.store.make_way();
        if !few {
            self.unmeasured += mails as u64;
        }
        self.learned = false;
        let history = self.history(&stored)?;
        let texts = texts as u64;
        let counts = self.progress.borrow().must_count_texts(texts);
        let wanted = counts.then(|| self.wanted_texts()).transpose()?;
        self.progress.send_modify(|progress| {
            progress.messages += mails as u64 - texts;
            progress.commits += 1;
            progress.go_on(&stored, history);
            progress.texts_came(texts, wanted);
        });
        Ok(after)
    }

    fn wanted_texts(&self) -> Result<u64> {
        self.store.unread_texts(self.clock.now() - TEXT_AGE)
    }

    /// How far the history is read that the last of these batches is part of.
    fn history(&self, batches: &[Batch]) -> Result<Option<History>> {
        let Some(last) = batches.last() else { return Ok(None) };
        let Some(of) = last.history_of else { return Ok(None) };
        let row = self.store.folder(&last.folder.account, &last.folder.folder)?;
        let read = row.map_or(0, |row| row.messages).min(of.into());
        Ok(Some(History { folder: last.folder.clone(), read, of: of.into() }))
    }

    fn settle(&mut self) -> Result<()> {
        let has_rest = self.has_rest && !self.home.is_importing()?;
        if self.unmeasured > 0 || has_rest {
            take_stock(&self.store, &self.config.policy)?;
            (self.unmeasured, self.has_rest, self.learned) = (0, false, false);
            let messages = self.store.highest_message()?;
            if self.store.population()?.is_due(self.clock.now(), messages) {
                self.learn()?;
            }
            self.progress.send_modify(|progress| progress.commits += 1);
        }
        Ok(())
    }

    fn learn(&mut self) -> Result<()> {
        learn(&self.store, &self.config.policy, self.clock.now())?;
        self.learned = true;
        Ok(())
    }
}

/// While history goes on coming from a slow server, each pause would measure nearly all of it
/// again: only as much again as was measured before is worth that.
fn has_doubled(unmeasured: u64, messages: u64) -> bool {
    unmeasured >= messages / 2
}

fn is_few(mails: usize) -> bool {
    mails <= FEW
}

/// The role of its folder; `None` where nothing is stored.
fn store_batch(
    store: &Store,
    filing: &mut Filing<'_>,
    ReadBatch { batch, arrivals, oldest }: &ReadBatch,
    now: Moment,
) -> Result<Option<Role>> {
    let (account, name) = (&batch.folder.account, &batch.folder.folder);
    let Some(folder) = store.folder(account, name)? else {
        warn!(account, folder = name, "mail of a folder that was never announced is left alone");
        return Ok(None);
    };
    let validity = batch.uidvalidity;
    if folder.uidvalidity != validity {
        filing.start_folder_over(folder.id, validity)?;
    }
    for arrival in arrivals {
        match batch.brings_texts {
            true => filing.add_text(folder.id, validity, arrival)?,
            false => filing.add(folder.id, validity, arrival)?,
        }
    }
    store.release_stored(folder.id)?;
    for (uid, why) in &batch.unreadable {
        store.quarantine(folder.id, validity, *uid, why)?;
    }
    for (uid, flags) in &batch.flags {
        store.set_flags(folder.id, validity, *uid, *flags)?;
    }
    for uid in &batch.gone {
        store.remove_copy(folder.id, validity, *uid)?;
        store.release(folder.id, validity, *uid)?;
    }
    store.set_covered(folder.id, batch.covered)?;
    if batch.fetched > 0 {
        store.add_fetched(account, batch.fetched, now)?;
    }
    if batch.complete || oldest.is_some_and(|oldest| oldest < now - RECENT) {
        store.set_recent_covered(folder.id, now)?;
    }
    if batch.complete {
        store.set_complete(folder.id)?;
    }
    if batch.reconciled || batch.complete && !folder.complete {
        store.set_reconciled(folder.id, now)?;
    }
    Ok(Some(folder.role))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_often_a_server_pauses_history_is_measured_at_most_twice_over() {
        let (mut unmeasured, mut measured) = (0, 0);
        for messages in (500..=100_000).step_by(500) {
            unmeasured += 500;
            if has_doubled(unmeasured, messages) {
                (unmeasured, measured) = (0, measured + messages);
            }
        }
        assert!((50_000..200_000).contains(&measured), "{measured}");
    }
}
