//! Usual names of mail servers, for domains that publish nothing. A name counts only if a server
//! answers there with a certificate that is good for it; nothing but the TLS handshake is said.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::address::MailAddress;
use super::dns::Dns;
use super::server::{Origin, Server, Service};
use crate::config::Tls;
use crate::error::Result;
use crate::trust;

/// For one host and port, from the first packet to the end of the handshake.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) struct Prober {
    trust: Arc<ClientConfig>,
    /// IMAP and SMTP over TLS (RFC 8314 §3.2, §3.3).
    ports: [u16; 2],
}

impl Prober {
    pub(super) fn new(ca: Option<&Path>) -> Result<Prober> {
        Ok(Prober { trust: Arc::new(trust::client(ca, None)?), ports: [993, 465] })
    }

    pub(super) fn at(self, ports: [u16; 2]) -> Prober {
        Prober { ports, ..self }
    }

    /// The first usual name that answers.
    pub(super) async fn guess(
        &self,
        service: Service,
        address: &MailAddress,
        dns: &Dns,
    ) -> Option<Server> {
        let [imap, smtp] = self.ports;
        let (first, port) = match service {
            Service::Imap => ("imap", imap),
            Service::Smtp => ("smtp", smtp),
        };
        for name in [first, "mail"] {
            let host = format!("{name}.{}", address.domain);
            if timeout(PATIENCE, self.answers(&host, port, dns)).await.is_ok_and(|it| it.is_some())
            {
                let (tls, user, origin) = (Tls::Implicit, address.whole(), Origin::Guess);
                return Some(Server { service, host, port, tls, user, origin });
            }
        }
        None
    }

    async fn answers(&self, host: &str, port: u16, dns: &Dns) -> Option<()> {
        let name = ServerName::try_from(host.to_owned()).ok()?;
        let addresses = dns.addresses(host).await.ok()?;
        let endpoints: Vec<SocketAddr> =
            addresses.into_iter().map(|ip| (ip, port).into()).collect();
        let stream = TcpStream::connect(endpoints.as_slice()).await.ok()?;
        TlsConnector::from(Arc::clone(&self.trust)).connect(name, stream).await.ok()?;
        Some(())
    }
}
