//! From an account to a connection that is logged in.
//!
//! The order of the steps is the security of it: no byte of the credentials leaves before the
//! stream is what the account asks for. Counts refused logins, since servers ban who keeps on.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_imap::imap_proto::{Response, Status};

use super::budget::Budget;
use super::exec::Connection;
use super::failure::{Failure, words};
use super::login::{self, ProofsTaken};
use super::tls::{self, Wire};
use crate::auth::SignIn;
use crate::config::{Imap, Tls};
use crate::error::{Error, Kind, Result};
use crate::trust;

/// After so many refused logins in a row no more are tried.
pub(super) const MOST_REFUSALS: u32 = 3;
/// A greeting may wait behind a slow reverse lookup.
const GREETING: Duration = Duration::from_secs(60);

/// Opens the connections of one account.
pub(super) struct Connector<'a> {
    imap: &'a Imap,
    sign_in: SignIn<'a>,
    refused: AtomicU32,
    pub(super) budget: Budget,
}

impl<'a> Connector<'a> {
    pub(super) fn new(imap: &'a Imap) -> Self {
        Connector {
            imap,
            sign_in: SignIn::new(&imap.login),
            refused: AtomicU32::new(0),
            budget: Budget::new(imap.daily_bytes),
        }
    }

    /// Whether the server has refused this login often enough.
    pub(super) fn has_given_up(&self) -> bool {
        self.refused.load(Ordering::Relaxed) >= MOST_REFUSALS
    }

    /// Whether [`renewed`](Self::renewed) ever comes.
    pub(super) fn can_be_renewed(&self) -> bool {
        self.sign_in.can_be_followed()
    }

    /// Waits until the user has signed in anew, and forgets what was refused before. Looks every
    /// `pause`.
    pub(super) async fn renewed(&self, pause: Duration) {
        while !self.sign_in.has_changed() {
            tokio::time::sleep(pause).await;
        }
        self.sign_in.forget().await;
        self.refused.store(0, Ordering::Relaxed);
    }

    /// Connects, encrypts and logs in, once; where the proof is a token that may have grown stale,
    /// once more with a fresh one. A refusal is counted unless another connection of the account
    /// proves that it isn't the password.
    pub(super) async fn open(&self, counted: bool) -> Result<Connection> {
        match self.attempt(counted).await {
            Err(error)
                if error.kind() == Kind::LoginRefused
                    && self.sign_in.renews()
                    && !self.has_given_up() =>
            {
                self.sign_in.forget().await;
                self.attempt(counted).await
            }
            outcome => outcome,
        }
    }

    async fn attempt(&self, counted: bool) -> Result<Connection> {
        if self.has_given_up() {
            return Err(Error::login_refused(format!(
                "{} refused the login {MOST_REFUSALS} times",
                self.imap.host
            ))
            .hint("fix the password"));
        }
        // Before the connection: a password command may wait for somebody to type.
        let proof = self.sign_in.proof().await.inspect_err(|error| {
            // Only the user can bring a new one.
            if error.kind() == Kind::LoginRefused {
                self.refused.store(MOST_REFUSALS, Ordering::Relaxed);
            }
        })?;
        let mut connection = self.connect().await?;
        let outcome = login::log_in(&mut connection, self.imap, &proof).await;
        match &outcome {
            Ok(()) => self.refused.store(0, Ordering::Relaxed),
            Err(error) if counted && error.kind() == Kind::LoginRefused => {
                self.refused.fetch_add(1, Ordering::Relaxed);
            }
            Err(_) => {}
        }
        outcome?;
        connection.ask_capabilities().await?;
        Ok(connection)
    }

    /// What the server offers once the stream is what the account asks for.
    pub(super) async fn proofs_taken(&self) -> Result<ProofsTaken> {
        self.connect().await.map(|connection| ProofsTaken::by(&connection))
    }

    async fn connect(&self) -> Result<Connection> {
        let Imap { host, port, .. } = self.imap;
        let tcp = tls::dial(host, *port).await?;
        if self.imap.tls == Tls::None && !tcp.peer_addr().is_ok_and(|peer| peer.ip().is_loopback())
        {
            return Err(Error::config(format!("{host} is another machine: it needs TLS"))
                .hint("set tls = \"implicit\" or \"starttls\""));
        }
        let wire: Wire = Box::new(tcp);
        let trust = || tls::trust(self.imap);
        match self.imap.tls {
            Tls::Implicit => self.greeted(tls::encrypt(trust()?, host, wire).await?).await,
            Tls::None => self.greeted_in_the_clear(wire).await,
            Tls::Starttls => {
                let trust = trust()?;
                let wire = self.start_tls(self.greeted_in_the_clear(wire).await?).await?;
                let mut connection = Connection::over(tls::encrypt(trust, host, wire).await?);
                connection.ask_capabilities().await?;
                Ok(connection)
            }
        }
    }

    /// STARTTLS (RFC 3501 §6.2.1) is not a wish: whatever goes wrong ends the connection.
    async fn start_tls(&self, mut connection: Connection) -> Result<Wire> {
        let host = &self.imap.host;
        if !connection.offers("STARTTLS") {
            return Err(Error::temporary(format!("{host} offers no STARTTLS"))
                .hint("try tls = \"implicit\" with port 993; or somebody is in between"));
        }
        connection.exec("STARTTLS", |_| ()).await?;
        connection.into_wire().ok_or_else(|| {
            Error::temporary(format!("{host} sent more after STARTTLS than it may"))
                .hint("somebody may be in between; try tls = \"implicit\" with port 993")
        })
    }

    /// A port that says nothing waits for TLS, as a rule: that is found out sooner.
    async fn greeted_in_the_clear(&self, wire: Wire) -> Result<Connection> {
        let Imap { host, port, .. } = self.imap;
        let dial = async { tls::dial(host, *port).await.ok() };
        tokio::select! {
            greeted = self.greeted(wire) => greeted,
            () = trust::waits_for_tls(host, dial) => {
                Err(Error::new(Kind::Untrusted, format!("{host}:{port} waits for TLS"))
                    .hint("set tls = \"implicit\": TLS from the first byte"))
            }
        }
    }

    /// Reads the greeting (RFC 3501 §7.1) and asks what the server can do.
    async fn greeted(&self, wire: Wire) -> Result<Connection> {
        let mut connection = Connection::over(wire);
        let mut greeting = Err("it greets in another language than IMAP".to_owned());
        let read = connection.read(GREETING, |response| {
            if let Response::Data { status, outcome } = response {
                greeting = match status {
                    Status::Ok => Ok(()),
                    // Whoever can make a client believe that it is logged in keeps it from TLS.
                    Status::PreAuth => Err("it claims that we are logged in already".to_owned()),
                    _ => Err(words(outcome)),
                };
            }
        });
        match read.await {
            Err(Failure::Lost(why)) if connection.take_received() == 0 => {
                return Err(self.mute(&why));
            }
            read => read?,
        }
        greeting
            .map_err(|why| Error::temporary(format!("the mail server turns us away: {why}")))?;
        connection.ask_capabilities().await?;
        Ok(connection)
    }

    /// Who hangs up without a word has waited for TLS in vain, as a rule.
    fn mute(&self, why: &str) -> Error {
        let Imap { host, port, tls, .. } = self.imap;
        let error = Error::temporary(format!(
            "{host}:{port}: connected, but the server sent no greeting: {why}"
        ));
        match tls {
            Tls::Implicit => error,
            Tls::None | Tls::Starttls => error.hint(
                "the port may expect TLS from the first byte: try tls = \"implicit\", or another \
                 port",
            ),
        }
    }
}
