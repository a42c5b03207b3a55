//! Logging in with access tokens: what goes over the wire, what happens when a token is refused,
//! and that none is ever shown.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use requite::config::{Login, Mailer, Tls, TokenCommand};
use requite::error::Kind;
use requite::source::AccountState;
use requite::source::imap::probe;

use crate::support::imap_account::World;
use crate::support::scripted_imap::{Mailbox, Turn};
use crate::support::smtpd::Smtpd;

const TOKEN: &str = "ya29.a-token";
const BAD: &str = "{tag} NO [AUTHENTICATIONFAILED] invalid token\r\n";

fn printing(script: &str) -> Login {
    Login::Token(TokenCommand(["sh", "-c", script].map(str::to_owned).to_vec()))
}

/// A server with these capabilities, and an account whose command prints [`TOKEN`].
async fn world(capabilities: &str) -> World {
    let mut world = World::with(&[("INBOX", Mailbox::of(1..=9))]).await;
    world.server.house().capabilities[1] = format!("IMAP4rev1 {capabilities}");
    world.imap().login = printing(&format!("echo {TOKEN}; echo more"));
    world
}

/// How often the server was shown a token.
fn shown(world: &World) -> usize {
    world.server.count("AUTHENTICATE")
}

fn bearer(message: &str) -> String {
    STANDARD.encode(message.replace("TOKEN", TOKEN).replace('^', "\x01"))
}

#[tokio::test]
async fn a_token_goes_with_the_command_where_the_server_takes_that() {
    let world = world("SASL-IR AUTH=XOAUTH2 AUTH=OAUTHBEARER").await;
    world.server.script(|call| match call.is("AUTHENTICATE XOAUTH2 ") {
        true => Turn::Say("{tag} OK in\r\n".to_owned()),
        false => Turn::AsUsual,
    });
    world.syncs().await;
    let expect = format!("AUTHENTICATE XOAUTH2 {}", bearer("user=ada^auth=Bearer TOKEN^^"));
    let lines = world.server.house().lines.clone();
    assert!(lines.iter().any(|line| line.ends_with(&expect)), "{lines:?}");
}

#[tokio::test]
async fn elsewhere_it_waits_to_be_asked_for() {
    let world = world("AUTH=XOAUTH2").await;
    world.server.script(|call| match call.is("AUTHENTICATE XOAUTH2") {
        true => Turn::Say("+ \r\n{tag} OK in\r\n".to_owned()),
        false => Turn::AsUsual,
    });
    world.syncs().await;
    let lines = world.server.house().lines.clone();
    let at = lines.iter().position(|line| line.ends_with(" AUTHENTICATE XOAUTH2")).unwrap();
    assert_eq!(lines[at + 1], bearer("user=ada^auth=Bearer TOKEN^^"));
}

#[tokio::test]
async fn where_only_oauthbearer_is_offered_it_is_used() {
    let mut world = world("SASL-IR AUTH=OAUTHBEARER").await;
    world.imap().user = "ada,a=b@example.com".to_owned();
    world.server.script(|call| match call.is("AUTHENTICATE OAUTHBEARER ") {
        true => Turn::Say("{tag} OK in\r\n".to_owned()),
        false => Turn::AsUsual,
    });
    world.syncs().await;
    let port = world.server.port;
    let message =
        format!("n,a=ada=2Ca=3Db@example.com,^host=localhost^port={port}^auth=Bearer TOKEN^^");
    let expect = format!("AUTHENTICATE OAUTHBEARER {}", bearer(&message));
    let lines = world.server.house().lines.clone();
    assert!(lines.iter().any(|line| line.ends_with(&expect)), "{lines:?}");
}

#[tokio::test]
async fn the_reason_for_a_refusal_is_acknowledged() {
    for (mechanism, farewell) in [("XOAUTH2", ""), ("OAUTHBEARER", "AQ==")] {
        let world = world(&format!("SASL-IR AUTH={mechanism}")).await;
        world.server.script(|call| match call.is("AUTHENTICATE") {
            true => Turn::Say(format!("+ eyJzdGF0dXMiOiI0MDAifQ==\r\n{BAD}")),
            false => Turn::AsUsual,
        });
        let error = probe(&world.account).await.unwrap_err();
        assert_eq!(error.kind(), Kind::LoginRefused, "{error}");
        assert!(error.to_string().contains("invalid token"), "{error}");
        assert!(!format!("{error:?}").contains(TOKEN));
        let lines = world.server.house().lines.clone();
        let at = lines.iter().position(|line| line.contains("AUTHENTICATE")).unwrap();
        assert_eq!(lines[at + 1], farewell, "{mechanism}");
        assert_eq!(shown(&world), 2, "the refused one and a fresh one");
    }
}

#[tokio::test]
async fn a_server_that_asks_on_and_on_is_left() {
    let world = world("SASL-IR AUTH=XOAUTH2").await;
    world.server.script(|call| match call.is("AUTHENTICATE") {
        true => Turn::Say("+ YQ==\r\n+ YQ==\r\n".to_owned()),
        false => Turn::AsUsual,
    });
    let error = probe(&world.account).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Temporary);
    assert!(error.to_string().contains("asks on and on"), "{error}");
}

#[tokio::test]
async fn a_stale_token_is_replaced_once() {
    let mut world = world("SASL-IR AUTH=XOAUTH2").await;
    let spent = world.write("spent", "");
    let spent = spent.display();
    world.imap().login =
        printing(&format!("test -s {spent} && echo fresh || echo stale; echo x >> {spent}"));
    let fresh = STANDARD.encode("user=ada\x01auth=Bearer fresh\x01\x01");
    world.server.script(move |call| match call.command.rsplit_once(' ') {
        Some(("AUTHENTICATE XOAUTH2", shown)) if shown == fresh => {
            Turn::Say("{tag} OK in\r\n".to_owned())
        }
        Some(("AUTHENTICATE XOAUTH2", _)) => Turn::Say(BAD.to_owned()),
        _ => Turn::AsUsual,
    });
    world.syncs().await;
    assert_eq!(shown(&world), 2);
}

#[tokio::test]
async fn a_wrong_token_is_shown_three_times_and_then_told() {
    let world = world("SASL-IR AUTH=XOAUTH2").await;
    world.server.script(|call| match call.is("AUTHENTICATE") {
        true => Turn::Say(BAD.to_owned()),
        false => Turn::AsUsual,
    });
    let (stop, watching) = world.watch();
    let told = |states: &[(AccountState, String)]| {
        let given_up = |detail: &String| detail.contains("no more attempts");
        states.iter().any(|(state, it)| *state == AccountState::AuthFailed && given_up(it))
    };
    world.store.until("auth failed", |kept| told(&kept.states)).await;
    // Longer than the longest pause between attempts.
    tokio::time::sleep(world.pace.backoff.1 * 5).await;
    assert_eq!(shown(&world), 3);
    let states = world.store.kept().states.clone();
    assert!(!states.iter().any(|(_, detail)| detail.contains(TOKEN)), "{states:?}");
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
}

#[tokio::test]
async fn what_is_no_token_never_leaves() {
    for (capabilities, script, why) in [
        ("AUTH=PLAIN", format!("echo {TOKEN}"), "takes no OAuth2 token"),
        ("AUTH=XOAUTH2", "echo 'Bearer abc'".to_owned(), "isn't an access token"),
        ("AUTH=XOAUTH2", "printf 'a\\001b'".to_owned(), "isn't an access token"),
    ] {
        let mut world = world(capabilities).await;
        world.imap().login = printing(&script);
        let error = probe(&world.account).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Config, "{error}");
        assert!(error.to_string().contains(why), "{error}");
        assert_eq!(shown(&world), 0);
    }
}

#[tokio::test]
async fn the_digest_goes_out_with_a_token_too() {
    let token = format!("ada:{TOKEN}");
    for (printed, events) in [
        (TOKEN, vec!["token tls", "mail-from ada@example.com", "mail 1 tls"]),
        ("other", vec!["token tls", "token tls"]),
    ] {
        let Some(server) = Smtpd::start("starttls", &["--token", &token]) else { return };
        let mut client = server.client(Tls::Starttls);
        client.login = Some(("ada".to_owned(), printing(&format!("echo {printed}"))));
        let sent = crate::deliver::send_to(Mailer::Smtp(client)).await;
        match sent {
            Ok(()) => assert_eq!(printed, TOKEN),
            Err(error) => assert_eq!(error.kind(), Kind::LoginRefused, "{error}"),
        }
        assert_eq!(server.finish().0, events);
    }
}
