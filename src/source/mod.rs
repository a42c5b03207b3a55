//! Where mail comes from: IMAP, Maildir and mbox → [`RawMail`].
//!
//! Reads only; nothing in a mailbox ever changes. Knows neither the store nor a score: what it
//! finds goes into a [`Sink`], and what it has to know about earlier runs it asks the sink for.

use std::ops::RangeInclusive;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};

use crate::domain::model::Moment;
use crate::error::{Error, Result};

pub mod archive;
pub mod imap;
pub mod maildir;
pub mod mbox;
mod problem;
mod utf7;

pub use problem::{Problem, Problems};

/// One message as a source found it: header bytes and what stands beside them.
#[derive(Debug, Clone, Default)]
pub struct RawMail {
    /// Unique within the folder and its validity: the IMAP UID, or a hash of a Maildir file name.
    pub uid: u64,
    pub flags: Flags,
    /// INTERNALDATE, or the delivery time of a Maildir file.
    pub internal: Option<Moment>,
    /// The raw header block, or the fields that were asked for.
    pub header: Vec<u8>,
    /// The raw beginning of the body, at most [`BODY_START`](crate::mail::BODY_START) bytes, where
    /// the text was to be read.
    pub body_start: Option<Vec<u8>>,
    /// The names of what is attached, where the text was to be read.
    pub attachments: Vec<String>,
}

impl RawMail {
    /// In bytes.
    fn length(&self) -> usize {
        self.header.len() + self.body_start.as_ref().map_or(0, Vec::len)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    pub answered: bool,
    pub deleted: bool,
    pub draft: bool,
}

/// What a folder is for, by SPECIAL-USE (RFC 6154) or its well-known name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Inbox,
    Sent,
    Archive,
    All,
    Drafts,
    Junk,
    Trash,
    Other,
}

impl Role {
    pub const ALL: [Role; 8] = [
        Role::Inbox,
        Role::Sent,
        Role::Archive,
        Role::All,
        Role::Drafts,
        Role::Junk,
        Role::Trash,
        Role::Other,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Role::Inbox => "inbox",
            Role::Sent => "sent",
            Role::Archive => "archive",
            Role::All => "all",
            Role::Drafts => "drafts",
            Role::Junk => "junk",
            Role::Trash => "trash",
            Role::Other => "other",
        }
    }

    /// By the last part of a folder's name, in the languages that mail programs create them in.
    pub fn by_name(name: &str) -> Role {
        let lower = name.to_lowercase();
        let last = lower.rsplit(['/', '.']).next().unwrap_or(&lower).trim();
        match last {
            "inbox" => Role::Inbox,
            "sent"
            | "sent items"
            | "sent mail"
            | "sent messages"
            | "sent_items"
            | "_sent_mail"
            | "gesendet"
            | "gesendete elemente"
            | "gesendete objekte"
            | "envoyés"
            | "éléments envoyés"
            | "messages envoyés"
            | "enviados"
            | "elementos enviados"
            | "inviata"
            | "posta inviata"
            | "verzonden"
            | "verzonden items" => Role::Sent,
            "archive" | "archives" | "archiv" | "archief" | "archivo" => Role::Archive,
            "all mail" | "alle nachrichten" | "tous les messages" => Role::All,
            "drafts" | "draft" | "entwürfe" | "brouillons" | "borradores" | "concepten" => {
                Role::Drafts
            }
            "junk"
            | "spam"
            | "junk e-mail"
            | "junk email"
            | "bulk mail"
            | "spamverdacht"
            | "courrier indésirable"
            | "correo no deseado"
            | "ongewenste e-mail" => Role::Junk,
            "trash"
            | "deleted items"
            | "deleted messages"
            | "deleted"
            | "bin"
            | "papierkorb"
            | "gelöschte elemente"
            | "corbeille"
            | "papelera"
            | "prullenbak" => Role::Trash,
            _ => Role::Other,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FolderKey {
    pub account: String,
    /// Decoded for display; unique within the account.
    pub folder: String,
}

/// What is known of a folder from earlier runs, as the store committed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FolderState {
    /// 0: never seen.
    pub uidvalidity: u64,
    /// Lowest and highest UID of the covered interval; every message in between was stored or
    /// found missing. `None`: nothing covered yet.
    pub covered: Option<(u64, u64)>,
    /// The interval reaches down to the oldest message.
    pub complete: bool,
    /// All of it was compared with the server's copy too long ago.
    pub reconcile_due: bool,
}

/// One step of reading a folder. Everything in it is committed in one transaction, or nothing.
#[derive(Debug, Clone)]
pub struct Batch {
    pub folder: FolderKey,
    pub role: Role,
    pub uidvalidity: u64,
    pub mails: Vec<RawMail>,
    /// Messages that can't be read, with the reason: listed as quarantined.
    pub unreadable: Vec<(u64, String)>,
    /// New flags of messages that are already stored.
    pub flags: Vec<(u64, Flags)>,
    /// UIDs that are no longer there.
    pub gone: Vec<u64>,
    /// The covered interval once this batch is stored; `None` leaves it.
    pub covered: Option<(u64, u64)>,
    pub complete: bool,
    /// With this batch, the store has what the folder has: all of it was compared.
    pub reconciled: bool,
    /// While the past is read: how many messages the folder has, by the server's count.
    pub history_of: Option<u32>,
    /// Bytes that the server sent for it, with all that was asked on the way.
    pub fetched: u64,
    /// Its mails are stored already, and come again with their texts.
    pub brings_texts: bool,
}

impl Batch {
    /// Without anything in it yet.
    pub fn of(folder: FolderKey, role: Role, uidvalidity: u64) -> Batch {
        Batch {
            folder,
            role,
            uidvalidity,
            mails: Vec::new(),
            unreadable: Vec::new(),
            flags: Vec::new(),
            gone: Vec::new(),
            covered: None,
            complete: false,
            reconciled: false,
            history_of: None,
            fetched: 0,
            brings_texts: false,
        }
    }
}

/// How an account is doing, as `status` shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    Watching,
    Syncing,
    Offline,
    Backoff,
    AuthFailed,
    Idle,
}

impl AccountState {
    pub fn name(self) -> &'static str {
        match self {
            AccountState::Watching => "watching",
            AccountState::Syncing => "syncing",
            AccountState::Offline => "offline",
            AccountState::Backoff => "backoff",
            AccountState::AuthFailed => "auth_failed",
            AccountState::Idle => "idle",
        }
    }
}

/// What comes from the sources, in the order in which it happened.
pub enum Report {
    Batch(Batch, Taken),
    Word(Word),
}

/// What sources say and ask beside mail.
pub enum Word {
    /// The folders that this account has and that will be read; others are retired.
    Folders {
        account: String,
        folders: Vec<(String, Role)>,
    },
    State {
        account: String,
        state: AccountState,
        detail: String,
    },
    /// What is known of a folder.
    Known {
        folder: FolderKey,
        reply: oneshot::Sender<FolderState>,
    },
    /// UIDs in this range that are stored in this folder under its current validity, ascending,
    /// quarantined ones not among them.
    Stored {
        folder: FolderKey,
        range: RangeInclusive<u64>,
        reply: oneshot::Sender<Vec<u64>>,
    },
    /// UIDs in this folder that are quarantined under its current validity.
    Quarantined {
        folder: FolderKey,
        reply: oneshot::Sender<Vec<u64>>,
    },
    /// UIDs in this folder whose flags matter now: the messages of open turns.
    Watched {
        folder: FolderKey,
        reply: oneshot::Sender<Vec<u64>>,
    },
    /// UIDs in this folder whose texts are wanted, the newest messages first; some hundreds at most.
    Unread {
        folder: FolderKey,
        reply: oneshot::Sender<Vec<u64>>,
    },
    /// Texts that are wanted still can't be read, or not today.
    TextsRest,
    /// Bytes fetched of this account since the day (UTC) began.
    FetchedToday {
        account: String,
        reply: oneshot::Sender<u64>,
    },
    /// The configuration has changed.
    Configured,
    /// Answered once everything reported before is committed.
    Barrier {
        reply: oneshot::Sender<()>,
    },
}

/// So much raw mail may be on its way, in KiB; a batch that is larger alone goes alone.
const ROOM: u32 = 6 * 1024;

/// The room that a batch takes until its mail was read.
#[derive(Debug)]
pub struct Taken(
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

    pub async fn folders(&self, account: &str, folders: Vec<(String, Role)>) -> Result<()> {
        self.say(Word::Folders { account: account.to_owned(), folders }).await
    }

    /// Waits until there is room for its mail.
    pub async fn batch(&self, batch: Batch) -> Result<()> {
        let bytes: usize = batch.mails.iter().map(RawMail::length).sum();
        let wanted = u32::try_from(bytes / 1024).unwrap_or(ROOM).min(ROOM);
        // Nobody ever closes it.
        let room = Arc::clone(&self.room).acquire_many_owned(wanted).await.ok();
        self.send(Report::Batch(batch, Taken(room))).await
    }

    pub async fn state(&self, account: &str, state: AccountState, detail: &str) -> Result<()> {
        let (account, detail) = (account.to_owned(), detail.to_owned());
        self.say(Word::State { account, state, detail }).await
    }

    pub async fn known(&self, folder: &FolderKey) -> Result<FolderState> {
        self.ask(|reply| Word::Known { folder: folder.clone(), reply }).await
    }

    pub async fn stored(&self, folder: &FolderKey, range: RangeInclusive<u64>) -> Result<Vec<u64>> {
        self.ask(|reply| Word::Stored { folder: folder.clone(), range, reply }).await
    }

    pub async fn quarantined(&self, folder: &FolderKey) -> Result<Vec<u64>> {
        self.ask(|reply| Word::Quarantined { folder: folder.clone(), reply }).await
    }

    pub async fn watched(&self, folder: &FolderKey) -> Result<Vec<u64>> {
        self.ask(|reply| Word::Watched { folder: folder.clone(), reply }).await
    }

    pub async fn unread(&self, folder: &FolderKey) -> Result<Vec<u64>> {
        self.ask(|reply| Word::Unread { folder: folder.clone(), reply }).await
    }

    pub async fn texts_rest(&self) -> Result<()> {
        self.say(Word::TextsRest).await
    }

    pub async fn fetched_today(&self, account: &str) -> Result<u64> {
        self.ask(|reply| Word::FetchedToday { account: account.to_owned(), reply }).await
    }

    /// Says that the configuration has changed.
    pub async fn configured(&self) -> Result<()> {
        self.say(Word::Configured).await
    }

    /// Waits until everything that was sent before is on disk.
    pub async fn settled(&self) -> Result<()> {
        self.ask(|reply| Word::Barrier { reply }).await
    }

    async fn ask<T>(&self, question: impl FnOnce(oneshot::Sender<T>) -> Word) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        self.say(question(reply)).await?;
        answer.await.map_err(|_| stopped())
    }

    async fn say(&self, word: Word) -> Result<()> {
        self.send(Report::Word(word)).await
    }

    async fn send(&self, report: Report) -> Result<()> {
        self.reports.send(report).await.map_err(|_| stopped())
    }
}

fn stopped() -> Error {
    Error::temporary("the store takes no more mail").hint("see the log for what stopped it")
}
