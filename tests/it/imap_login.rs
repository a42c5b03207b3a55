//! The way to a login: no byte of the credentials on a wire that isn't safe, and never a fourth
//! attempt with a wrong password.

use std::sync::Arc;

use requite::config::{Fingerprint, Tls};
use requite::error::{Error, Kind};
use requite::source::AccountState;
use requite::source::imap::{Pace, probe};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::support::imap_account::World;
use crate::support::imap_store::Kept;
use crate::support::scripted_imap::{Mailbox, Server, Turn};

/// A server that wants STARTTLS, with a certificate that the account trusts.
async fn starttls() -> World {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let server = Server::start(&[("INBOX", Mailbox::of(1..=9))], Some(acceptor)).await;
    let mut world = World::on(server, Tls::Starttls);
    let ca = world.write("ca.pem", &made.cert.pem());
    world.imap().ca = Some(ca);
    world
}

async fn plain() -> World {
    World::with(&[("INBOX", Mailbox::of(1..=9))]).await
}

/// The account can't be used, and no credentials were sent to find that out.
#[track_caller]
fn kept_back(world: &World, error: &Error, kind: Kind, why: &str) {
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(why), "{error}");
    assert_eq!(world.server.house().logins, 0);
    let lines = world.server.house().lines.clone();
    let secret = |line: &String| line.contains("s3cret") || line.contains("AGFkYQBzM2NyZXQ=");
    assert!(!lines.iter().any(secret), "{lines:?}");
}

#[tokio::test]
async fn starttls_comes_before_the_login() {
    let world = starttls().await;
    world.syncs().await;
    let lines = world.server.house().lines.clone();
    let verbs: Vec<&str> = lines.iter().filter_map(|line| line.split(' ').nth(1)).collect();
    assert_eq!(verbs[..5], ["CAPABILITY", "STARTTLS", "CAPABILITY", "LOGIN", "CAPABILITY"]);
}

#[tokio::test]
async fn a_server_that_offers_no_starttls_gets_nothing() {
    let world = starttls().await;
    world.server.house().capabilities[0] = "IMAP4rev1 AUTH=PLAIN".to_owned();
    let error = world.sync().await.unwrap_err();
    kept_back(&world, &error, Kind::Temporary, "offers no STARTTLS");
}

#[tokio::test]
async fn who_claims_a_login_before_tls_gets_nothing() {
    let world = starttls().await;
    world.server.house().greeting = "* PREAUTH welcome back\r\n".to_owned();
    let error = world.sync().await.unwrap_err();
    kept_back(&world, &error, Kind::Temporary, "logged in already");
    assert_eq!(world.server.house().lines, [] as [&str; 0]);
}

#[tokio::test]
async fn what_is_injected_behind_starttls_ends_the_connection() {
    let world = starttls().await;
    world.server.house().starttls += "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n";
    let error = world.sync().await.unwrap_err();
    kept_back(&world, &error, Kind::Temporary, "sent more after STARTTLS");
}

#[tokio::test]
async fn a_refused_starttls_ends_the_connection() {
    for reply in ["{tag} NO not today\r\n", "{tag} BAD not today\r\n", "* BYE not today\r\n"] {
        let world = starttls().await;
        world.server.house().capabilities[0] = "IMAP4rev1 STARTTLS AUTH=PLAIN".to_owned();
        world.server.house().starttls = reply.to_owned();
        let error = world.sync().await.unwrap_err();
        kept_back(&world, &error, Kind::Temporary, "not today");
    }
}

#[tokio::test]
async fn who_turns_a_guest_away_at_the_door_is_believed() {
    let world = plain().await;
    world.server.house().greeting = "* BYE not today\r\n".to_owned();
    let error = world.sync().await.unwrap_err();
    kept_back(&world, &error, Kind::Temporary, "not today");
}

#[tokio::test]
async fn an_unknown_certificate_is_not_trusted() {
    let mut world = starttls().await;
    let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let ca = world.write("other.pem", &other.cert.pem());
    world.imap().ca = Some(ca);
    let error = world.sync().await.unwrap_err();
    kept_back(&world, &error, Kind::Untrusted, "the certificate of localhost can't be trusted");
    assert!(error.advice().is_some_and(|advice| advice.contains("`ca`")));
}

#[tokio::test]
async fn another_certificate_than_the_pinned_one_gets_nothing() {
    let mut world = starttls().await;
    world.imap().fingerprint = Some(Fingerprint::of(b"another"));
    let error = world.sync().await.unwrap_err();
    kept_back(&world, &error, Kind::Config, "another certificate than the one you named");
}

#[tokio::test]
async fn a_ca_file_without_a_certificate_is_a_matter_of_configuration() {
    let mut world = starttls().await;
    let ca = world.write("empty.pem", "");
    world.imap().ca = Some(ca);
    let error = world.sync().await.unwrap_err();
    kept_back(&world, &error, Kind::Config, "no CA certificate");
}

#[tokio::test]
async fn a_server_that_takes_no_password_gets_none() {
    let world = plain().await;
    world.server.house().capabilities[1] = "IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2".to_owned();
    let error = world.sync().await.unwrap_err();
    kept_back(&world, &error, Kind::Config, "takes no password here");
}

#[tokio::test]
async fn sasl_plain_serves_where_login_does_not() {
    let world = plain().await;
    // Coremail announces SASL-IR and refuses it.
    world.server.house().capabilities[1] = "IMAP4rev1 LOGINDISABLED SASL-IR AUTH=PLAIN".to_owned();
    world.server.script(|call| match call.command == "AUTHENTICATE PLAIN" {
        true => Turn::Say("+ go ahead\r\n{tag} OK in\r\n".to_owned()),
        false => Turn::AsUsual,
    });
    world.syncs().await;
    let lines = world.server.house().lines.clone();
    assert!(lines.iter().any(|line| line == "AGFkYQBzM2NyZXQ="), "{lines:?}");
}

#[tokio::test]
async fn probing_logs_in_once_and_tells_the_kinds_of_failure_apart() {
    let mut world = plain().await;
    assert_eq!(probe(&world.account).await.unwrap().len(), 1);
    assert_eq!(world.server.house().logins, 1);

    world.server.house().password = "other".to_owned();
    let error = probe(&world.account).await.unwrap_err();
    assert_eq!(error.kind(), Kind::LoginRefused);
    assert_eq!(
        error.to_string(),
        "localhost refused the login of ada: [AUTHENTICATIONFAILED] wrong"
    );
    assert_eq!(world.server.house().logins, 2);

    world.server.house().most_connections = 0;
    assert_eq!(probe(&world.account).await.unwrap_err().kind(), Kind::Temporary);

    world.imap().host = "localhost.invalid".to_owned();
    assert_eq!(probe(&world.account).await.unwrap_err().kind(), Kind::Temporary);
}

#[tokio::test]
async fn a_wrong_password_is_not_tried_again_soon() {
    let mut world = plain().await;
    world.pace.refused = Pace::default().refused;
    world.server.house().password = "other".to_owned();
    let (stop, watching) = world.watch();
    let is_later = |detail: &String| detail.ends_with("next attempt in 3600 s");
    world.store.until("a pause", |kept| kept.states.iter().any(|it| is_later(&it.1))).await;
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
    assert_eq!(world.server.house().logins, 1);
}

#[tokio::test]
async fn a_wrong_password_is_tried_three_times_and_then_told() {
    let world = plain().await;
    world.server.house().password = "other".to_owned();
    let (stop, watching) = world.watch();
    let told = |states: &[(AccountState, String)]| {
        let given_up = |detail: &String| detail.contains("no more attempts");
        states.iter().any(|(state, it)| *state == AccountState::AuthFailed && given_up(it))
    };
    world.store.until("auth failed", |kept| told(&kept.states)).await;
    let (_, detail) = world.store.kept().states.last().cloned().unwrap();
    assert!(detail.contains("app password") && detail.contains("no more attempts"), "{detail}");
    // Longer than the longest pause between attempts.
    tokio::time::sleep(world.pace.backoff.1 * 5).await;
    assert_eq!(world.server.house().logins, 3);

    world.write("password", "other\n");
    let watches = |kept: &Kept| kept.is_watching();
    world.store.until("the new password", watches).await;
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
}

#[tokio::test]
async fn another_certificate_than_the_pinned_one_is_no_reason_to_give_up() {
    let mut world = starttls().await;
    world.imap().fingerprint = Some(Fingerprint::of(b"another"));
    let (stop, watching) = world.watch();
    let told = |kept: &Kept| {
        let is_it = |(state, detail): &&(AccountState, String)| {
            *state == AccountState::Offline && detail.contains("another certificate")
        };
        kept.states.iter().filter(is_it).count()
    };
    world.store.until("another attempt", |kept| told(kept) >= 3).await;
    assert_eq!(world.server.house().logins, 0);
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_port_that_never_greets_may_want_tls_from_the_first_byte() {
    let mut world = plain().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    // Who waits for a client's TLS in vain says nothing and hangs up.
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    world.imap().port = port;
    for tls in [Tls::None, Tls::Starttls] {
        world.imap().tls = tls;
        let error = probe(&world.account).await.unwrap_err();
        kept_back(&world, &error, Kind::Temporary, &format!("localhost:{port}"));
        let advice = error.advice().unwrap_or_default();
        assert!(advice.contains("tls = \"implicit\""), "{error} ({advice})");
    }
}
