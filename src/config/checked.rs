//! What the rest of the house sees of the configuration: complete, with defaults filled in and
//! every contradiction refused.

use std::ops::Range;
use std::path::{Path, PathBuf};

use jiff::civil::{Time, Weekday};

use super::fingerprint::Fingerprint;
use super::login::Login;
use crate::domain::measure::calendar::Holidays;
use crate::domain::policy::Policy;
use crate::error::{Error, Result};
use crate::mail;

/// The whole configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// By what rules is measured and alerted.
    pub policy: Policy,
    /// The user.
    pub me: Me,
    /// In the order of the file, each with a name of its own.
    pub accounts: Vec<Account>,
    /// `None`: nothing is mailed.
    pub mailer: Option<Mailer>,
    /// When the digest is due, and between whom it goes.
    pub digest: DigestPlan,
    /// Desktop alerts on or off.
    pub desktop: bool,
    /// The command that opens a message, with [`MID`] or [`MESSAGE_ID`] in it; never empty.
    pub opener: Option<Vec<String>>,
    /// Whether subjects are stored.
    pub keep_subjects: bool,
    /// The calendars that the file names; the days of all of them are in the policy, too.
    pub holidays: Vec<HolidayFile>,
}

/// A calendar that the file names.
#[derive(Debug, Clone)]
pub struct HolidayFile {
    /// Where it lies.
    pub path: PathBuf,
    /// What it says, once it has been read.
    pub holidays: Holidays,
    /// Where the configuration names it, in bytes.
    pub(super) named_at: Range<usize>,
}

impl Config {
    /// Makes sure that there is a mailbox to read.
    ///
    /// # Errors
    /// `Config` where there is none.
    pub fn require_account(&self) -> Result<()> {
        match self.accounts.is_empty() {
            true => Err(Error::config("no account is configured")
                .hint("add an [[account]]: `requite config example` shows how")),
            false => Ok(()),
        }
    }

    /// Says where tokens are kept: only who opened the configuration knows.
    pub fn keep_tokens_in(&mut self, folder: &Path) {
        let accounts = self.accounts.iter_mut().filter_map(|account| match &mut account.kind {
            AccountKind::Imap(imap) => Some(&mut imap.login),
            AccountKind::Goa { .. } | AccountKind::Maildir { .. } => None,
        });
        let mailer = match &mut self.mailer {
            Some(Mailer::Smtp(smtp)) => smtp.login.as_mut().map(|(_, login)| login),
            _ => None,
        };
        for login in accounts.chain(mailer) {
            if let Login::OAuth(oauth) = login {
                oauth.folder = folder.to_owned();
            }
        }
    }
}

/// Who the user is.
#[derive(Debug, Clone, Default)]
pub struct Me {
    /// By which others call them, trimmed; none is empty.
    pub names: Vec<String>,
    /// Trimmed and in lower case; those of the accounts are among them.
    pub addresses: Vec<String>,
}

impl Me {
    /// As the readers of mail take it.
    pub fn known(&self) -> mail::Owner<'_> {
        mail::Owner { names: &self.names, addresses: &self.addresses }
    }
}

/// One mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// What the user calls it; no two are called alike.
    pub name: String,
    /// How it is reached.
    pub kind: AccountKind,
    /// Which of its folders are read.
    pub folders: Folders,
    /// Whether the beginning of each text is read for cues; else no byte of a body is.
    pub text_cues: bool,
    /// The server whose `Authentication-Results` are believed (RFC 8601 §2.5), in lower case.
    pub authserv_id: Option<String>,
    /// Where a message is shown in a browser, with [`MESSAGE_ID`] in the place of its Message-ID.
    pub webmail: Option<String>,
}

/// Stands for a Message-ID without its angle brackets, encoded for a URL.
pub const MESSAGE_ID: &str = "{message_id}";
/// Stands for the `mid:` URL of a message (RFC 2392).
pub const MID: &str = "{mid}";

/// How a mailbox is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountKind {
    /// On a server.
    Imap(Imap),
    /// On a server that GNOME Online Accounts knows, with the login.
    Goa {
        /// Of the account there, in lower case.
        address: String,
    },
    /// In files on this machine.
    Maildir {
        /// The folder that holds the Maildir.
        path: PathBuf,
    },
}

/// An IMAP server and how to log in to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imap {
    /// Its name or address.
    pub host: String,
    /// Never 0.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// The login name.
    pub user: String,
    /// What proves that it is the user.
    pub login: Login,
    /// A PEM file with the CA to trust in place of the system's.
    pub ca: Option<PathBuf>,
    /// The one certificate to trust, whatever any CA says.
    pub fingerprint: Option<Fingerprint>,
    /// How many bytes a day (UTC) may be fetched while the past is read, more than 0; `None`: any
    /// number.
    pub daily_bytes: Option<u64>,
}

/// How a connection to a server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// TLS from the first byte (RFC 8314 §3).
    Implicit,
    /// A plain connection that is turned into TLS before anything else is said.
    Starttls,
    /// In the clear: only ever to a loopback address.
    None,
}

impl Tls {
    /// As the configuration and the command line spell it.
    pub fn name(self) -> &'static str {
        match self {
            Tls::Implicit => "implicit",
            Tls::Starttls => "starttls",
            Tls::None => "none",
        }
    }

    /// All there are.
    pub const ALL: [Tls; 3] = [Tls::Implicit, Tls::Starttls, Tls::None];

    /// The port that IMAP has by default (RFC 8314 §3.2, RFC 9051 §2.1).
    pub fn usual_imap(self) -> u16 {
        if self == Tls::Implicit { 993 } else { 143 }
    }

    /// The port that mail is sent by, by default (RFC 8314 §3.3, RFC 6409 §3.1).
    pub fn usual_smtp(self) -> u16 {
        match self {
            Tls::Implicit => 465,
            Tls::Starttls => 587,
            Tls::None => 25,
        }
    }
}

/// Which folders of a mailbox are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Folders {
    /// Those that count by their special use or by their well-known names.
    Auto,
    /// These; never none.
    Named(Vec<String>),
}

/// How the digest leaves the house.
#[derive(Debug, Clone)]
pub enum Mailer {
    /// Over this server.
    Smtp(Smtp),
    /// Over the server that GNOME Online Accounts knows for this address.
    Goa(String),
    /// By the `sendmail` program of this machine.
    Sendmail,
    /// Written as files into this folder.
    File(PathBuf),
}

/// An SMTP server and how to log in to it.
#[derive(Debug, Clone)]
pub struct Smtp {
    /// Its name or address.
    pub host: String,
    /// Never 0.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// The login name, and what proves that it is the user; `None`: the server takes mail without a
    /// login.
    pub login: Option<(String, Login)>,
    /// A PEM file with the CA to trust in place of the system's.
    pub ca: Option<PathBuf>,
    /// The one certificate to trust, whatever any CA says.
    pub fingerprint: Option<Fingerprint>,
}

/// When the weekly digest is due, and between whom it goes.
#[derive(Debug, Clone)]
pub struct DigestPlan {
    /// On which day of the week.
    pub day: Weekday,
    /// From what time of that day on, in the policy's zone.
    pub time: Time,
    /// The recipient; `None`: no digest is mailed.
    pub to: Option<String>,
    /// The sender; always there where a mailer is.
    pub from: Option<String>,
    /// Where commands by mail go: an address of mine. `None`: there are none.
    pub commands_to: Option<String>,
}
