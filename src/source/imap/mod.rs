//! The IMAP engine: everything an account has into the [`Sink`], and then whatever comes.
//!
//! Reads only: EXAMINE and PEEK, never SELECT, STORE or EXPUNGE. A reply counts for what it
//! proves: a message is missed only if a search says that it isn't there, and counted only if it
//! came with its UID and header. Whatever else happens on a connection ends it, and the next one
//! goes on where the sink was last told.
//!
//! From below: `tls` a stream, `capped` its limits, `exec` commands on it, `session` the login,
//! `folders` what there is, `fetch` messages, `reader` one connection after another and the questions
//! put to a server, `check` one look into one folder: `cover` how far it is read, `sync` from end to
//! end, `salvage` what resists, `upkeep` and `reconcile` what changes; `texts` a pass over the texts that are wanted, with `structure` for those that
//! stand further down, `idle` and `watch` the waiting.

use tokio::sync::watch::Receiver;

use crate::config::{Account, AccountKind, Imap};
use crate::error::{Error, Result};
use crate::source::{Role, Sink};

mod backoff;
mod budget;
mod capped;
mod check;
mod cover;
mod exec;
mod failure;
mod fetch;
mod folders;
#[cfg(fuzzing)]
mod fuzzing;
mod idle;
mod login;
mod losses;
mod pace;
mod reader;
mod reconcile;
mod rounds;
mod salvage;
mod session;
mod spacing;
mod structure;
mod sync;
mod texts;
mod tls;
mod upkeep;
mod watch;
mod window;

#[cfg(fuzzing)]
pub use fuzzing::read_replies;

pub use login::ProofsTaken;
pub use pace::Pace;

use check::check;
use reader::Reader;
use session::Connector;
use texts::{TextsLeft, read_texts};

/// The target under which the parser logs what it reads: mail. Nothing below WARN of it belongs
/// in a log.
pub const LOG_TARGET: &str = "async_imap";

/// One complete pass over every folder of the account; returns once all of it is stored.
///
/// Lost connections are opened again as long as there is progress. Returns what there is to say of
/// what was left unread, which is history beyond the account's `daily_bytes`; usually nothing.
///
/// # Errors
/// `LoginRefused` after a single refused login; `Config` where the account contradicts the server
/// or isn't an IMAP account; `Temporary` where the server is out of reach, connections end without
/// any mail, or the sink takes no more.
pub async fn sync_once(account: &Account, sink: &Sink) -> Result<String> {
    sync_paced(account, sink, &Pace::default()).await
}

/// [`sync_once`] at another pace.
///
/// # Errors
/// As it.
pub async fn sync_paced(account: &Account, sink: &Sink, pace: &Pace) -> Result<String> {
    let connector = Connector::new(imap(account)?);
    let mut reader = Reader::new(account, &connector, sink, pace);
    let mut is_paused = false;
    let mut folders = reader.folders(account).await?;
    for folder in &mut folders {
        check(&mut reader, folder).await?;
        is_paused |= folder.seen.is_paused;
    }
    sink.settled().await?;
    for folder in &mut folders {
        let mut left = read_texts(&mut reader, folder, None).await?;
        while left == TextsLeft::GaveWay {
            reader.losses.bearable()?;
            check(&mut reader, folder).await?;
            left = read_texts(&mut reader, folder, None).await?;
        }
        is_paused |= left == TextsLeft::Paused;
    }
    sink.settled().await?;
    reader.log_out().await;
    Ok(if is_paused { connector.budget.words() } else { String::new() })
}

/// Reads everything and keeps watching until `shutdown` turns true.
///
/// Connections that fail are opened again with growing waits; with each change of `wakes` all are,
/// at once: the machine slept, or its network was away. After three refused logins none is
/// tried before the user has signed in anew or changed the password's file; the account's state
/// says so. What contradicts the configuration is tried again after an hour: another certificate
/// than the pinned one may be that of a captive portal.
///
/// # Errors
/// Only where waiting can't help: the sink takes no more, or the account isn't an IMAP account.
pub async fn watch(
    account: &Account,
    sink: &Sink,
    shutdown: Receiver<bool>,
    wakes: Receiver<u32>,
) -> Result<()> {
    watch_paced(account, sink, shutdown, wakes, &Pace::default()).await
}

/// [`watch`] at another pace.
///
/// # Errors
/// As it.
pub async fn watch_paced(
    account: &Account,
    sink: &Sink,
    mut shutdown: Receiver<bool>,
    wakes: Receiver<u32>,
    pace: &Pace,
) -> Result<()> {
    let connector = Connector::new(imap(account)?);
    let watcher = watch::Watcher::new(account, &connector, sink, pace);
    tokio::select! {
        // An error means that nobody is left who could ask us to stop: the same.
        _ = shutdown.wait_for(|stop| *stop) => Ok(()),
        error = watcher.run(wakes) => Err(error),
    }
}

/// About so many bytes come for a message's header, on the average of real mailboxes.
pub const HEADER_BYTES: u64 = 2_500;
/// Hardly more come for its text and what reads it.
pub const TEXT_BYTES: u64 = 4_600;

/// Tries the account with one login: its folders by name, what they are for, and how many
/// messages each has.
///
/// # Errors
/// `LoginRefused`, `Config` or `Temporary`, as of [`sync_once`].
pub async fn probe(account: &Account) -> Result<Vec<(String, Role, u32)>> {
    let connector = Connector::new(imap(account)?);
    let (sink, _) = Sink::bounded(1);
    let pace = Pace::default();
    let mut reader = Reader::new(account, &connector, &sink, &pace);
    let found = reader.count(account).await?;
    reader.log_out().await;
    Ok(found)
}

/// Asks a server, without showing it any.
///
/// # Errors
/// `Untrusted`, `Config` or `Temporary`, as of [`sync_once`].
pub async fn proofs_taken(imap: &Imap) -> Result<ProofsTaken> {
    Connector::new(imap).proofs_taken().await
}

fn imap(account: &Account) -> Result<&Imap> {
    match &account.kind {
        AccountKind::Imap(imap) => Ok(imap),
        AccountKind::Goa { .. } | AccountKind::Maildir { .. } => {
            Err(Error::config(format!("the account {} isn't an IMAP account", account.name)))
        }
    }
}
