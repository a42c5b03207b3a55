//! The peers themselves: what the other tests rely on when they talk to a real server.

use std::fs;
use std::sync::Arc;

use jiff::Timestamp;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::support::dovecot::{Dovecot, loopback};
use crate::support::imap::{Client, tcp};
use crate::support::message::Message;

fn lunch() -> Message {
    Message::at("2026-03-02T09:00:00Z")
        .from("Bob <bob@example.org>")
        .to("ada@example.com")
        .subject("Lunch?")
        .id("1@example.org")
}

#[test]
fn dovecot_serves_mail() {
    let Some(dovecot) = Dovecot::start() else { return };
    let received: Timestamp = "2026-03-02T09:00:05Z".parse().unwrap();
    dovecot.deliver_at("INBOX", received, &lunch().bytes());
    dovecot.save_to_sent(&lunch().sent().bytes());

    let mut client = dovecot.client();
    let list = client.command("LIST \"\" *");
    assert!(list.contains("\\Sent) \"/\" Sent"), "{list}");
    client.command("EXAMINE INBOX");
    let mail = client.command("UID FETCH 1 (INTERNALDATE BODY.PEEK[HEADER.FIELDS (SUBJECT)])");
    assert!(
        mail.contains("\"02-Mar-2026 09:00:05 +0000\"") && mail.contains("Subject: Lunch?"),
        "{mail}"
    );
    assert!(client.command("EXAMINE Sent").contains("* 1 EXISTS"));
    assert_eq!((dovecot.logins(), dovecot.refusals()), (1, 0));
}

#[test]
fn dovecot_tells_of_new_mail_at_once() {
    let Some(dovecot) = Dovecot::start() else { return };
    let mut client = dovecot.client();
    client.command("EXAMINE INBOX");
    client.say("i IDLE");
    assert!(client.line().starts_with('+'));
    dovecot.deliver("INBOX", &lunch().bytes());
    assert_eq!(client.line(), "* 1 EXISTS\r\n");
}

#[test]
fn dovecot_speaks_tls_with_the_certificate_of_the_test() {
    let Some(dovecot) = Dovecot::start() else { return };
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&fs::read(dovecot.ca()).unwrap()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = Arc::new(config.unwrap().with_root_certificates(roots).with_no_client_auth());

    let secured = |socket| {
        let name = ServerName::try_from("localhost").unwrap();
        StreamOwned::new(ClientConnection::new(config.clone(), name).unwrap(), socket)
    };
    let mut client = Client::over(secured(tcp(loopback(dovecot.ports().implicit))));
    client.command("NOOP");

    let socket = tcp(loopback(dovecot.ports().starttls));
    Client::over(socket.try_clone().unwrap()).command("STARTTLS");
    Client::greeted(secured(socket)).command("NOOP");
}

#[test]
fn a_dovecot_that_comes_back_has_the_same_mail_under_a_new_uidvalidity() {
    let Some(mut dovecot) = Dovecot::start() else { return };
    dovecot.deliver("INBOX", &lunch().bytes());
    let validity = |dovecot: &Dovecot| {
        let status = dovecot.client().command("STATUS INBOX (MESSAGES UIDVALIDITY)");
        assert!(status.contains("MESSAGES 1 "), "{status}");
        status
    };
    let before = validity(&dovecot);
    dovecot.restart();
    assert_eq!(validity(&dovecot), before);
    dovecot.reset_uidvalidity("INBOX");
    assert_ne!(validity(&dovecot), before);
}

#[test]
fn dovecot_counts_refused_passwords() {
    let Some(dovecot) = Dovecot::start() else { return };
    let mut client = Client::connect(loopback(dovecot.ports().starttls));
    let refusal = client.attempt("LOGIN ada@example.com wrong").unwrap_err();
    assert!(refusal.starts_with("NO [AUTHENTICATIONFAILED]"), "{refusal}");
    assert_eq!((dovecot.logins(), dovecot.refusals()), (0, 1));
}
