//! From an e-mail address to the servers of its mailbox.
//!
//! Asks, in the order in which the answers count: the table of well-known providers, the domain's
//! MX records (who takes its mail in keeps it, too), its SRV records (RFC 6186, RFC 8314), and the
//! autoconfig file that its owner may publish. Only where nobody names a server, usual names are
//! tried, and count if they answer with a good certificate.
//!
//! An explicit act of the user: nothing else in the house calls it. Never sends a password, never
//! proposes a connection without TLS, never writes a configuration.

mod address;
mod autoconfig;
mod dns;
mod guess;
mod providers;
mod server;
mod srv;
mod web;

use std::net::SocketAddr;
use std::path::Path;

use crate::error::{Error, Result};
use address::MailAddress;
use dns::Dns;
use guess::Prober;
use web::Web;

pub use server::{Origin, Server, Service};

/// What was found, the best first.
#[derive(Debug, Default)]
pub struct Discovery {
    /// Where mail is read.
    pub imap: Vec<Server>,
    /// Where mail is sent.
    pub smtp: Vec<Server>,
    /// What the user has to know before it works, a sentence each.
    pub notes: Vec<String>,
}

impl Discovery {
    /// A server that somebody better has already named isn't repeated.
    fn add(&mut self, servers: impl IntoIterator<Item = Server>) {
        for server in servers {
            let list = match server.service {
                Service::Imap => &mut self.imap,
                Service::Smtp => &mut self.smtp,
            };
            let same = |known: &Server| {
                (&known.host, known.port, known.tls) == (&server.host, server.port, server.tls)
            };
            if !list.iter().any(same) {
                list.push(server);
            }
        }
    }
}

/// Whom to ask: name servers, web servers, and the mail servers themselves.
pub struct Network {
    dns: Dns,
    web: Web,
    prober: Prober,
}

impl Network {
    /// The whole net, by way of the system's name servers, or of `nameserver` in their place.
    ///
    /// # Errors
    /// `Config` where the system names no name server, or where its certificates can't be read.
    /// `Failed` where name lookups or HTTPS can't be set up.
    pub fn of_system(nameserver: Option<SocketAddr>) -> Result<Network> {
        let dns = match nameserver {
            Some(server) => Dns::asking(server)?,
            None => Dns::of_system()?,
        };
        let web = Web::of_domains(&dns)?;
        let prober = Prober::new(None)?;
        Ok(Network { dns, web, prober })
    }

    /// A world on this machine: its name server, one web server for all hosts (`http://…/`), the
    /// CA that signs its certificates and the ports for IMAP and SMTP over TLS.
    ///
    /// # Errors
    /// `Config` where `ca` can't be read. `Failed` where name lookups or HTTPS can't be set up.
    pub fn of_loopback(
        nameserver: SocketAddr,
        web: &str,
        ca: Option<&Path>,
        ports: [u16; 2],
    ) -> Result<Network> {
        let dns = Dns::asking(nameserver)?;
        let web = Web::at(&dns, web, ca)?;
        let prober = Prober::new(ca)?.at(ports);
        Ok(Network { dns, web, prober })
    }
}

/// Finds the servers of `address`; none is an answer, too.
///
/// # Errors
/// `Usage` where it is no address. `Temporary` where no IMAP server was found and somebody who
/// could have known one did not answer.
pub async fn discover(address: &str, network: &Network) -> Result<Discovery> {
    let address = MailAddress::parse(address)?;
    let mut found = Discovery::default();
    if let Some(provider) = providers::of_domain(&address.domain) {
        found.add(provider.servers(&address, &Origin::Provider(provider.name)));
        found.notes.extend(provider.note());
        return Ok(found);
    }
    let (mx, srv, file) = tokio::join!(
        network.dns.mail_exchanges(&address.domain),
        srv::servers(&address, &network.dns),
        network.web.autoconfig(&address),
    );
    let mut unanswered = None;
    if let Some(exchanges) = heard(mx, &mut unanswered) {
        let known = exchanges.iter().find_map(|it| Some((it, providers::of_exchange(it)?)));
        if let Some((exchange, provider)) = known {
            let exchange = exchange.clone();
            let origin = Origin::Mx { provider: provider.name, exchange };
            found.add(provider.servers(&address, &origin));
            found.notes.extend(provider.note());
        }
    }
    let dns_answers = unanswered.is_none();
    found.add(heard(srv, &mut unanswered).unwrap_or_default());
    found.add(heard(file, &mut unanswered).unwrap_or_default());
    if dns_answers {
        for (service, empty) in
            [(Service::Imap, found.imap.is_empty()), (Service::Smtp, found.smtp.is_empty())]
        {
            if empty {
                found.add(network.prober.guess(service, &address, &network.dns).await);
            }
        }
    }
    found.notes.extend(doubt(&address, &found));
    match unanswered {
        Some(error) if found.imap.is_empty() => Err(error),
        Some(error) => {
            found.notes.push(format!("This may not be all: {error}."));
            Ok(found)
        }
        None => Ok(found),
    }
}

/// DNS isn't signed: a name outside of the domain wants a look before a password goes there
/// (RFC 6186 §6).
fn doubt(address: &MailAddress, found: &Discovery) -> Option<String> {
    let domain = &address.domain;
    let best = [found.imap.first(), found.smtp.first()];
    let strange = best.into_iter().flatten().find(|server| {
        let inside = server.host == *domain || server.host.ends_with(&format!(".{domain}"));
        matches!(server.origin, Origin::Srv(_)) && !inside
    })?;
    Some(format!(
        "{} lies outside of {domain}, and whoever is in between can forge such a record: make sure \
         that it is your provider's.",
        strange.host
    ))
}

/// Keeps the first error for the end: others may know.
fn heard<T>(answer: Result<T>, unanswered: &mut Option<Error>) -> Option<T> {
    match answer {
        Ok(value) => Some(value),
        Err(error) => {
            unanswered.get_or_insert(error);
            None
        }
    }
}
