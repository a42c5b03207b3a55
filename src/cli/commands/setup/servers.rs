//! Which servers keep and send the mail of an address: as named, as found, or as answered.

use std::time::Duration;

use tokio::time::timeout;

use super::args::{HostAndPort, SetupArgs};
use super::asking::{Asker, missing};
use crate::cli::desk::Desk;
use crate::cli::draft::Endpoint;
use crate::config::Tls;
use crate::discover::{Discovery, Network, Server, discover};
use crate::error::{Error, Result};

/// A network that says nothing isn't waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where mail is read, under which name; and where it is sent, if anywhere.
pub(super) struct Servers {
    pub imap: Endpoint,
    pub user: String,
    pub smtp: Option<Endpoint>,
}

/// # Errors
/// `Usage` where no server is named or found and nobody can be asked; `Failed` where the answer is
/// to stop.
pub(super) async fn servers(
    desk: &Desk,
    args: &SetupArgs,
    asker: &Asker,
    address: &str,
) -> Result<Servers> {
    let wants_smtp = !args.no_smtp && args.smtp.is_none();
    let found = match args.imap.is_some() && !wants_smtp {
        true => Discovery::default(),
        false => find(desk, address).await,
    };
    let best = found.imap.first();
    let imap = match &args.imap {
        Some(named) => at(named, args.imap_tls, &IMAP),
        None => settled(asker, best, "", &IMAP)?,
    };
    let user = args.user.clone().or_else(|| best.map(|server| server.user.clone()));
    let user = match user {
        Some(user) => user,
        // Found by nobody: the one thing that is nearly always right.
        None if !asker.can_ask() => address.to_owned(),
        None => self::user(asker, address)?,
    };
    let smtp = match named_to_send(args) {
        Some(named) => Some(named),
        None if args.no_smtp => None,
        None => {
            let smtp = to_send(desk, asker, found.smtp.first(), &imap.host)?;
            smtp.map(|smtp| args.trusted(smtp))
        }
    };
    Ok(Servers { imap: args.trusted(imap), user, smtp })
}

pub(super) fn user(asker: &Asker, proposed: &str) -> Result<String> {
    asker.text("Login name", proposed, |_| Ok(()))
}

/// The server that an option names to send with.
pub(super) fn named_to_send(args: &SetupArgs) -> Option<Endpoint> {
    args.smtp.as_ref().map(|named| args.trusted(at(named, args.smtp_tls, &SMTP)))
}

/// What differs between reading and sending.
struct Way {
    option: &'static str,
    question: &'static str,
    usual: fn(Tls) -> u16,
    starttls: &'static [u16],
}

const IMAP: Way = Way {
    option: "--imap imap.example.com",
    question: "Incoming mail server (IMAP), like imap.example.com",
    usual: Tls::usual_imap,
    starttls: &[143],
};
const SMTP: Way = Way {
    option: "--smtp smtp.example.com, or --no-smtp",
    question: "Outgoing mail server (SMTP), like smtp.example.com",
    usual: Tls::usual_smtp,
    starttls: &[25, 587],
};

/// TLS as said, or as the port is known for.
fn at(named: &HostAndPort, tls: Option<Tls>, way: &Way) -> Endpoint {
    let of_port = named.port.is_some_and(|port| way.starttls.contains(&port));
    let tls = tls.unwrap_or(if of_port { Tls::Starttls } else { Tls::Implicit });
    Endpoint::new(&named.host, named.port.unwrap_or((way.usual)(tls)), tls)
}

async fn find(desk: &Desk, address: &str) -> Discovery {
    let domain = address.rsplit('@').next().unwrap_or(address);
    desk.say(&format!("Looking for the servers of {domain}…"));
    let looking = async { discover(address, &Network::of_system(None)?).await };
    let found = match timeout(PATIENCE, looking).await {
        Ok(found) => found,
        Err(_) => Err(Error::temporary(format!("nobody answered within {PATIENCE:?}"))),
    };
    let found = found.unwrap_or_else(|error| {
        desk.tell(&format!("none found: {error}"));
        Discovery::default()
    });
    for server in [found.imap.first(), found.smtp.first()].into_iter().flatten() {
        let Server { host, port, tls, origin, .. } = server;
        let line = format!("  {host}, port {port}, {}: {origin}", protection(*tls));
        desk.tell(&line);
    }
    found.notes.iter().for_each(|note| desk.tell(note));
    found
}

/// Where none was found, it is likely called as `imap_host` is.
fn to_send(
    desk: &Desk,
    asker: &Asker,
    best: Option<&Server>,
    imap_host: &str,
) -> Result<Option<Endpoint>> {
    if asker.can_ask() {
        let asked = "Mail you a digest each week? It needs a server that sends mail";
        let wanted = asker.confirmed(asked, true)?;
        let likely = imap_host
            .strip_prefix("imap.")
            .map_or_else(|| imap_host.to_owned(), |domain| format!("smtp.{domain}"));
        return wanted.then(|| settled(asker, best, &likely, &SMTP)).transpose();
    }
    if best.is_none() {
        desk.say("No outgoing mail server found: no digest will be mailed (name one with --smtp).");
    }
    Ok(best.map(endpoint))
}

fn endpoint(server: &Server) -> Endpoint {
    Endpoint::new(&server.host, server.port, server.tls)
}

/// What is named in the place of a mailbox's server that doesn't answer.
pub(super) fn another(asker: &Asker, known: &Endpoint) -> Result<Endpoint> {
    named(asker, known, &IMAP)
}

/// The same of one that sends.
pub(super) fn another_to_send(asker: &Asker, known: &Endpoint) -> Result<Endpoint> {
    named(asker, known, &SMTP)
}

fn named(asker: &Asker, known: &Endpoint, way: &Way) -> Result<Endpoint> {
    let proposed = format!("{}:{}", known.host, known.port);
    let Endpoint { host, port, tls, .. } =
        protected(asker, &answered(asker, &proposed, way)?, way)?;
    Ok(Endpoint { host, port, tls, ..known.clone() })
}

/// What was found, or what is put in its place; `likely`: what is proposed where nothing was.
fn settled(asker: &Asker, best: Option<&Server>, likely: &str, way: &Way) -> Result<Endpoint> {
    let found = best.map(endpoint);
    if !asker.can_ask() {
        return found.ok_or_else(|| missing(way.option));
    }
    let proposed = best.map(|server| format!("{}:{}", server.host, server.port));
    let proposed = proposed.unwrap_or_else(|| likely.to_owned());
    let answer = answered(asker, &proposed, way)?;
    match found.filter(|_| answer == proposed) {
        Some(found) => Ok(found),
        None => protected(asker, &answer, way),
    }
}

fn answered(asker: &Asker, proposed: &str, way: &Way) -> Result<String> {
    let is_server = |text: &str| HostAndPort::parse(text).map(drop);
    asker.text(way.question, proposed, is_server)
}

fn protected(asker: &Asker, answer: &str, way: &Way) -> Result<Endpoint> {
    let named = HostAndPort::parse(answer).map_err(Error::usage)?;
    let likely = at(&named, None, way);
    let kind = |tls| TlsChoice { tls, is_usual: tls == likely.tls };
    let mut kinds = Tls::ALL.map(kind).to_vec();
    kinds.sort_by_key(|kind| !kind.is_usual);
    let TlsChoice { tls, .. } = asker.one_of("How is the connection protected?", kinds)?;
    Ok(at(&named, Some(tls), way))
}

#[derive(Clone, Copy)]
struct TlsChoice {
    tls: Tls,
    is_usual: bool,
}

impl std::fmt::Display for TlsChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let usual = if self.is_usual { ", as is usual" } else { "" };
        write!(f, "{}{usual}", protection(self.tls))
    }
}

fn protection(tls: Tls) -> &'static str {
    match tls {
        Tls::Implicit => "TLS from the first byte",
        Tls::Starttls => "STARTTLS",
        Tls::None => "no TLS (only to this machine itself)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_named_with_or_without_its_port() {
        #[track_caller]
        fn check(text: &str, expected: Option<(&str, u16, Tls)>) {
            let named = HostAndPort::parse(text).ok().map(|it| at(&it, None, &IMAP));
            let expected = expected.map(|(host, port, tls)| Endpoint::new(host, port, tls));
            assert_eq!(named, expected, "{text}");
        }
        check("imap.example.com", Some(("imap.example.com", 993, Tls::Implicit)));
        check(" localhost:1993 ", Some(("localhost", 1993, Tls::Implicit)));
        check("imap.example.com:143", Some(("imap.example.com", 143, Tls::Starttls)));
        check("[::1]:993", Some(("::1", 993, Tls::Implicit)));
        check("::1", Some(("::1", 993, Tls::Implicit)));
        for wrong in
            ["", ":993", "imap.example.com:0", "imap.example.com:x", "https://example.com/", "a b"]
        {
            check(wrong, None);
        }
    }
}
