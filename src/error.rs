//! The one error type of the edges, sorted by what the caller can do about it.
//!
//! Never formats for a terminal: only `cli` renders an error. The pure rooms never fail for I/O
//! reasons and don't use it.

use std::error::Error as StdError;
use std::fmt;

/// What everything at an edge returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What the caller can do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Wait and try again: the network, a busy server, a locked database.
    Temporary,
    /// What answers can't be taken for the server that was meant: its certificate isn't trusted, or
    /// it speaks otherwise. A captive portal looks like that, and goes away; else the user has to
    /// look at it.
    Untrusted,
    /// The credentials were refused: trying again unchanged only makes it worse.
    LoginRefused,
    /// The configuration has to be mended first.
    Config,
    /// The command was used wrongly.
    Usage,
    /// The disk is full: the user has to make room first.
    NoRoom,
    /// None of these; trying again won't help.
    Failed,
}

/// What went wrong, in the user's words: the matter, its cause and a hint.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    what: String,
    hint: Option<String>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// `what` went wrong, as a phrase that needs no full stop.
    pub fn new(kind: Kind, what: impl Into<String>) -> Self {
        Error { kind, what: what.into(), hint: None, cause: None }
    }

    /// An error of kind [`Kind::Temporary`].
    pub fn temporary(what: impl Into<String>) -> Self {
        Self::new(Kind::Temporary, what)
    }

    /// An error of kind [`Kind::LoginRefused`].
    pub fn login_refused(what: impl Into<String>) -> Self {
        Self::new(Kind::LoginRefused, what)
    }

    /// An error of kind [`Kind::Config`].
    pub fn config(what: impl Into<String>) -> Self {
        Self::new(Kind::Config, what)
    }

    /// An error of kind [`Kind::Usage`].
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(Kind::Usage, what)
    }

    /// An error of kind [`Kind::Failed`].
    pub fn failed(what: impl Into<String>) -> Self {
        Self::new(Kind::Failed, what)
    }

    /// Adds what the user can do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the cause, which is shown behind a colon.
    pub fn because(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// What the caller can do about it.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What the user can do about it, where that is known.
    pub fn advice(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if let Some(cause) = &self.cause {
            write!(f, ": {cause}")?;
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_ref().map(|cause| &**cause as &(dyn StdError + 'static))
    }
}
