//! What can go wrong on a connection, by what it says about the connection and the message that
//! was asked for.

use async_imap::imap_proto::{Outcome, Status};

use crate::domain::text::clean;
use crate::error::Error;

#[derive(Debug)]
pub(super) enum Failure {
    /// A tagged NO or BAD with the server's words: the connection is as good as before.
    Refused(String),
    /// End of file, BYE, a timeout, an I/O error: the connection is gone.
    Lost(String),
    /// The reply broke a limit or the parser: the connection has to go, and asking again in the
    /// same way may end in the same.
    Unreadable(String),
    /// No matter of this connection: none can be had, or the sink takes no more.
    Fatal(Error),
}

impl Failure {
    /// What a tagged reply comes to (RFC 3501 §7.1).
    pub(super) fn verdict(status: &Status, outcome: &Outcome<'_>) -> Result<(), Failure> {
        match status {
            // Done in part (RFC 9738 §3): no proof for the rest.
            Status::Ok if words(outcome).starts_with("[MESSAGELIMIT") => {
                Err(Failure::Refused(words(outcome)))
            }
            Status::Ok => Ok(()),
            _ => Err(Failure::Refused(words(outcome))),
        }
    }

    pub(super) fn words(&self) -> String {
        match self {
            Failure::Refused(text) | Failure::Lost(text) | Failure::Unreadable(text) => {
                text.clone()
            }
            Failure::Fatal(error) => error.to_string(),
        }
    }

    /// Whether the server is only short of something now, so that what was asked for is not to
    /// blame.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self, Failure::Refused(text) if is_passing(text))
    }

    /// Whether the server said no, and means it.
    pub(super) fn is_meant(&self) -> bool {
        matches!(self, Failure::Refused(_)) && !self.is_passing()
    }

    /// Whether trying once more, now, is of no use.
    pub(super) fn is_hopeless(&self) -> bool {
        matches!(self, Failure::Fatal(_)) || self.is_passing()
    }

    /// Whether a folder can't be opened by this user, now or later.
    pub(super) fn is_forbidden(&self) -> bool {
        let Failure::Refused(text) = self else { return false };
        let upper = text.to_ascii_uppercase();
        ["[NOPERM]", "[NONEXISTENT]", "[CANNOT]", "PERMISSION DENIED"]
            .iter()
            .any(|sign| upper.contains(sign))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Fatal(error)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Fatal(error) => error,
            Failure::Refused(text) => {
                Error::temporary(format!("the mail server refused a command: {text}"))
            }
            Failure::Lost(text) => Error::temporary(format!("the connection was lost: {text}")),
            Failure::Unreadable(text) => {
                Error::temporary(format!("the mail server's reply can't be read: {text}"))
            }
        }
    }
}

/// Whether a server says with these words that it is short of something now (RFC 5530, RFC 9051
/// §7.1, and what Gmail, Exchange and Yahoo say).
pub(super) fn is_passing(text: &str) -> bool {
    const SIGNS: [&str; 9] = [
        "[UNAVAILABLE]",
        "[LIMIT]",
        "[OVERQUOTA]",
        "[INUSE]",
        "[SERVERBUG]",
        "THROTTLE",
        "TOO MANY",
        "TRY AGAIN",
        "NOT CONNECTED",
    ];
    let upper = text.to_ascii_uppercase();
    SIGNS.iter().any(|sign| upper.contains(sign))
}

/// The server's own words, fit for a log: one line, no control characters, not endless.
pub(super) fn words(outcome: &Outcome<'_>) -> String {
    let text = outcome.information.as_deref().unwrap_or("no reason given");
    clean(text).chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_server_fit_on_a_line_of_a_log() {
        let said = |text: &str| words(&Outcome { code: None, information: Some(text.into()) });
        assert_eq!(said("no\u{1b}[31m way\r\nERROR"), "no [31m way ERROR");
        assert_eq!(said("no \u{202E}yaw\u{FFF9}"), "no yaw");
        assert_eq!(said(&"é".repeat(300)).chars().count(), 200);
        assert_eq!(words(&Outcome { code: None, information: None }), "no reason given");
    }

    #[test]
    fn a_server_that_is_short_of_something_is_told_from_one_that_means_no() {
        for words in [
            "[UNAVAILABLE] Temporary authentication failure",
            "[LIMIT] Connection limit reached",
            "[OVERQUOTA] Account exceeded command or bandwidth limits",
            "[THROTTLED] Slow down",
            "Request is throttled. Suggested Backoff Time: 299961 milliseconds",
            "User is authenticated but not connected.",
            "[INUSE] Mailbox is locked",
            "[SERVERBUG] Internal error",
            "[ALERT] Too many simultaneous connections. (Failure)",
            "Server error, please try again later",
        ] {
            assert!(is_passing(words), "{words}");
        }
        for words in ["[AUTHENTICATIONFAILED] Invalid credentials", "no reason given", ""] {
            assert!(!is_passing(words), "{words}");
        }
    }
}
