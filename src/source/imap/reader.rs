//! One connection at a time, opened again when it is lost, and the questions put to it.
//!
//! Opens folders with EXAMINE only (RFC 3501 §6.3.2).

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use async_imap::imap_proto::{MailboxDatum, Response, ResponseCode, StatusAttribute};
use tokio::time::{Instant, sleep, timeout};

use super::backoff;
use super::exec::Connection;
use super::failure::Failure;
use super::fetch::{self, Chunk, Flight, Form};
use super::folders::{self, Folder, View};
use super::losses::Losses;
use super::pace::Pace;
use super::session::Connector;
use crate::config::Account;
use crate::error::Result;
use crate::source::{Role, Sink};

pub(super) struct Reader<'a> {
    pub sink: &'a Sink,
    pub pace: &'a Pace,
    /// Whether texts may be read at all.
    pub reads_texts: bool,
    /// Once everything that was reported is measured, it is known whose texts are wanted.
    pub measured: bool,
    account: &'a str,
    connector: &'a Connector<'a>,
    /// The account has another connection, which proves that the login is right.
    second: bool,
    connection: Option<Connection>,
    /// The folder that is open, or was when the connection broke: as a command's argument, and
    /// its UIDVALIDITY.
    open: Option<(String, u32)>,
    /// Connections opened.
    connected: u32,
    pub losses: Losses,
    /// When the last connection was opened.
    since: Instant,
    /// Folders whose counters the server sent unasked.
    announced: Vec<String>,
    /// Bytes from earlier connections that no batch has counted yet.
    received: u64,
}

/// What a search found, ascending.
pub(super) struct SearchResult {
    pub uids: Vec<u32>,
    /// Not a bare OK: what isn't among them isn't there.
    pub is_answer: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        account: &'a Account,
        connector: &'a Connector<'a>,
        sink: &'a Sink,
        pace: &'a Pace,
    ) -> Self {
        Reader {
            sink,
            pace,
            reads_texts: account.text_cues,
            measured: false,
            account: &account.name,
            connector,
            second: false,
            connection: None,
            open: None,
            connected: 0,
            losses: Losses::default(),
            since: Instant::now(),
            announced: Vec::new(),
            received: 0,
        }
    }

    pub(super) fn second(mut self) -> Self {
        self.second = true;
        self
    }

    pub(super) fn has_connected(&self) -> bool {
        self.connected > 0
    }

    /// Which connection this is, counted from 1.
    pub(super) fn generation(&self) -> u32 {
        self.connected
    }

    pub(super) fn has_open(&self, folder: &Folder) -> bool {
        let is_it = |(argument, _): &(String, u32)| *argument == folder.argument;
        self.connection.is_some() && self.open.as_ref().is_some_and(is_it)
    }

    /// The connection: the one there is, or a new one, which has to wait a while if others were
    /// lost just before.
    pub(super) async fn connection(&mut self) -> Result<&mut Connection, Failure> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                self.open = None;
                let failures = self.losses.failures();
                if failures > 0 {
                    sleep(backoff::delay(self.pace.backoff, failures, random())).await;
                }
                let mut connection = self.connector.open(!self.second).await?;
                connection.patience = self.pace.patience;
                self.connected += 1;
                self.since = Instant::now();
                connection
            }
        };
        Ok(self.connection.insert(connection))
    }

    /// Drops the connection unless this failure left it sound.
    pub(super) fn after(&mut self, failure: &Failure) {
        if !matches!(failure, Failure::Refused(_))
            && let Some(mut connection) = self.connection.take()
        {
            self.received += connection.take_received();
            self.losses.add(self.since.elapsed(), failure.words());
        }
    }

    /// Makes sure that the next question is put on a young connection.
    pub(super) async fn refresh(&mut self) {
        if self.since.elapsed() >= self.pace.fresh {
            self.log_out().await;
        }
    }

    /// Bytes that came since this was last asked: they belong to the batch that is handed over.
    pub(super) fn take_received(&mut self) -> u64 {
        let here = self.connection.as_mut().map_or(0, Connection::take_received);
        let received = std::mem::take(&mut self.received) + here;
        self.connector.budget.spend(received);
        received
    }

    /// Whether more of the account's past may be fetched today.
    pub(super) async fn may_read_on(&mut self) -> Result<bool> {
        self.connector.budget.has_left(self.sink, self.account).await
    }

    /// Takes leave; what the server says to it doesn't matter.
    pub(super) async fn log_out(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            let _ = timeout(Duration::from_secs(5), connection.exec("LOGOUT", |_| ())).await;
            self.received += connection.take_received();
        }
    }

    /// Connects and tells the sink which folders there are to read.
    pub(super) async fn folders(&mut self, account: &Account) -> Result<Vec<Folder>> {
        let folders = self.wanted(account).await?;
        let names = folders.iter().map(|it| (it.key.folder.clone(), it.role)).collect();
        self.sink.folders(&account.name, names).await?;
        Ok(folders)
    }

    async fn wanted(&mut self, account: &Account) -> Result<Vec<Folder>> {
        let all = folders::list(self.connection().await?, &account.name).await?;
        let labels = self.connection().await?.offers("X-GM-EXT-1");
        folders::wanted(all, &account.folders, labels)
    }

    /// The folders that are to be read, with their numbers of messages.
    pub(super) async fn count(&mut self, account: &Account) -> Result<Vec<(String, Role, u32)>> {
        let mut counted = Vec::new();
        for folder in self.wanted(account).await? {
            let messages = match self.status(&folder).await {
                // It can be listed but not be read; others can.
                Err(Failure::Refused(_)) => 0,
                view => view?.exists,
            };
            counted.push((folder.key.folder, folder.role, messages));
        }
        Ok(counted)
    }

    /// Opens a folder for reading, always anew: so every server shows what came since.
    pub(super) async fn examine(&mut self, folder: &Folder) -> Result<View, Failure> {
        self.open = None;
        let connection = self.connection().await?;
        let mut view = View::default();
        connection
            .exec(&format!("EXAMINE {}", folder.argument), |response| match response {
                Response::MailboxData(MailboxDatum::Exists(exists)) => view.exists = *exists,
                Response::Data { outcome, .. } => match outcome.code {
                    Some(ResponseCode::UidValidity(validity)) => view.uidvalidity = validity,
                    Some(ResponseCode::UidNext(next)) => view.uidnext = next,
                    _ => {}
                },
                _ => {}
            })
            .await?;
        self.open = Some((folder.argument.clone(), view.uidvalidity));
        if view.uidnext == 0 {
            view.uidnext = self.ask_uidnext(folder).await?;
        }
        Ok(view)
    }

    /// Some servers leave UIDNEXT out of EXAMINE (Coremail); then STATUS tells it, or the last
    /// message does.
    async fn ask_uidnext(&mut self, folder: &Folder) -> Result<u32, Failure> {
        if let Ok(view) = self.status(folder).await
            && view.uidnext > 0
        {
            return Ok(view.uidnext);
        }
        let connection = self.connection().await?;
        let mut last = 0;
        if connection.exists() > 0 {
            connection
                .exec("FETCH * (UID)", |response| {
                    if let Response::Fetch(_, attributes) = response {
                        last = last.max(fetch::FetchReply::read(attributes).uid.unwrap_or(0));
                    }
                })
                .await?;
        }
        Ok(last.saturating_add(1))
    }

    /// Asks for a folder's counters without opening it (RFC 3501 §6.3.10).
    pub(super) async fn status(&mut self, folder: &Folder) -> Result<View, Failure> {
        let mut view = View::default();
        let command = format!("STATUS {} (MESSAGES UIDNEXT UIDVALIDITY)", folder.argument);
        let connection = self.connection().await?;
        connection
            .exec(&command, |response| {
                let Response::MailboxData(MailboxDatum::Status { status, .. }) = response else {
                    return;
                };
                for attribute in status {
                    match attribute {
                        StatusAttribute::Messages(messages) => view.exists = *messages,
                        StatusAttribute::UidNext(next) => view.uidnext = *next,
                        StatusAttribute::UidValidity(validity) => view.uidvalidity = *validity,
                        _ => {}
                    }
                }
            })
            .await?;
        self.asked(folder);
        Ok(view)
    }

    /// The counters that came for this folder were asked for: no news.
    fn asked(&mut self, folder: &Folder) {
        if let Some(connection) = &mut self.connection {
            let others =
                connection.take_counted().into_iter().filter(|name| !folder.is_called(name));
            self.announced.extend(others);
            self.announced.truncate(10_000);
        }
    }

    /// The folders whose counters came without a question (RFC 5465 §5).
    pub(super) fn take_announced(&mut self) -> Vec<String> {
        let connection = self.connection.as_mut();
        let late = connection.map(Connection::take_counted).unwrap_or_default();
        self.announced.drain(..).chain(late).collect()
    }

    /// Has the server tell of every folder on this connection (RFC 5465), and of the open one
    /// during IDLE. Whether it will.
    pub(super) async fn subscribe(&mut self) -> Result<bool, Failure> {
        const EVENTS: &str = "NOTIFY SET (selected (MessageNew MessageExpunge FlagChange)) \
                              (personal (MessageNew MessageExpunge))";
        let connection = self.connection().await?;
        match connection.exec(EVENTS, |_| ()).await {
            Ok(()) => Ok(true),
            Err(Failure::Refused(_)) => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    /// The connection with this folder open, wherever it was before.
    pub(super) async fn opened(&mut self, folder: &Folder) -> Result<&mut Connection, Failure> {
        if !self.has_open(folder) {
            let before = self.open.take();
            let view = self.examine(folder).await?;
            let same = |(argument, validity): &(String, u32)| {
                *argument != folder.argument || *validity == view.uidvalidity
            };
            if !before.as_ref().is_none_or(same) {
                return Err(Failure::Lost("the folder was made anew meanwhile".to_owned()));
            }
        }
        self.connection().await
    }

    /// Which messages are there (RFC 3501 §6.4.4): the only proof that one is not. Replies to
    /// chunks that are still in flight find their way.
    pub(super) async fn search(
        &mut self,
        folder: &Folder,
        set: &str,
        ends: (u32, u32),
        flight: &mut Flight,
    ) -> Result<SearchResult, Failure> {
        let connection = self.opened(folder).await?;
        // A server can't have more messages than it says, give or take what arrives just now.
        let most = (connection.exists() as usize).saturating_add(10_000);
        let mut there = BTreeSet::new();
        let (mut too_many, mut is_answer) = (false, false);
        connection
            .exec(&format!("UID SEARCH UID {set}"), |response| match response {
                Response::MailboxData(MailboxDatum::Search(uids)) => {
                    is_answer = true;
                    // `n:*` and careless servers answer beyond what was asked.
                    let asked = |uid: &u32| (ends.0..=ends.1).contains(uid);
                    too_many |= there.len().saturating_add(uids.len()) > most;
                    if !too_many {
                        there.extend(uids.iter().copied().filter(asked));
                    }
                }
                other => flight.route(other),
            })
            .await?;
        if too_many {
            return Err(Failure::Unreadable("it finds more messages than there are".to_owned()));
        }
        Ok(SearchResult { uids: there.into_iter().collect(), is_answer })
    }

    /// Asks for these messages; what came stays in the chunk even if the connection broke.
    pub(super) async fn fetch(
        &mut self,
        folder: &Folder,
        uids: &[u32],
        form: Form,
    ) -> (Chunk, Result<(), Failure>) {
        let mut chunk = Chunk::of(uids.to_vec(), 0);
        let command = fetch::command(&fetch::set(uids), form);
        let outcome = match self.opened(folder).await {
            Ok(connection) => {
                connection
                    .exec(&command, |response| {
                        if let Response::Fetch(_, attributes) = response {
                            chunk.accept(&fetch::FetchReply::read(attributes));
                        }
                    })
                    .await
            }
            Err(failure) => Err(failure),
        };
        (chunk, outcome)
    }
}

/// Anything in 0…1; only spreads clients over time.
pub(super) fn random() -> f64 {
    RandomState::new().hash_one(0u8) as f64 / u64::MAX as f64
}
