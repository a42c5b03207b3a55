//! Waiting for the server to speak (IDLE, RFC 2177), by hand: the library's own IDLE can't tell
//! an ended connection from a wake-up.

use std::future::Future;
use std::pin::pin;

use async_imap::imap_proto::{MailboxDatum, Response};
use tokio::time::{Duration, Instant, sleep_until, timeout};

use super::exec::Connection;
use super::failure::Failure;
use super::pace::Pace;

/// For the server to take up IDLE.
const INVITATION: Duration = Duration::from_secs(30);

/// Why the wait ended. Each is a reason to look at the folder again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Woken {
    /// The server told of a change.
    Change,
    /// Nothing was heard, the time was up, or somebody needs the connection.
    Time,
    /// The server ended IDLE by itself.
    Ended,
    /// The server announces IDLE and refuses it.
    Refused,
}

/// Waits in the open folder until `interrupt` completes, or, once something happened, for as long
/// as `look_at` says, which is asked at each change with the number of messages.
pub(super) async fn wait(
    connection: &mut Connection,
    pace: &Pace,
    mut look_at: impl FnMut(u32) -> Instant,
    interrupt: impl Future<Output = ()>,
) -> Result<Woken, Failure> {
    let tag = connection.send("IDLE").await?;
    match timeout(INVITATION, connection.invitation(&tag)).await {
        Err(_) => return Err(Failure::Lost("no answer to IDLE".to_owned())),
        Ok(Err(Failure::Refused(_))) => return Ok(Woken::Refused),
        Ok(invited) => invited?,
    }
    let renewal = Instant::now() + pace.renewal;
    let mut interrupt = pin!(interrupt);
    let mut look: Option<Instant> = None;
    let woken = loop {
        let silence = Instant::now() + pace.silence;
        let end = look.unwrap_or(renewal).min(renewal).min(silence);
        let mut has_changed = false;
        let on_response = |response: &Response<'_>| has_changed = tells_of_change(response);
        tokio::select! {
            biased;
            () = sleep_until(end) => break look.map_or(Woken::Time, |_| Woken::Change),
            () = &mut interrupt => break Woken::Time,
            read = connection.read(Duration::MAX, on_response) => read?,
        }
        if has_changed {
            let at = look_at(connection.exists());
            look = Some(look.map_or(at, |look| look.min(at)));
        }
        if connection.has_finished(&tag) {
            connection.finish(&tag, |_| ()).await?;
            return Ok(Woken::Ended);
        }
    };
    let ending = async {
        connection.send_line("DONE").await?;
        connection.finish(&tag, |_| ()).await
    };
    match timeout(pace.farewell, ending).await {
        // Refused so late, it has served all the same.
        Ok(Ok(()) | Err(Failure::Refused(_))) => Ok(woken),
        Ok(Err(failure)) => Err(failure),
        Err(_) => Err(Failure::Lost("no answer to DONE".to_owned())),
    }
}

fn tells_of_change(response: &Response<'_>) -> bool {
    matches!(
        response,
        Response::MailboxData(
            MailboxDatum::Exists(_) | MailboxDatum::Recent(_) | MailboxDatum::Status { .. }
        ) | Response::Expunge(_)
            | Response::Vanished { .. }
            | Response::Fetch(..)
    )
}
