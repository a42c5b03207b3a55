//! What an IMAP and an SMTP server have in common: TLS, port, certificate, login.

use std::net::IpAddr;

use super::super::spanned::Spanned;

use super::super::checked::Tls;
use super::super::file::{Text, WrittenOAuth, WrittenPassword, WrittenTls};
use super::super::fingerprint::Fingerprint;
use super::super::login::{Login, TokenCommand};
use super::super::mistake::Mistake;
use super::values::{PathBase, given};
use super::{oauth, password};

/// The TLS mode; without TLS only a loopback address may be spoken to.
pub(super) fn tls(tls: &Option<Spanned<WrittenTls>>, host: &Spanned<&str>) -> Result<Tls, Mistake> {
    let Some(tls) = tls else { return Ok(Tls::Implicit) };
    match tls.get_ref() {
        WrittenTls::Implicit => Ok(Tls::Implicit),
        WrittenTls::Starttls => Ok(Tls::Starttls),
        WrittenTls::None if is_loopback(host.get_ref()) => Ok(Tls::None),
        WrittenTls::None => Err(Mistake::at(
            tls.span(),
            "without TLS the password would travel in the clear",
            "only to a loopback address",
        )
        .also(host.span(), "this is another machine")
        .hint("use tls = \"implicit\" or tls = \"starttls\"")),
    }
}

/// The port as given, which is never 0, or the usual one.
pub(super) fn port(port: &Option<Spanned<u16>>, usual: u16) -> Result<u16, Mistake> {
    match port {
        Some(port) if *port.get_ref() == 0 => {
            Err(Mistake::at(port.span(), "no server listens on port 0", "1 to 65535"))
        }
        Some(port) => Ok(*port.get_ref()),
        None => Ok(usual),
    }
}

/// The fingerprint of the server's certificate, of use only where it shows one.
pub(super) fn fingerprint(written: &Text, tls: Tls) -> Result<Option<Fingerprint>, Mistake> {
    let Some(text) = given(written) else { return Ok(None) };
    if tls == Tls::None {
        let message = "without TLS the server shows no certificate";
        return Err(Mistake::at(text.span(), message, "leave this key out"));
    }
    text.get_ref().parse().map(Some).map_err(|()| {
        let label = "SHA-256: 64 hexadecimal digits, with or without colons";
        Mistake::at(text.span(), "this isn't the fingerprint of a certificate", label)
            .hint("openssl x509 -in server.pem -noout -fingerprint -sha256")
    })
}

/// The one way to log in that is named; `None` when none is.
pub(super) fn login(written: &Ways<'_>, base: &PathBase<'_>) -> Result<Option<Login>, Mistake> {
    let token = written.token_command.as_ref().filter(|words| !words.get_ref().is_empty());
    let password = password::source(written.password, base)?.map(|it| (Login::Password(it), None));
    let token = token.map(|words| {
        let words_for_it = TokenCommand(base.command(words.get_ref()));
        (Login::Token(words_for_it), Some(words.span()))
    });
    let oauth = match written.oauth {
        Some((oauth, account)) => oauth::oauth(oauth, account, base)?
            .map(|it| (Login::OAuth(Box::new(it)), oauth.as_ref().map(Spanned::span))),
        None => None,
    };
    let mut ways = [password, token, oauth].into_iter().flatten();
    let first = ways.next();
    if let Some((_, span)) = ways.next() {
        let message = "several ways to log in are named";
        let label = "name one: password, token_command or oauth";
        return Err(Mistake::at(span.unwrap_or_default(), message, label));
    }
    Ok(first.map(|(login, _)| login))
}

/// The ways to log in as the file has them.
pub(super) struct Ways<'a> {
    pub password: &'a Option<Spanned<WrittenPassword>>,
    pub token_command: &'a Option<Spanned<Vec<String>>>,
    /// With the name of the account; nothing but an account has one.
    pub oauth: Option<(&'a Option<Spanned<WrittenOAuth>>, &'a str)>,
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}
