//! From a host name to a stream that can be trusted with a password.
//!
//! Whom to trust, [`crate::trust`] says; never a fall back to plain text.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use rustix::net::sockopt;
use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::config::Imap;
use crate::error::{Error, Result};
use crate::trust;

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
    let failed = || {
        Error::temporary(format!("can't connect to the mail server {host}:{port}"))
            .hint("check host and port of this account, and the network")
    };
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

pub(super) fn trust(imap: &Imap) -> Result<Arc<ClientConfig>> {
    trust::client(imap.ca.as_deref(), imap.fingerprint).map(Arc::new)
}

/// The TLS handshake. A certificate that isn't good ends it as what may pass: a captive portal
/// looks just like that, and goes away. Another one than the account pins doesn't.
pub(super) async fn encrypt(trust: Arc<ClientConfig>, host: &str, wire: Wire) -> Result<Wire> {
    let failed = || Error::temporary(format!("no safe connection to {host}"));
    let shaken = timeout(PATIENCE, trust::shake_hands(trust, host, wire))
        .await
        .map_err(|_| failed().because("no TLS answer within 30 s"))?;
    let stream = shaken?.map_err(|cause| {
        trust::explain(&cause, host, "143, or port 993").unwrap_or_else(|| {
            failed().because(cause).hint("check host, port and tls of this account")
        })
    })?;
    Ok(Box::new(stream))
}
