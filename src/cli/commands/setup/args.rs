//! What `setup` can be told in advance.

use std::path::PathBuf;

use clap::Args;
use clap::builder::TypedValueParser;

use super::sign_in::{LoginArgs, absolute};
use crate::cli::choice::one_of;
use crate::cli::draft::Endpoint;
use crate::config::{Fingerprint, Tls};
use crate::domain::model::Stance;

#[derive(Debug, Default, Args)]
pub(crate) struct SetupArgs {
    /// Your mail address; any further ones are yours, too
    #[arg(long, value_name = "ADDRESS")]
    pub address: Vec<String>,
    /// What others call you; as often as you have names
    #[arg(long)]
    pub name: Vec<String>,
    #[command(flatten)]
    pub login: LoginArgs,
    /// Where your mail is read
    #[arg(long, value_name = "HOST[:PORT]", value_parser = HostAndPort::parse)]
    pub imap: Option<HostAndPort>,
    #[arg(long, value_name = "KIND", requires = "imap", value_parser = tls())]
    pub imap_tls: Option<Tls>,
    /// Where the digest is sent
    #[arg(long, value_name = "HOST[:PORT]", value_parser = HostAndPort::parse)]
    pub smtp: Option<HostAndPort>,
    #[arg(long, value_name = "KIND", requires = "smtp", value_parser = tls())]
    pub smtp_tls: Option<Tls>,
    /// Mail no digest
    #[arg(long, conflicts_with = "smtp")]
    pub no_smtp: bool,
    /// Login name, where it isn't what the servers are known for
    #[arg(long)]
    pub user: Option<String>,
    /// A PEM file with the authority that signed the servers' certificates
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// The servers' certificate, by its SHA-256
    #[arg(long, value_parser = fingerprint, conflicts_with = "ca")]
    pub fingerprint: Option<Fingerprint>,
    /// Read this Maildir in place of a server
    #[arg(long, value_name = "DIR", conflicts_with_all = ["imap", "imap_tls"])]
    pub maildir: Option<PathBuf>,
    /// Take in contacts from these: a LinkedIn archive, vCards…
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub import: Vec<PathBuf>,
    #[arg(long, value_parser = stance())]
    pub stance: Option<Stance>,
    /// To whom the digest goes; to you by default
    #[arg(long, value_name = "ADDRESS")]
    pub digest_to: Option<String>,
    /// Start Requite with your session from now on
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no())]
    pub service: Option<bool>,
    /// Replace a configuration that is there
    #[arg(long)]
    pub force: bool,
    /// Write it without asking
    #[arg(long)]
    pub yes: bool,
}

fn tls() -> impl TypedValueParser<Value = Tls> {
    one_of(Tls::ALL.map(|tls| (tls.name(), tls)))
}

fn stance() -> impl TypedValueParser<Value = Stance> {
    one_of(Stance::ALL.map(|stance| (stance.name(), stance)))
}

fn yes_or_no() -> impl TypedValueParser<Value = bool> {
    one_of([("yes", true), ("no", false)])
}

fn fingerprint(text: &str) -> Result<Fingerprint, String> {
    text.parse().map_err(|()| "SHA-256: 64 hexadecimal digits, with or without colons".to_owned())
}

impl SetupArgs {
    /// A server whose certificate is trusted as the options say.
    pub(super) fn trusted(&self, server: Endpoint) -> Endpoint {
        let ca = self.ca.as_ref().map(|path| absolute(path));
        let fingerprint = self.fingerprint.filter(|_| server.tls != Tls::None);
        Endpoint { ca, fingerprint, ..server }
    }
}

/// `HOST`, `HOST:PORT` or `[ADDRESS]:PORT`.
#[derive(Debug, Clone)]
pub(crate) struct HostAndPort {
    pub host: String,
    pub port: Option<u16>,
}

impl HostAndPort {
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(text: &str) -> Result<HostAndPort, String> {
        let shape = || "a server is named as HOST or HOST:PORT".to_owned();
        let (host, port) = match text.trim().rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
                let port = port.parse().ok().filter(|port| *port > 0).ok_or_else(shape)?;
                (host, Some(port))
            }
            _ => (text.trim(), None),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let is_host = !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || c == '/');
        is_host.then(|| HostAndPort { host: host.to_owned(), port }).ok_or_else(shape)
    }
}
