//! One complete pass over all mailboxes, for cron and whoever is in a hurry.

use std::sync::Arc;

use tokio::sync::watch;
use tracing::warn;

use super::clock::Clock;
use super::home::Home;
use super::mailbox;
use super::progress::Progress;
use super::writer::Writer;
use crate::config::Config;
use crate::error::{Error, Result};

/// One complete pass over every account; delivers nothing. Beside a daemon it also says nothing of
/// how the accounts are doing.
///
/// # Errors
/// `Config` without an account; the first account's that failed, once all have been tried.
pub async fn sync(
    home: &Home,
    config: &Config,
    clock: Clock,
    mut tell: impl FnMut(&Progress),
) -> Result<()> {
    config.require_account()?;
    let configured = watch::channel(Arc::new(config.clone())).1;
    let (sink, writer) = Writer::start(home, configured, clock, true)?;
    let accounts = config.accounts.clone();
    let reading = tokio::spawn(async move {
        let mut first_error = None;
        for account in &accounts {
            match mailbox::sync(account, &sink).await {
                Ok(left) => mailbox::report_success(account, &sink, &left).await,
                Err(cause) => {
                    warn!(account = account.name, "{cause}");
                    mailbox::report_failure(account, &sink, &cause).await;
                    first_error.get_or_insert(cause);
                }
            }
        }
        first_error.map_or(Ok(()), Err)
    });
    let mut progress = writer.progress.clone();
    while progress.changed().await.is_ok() {
        tell(&progress.borrow_and_update());
    }
    let read = reading.await.map_err(|cause| Error::failed("reading failed").because(cause))?;
    // What the writer says explains why the sources were cut off.
    writer.end().await?;
    read
}
