//! The way from the sources to the one writer: what they report, and what they ask it.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};

use super::problem::{self, Problem, Problems};
use super::{AccountState, Batch, FolderKey, FolderState, RawMail, Role, Uid};
use crate::error::{Error, Result};

/// What comes from the sources, in the order in which it happened.
pub enum Report {
    Batch(Batch, Room),
    Question(Question),
}

/// What sources ask and tell beside mail.
pub enum Question {
    /// The folders that this account has and that will be read; others are retired.
    Folders { account: String, folders: Vec<(String, Role)> },
    State {
        account: String,
        state: AccountState,
        detail: String,
        /// How long it is left alone, where it failed.
        pause: Option<Duration>,
    },
    /// What is known of a folder.
    Known { folder: FolderKey, reply: oneshot::Sender<FolderState> },
    /// UIDs in this range that are stored in this folder under its current validity, ascending,
    /// quarantined ones not among them.
    Stored { folder: FolderKey, range: RangeInclusive<Uid>, reply: oneshot::Sender<Vec<Uid>> },
    /// UIDs in this folder that are quarantined under its current validity.
    Quarantined { folder: FolderKey, reply: oneshot::Sender<Vec<Uid>> },
    /// UIDs in this folder whose flags matter now: the messages of open turns.
    Watched { folder: FolderKey, reply: oneshot::Sender<Vec<Uid>> },
    /// UIDs in this folder whose texts are wanted, the newest messages first; some hundreds at most.
    Unread { folder: FolderKey, reply: oneshot::Sender<Vec<Uid>> },
    /// Texts that are wanted still can't be read, or not today.
    TextsPaused,
    /// Bytes fetched of this account since the day (UTC) began.
    FetchedToday { account: String, reply: oneshot::Sender<u64> },
    /// The configuration has changed.
    Configured,
    /// Answered once everything reported before is committed.
    Barrier { reply: oneshot::Sender<()> },
}

/// So much raw mail may be on its way, in KiB; a batch that is larger alone goes alone.
const ROOM: u32 = 6 * 1024;

/// The room that a batch takes until its mail was read.
#[derive(Debug)]
pub struct Room(
    #[expect(dead_code, reason = "dropping it is what counts")] Option<OwnedSemaphorePermit>,
);

/// The way from the sources to the one writer; bounded, so that a fast server waits for the disk.
#[derive(Clone)]
pub struct Sink {
    reports: mpsc::Sender<Report>,
    /// For raw mail on its way, in KiB.
    room: Arc<Semaphore>,
    problems: watch::Sender<Problems>,
}

impl Sink {
    /// At most `depth` reports wait, with at most [`ROOM`] of raw mail in them.
    pub fn bounded(depth: usize) -> (Sink, mpsc::Receiver<Report>) {
        let (reports, receiver) = mpsc::channel(depth);
        let room = Arc::new(Semaphore::new(ROOM as usize));
        (Sink { reports, room, problems: watch::Sender::default() }, receiver)
    }

    /// What the sources know to be wrong.
    pub fn problems(&self) -> watch::Receiver<Problems> {
        self.problems.subscribe()
    }

    /// Says what is wrong with an account, or that nothing is. The log hears of it once.
    pub fn problem(&self, account: &str, problem: Option<Problem>) {
        self.problems.send_modify(|problems| problem::replace(problems, account, problem));
    }

    /// The folders of an account that will be read; others are retired.
    ///
    /// # Errors
    /// `Temporary` once the writer takes no more.
    pub async fn folders(&self, account: &str, folders: Vec<(String, Role)>) -> Result<()> {
        self.say(Question::Folders { account: account.to_owned(), folders }).await
    }

    /// Waits until there is room for its mail.
    ///
    /// # Errors
    /// `Temporary` once the writer takes no more.
    pub async fn batch(&self, batch: Batch) -> Result<()> {
        let bytes: usize = batch.mails.iter().map(RawMail::length).sum();
        let wanted = u32::try_from(bytes / 1024).unwrap_or(ROOM).min(ROOM);
        // Nobody ever closes it.
        let room = Arc::clone(&self.room).acquire_many_owned(wanted).await.ok();
        self.send(Report::Batch(batch, Room(room))).await
    }

    /// How an account is doing, and what there is to say of it.
    ///
    /// # Errors
    /// `Temporary` once the writer takes no more.
    pub async fn state(&self, account: &str, state: AccountState, detail: &str) -> Result<()> {
        self.stands(account, state, detail, None).await
    }

    /// How an account failed, and after which pause it is tried again.
    ///
    /// # Errors
    /// `Temporary` once the writer takes no more.
    pub async fn pauses(
        &self,
        account: &str,
        state: AccountState,
        detail: &str,
        pause: Duration,
    ) -> Result<()> {
        self.stands(account, state, detail, Some(pause)).await
    }

    async fn stands(
        &self,
        account: &str,
        state: AccountState,
        detail: &str,
        pause: Option<Duration>,
    ) -> Result<()> {
        let (account, detail) = (account.to_owned(), detail.to_owned());
        self.say(Question::State { account, state, detail, pause }).await
    }

    /// What is known of a folder.
    ///
    /// # Errors
    /// `Temporary` once the writer takes no more.
    pub async fn known(&self, folder: &FolderKey) -> Result<FolderState> {
        self.ask(|reply| Question::Known { folder: folder.clone(), reply }).await
    }

    /// UIDs in this range that are stored under the folder's current validity, ascending; quarantined
    /// ones are not among them.
    ///
    /// # Errors
    /// `Temporary` once the writer takes no more.
    pub async fn stored(&self, folder: &FolderKey, range: RangeInclusive<Uid>) -> Result<Vec<Uid>> {
        self.ask(|reply| Question::Stored { folder: folder.clone(), range, reply }).await
    }

    /// UIDs that are quarantined under the folder's current validity.
    ///
    /// # Errors
    /// `Temporary` once the writer takes no more.
    pub async fn quarantined(&self, folder: &FolderKey) -> Result<Vec<Uid>> {
        self.ask(|reply| Question::Quarantined { folder: folder.clone(), reply }).await
    }

    /// UIDs whose flags matter now: the messages of open turns.
    ///
    /// # Errors
    /// `Temporary` once the writer takes no more.
    pub async fn watched(&self, folder: &FolderKey) -> Result<Vec<Uid>> {
        self.ask(|reply| Question::Watched { folder: folder.clone(), reply }).await
    }

    /// UIDs whose texts are wanted, the newest messages first; some hundreds at most.
    ///
    /// # Errors
    /// `Temporary` once the writer takes no more.
    pub async fn unread(&self, folder: &FolderKey) -> Result<Vec<Uid>> {
        self.ask(|reply| Question::Unread { folder: folder.clone(), reply }).await
    }

    /// Texts that are wanted still can't be read, or not today.
    ///
    /// # Errors
    /// `Temporary` once the writer takes no more.
    pub async fn texts_paused(&self) -> Result<()> {
        self.say(Question::TextsPaused).await
    }

    /// Bytes fetched of an account since the day (UTC) began.
    ///
    /// # Errors
    /// `Temporary` once the writer takes no more.
    pub async fn fetched_today(&self, account: &str) -> Result<u64> {
        self.ask(|reply| Question::FetchedToday { account: account.to_owned(), reply }).await
    }

    /// Says that the configuration has changed.
    ///
    /// # Errors
    /// `Temporary` once the writer takes no more.
    pub async fn configured(&self) -> Result<()> {
        self.say(Question::Configured).await
    }

    /// Waits until everything that was sent before is on disk.
    ///
    /// # Errors
    /// `Temporary` once the writer takes no more.
    pub async fn settled(&self) -> Result<()> {
        self.ask(|reply| Question::Barrier { reply }).await
    }

    async fn ask<T>(&self, question: impl FnOnce(oneshot::Sender<T>) -> Question) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        self.say(question(reply)).await?;
        answer.await.map_err(|_| stopped())
    }

    async fn say(&self, question: Question) -> Result<()> {
        self.send(Report::Question(question)).await
    }

    async fn send(&self, report: Report) -> Result<()> {
        self.reports.send(report).await.map_err(|_| stopped())
    }
}

fn stopped() -> Error {
    Error::temporary("the store takes no more mail").hint("see the log for what stopped it")
}
