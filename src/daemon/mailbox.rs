//! One task per account: reads it, watches it, and starts over when it fell.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep_until;
use tracing::{error, info};

use super::clock::after;
use crate::auth::goa;
use crate::config::{Account, AccountKind};
use crate::error::{Error, Kind, Result};
use crate::source::{AccountState, Problem, Sink, imap, maildir};

/// A panic in a source is a lost connection; it must not turn into a busy loop.
const BEFORE_RESTART: Duration = Duration::from_secs(30);

/// One pass; returns what there is to say of what it left unread.
///
/// # Errors
/// `LoginRefused`, `Config` or `Temporary`, as the source has it.
pub async fn sync(account: &Account, sink: &Sink) -> Result<String> {
    let account = &goa::resolved(account).await?;
    match &account.kind {
        AccountKind::Imap(_) | AccountKind::Goa { .. } => imap::sync_once(account, sink).await,
        AccountKind::Maildir { .. } => {
            maildir::sync_once(account, sink).await.map(|()| String::new())
        }
    }
}

/// Says in `status` what a pass left unread, and takes back what an earlier one failed for.
pub async fn report_success(account: &Account, sink: &Sink, left: &str) {
    // The sink is closed where the writer itself failed; that error is told instead.
    let _ = sink.state(&account.name, AccountState::Idle, left).await;
}

/// Says in `status` why a pass failed.
pub async fn report_failure(account: &Account, sink: &Sink, cause: &Error) {
    let state = match cause.kind() {
        Kind::LoginRefused => AccountState::AuthFailed,
        _ => AccountState::Offline,
    };
    // The sink is closed where the writer itself failed; that error is told instead.
    let _ = sink.state(&account.name, state, &cause.to_string()).await;
}

/// Goes on until it is aborted. With each change of `wakes`, connections are opened anew.
pub async fn keep_watching(account: Account, sink: Sink, wakes: watch::Receiver<u32>) {
    // Whoever aborts the task aborts what it waits for, too.
    let (_stop, shutdown) = watch::channel(false);
    let mut told = String::new();
    loop {
        let (task_account, task_sink) = (account.clone(), sink.clone());
        let (task_shutdown, task_wakes) = (shutdown.clone(), wakes.clone());
        let mut watching = JoinSet::new();
        watching.spawn(async move {
            let task_account = goa::resolved(&task_account).await?;
            match &task_account.kind {
                AccountKind::Imap(_) | AccountKind::Goa { .. } => {
                    imap::watch(&task_account, &task_sink, task_shutdown, task_wakes).await
                }
                AccountKind::Maildir { .. } => {
                    maildir::watch(&task_account, &task_sink, task_shutdown).await
                }
            }
        });
        let name = &account.name;
        let fell = match watching.join_next().await {
            None | Some(Ok(Ok(()))) => return,
            Some(Ok(Err(cause))) if cause.kind() == Kind::LoginRefused => {
                error!(account = name, "{cause}");
                return;
            }
            Some(Ok(Err(cause))) => {
                sink.problem(name, Problem::of(&cause));
                cause.to_string()
            }
            Some(Err(panic)) => format!("reading it failed unexpectedly: {panic}"),
        };
        if told != fell {
            info!(account = name, "starting over every {} s: {fell}", BEFORE_RESTART.as_secs());
            told.clone_from(&fell);
        }
        let _ = sink.pauses(name, AccountState::Backoff, &fell, BEFORE_RESTART).await;
        sleep_until(after(BEFORE_RESTART)).await;
    }
}
