//! Fetches the autoconfig file of a domain: from that domain's own hosts, over HTTPS. A
//! large file is passed over, a slow one given up.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Url};

use super::address::MailAddress;
use super::autoconfig;
use super::dns::Dns;
use super::server::Server;
use crate::error::{Error, Result};
use crate::trust;

/// For one file, with its redirections.
const PATIENCE: Duration = Duration::from_secs(10);
/// Real ones have some 3 KiB.
const LARGEST: usize = 64 * 1024;

const REDIRECTIONS: usize = 3;

pub(super) struct Web {
    client: Client,
    /// What stands before the name of a host.
    base: String,
}

impl Web {
    /// The hosts that each domain names.
    pub(super) fn of_domains(dns: &Dns) -> Result<Web> {
        Web::over(client(dns, None)?.https_only(true), "https://")
    }

    /// One server that stands in for all hosts: `http://127.0.0.1:8080/` asks there for
    /// `autoconfig.example.com/mail/…`.
    pub(super) fn at(dns: &Dns, base: &str, ca: Option<&Path>) -> Result<Web> {
        Web::over(client(dns, ca)?, base)
    }

    fn over(client: ClientBuilder, base: &str) -> Result<Web> {
        let client = client
            .build()
            .map_err(|cause| Error::failed("HTTPS can't be set up").because(cause))?;
        Ok(Web { client, base: base.to_owned() })
    }

    /// What the domain's file says; nothing where there is none.
    pub(super) async fn autoconfig(&self, address: &MailAddress) -> Result<Vec<Server>> {
        let domain = &address.domain;
        let asked = format!("{}autoconfig.{domain}/mail/config-v1.1.xml", self.base);
        let known = format!("{}{domain}/.well-known/autoconfig/mail/config-v1.1.xml", self.base);
        let (asked, known) =
            tokio::join!(self.file(&asked, Some(address)), self.file(&known, None));
        let mut servers = Vec::new();
        let mut unanswered = None;
        for file in [asked, known] {
            match file {
                Ok(Some((xml, url))) => {
                    servers.extend(autoconfig::servers(&xml, address, &url).unwrap_or_default());
                }
                Ok(None) => {}
                Err(error) => unanswered = Some(error),
            }
        }
        match unanswered {
            Some(error) if servers.is_empty() => Err(error),
            _ => Ok(servers),
        }
    }

    /// The text at `url`, with the place it came from. `None`: there is no such file.
    async fn file(
        &self,
        url: &str,
        address: Option<&MailAddress>,
    ) -> Result<Option<(String, String)>> {
        let failed = |cause: reqwest::Error| match is_absence(&cause) {
            true => Ok(None),
            false => Err(Error::temporary(format!("no answer from {url}"))
                .because(cause.without_url())
                .hint("check the network")),
        };
        let Ok(mut full) = Url::parse(url) else { return Ok(None) };
        if let Some(address) = address {
            full.query_pairs_mut().append_pair("emailaddress", &address.whole());
        }
        let mut response = match self.client.get(full).send().await {
            Ok(response) if response.status().is_success() => response,
            Ok(_) => return Ok(None),
            Err(cause) => return failed(cause),
        };
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(cause) => return failed(cause),
            }
            if body.len() > LARGEST {
                return Ok(None);
            }
        }
        Ok(String::from_utf8(body).ok().map(|text| (text, url.to_owned())))
    }
}

fn client(dns: &Dns, ca: Option<&Path>) -> Result<ClientBuilder> {
    Ok(Client::builder()
        .use_preconfigured_tls(trust::client(ca, None)?)
        .timeout(PATIENCE)
        .redirect(Policy::custom(|attempt| {
            let first = attempt.previous().first();
            let follows = first.is_some_and(|first| stays(first, attempt.url()));
            if follows && attempt.previous().len() <= REDIRECTIONS {
                attempt.follow()
            } else {
                attempt.stop()
            }
        }))
        .referer(false)
        .no_proxy()
        .dns_resolver(Arc::new(Lookup(dns.clone()))))
}

/// Whether a redirection stays with the domain that was asked, and as safe as it was.
fn stays(first: &Url, next: &Url) -> bool {
    let (Some(asked), Some(host)) = (first.host_str(), next.host_str()) else { return false };
    let domain = asked.strip_prefix("autoconfig.").unwrap_or(asked);
    let is_below = |host: &str| host.strip_suffix(domain).is_some_and(|it| it.ends_with('.'));
    first.scheme() == next.scheme() && (host == domain || is_below(host))
}

/// Whether there is certainly no file, rather than no answer: no such host, a closed port, the
/// certificate of another name, as parked domains show it, or a server that was reached
/// and gives no proper answer.
fn is_absence(error: &reqwest::Error) -> bool {
    if error.is_timeout() {
        return false;
    }
    if !error.is_connect() {
        return true;
    }
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        let turned_away = cause.downcast_ref().is_some_and(turns_away);
        if turned_away || cause.is::<rustls::Error>() || cause.is::<NoSuchHost>() {
            return true;
        }
        next = cause.source();
    }
    false
}

/// Looks inside: what an I/O error wraps, `source` passes over.
fn turns_away(error: &io::Error) -> bool {
    let inner = error.get_ref();
    error.kind() == io::ErrorKind::ConnectionRefused
        || inner.is_some_and(|inner| inner.is::<rustls::Error>())
        || inner.and_then(|inner| inner.downcast_ref()).is_some_and(turns_away)
}

#[derive(Debug, thiserror::Error)]
#[error("no such host")]
struct NoSuchHost;

/// The same name servers as for everything else.
struct Lookup(Dns);

impl Resolve for Lookup {
    fn resolve(&self, name: Name) -> Resolving {
        let dns = self.0.clone();
        Box::pin(async move {
            let found = dns.addresses(name.as_str()).await?;
            if found.is_empty() {
                return Err(NoSuchHost.into());
            }
            let addresses = found.into_iter().map(|ip| SocketAddr::new(ip, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirection_stays_with_the_domain_and_as_safe_as_it_was() {
        #[track_caller]
        fn check(from: &str, to: &str, expected: bool) {
            let url = |text: &str| Url::parse(text).unwrap();
            assert_eq!(stays(&url(from), &url(to)), expected, "{from} → {to}");
        }
        for from in ["https://autoconfig.example.com/mail/x", "https://example.com/.well-known/x"] {
            check(from, "https://example.com/x", true);
            check(from, "https://www.example.com/x", true);
            check(from, "http://www.example.com/x", false);
            check(from, "https://badexample.com/x", false);
            check(from, "https://example.com.example.net/x", false);
            check(from, "https://example.net/example.com", false);
            check(from, "https://127.0.0.1/x", false);
            check(from, "data:text/xml,x", false);
        }
    }
}
