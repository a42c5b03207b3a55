//! From a host name to a stream that can be trusted with a password.
//!
//! One TLS stack (rustls), certificates checked against the system's store or the one CA that the
//! account names; never a weaker check, never a fall back to plain text.

use std::fmt::Debug;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustix::net::sockopt;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::error::{Error, Result};

/// For the TCP and for the TLS handshake.
const PATIENCE: Duration = Duration::from_secs(30);
/// Probes begin after this much silence, and go on at this interval.
const KEEPALIVE: (Duration, Duration) = (Duration::from_secs(120), Duration::from_secs(30));
const PROBES: u32 = 4;
/// How long sent bytes may stay unacknowledged, in milliseconds (RFC 5482).
const USER_TIMEOUT: u32 = 90_000;

pub(super) trait Stream: AsyncRead + AsyncWrite + Debug + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Debug + Send + Unpin> Stream for S {}

/// A connection to the server, encrypted or not yet.
pub(super) type Wire = Box<dyn Stream>;

/// Opens the TCP connection, with the probes that notice a peer that is gone.
pub(super) async fn dial(host: &str, port: u16) -> Result<TcpStream> {
    let failed = || Error::temporary(format!("no connection to {host}:{port}"));
    let tcp = timeout(PATIENCE, TcpStream::connect((host, port)))
        .await
        .map_err(|_| failed().because("no answer within 30 s"))?
        .map_err(|cause| failed().because(cause))?;
    watch_over(&tcp).map_err(|cause| failed().because(cause))?;
    Ok(tcp)
}

fn watch_over(tcp: &TcpStream) -> std::io::Result<()> {
    tcp.set_nodelay(true)?;
    sockopt::set_socket_keepalive(tcp, true)?;
    sockopt::set_tcp_keepidle(tcp, KEEPALIVE.0)?;
    sockopt::set_tcp_keepintvl(tcp, KEEPALIVE.1)?;
    sockopt::set_tcp_keepcnt(tcp, PROBES)?;
    sockopt::set_tcp_user_timeout(tcp, USER_TIMEOUT)?;
    Ok(())
}

/// Reads the certificates to trust: the system's, or those of the PEM file `ca` alone.
pub(super) fn trust(ca: Option<&Path>) -> Result<Arc<ClientConfig>> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|cause| Error::failed("TLS can't be set up").because(cause))?;
    let config = match ca {
        Some(path) => builder.with_root_certificates(authorities(path)?).with_no_client_auth(),
        None => builder
            .with_platform_verifier()
            .map_err(|cause| {
                Error::config("the system's certificates can't be read")
                    .because(cause)
                    .hint("install the package ca-certificates, or set `ca` for this account")
            })?
            .with_no_client_auth(),
    };
    Ok(Arc::new(config))
}

fn authorities(path: &Path) -> Result<RootCertStore> {
    let unusable = || {
        Error::config(format!("no CA certificate can be read from {}", path.display()))
            .hint("`ca` names a PEM file that holds at least one certificate")
    };
    let mut store = RootCertStore::empty();
    for certificate in
        CertificateDer::pem_file_iter(path).map_err(|cause| unusable().because(cause))?
    {
        let certificate = certificate.map_err(|cause| unusable().because(cause))?;
        store.add(certificate).map_err(|cause| unusable().because(cause))?;
    }
    if store.is_empty() { Err(unusable()) } else { Ok(store) }
}

/// The TLS handshake. A certificate that isn't good ends it as a temporary failure: a captive
/// portal looks just like that, and goes away.
pub(super) async fn encrypt(trust: Arc<ClientConfig>, host: &str, wire: Wire) -> Result<Wire> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|cause| Error::config(format!("{host} is no host name")).because(cause))?;
    let failed = || Error::temporary(format!("no safe connection to {host}"));
    let stream = timeout(PATIENCE, TlsConnector::from(trust).connect(name, wire))
        .await
        .map_err(|_| failed().because("no TLS answer within 30 s"))?
        .map_err(|cause| {
            failed().because(cause).hint(
                "check host, port and tls of this account; a server with its own CA needs `ca`",
            )
        })?;
    Ok(Box::new(stream))
}
