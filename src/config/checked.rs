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

#[derive(Debug, Clone)]
pub struct Config {
    pub policy: Policy,
    pub me: Me,
    pub accounts: Vec<Account>,
    pub mailer: Option<Mailer>,
    pub digest: DigestPlan,
    /// Desktop alerts on or off.
    pub desktop: bool,
    /// Whether subjects are stored.
    pub keep_subjects: bool,
    /// The policy knows the days of all of them.
    pub holidays: Vec<HolidayFile>,
}

/// A calendar that the file names.
#[derive(Debug, Clone)]
pub struct HolidayFile {
    pub path: PathBuf,
    /// What it says, once it has been read.
    pub holidays: Holidays,
    /// Where the configuration names it, in bytes.
    pub(super) named_at: Range<usize>,
}

impl Config {
    /// # Errors
    /// `Config` where there is no mailbox to read.
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
            AccountKind::Maildir { .. } => None,
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

#[derive(Debug, Clone, Default)]
pub struct Me {
    pub names: Vec<String>,
    /// Normalised; those of the accounts are among them.
    pub addresses: Vec<String>,
}

impl Me {
    /// As those who read mail know me.
    pub fn known(&self) -> mail::Owner<'_> {
        mail::Owner { names: &self.names, addresses: &self.addresses }
    }
}

#[derive(Debug, Clone)]
pub struct Account {
    pub name: String,
    pub kind: AccountKind,
    pub folders: Folders,
    /// Whether the beginning of each text is read for cues; else no byte of a body is.
    pub text_cues: bool,
    /// Of which server's `Authentication-Results` the word is taken (RFC 8601 §2.5).
    pub authserv_id: Option<String>,
}

#[derive(Debug, Clone)]
pub enum AccountKind {
    Imap(Imap),
    Maildir { path: PathBuf },
}

#[derive(Debug, Clone)]
pub struct Imap {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub user: String,
    pub login: Login,
    /// A PEM file with the CA to trust in place of the system's.
    pub ca: Option<PathBuf>,
    /// The one certificate to trust, whatever any CA says.
    pub fingerprint: Option<Fingerprint>,
    /// So many bytes a day (UTC) may be fetched while the past is read; `None`: any number.
    pub daily_bytes: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    Implicit,
    Starttls,
    /// Only ever to a loopback address.
    None,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Folders {
    Auto,
    Named(Vec<String>),
}

/// How the digest leaves the house.
#[derive(Debug, Clone)]
pub enum Mailer {
    Smtp(Smtp),
    Sendmail,
    /// Written as files into this folder.
    File(PathBuf),
}

#[derive(Debug, Clone)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    /// `None`: the server takes mail without a login.
    pub login: Option<(String, Login)>,
    /// A PEM file with the CA to trust in place of the system's.
    pub ca: Option<PathBuf>,
    /// The one certificate to trust, whatever any CA says.
    pub fingerprint: Option<Fingerprint>,
}

#[derive(Debug, Clone)]
pub struct DigestPlan {
    pub day: Weekday,
    pub time: Time,
    /// `None`: no digest is mailed.
    pub to: Option<String>,
    pub from: Option<String>,
}
