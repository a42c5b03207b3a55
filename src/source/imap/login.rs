//! Shows a server who the user is, once per call.
//!
//! Chooses among the mechanisms that the server offers; never decides whether to try again.

use async_imap::imap_proto::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret;
use secrecy::zeroize::Zeroizing;

use super::exec::{Connection, PATIENCE, quoted};
use super::failure::Failure;
use crate::auth::Proof;
use crate::config::Imap;
use crate::error::{Error, Result};

/// Which proofs a server takes of who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProofsTaken {
    /// A password.
    pub password: bool,
    /// An OAuth2 access token.
    pub token: bool,
}

impl ProofsTaken {
    /// As its capabilities have it.
    pub(super) fn by(connection: &Connection) -> ProofsTaken {
        let offers = |capability| connection.offers(capability);
        ProofsTaken {
            password: offers("AUTH=PLAIN") || !offers("LOGINDISABLED"),
            token: offers("AUTH=XOAUTH2") || offers("AUTH=OAUTHBEARER"),
        }
    }
}

/// # Errors
/// `LoginRefused` when the server says no and means it, `Config` when it takes no such proof at
/// all, `Temporary` otherwise.
pub(super) async fn log_in(connection: &mut Connection, imap: &Imap, proof: &Proof) -> Result<()> {
    let Imap { host, user, .. } = imap;
    if user.contains(char::is_control) {
        return Err(Error::config("the user must be one line without control characters"));
    }
    let (outcome, hint) = match proof {
        Proof::Password(password) => (
            with_password(connection, imap, password.expose_secret()).await?,
            "check user and password; many providers want an app password",
        ),
        Proof::Token(token) => (
            with_token(connection, imap, token.expose_secret()).await?,
            "check user and token: was it made for this address, and for IMAP?",
        ),
    };
    match outcome {
        Ok(()) => Ok(()),
        Err(failure) if failure.is_meant() => {
            let text = failure.words();
            Err(Error::login_refused(format!("{host} refused the login of {user}: {text}"))
                .hint(hint))
        }
        Err(failure) => Err(failure.into()),
    }
}

type Outcome = std::result::Result<(), Failure>;

async fn with_password(connection: &mut Connection, imap: &Imap, secret: &str) -> Result<Outcome> {
    let Imap { host, user, .. } = imap;
    if secret.contains(['\r', '\n', '\0']) {
        return Err(Error::config("user and password must be one line each"));
    }
    let plain = connection.offers("AUTH=PLAIN");
    if plain && (connection.offers("LOGINDISABLED") || !(user.is_ascii() && secret.is_ascii())) {
        return Ok(authenticate_plain(connection, user, secret).await);
    }
    if connection.offers("LOGINDISABLED") {
        return Err(Error::config(format!("{host} takes no password here"))
            .hint("it may want TLS, or OAuth2 with an app password in its place"));
    }
    let secret = Zeroizing::new(quoted(secret));
    let arguments = Zeroizing::new(format!("LOGIN {} {}", quoted(user), *secret));
    Ok(connection.exec(&arguments, |_| ()).await)
}

/// SASL PLAIN (RFC 4616) without an initial response: some servers announce SASL-IR and refuse
/// it.
async fn authenticate_plain(connection: &mut Connection, user: &str, secret: &str) -> Outcome {
    let tag = connection.send("AUTHENTICATE PLAIN").await?;
    connection.invitation(&tag).await?;
    let message = Zeroizing::new(format!("\0{user}\0{secret}"));
    let line = Zeroizing::new(STANDARD.encode(message.as_bytes()));
    connection.send_line(&line).await?;
    connection.finish(&tag, |_| ()).await
}

async fn with_token(connection: &mut Connection, imap: &Imap, token: &str) -> Result<Outcome> {
    let Imap { host, port, user, .. } = imap;
    if connection.offers("AUTH=XOAUTH2") {
        let message = Zeroizing::new(format!("user={user}\x01auth=Bearer {token}\x01\x01"));
        return Ok(authenticate(connection, "XOAUTH2", &message, "").await);
    }
    if connection.offers("AUTH=OAUTHBEARER") {
        // RFC 7628 §3.1, with a name as in RFC 5801 §4.
        let name = user.replace('=', "=3D").replace(',', "=2C");
        let message = Zeroizing::new(format!(
            "n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01"
        ));
        // What a client says to a challenge it can't meet: a lone ^A (RFC 7628 §3.2.3).
        return Ok(authenticate(connection, "OAUTHBEARER", &message, "AQ==").await);
    }
    Err(Error::config(format!("{host} takes no OAuth2 token here"))
        .hint("it may want TLS first, or a password in place of token_command"))
}

/// With an initial response (RFC 4959) where that is offered. The server's challenge says why it
/// refuses; it must be answered with `farewell` before the tagged NO comes.
async fn authenticate(
    connection: &mut Connection,
    mechanism: &str,
    message: &str,
    farewell: &str,
) -> Outcome {
    let line = Zeroizing::new(STANDARD.encode(message.as_bytes()));
    let tag = if connection.offers("SASL-IR") {
        let command = Zeroizing::new(format!("AUTHENTICATE {mechanism} {}", *line));
        connection.send(&command).await?
    } else {
        let tag = connection.send(&format!("AUTHENTICATE {mechanism}")).await?;
        connection.invitation(&tag).await?;
        connection.send_line(&line).await?;
        tag
    };
    let mut answered = false;
    while !connection.has_finished(&tag) {
        let mut challenged = false;
        let watch = |response: &Response<'_>| {
            challenged = matches!(response, Response::Continue(_));
        };
        connection.read(PATIENCE, watch).await?;
        if challenged && answered {
            return Err(Failure::Lost("the server asks on and on".to_owned()));
        }
        if challenged {
            answered = true;
            connection.send_line(farewell).await?;
        }
    }
    connection.finish(&tag, |_| ()).await
}
