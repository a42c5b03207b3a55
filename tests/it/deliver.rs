//! The digest to a real SMTP server, alerts to a real notifier.

use std::io::{BufRead, BufReader, Write};

use mail_parser::{HeaderValue, MessageParser, MimeHeaders as _};
use requite::config::{Mailer, Smtp, Tls};
use requite::deliver::{
    Action, Alert, Choices, Desktop, DesktopEvent, MailHeader, RenderedDigest, compose, probe, send,
};
use requite::domain::model::Moment;
use requite::domain::policy::AlertUrgency;
use requite::error::{Error, Kind};

use crate::support::desktop::{PrivateDesktop, bus_in, programs, with_bus};
use crate::support::peers;
use crate::support::smtpd::Smtpd;

const FROM: &str = "ada@example.com";
const TO: &str = "Ada Lovelace <ada@example.com>";
const ID: &str = "<digest.2026-W47.1b7a@requite.example>";
/// Monday 16 November 2026, 06:00 UTC.
const DATE: Moment = Moment(1_794_808_800);
const HEADER: MailHeader<'static> =
    MailHeader { from: FROM, to: TO, message_id: ID, token: "2026-W47 MZXW6YTBMZXW6YTB" };

fn letter() -> RenderedDigest {
    RenderedDigest {
        subject: "Requite: 3 people are waiting for you (week 47) · Ωμέγα".to_owned(),
        text: "You answered 11 of 12 within 48 h.\n\n.\nGrüße an 東京\n".to_owned(),
        links: "LINKS\n".to_owned(),
        html: format!("<p>You answered 11 of 12.</p>\n<p>{}</p>", "é".repeat(2000)),
    }
}

fn mail() -> Vec<u8> {
    compose(&letter(), &HEADER, DATE).expect("a mail")
}

pub async fn send_to(mailer: Mailer) -> Result<(), Error> {
    send(&mailer, &mail(), FROM, TO, "2026-W47").await
}

#[test]
fn a_mail_says_what_the_letter_says() {
    let bytes = mail();
    let mail = MessageParser::default().parse(&bytes).expect("a mail");
    let header = |name: &str| match mail.header(name) {
        Some(HeaderValue::Text(text)) => text.to_string(),
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(mail.subject(), Some(letter().subject.as_str()));
    assert_eq!(mail.message_id(), Some("digest.2026-W47.1b7a@requite.example"));
    assert_eq!(mail.date().map(|date| date.to_timestamp()), Some(DATE.0));
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert_eq!(header("X-Requite-Week"), "2026-W47 MZXW6YTBMZXW6YTB");
    let from = mail.from().and_then(|from| from.first()).expect("a sender");
    assert_eq!((from.name(), from.address()), (Some("Requite"), Some(FROM)));
    let to = mail.to().and_then(|to| to.first()).expect("a recipient");
    assert_eq!((to.name(), to.address()), (Some("Ada Lovelace"), Some(FROM)));

    assert!(mail.content_type().is_some_and(|kind| kind.subtype() == Some("alternative")));
    let kinds: Vec<_> = mail
        .parts
        .iter()
        .filter_map(|part| part.content_type().and_then(|kind| kind.subtype()))
        .collect();
    assert_eq!(kinds, ["alternative", "plain", "html"]);
    let unix = |text: Option<std::borrow::Cow<str>>| text.map(|text| text.replace("\r\n", "\n"));
    assert_eq!(unix(mail.body_text(0)), Some(letter().text_and_links()));
    assert_eq!(unix(mail.body_html(0)), Some(letter().html));
    assert!(bytes.is_ascii(), "any relay can carry it");
}

#[test]
fn the_same_digest_is_the_same_mail() {
    assert_eq!(mail(), mail());
}

#[test]
fn header_lines_cannot_be_smuggled_in() {
    let hostile = "x\r\nBcc: eve@example.net\r\n\r\nbody";
    let letter = RenderedDigest { subject: hostile.to_owned(), ..letter() };
    let id = format!("<{hostile}@example.org>");
    let bytes = compose(&letter, &MailHeader { message_id: &id, ..HEADER }, DATE).expect("a mail");
    let mail = MessageParser::default().parse(&bytes).expect("a mail");
    assert!(mail.bcc().is_none());
    assert_eq!(mail.subject(), Some("x Bcc: eve@example.net body"));
    let header = MailHeader { from: hostile, ..HEADER };
    assert_eq!(compose(&letter, &header, DATE).map_err(|e| e.kind()), Err(Kind::Config));
}

#[tokio::test]
async fn the_server_receives_the_digest_over_starttls_and_implicit_tls() {
    for (name, tls) in [("starttls", Tls::Starttls), ("implicit", Tls::Implicit)] {
        let Some(server) = Smtpd::start(name, &[]) else { return };
        send_to(Mailer::Smtp(server.client(tls))).await.expect(name);
        let (events, mails) = server.finish();
        assert_eq!(events, [format!("mail-from {FROM}"), "mail 1 tls".to_owned()]);
        assert!(mails == [mail()], "byte for byte over {name}");
    }
}

#[tokio::test]
async fn a_login_goes_over_tls_only() {
    let Some(server) = Smtpd::start("starttls", &["--login", "ada:correct horse"]) else { return };
    let mut client = server.client(Tls::Starttls);
    client.login = Some(("ada".to_owned(), server.password("correct horse\n")));
    send_to(Mailer::Smtp(client)).await.expect("the right password");
    let (events, mails) = server.finish();
    assert_eq!(events, ["login tls", &format!("mail-from {FROM}"), "mail 1 tls"]);
    assert_eq!(mails.len(), 1);
}

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let Some(server) = Smtpd::start("implicit", &["--login", "ada:correct horse"]) else { return };
    let mut client = server.client(Tls::Implicit);
    client.login = Some(("ada".to_owned(), server.password("battery staple")));
    let error = send_to(Mailer::Smtp(client)).await.expect_err("a wrong password");
    assert_eq!(error.kind(), Kind::LoginRefused);
    assert!(error.advice().is_some());
    assert!(!error.to_string().contains("battery"), "{error}");
    let (events, mails) = server.finish();
    assert_eq!((events, mails), (vec!["login tls".to_owned()], vec![]));
}

#[tokio::test]
async fn nothing_goes_out_in_the_clear() {
    let Some(server) = Smtpd::start("none", &[]) else { return };
    let error = send_to(Mailer::Smtp(server.client(Tls::Starttls))).await.expect_err("no TLS");
    assert_eq!(error.kind(), Kind::Temporary);
    assert!(error.to_string().contains("STARTTLS"), "{error}");
    assert_eq!(server.finish(), (vec![], vec![]));
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused() {
    for (name, tls) in [("starttls", Tls::Starttls), ("implicit", Tls::Implicit)] {
        let Some(server) = Smtpd::start(name, &[]) else { return };
        let client = requite::config::Smtp { ca: None, ..server.client(tls) };
        let error = send_to(Mailer::Smtp(client)).await.expect_err("an unknown authority");
        assert_eq!(error.kind(), Kind::Untrusted, "{error}");
        assert!(error.to_string().contains("certificate"), "{error}");
        assert_eq!(server.finish(), (vec![], vec![]));
    }
}

#[tokio::test]
async fn an_expired_certificate_is_waited_out() {
    let Some(server) = Smtpd::start_expired("implicit") else { return };
    let mailer = Mailer::Smtp(server.client(Tls::Implicit));
    let error = send_to(mailer).await.expect_err("an expired certificate");
    assert_eq!(error.kind(), Kind::Untrusted, "{error}");
    assert_eq!(server.finish(), (vec![], vec![]));
}

#[tokio::test]
async fn what_the_server_says_decides_whether_to_try_again() {
    for (reply, kind) in [
        ("451 4.7.1 greylisted, come back", Kind::Temporary),
        ("452 4.2.2 mailbox full", Kind::Temporary),
        ("554 5.7.1 not wanted here", Kind::Failed),
        ("535 5.7.8 who are you", Kind::LoginRefused),
        ("530 5.7.0 log in first", Kind::Config),
    ] {
        let Some(server) = Smtpd::start("none", &["--reply", reply]) else { return };
        let error = send_to(Mailer::Smtp(server.client(Tls::None))).await.expect_err(reply);
        assert_eq!(error.kind(), kind, "{reply}: {error}");
        assert!(error.advice().is_some(), "{reply}");
    }
}

#[tokio::test]
async fn nobody_listening_is_worth_another_try() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = unused.local_addr().expect("an address").port();
    drop(unused);
    for tls in [Tls::Implicit, Tls::Starttls, Tls::None] {
        let host = "127.0.0.1".to_owned();
        let server =
            requite::config::Smtp { host, port, tls, login: None, ca: None, fingerprint: None };
        let error = send_to(Mailer::Smtp(server)).await.expect_err("nobody there");
        assert_eq!(error.kind(), Kind::Temporary, "{error}");
    }
}

/// Poddebniak et al. 2021: replies appended to the answer to STARTTLS must not count later.
#[tokio::test]
async fn replies_injected_before_tls_end_the_conversation() {
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a client");
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        stream.write_all(b"220 here\r\n").await.expect("a greeting");
        stream.read_line(&mut line).await.expect("EHLO");
        stream.write_all(b"250-here\r\n250 STARTTLS\r\n").await.expect("capabilities");
        stream.read_line(&mut line).await.expect("STARTTLS");
        stream.write_all(b"220 go\r\n250 AUTH PLAIN\r\n235 in\r\n").await.expect("an injection");
        let mut rest = Vec::new();
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest).await;
        rest
    });
    let host = "localhost".to_owned();
    let client = requite::config::Smtp {
        host,
        port,
        tls: Tls::Starttls,
        login: None,
        ca: None,
        fingerprint: None,
    };
    let error = send_to(Mailer::Smtp(client)).await.expect_err("an injection");
    assert_eq!(error.kind(), Kind::Temporary, "{error}");
    let rest = server.await.expect("the server");
    assert_eq!(rest.first(), Some(&0x16), "a TLS handshake and nothing else");
    assert!(!rest.windows(4).any(|bytes| bytes == b"MAIL"));
}

#[tokio::test]
async fn a_folder_gets_the_whole_mail_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().expect("a temporary folder");
    let folder = home.path().join("out");
    for _ in 0..2 {
        send_to(Mailer::File(folder.clone())).await.expect("a folder takes everything");
    }
    let path = folder.join("2026-W47.eml");
    assert_eq!(std::fs::read(&path).expect("the mail"), mail());
    assert_eq!(path.metadata().expect("the mail").permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(&folder).expect("the folder").count(), 1, "no scraps");
    for stem in ["", "../escape", "a/b"] {
        let sent = send(&Mailer::File(folder.clone()), &mail(), FROM, TO, stem).await;
        assert_eq!(sent.map_err(|error| error.kind()), Err(Kind::Failed), "{stem:?}");
    }
}

fn alert(id: &str, title: &str) -> Alert {
    let body = "Compiler budget <b>for</b> R&D\u{202E}\ndue today, 14:00".to_owned();
    let (about, title) = (id.to_owned(), title.to_owned());
    Alert { about, title, body, urgency: AlertUrgency::Normal, choices: Choices::OpenAndSteer }
}

#[test]
fn without_a_bus_an_alert_waits() {
    let test = "deliver::without_a_bus_an_alert_waits";
    let folder = tempfile::tempdir().expect("a temporary folder");
    with_bus(test, &bus_in(folder.path()), async || {
        for error in [
            Desktop::connect().await.map(drop).expect_err("no bus"),
            probe().await.map(drop).expect_err("no bus"),
        ] {
            assert_eq!(error.kind(), Kind::Temporary, "{error}");
            assert!(error.advice().is_some());
        }
    });
}

#[test]
fn alerts_survive_a_notifier_that_comes_and_goes() {
    let Some(programs) = programs() else { return };
    let test = "deliver::alerts_survive_a_notifier_that_comes_and_goes";
    let folder = tempfile::tempdir().expect("a temporary folder");
    with_bus(test, &bus_in(folder.path()), async || {
        let mut screen = PrivateDesktop::start(programs).await;
        let mut desktop = Desktop::connect().await.expect("a bus");
        let grace = alert("C4-40", "Grace Hopper is waiting");

        let error = desktop.show(&grace, None).await.expect_err("nobody shows it");
        assert_eq!(error.kind(), Kind::Temporary, "{error}");

        screen.start_notifier().await;
        assert_eq!(probe().await.expect("dunst").name, "dunst");
        desktop.show(&grace, None).await.expect("dunst shows it");
        screen.displays(1).await;
        let history = screen.history().await;
        assert_eq!(history.len(), 1, "shown once");
        assert_eq!(history[0]["appname"]["data"], "Requite");
        assert_eq!(history[0]["category"]["data"], "email");
        assert_eq!(history[0]["summary"]["data"], "Grace Hopper is waiting");
        assert_eq!(
            history[0]["body"]["data"],
            "Compiler budget &lt;b&gt;for&lt;/b&gt; R&amp;D\ndue today, 14:00"
        );

        screen.stop_notifier().await;
        let linus = alert("C9-90", "Linus Pauling is waiting");
        let error = desktop.show(&linus, None).await.expect_err("nobody shows it");
        assert_eq!(error.kind(), Kind::Temporary, "{error}");
        screen.start_notifier().await;
        desktop.show(&linus, None).await.expect("the new dunst shows it");
        screen.displays(1).await;
        assert_eq!(screen.history().await.len(), 1, "and nothing of before");
    });
}

#[test]
fn what_the_user_chooses_comes_back() {
    let Some(programs) = programs() else { return };
    let test = "deliver::what_the_user_chooses_comes_back";
    let folder = tempfile::tempdir().expect("a temporary folder");
    with_bus(test, &bus_in(folder.path()), async || {
        let mut screen = PrivateDesktop::start(programs).await;
        screen.start_notifier().await;
        let mut desktop = Desktop::connect().await.expect("a bus");
        for (label, action) in [
            ("Done", Action::Done),
            ("Snooze", Action::Snooze),
            ("Mute", Action::Mute),
            ("", Action::Open),
        ] {
            let id = format!("C4-{label}");
            let alert = alert(&id, "Grace Hopper is waiting");
            let shown = desktop.show(&alert, None).await.expect("shown");
            screen.displays(1).await;
            if label.is_empty() {
                screen.click().await;
            } else {
                screen.choose(label).await;
            }
            let expect = DesktopEvent::Chosen { number: shown.number, action, token: None };
            let chosen = async { while desktop.event().await != expect {} };
            let chosen = tokio::time::timeout(std::time::Duration::from_secs(10), chosen);
            chosen.await.unwrap_or_else(|_| panic!("no {action:?}"));
            screen.history().await;
            screen.displays(0).await;
        }
    });
}

#[test]
fn xfce_has_a_button_for_what_a_click_does_elsewhere() {
    let (Some(programs), Some(notifyd)) = (programs(), peers::xfce4_notifyd()) else { return };
    let test = "deliver::xfce_has_a_button_for_what_a_click_does_elsewhere";
    let folder = tempfile::tempdir().expect("a temporary folder");
    with_bus(test, &bus_in(folder.path()), async || {
        let mut screen = PrivateDesktop::start(programs).await;
        let mut xfce = tokio::process::Command::new(notifyd);
        xfce.env("HOME", folder.path()).env("XDG_CONFIG_HOME", folder.path());
        screen.start_with(xfce).await;
        let notifier = probe().await.expect("xfce4-notifyd");
        assert_eq!(notifier.name, "Xfce Notify Daemon");
        let keys: Vec<&str> =
            notifier.actions(Choices::OpenAndSteer).into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["open", "done", "snooze", "mute"]);
        let mut desktop = Desktop::connect().await.expect("a bus");
        let shown = desktop.show(&alert("C4-40", "Grace Hopper is waiting"), None).await;
        let number = shown.expect("Xfce shows it").number;
        desktop.close(number).await.expect("and takes it away");
        let expect = DesktopEvent::Closed { number, expired: false };
        let gone = async { while desktop.event().await != expect {} };
        tokio::time::timeout(std::time::Duration::from_secs(10), gone).await.expect("it is gone");
    });
}

/// A server that answers these many commands and then talks without end, one line or many.
fn endless(answered: usize, talk: &'static str) -> Smtp {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let answers = ["220 ready", "250 mail.example.com", "250 ok", "250 ok", "354 go on"];
        for answer in &answers[..answered] {
            stream.write_all(format!("{answer}\r\n").as_bytes()).unwrap();
            lines.next();
        }
        while stream.write_all(talk.repeat(1000).as_bytes()).is_ok() {}
    });
    let (host, login, ca, fingerprint) = ("127.0.0.1".to_owned(), None, None, None);
    Smtp { host, port, tls: Tls::None, login, ca, fingerprint }
}

#[tokio::test]
async fn a_server_that_does_not_stop_talking_is_left() {
    for talk in ["x", "250-and more\r\n"] {
        for answered in [0, 1, 2, 5] {
            let error = send_to(Mailer::Smtp(endless(answered, talk))).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Temporary, "{answered} {talk}: {error}");
            assert!(error.to_string().contains("doesn't stop talking"), "{error}");
        }
    }
}
