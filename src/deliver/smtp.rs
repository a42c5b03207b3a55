//! One conversation with the configured SMTP server.
//!
//! Never sends a byte of a mail or a password in the clear where TLS was asked for, never tries a
//! refused login a second time, never waits without a deadline.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, AsyncTokioStream, Certificate, CertificateStore, TlsParameters,
};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error as SmtpError, response::Response};
use rustls::CertificateError;
use secrecy::ExposeSecret as _;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use super::wire::ByteByByte;
use crate::auth::{Proof, SignIn};
use crate::config::{Login, Smtp, Tls};
use crate::domain::text::clean;
use crate::error::{Error, Kind, Result};
use crate::trust::{self, Mismatch};

/// For each step of the conversation but the transfer.
const STEP: Duration = Duration::from_secs(60);
/// RFC 5321 §4.5.3.2.6: whoever gives up on the reply to the final dot sooner sends mail twice.
const TRANSFER: Duration = Duration::from_secs(600);
/// Tells no name of this machine (RFC 5321 §4.1.3).
const HELLO: ClientId = ClientId::Ipv4(std::net::Ipv4Addr::LOCALHOST);

pub(super) async fn send(server: &Smtp, envelope: &Envelope, mail: &[u8]) -> Result<()> {
    let mut connection = open(server).await?;
    // lettre ends the last line itself.
    let mail = mail.strip_suffix(b"\r\n").unwrap_or(mail);
    within(server, TRANSFER, connection.send(envelope, mail)).await?;
    // The server has the mail: how the farewell goes no longer matters.
    let _ = timeout(STEP, connection.quit()).await;
    Ok(())
}

/// Connects and signs in as for a mail, and sends none.
///
/// # Errors
/// Those of [`send`](super::send) over SMTP.
pub async fn reach(server: &Smtp) -> Result<()> {
    let mut connection = open(server).await?;
    let _ = timeout(STEP, connection.quit()).await;
    Ok(())
}

async fn open(server: &Smtp) -> Result<AsyncSmtpConnection> {
    match &server.login {
        Some((user, login)) => connect_as(server, user, login).await,
        None => connect(server).await,
    }
}

/// A token that is refused may only have grown stale: then a fresh one is tried, once.
async fn connect_as(server: &Smtp, user: &str, login: &Login) -> Result<AsyncSmtpConnection> {
    let sign_in = SignIn::new(login);
    let mut renews = sign_in.renews();
    loop {
        let proof = sign_in.proof().await?;
        let mut connection = connect(server).await?;
        match log_in(server, &mut connection, user, &proof).await {
            Ok(_) => return Ok(connection),
            Err(error) if renews && error.kind() == Kind::LoginRefused => {
                sign_in.forget().await;
                renews = false;
            }
            Err(error) => return Err(error),
        }
    }
}

async fn connect(server: &Smtp) -> Result<AsyncSmtpConnection> {
    let address = (server.host.as_str(), server.port);
    let stream = timeout(STEP, TcpStream::connect(address))
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        .map_err(|error| unreachable_server(server).because(error))?;
    if server.tls == Tls::None && !is_loopback(&stream) {
        return Err(Error::config(format!("{} is not this machine", place(server))).hint(
            "set tls = \"implicit\" or \"starttls\": without TLS mail stays on this machine",
        ));
    }
    let peer = stream.peer_addr().map_err(|error| unreachable_server(server).because(error))?;
    let stream: Box<dyn AsyncTokioStream> = match server.tls {
        Tls::Implicit => Box::new(ByteByByte::over(encrypted(server, stream).await?, peer)),
        Tls::Starttls | Tls::None => Box::new(ByteByByte::over(stream, peer)),
    };
    let greeting = AsyncSmtpConnection::connect_with_transport(stream, &HELLO);
    let mut connection = tokio::select! {
        greeted = within(server, STEP, greeting) => greeted?,
        error = waits_for_tls(server), if server.tls != Tls::Implicit => return Err(error),
    };
    if server.tls == Tls::Starttls {
        encrypt(server, &mut connection).await?;
    }
    Ok(connection)
}

/// Ends where the server says nothing in the clear because it waits for TLS.
async fn waits_for_tls(server: &Smtp) -> Error {
    let Smtp { host, port, .. } = server;
    let dial = async { TcpStream::connect((host.as_str(), *port)).await.ok() };
    trust::waits_for_tls(host, dial).await;
    Error::new(Kind::Untrusted, format!("{} waits for TLS", place(server)))
        .hint("set tls = \"implicit\" in [smtp]: TLS from the first byte")
}

/// TLS before the first word.
async fn encrypted(server: &Smtp, stream: TcpStream) -> Result<TlsStream<TcpStream>> {
    let client = Arc::new(trust::client(server.ca.as_deref(), server.fingerprint)?);
    let shaken = timeout(STEP, trust::shake_hands(client, &server.host, stream))
        .await
        .map_err(|_| silent(server, STEP))?;
    shaken?.map_err(|error| {
        trust::explain(&error, &place(server), "587, or port 465")
            .unwrap_or_else(|| unreachable_server(server).because(clean(&error.to_string())))
    })
}

async fn encrypt(server: &Smtp, connection: &mut AsyncSmtpConnection) -> Result<()> {
    if !connection.can_starttls() {
        let _ = timeout(STEP, connection.quit()).await;
        // Not for good: a hotel's network may be stripping it.
        return Err(Error::temporary(format!(
            "{} offers no STARTTLS; nothing was sent",
            place(server)
        ))
        .hint("try tls = \"implicit\" with port 465, or another network"));
    }
    let tls = tls_parameters(server).await?;
    within(server, STEP, connection.starttls(tls, &HELLO)).await?;
    pinned(server, connection)
}

/// lettre takes no verifier of ours: where a fingerprint is named, its handshake accepts any
/// certificate whose key the server has, and this has the last word before anything is sent.
fn pinned(server: &Smtp, connection: &AsyncSmtpConnection) -> Result<()> {
    let Some(expected) = server.fingerprint else { return Ok(()) };
    let certificate = connection.peer_certificate().map_err(|error| explain(server, &error))?;
    match Mismatch::of(expected, &certificate) {
        None => Ok(()),
        Some(mismatch) => Err(mismatch.explain(&place(server))),
    }
}

async fn tls_parameters(server: &Smtp) -> Result<TlsParameters> {
    let mut builder = TlsParameters::builder(server.host.clone());
    if server.fingerprint.is_some() {
        builder =
            builder.dangerous_accept_invalid_certs(true).dangerous_accept_invalid_hostnames(true);
    } else if let Some(path) = &server.ca {
        let unusable = || {
            Error::config(format!("the CA file {} can't be used", path.display()))
                .hint("`ca` in [smtp] names a PEM file with at least one certificate")
        };
        let pem = tokio::fs::read(path).await.map_err(|error| unusable().because(error))?;
        let certificate = Certificate::from_pem(&pem).map_err(|error| unusable().because(error))?;
        builder =
            builder.certificate_store(CertificateStore::None).add_root_certificate(certificate);
    }
    builder.build().map_err(|error| {
        Error::config(format!("TLS to {} can't be set up", place(server)))
            .because(error)
            .hint("check `host` and `ca` in [smtp]")
    })
}

async fn log_in(
    server: &Smtp,
    connection: &mut AsyncSmtpConnection,
    user: &str,
    proof: &Proof,
) -> Result<Response> {
    let (mechanisms, secret, hint) = match proof {
        Proof::Password(password) => (
            DEFAULT_MECHANISMS,
            password,
            "check `user` and `password` in [smtp]; many providers want an app password",
        ),
        Proof::Token(token) => (
            &[Mechanism::Xoauth2][..],
            token,
            "check `user` in [smtp] and the token: was it made for this address, and for SMTP?",
        ),
    };
    let info = connection.server_info();
    let takes_it = mechanisms.iter().any(|it| info.supports_auth_mechanism(*it));
    let credentials = Credentials::new(user.to_owned(), secret.expose_secret().to_owned());
    let answer = timeout(STEP, connection.auth(mechanisms, &credentials)).await;
    let error = match answer {
        Ok(Ok(response)) => return Ok(response),
        Ok(Err(error)) => error,
        Err(_) => return Err(silent(server, STEP)),
    };
    let _ = timeout(STEP, connection.quit()).await;
    // A refused token is answered with a challenge first, which lettre can't meet.
    let challenged = takes_it && error.is_client() && matches!(proof, Proof::Token(_));
    if error.is_permanent() || challenged {
        return Err(Error::login_refused(format!("{} refused the login of {user}", place(server)))
            .because(clean(&error.to_string()))
            .hint(hint));
    }
    if error.is_client() {
        let what = match proof {
            Proof::Password(_) => "password login",
            Proof::Token(_) => "OAuth2 token",
        };
        return Err(Error::config(format!("{} takes no {what}", place(server)))
            .because(clean(&error.to_string()))
            .hint("remove `user` from [smtp], or use the provider's submission host"));
    }
    Err(explain(server, &error))
}

async fn within<T>(
    server: &Smtp,
    limit: Duration,
    step: impl Future<Output = Result<T, SmtpError>>,
) -> Result<T> {
    match timeout(limit, step).await {
        Ok(outcome) => outcome.map_err(|error| explain(server, &error)),
        Err(_) => Err(silent(server, limit)),
    }
}

fn silent(server: &Smtp, limit: Duration) -> Error {
    Error::temporary(format!("{} said nothing for {} s", place(server), limit.as_secs()))
        .hint("it will be tried again; if that never helps, check `host`, `port` and `tls`")
}

fn explain(server: &Smtp, error: &SmtpError) -> Error {
    let reason = clean(&error.to_string());
    if let Some(refused) = std::error::Error::source(error).and_then(refused_certificate) {
        return untrusted(server, &trust::why(refused));
    }
    let code = error.status().map(u16::from);
    let (kind, hint) = match code {
        Some(530) => {
            (Kind::Config, "the server wants a login: set `user` and `password` in [smtp]")
        }
        Some(534 | 535 | 538) => (Kind::LoginRefused, "check `user` and `password` in [smtp]"),
        Some(500..) => (Kind::Failed, "check `from` in [smtp] and `to` in [digest]"),
        None if error.is_client() => {
            (Kind::Failed, "use plain ASCII addresses for `from` and `to`")
        }
        Some(_) => (Kind::Temporary, "the server asks to wait; it will be tried again"),
        None => return unreachable_server(server).because(reason),
    };
    Error::new(kind, format!("{} didn't accept the digest", place(server)))
        .because(reason)
        .hint(hint)
}

fn untrusted(server: &Smtp, reason: &str) -> Error {
    Error::new(Kind::Untrusted, format!("the certificate of {} can't be trusted", place(server)))
        .because(reason)
        .hint("on hotel or café Wi-Fi, log in to the network first; or set `ca` in [smtp]")
}

fn unreachable_server(server: &Smtp) -> Error {
    Error::temporary(format!("can't talk to the mail server {}", place(server)))
        .hint("it will be tried again; if that never helps, check `host`, `port` and `tls`")
}

fn place(server: &Smtp) -> String {
    format!("{}:{}", server.host, server.port)
}

fn is_loopback(stream: &TcpStream) -> bool {
    stream.peer_addr().is_ok_and(|peer| peer.ip().to_canonical().is_loopback())
}

/// Looks inside I/O errors too: there rustls hides its reason from `source`.
fn refused_certificate<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> Option<&'a CertificateError> {
    let mut next = Some(error);
    while let Some(cause) = next {
        let inner = cause
            .downcast_ref::<io::Error>()
            .and_then(|error| error.get_ref())
            .and_then(|inner| inner.downcast_ref::<rustls::Error>());
        if let Some(rustls::Error::InvalidCertificate(refused)) =
            inner.or_else(|| cause.downcast_ref())
        {
            return Some(refused);
        }
        next = cause.source();
    }
    None
}
