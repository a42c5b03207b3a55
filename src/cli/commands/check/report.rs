//! `check --report`: one block to paste into a report of a bug. No address, name, host, folder or
//! subject is in it: only what kinds of things there are, how many, and which of them are well.

use std::fmt::Write as _;

use super::Part;
use crate::cli::desk::Desk;
use crate::config::secret::Password;
use crate::config::{AccountKind, Config, Login, Mailer, Tls};
use crate::error::Kind;
use crate::store::Store;

pub(super) fn text(desk: &Desk, parts: &[Part]) -> String {
    let mut text = format!("requite {} on {}\n", env!("CARGO_PKG_VERSION"), system());
    let _ = writeln!(text, "way out: {}", way_out(&desk.config));
    for account in &desk.config.accounts {
        let _ = writeln!(text, "account: {}", kind(&account.kind));
    }
    if let Ok(Some(store)) = Store::open_to_read(&desk.home.data) {
        let messages = store.message_count().unwrap_or_default();
        let contacts = store.contact_count().unwrap_or_default();
        let _ = writeln!(text, "stored: {messages} messages, {contacts} contacts");
    }
    for part in parts {
        let _ =
            writeln!(text, "{}: {}", part.subject.trim_end_matches(" of"), verdict(part.trouble));
    }
    text
}

fn verdict(trouble: Option<Kind>) -> String {
    trouble.map_or_else(|| "well".to_owned(), |kind| format!("{kind:?}"))
}

/// The kernel, the distribution, the machine.
fn system() -> String {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let named = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let distribution = named.unwrap_or("an unnamed system").trim_matches('"');
    format!("{distribution}, Linux {} {}", kernel.trim(), std::env::consts::ARCH)
}

fn kind(kind: &AccountKind) -> String {
    match kind {
        AccountKind::Maildir { .. } => "Maildir".to_owned(),
        AccountKind::Goa { .. } => "GNOME Online Accounts".to_owned(),
        AccountKind::Imap(imap) => {
            let trust = match (&imap.ca, &imap.fingerprint) {
                (_, Some(_)) => "pinned",
                (Some(_), None) => "own CA",
                (None, None) => "the system's CAs",
            };
            format!("IMAP, {}, {trust}, {}", imap.tls.name(), login(&imap.login))
        }
    }
}

fn way_out(config: &Config) -> String {
    match &config.mailer {
        None => "none".to_owned(),
        Some(Mailer::Sendmail) => "sendmail".to_owned(),
        Some(Mailer::File(_)) => "files".to_owned(),
        Some(Mailer::Goa(_)) => "GNOME Online Accounts".to_owned(),
        Some(Mailer::Smtp(smtp)) => {
            let login = smtp.login.as_ref().map_or("no login", |(_, it)| login(it));
            format!("SMTP, {}, {login}", Tls::name(smtp.tls))
        }
    }
}

fn login(login: &Login) -> &'static str {
    match login {
        Login::Password(Password::Command(_)) => "password by command",
        Login::Password(Password::File(_)) => "password in a file",
        Login::Password(Password::Credential(_)) => "password as a credential",
        Login::Password(Password::Keyring(_)) => "password in the keyring",
        Login::Token(_) => "token by command",
        Login::OAuth(_) => "OAuth2",
        Login::Goa { .. } => "GNOME Online Accounts",
    }
}
