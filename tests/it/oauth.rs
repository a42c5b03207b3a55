//! Signing in by OAuth2: the two ways in, what is kept, how it is renewed, and how it ends.

mod interrupted;

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use oauth2::TokenUrl;
use oauth2::url::Url;
use requite::auth::SignIn;
use requite::config::{Login, OAuth};
use requite::error::Kind;
use requite::source::AccountState;
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;

use crate::support::certificate::Authority;
use crate::support::imap_account;
use crate::support::imap_store::Kept;
use crate::support::provider::Provider;
use crate::support::scripted_imap::{Mailbox, Turn};
use crate::support::web::Web;
use crate::support::world::World;
use crate::support::{PATIENCE, text_of};

const GIVEN: &str =
    r#"{"access_token":"a1","token_type":"Bearer","expires_in":3600,"refresh_token":"r1"}"#;
const ROTATED: &str =
    r#"{"access_token":"a2","token_type":"Bearer","expires_in":3600,"refresh_token":"r2"}"#;
const SHORT: &str = r#"{"access_token":"a3","token_type":"Bearer","expires_in":119}"#;
const REVOKED: &str = r#"{"error":"invalid_grant","error_description":"it was revoked"}"#;

/// No user looks longer at a page that doesn't come.
const SOON: Duration = Duration::from_secs(5);

fn world(provider: &Provider) -> World {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    world.configure(&format!(
        "[[account]]\nname = \"work\"\nhost = \"localhost\"\nuser = \"ada@example.com\"\n\
         oauth.client_id = \"mine\"\noauth.scopes = [\"mail\"]\noauth.auth_url = \"{}\"\n\
         oauth.token_url = \"{}\"\noauth.device_url = \"{}\"\n",
        provider.page("/auth"),
        provider.page("/token"),
        provider.page("/device")
    ));
    world
}

/// The same, signed in with the refresh token `r1`, and where that is kept.
fn with_token(provider: &Provider) -> (World, PathBuf) {
    let world = world(provider);
    std::fs::create_dir_all(world.home().join("data/auth")).unwrap();
    let kept = world.write("data/auth/work.json", r#"{"refresh_token":"r1"}"#);
    (world, kept)
}

/// An account on a scripted server that has signed in, with the refresh token `r1`.
async fn signed_in(provider: &Provider) -> imap_account::World {
    let mut world = imap_account::World::with(&[("INBOX", Mailbox::of(1..=9))]).await;
    world.server.house().capabilities[1] = "IMAP4rev1 SASL-IR AUTH=XOAUTH2".to_owned();
    let note = world.write("work.json", r#"{"refresh_token":"r1"}"#);
    world.imap().login = Login::OAuth(Box::new(OAuth {
        account: "work".to_owned(),
        client_id: "mine".to_owned(),
        client_secret: None,
        auth_url: None,
        token_url: TokenUrl::new(provider.page("/token")).unwrap(),
        device_url: None,
        ca: None,
        scopes: vec![],
        asks: vec![],
        folder: note.parent().unwrap().to_owned(),
    }));
    world
}

fn note(world: &mut imap_account::World) -> String {
    let Login::OAuth(oauth) = &world.imap().login else { unreachable!() };
    std::fs::read_to_string(oauth.folder.join("work.json")).unwrap()
}

/// What a browser gets.
async fn get(url: &str) -> String {
    let url = Url::parse(url).unwrap();
    let port = url.port().unwrap();
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let query = url.query().unwrap();
    let request = format!("GET {}?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", url.path());
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let reading = stream.read_to_string(&mut answer);
    tokio::time::timeout(SOON, reading).await.expect("a page at once").unwrap();
    answer
}

fn value(query: &str, key: &str) -> String {
    let url = Url::parse(&format!("http://localhost/?{query}")).unwrap();
    let found = url.query_pairs().find(|(name, _)| name == key).map(|(_, it)| it.into_owned());
    found.unwrap_or_else(|| panic!("no {key} in {query}"))
}

#[tokio::test]
async fn a_browser_brings_the_sign_in_home() {
    let provider = Provider::start(&[(200, GIVEN)]).await;
    let world = world(&provider);
    let mut login = Command::from(world.command(&["auth", "login", "work"]));
    let mut login = login.stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(login.stderr.take().unwrap()).lines();
    let page = loop {
        let line = lines.next_line().await.unwrap().expect("the page's address");
        if line.starts_with("http") {
            break line;
        }
    };
    let query = page.split_once('?').unwrap().1.to_owned();
    let (back, state) = (value(&query, "redirect_uri"), value(&query, "state"));
    assert!(back.starts_with("http://127.0.0.1:"), "{back}");
    assert_eq!(value(&query, "code_challenge_method"), "S256");
    assert_eq!(
        (value(&query, "client_id"), value(&query, "scope")),
        ("mine".into(), "mail".into())
    );

    // A browser may open a connection ahead of its request, and never use it.
    let address = back.trim_start_matches("http://").trim_end_matches('/');
    let _silent = tokio::net::TcpStream::connect(address).await.unwrap();
    let planted = get(&format!("{back}?code=planted&state=guessed")).await;
    assert!(planted.starts_with("HTTP/1.1 404"), "{planted}");
    let taken = get(&format!("{back}?code=c0de&state={state}")).await;
    assert!(taken.starts_with("HTTP/1.1 200"), "{taken}");
    assert!(login.wait().await.unwrap().success());
    let mut said = String::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        said += &line;
    }
    assert!(said.contains("signed in to work") && !said.contains("r1"), "{said}");

    let asked = provider.asked();
    let body = asked[0].strip_prefix("/token ").unwrap();
    assert_eq!((asked.len(), value(body, "code")), (1, "c0de".to_owned()));
    let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(value(body, "code_verifier")));
    assert_eq!(hash, value(&query, "code_challenge"));

    let kept = world.home().join("data/auth/work.json");
    assert!(std::fs::read_to_string(&kept).unwrap().contains("r1"));
    assert_eq!(kept.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let shown = world.json(&["auth", "status", "--json"]);
    assert_eq!(shown["accounts"][0]["signed_in"], true);
    assert_eq!(shown["accounts"][0]["kept_in"], "file");
    world.run(&["auth", "logout", "work"]);
    assert!(!kept.exists());
    assert!(world.run(&["auth", "status"]).contains("work: not signed in"));
}

#[tokio::test]
async fn a_code_on_another_device_does_as_well() {
    let codes = r#"{"device_code":"d","user_code":"AB-CD","expires_in":600,"interval":1,
        "verification_uri":"https://example.com/device"}"#;
    let pending = r#"{"error":"authorization_pending"}"#;
    let provider = Provider::start(&[(200, codes), (400, pending), (200, GIVEN)]).await;
    let world = world(&provider);
    let mut login = Command::from(world.command(&["auth", "login", "work", "--device"]));
    let output = login.output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("https://example.com/device and enter AB-CD"), "{said}");
    let paths: Vec<String> =
        provider.asked().iter().map(|it| it.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(paths, ["/device", "/token", "/token"]);
    assert!(world.run(&["auth", "status", "work"]).contains("work: signed in"));
}

#[tokio::test]
async fn a_provider_in_a_hurry_is_asked_no_more_than_once_a_second() {
    let codes = r#"{"device_code":"d","user_code":"AB-CD","expires_in":600,"interval":0,
        "verification_uri":"https://example.com/device"}"#;
    let pending = (400, r#"{"error":"authorization_pending"}"#);
    let answers: Vec<(u16, &str)> = [(200, codes)].into_iter().chain([pending; 200]).collect();
    let provider = Provider::start(&answers).await;
    let world = world(&provider);
    let mut login = Command::from(world.command(&["auth", "login", "work", "--device"]));
    let mut login = login.stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
    until(|| provider.asked().len() == 2).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(provider.asked().len() <= 3, "{} questions", provider.asked().len());
    login.kill().await.unwrap();
}

#[tokio::test]
async fn whoever_declines_is_told_so() {
    let provider = Provider::start(&[(400, r#"{"error":"invalid_client"}"#)]).await;
    let world = world(&provider);
    let mut login = Command::from(world.command(&["auth", "login", "work", "--device"]));
    let output = login.output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(78), "{said}");
    assert!(said.contains("oauth.client_id"), "{said}");
    let (code, said) = world.fails(&["auth", "login", "play"]);
    assert!(code == 2 && said.contains("those that do: work"), "{said}");
}

#[tokio::test]
async fn a_token_file_that_others_may_read_is_refused() {
    let provider = Provider::start(&[(200, ROTATED)]).await;
    let mut world = signed_in(&provider).await;
    let Login::OAuth(oauth) = world.imap().login.clone() else { unreachable!() };
    let file = oauth.folder.join("work.json");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    let refused = world.sync().await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Config);
    assert!(refused.advice().unwrap().contains("chmod 600"), "{refused}");
    assert_eq!(provider.asked().len(), 0, "nobody is shown the token");
}

/// Whatever the environment says: only configured hosts are spoken to.
#[tokio::test]
async fn no_proxy_hears_of_a_sign_in() {
    let provider = Provider::start(&[(400, r#"{"error":"invalid_client"}"#)]).await;
    let world = world(&provider);
    let mut login = Command::from(world.command(&["auth", "login", "work", "--device"]));
    let proxy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    proxy.set_nonblocking(true).unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    for variable in ["http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
        login.env(variable, &address);
    }
    let output = login.env("no_proxy", "").env("NO_PROXY", "").output().await.unwrap();
    assert_eq!(output.status.code(), Some(78));
    assert_eq!(provider.asked().len(), 1);
    assert!(proxy.accept().is_err(), "the proxy was asked");
}

#[tokio::test]
async fn a_rotated_refresh_token_is_kept_before_the_login() {
    let provider = Provider::start(&[(200, ROTATED)]).await;
    let mut world = signed_in(&provider).await;
    let Login::OAuth(oauth) = world.imap().login.clone() else { unreachable!() };
    let kept = oauth.folder.join("work.json");
    let expect = STANDARD.encode("user=ada\x01auth=Bearer a2\x01\x01");
    world.server.script(move |call| match call.is("AUTHENTICATE") {
        true => {
            let saved = std::fs::read_to_string(&kept).unwrap().contains("r2");
            let right = saved && call.command.ends_with(&expect);
            Turn::Say(format!("{{tag}} {}\r\n", if right { "OK in" } else { "NO wrong" }))
        }
        false => Turn::AsUsual,
    });
    world.syncs().await;
    assert!(provider.asked()[0].contains("refresh_token=r1"));
    assert_eq!(provider.asked().len(), 1);
    assert!(note(&mut world).contains("r2"));
}

#[tokio::test]
async fn a_token_that_the_server_refuses_is_replaced_by_a_fresh_one() {
    let provider = Provider::start(&[(200, GIVEN), (200, ROTATED)]).await;
    let world = signed_in(&provider).await;
    let fresh = STANDARD.encode("user=ada\x01auth=Bearer a2\x01\x01");
    world.server.script(move |call| match call.is("AUTHENTICATE") {
        true if call.command.ends_with(&fresh) => Turn::Say("{tag} OK in\r\n".to_owned()),
        true => Turn::Say("{tag} NO [AUTHENTICATIONFAILED] expired\r\n".to_owned()),
        false => Turn::AsUsual,
    });
    world.syncs().await;
    assert_eq!((provider.asked().len(), world.server.count("AUTHENTICATE")), (2, 2));
}

#[tokio::test]
async fn a_rotated_refresh_token_is_kept_even_if_nobody_waits_for_it_any_more() {
    let provider = Provider::start(&[(200, ROTATED)]).await;
    let mut world = signed_in(&provider).await;
    let login = world.imap().login.clone();
    let sign_in = SignIn::new(&login);
    let held = provider.gate.lock().await;
    tokio::select! {
        _ = sign_in.proof() => panic!("there was no answer yet"),
        () = until(|| provider.asked().len() == 1) => {}
    }
    drop(held);
    until(|| note(&mut world).contains("r2")).await;
}

#[tokio::test]
async fn a_daemon_that_is_told_to_stop_still_keeps_a_rotated_refresh_token() {
    let provider = Provider::start(&[(200, ROTATED)]).await;
    let (world, kept) = with_token(&provider);
    let held = provider.gate.lock().await;
    let mut daemon = world.daemon();
    until(|| provider.asked().len() == 1).await;
    daemon.stop();
    until(|| daemon.log().contains("waiting for an answer to a token request")).await;
    drop(held);
    until(|| daemon.has_ended()).await;
    assert!(daemon.ended().success());
    assert!(text_of(&kept).contains("r2"));
}

/// Waits for what happens elsewhere.
async fn until(mut happened: impl FnMut() -> bool) {
    let waiting = async {
        while !happened() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("it to happen");
}

#[tokio::test]
async fn a_token_that_never_ends_is_as_good_as_any() {
    let endless = GIVEN.replace("3600", &u64::MAX.to_string());
    let provider = Provider::start(&[(200, &endless)]).await;
    let mut world = signed_in(&provider).await;
    let login = world.imap().login.clone();
    let sign_in = SignIn::new(&login);
    for _ in 0..2 {
        assert!(sign_in.proof().await.is_ok());
    }
    assert_eq!(provider.asked().len(), 1);
}

#[tokio::test]
async fn what_no_access_token_looks_like_is_shown_to_no_server() {
    for odd in ["a1\\u0001user=eve", ""] {
        let answer = GIVEN.replace("a1", odd);
        let provider = Provider::start(&[(200, &answer), (200, &answer)]).await;
        let mut world = signed_in(&provider).await;
        let login = world.imap().login.clone();
        let sign_in = SignIn::new(&login);
        for _ in 0..2 {
            let Err(error) = sign_in.proof().await else { panic!("{odd:?} passed for a token") };
            assert!(error.to_string().starts_with("127.0.0.1 gives"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_token_is_renewed_two_minutes_before_its_end() {
    for (answer, asked) in [(ROTATED, 1), (SHORT, 2)] {
        let provider = Provider::start(&[(200, answer), (200, answer)]).await;
        let mut world = signed_in(&provider).await;
        let login = world.imap().login.clone();
        let sign_in = SignIn::new(&login);
        for _ in 0..2 {
            assert!(sign_in.proof().await.is_ok());
        }
        assert_eq!(provider.asked().len(), asked);
    }
}

#[tokio::test]
async fn a_revoked_sign_in_is_never_tried_again() {
    let provider = Provider::start(&[(400, REVOKED)]).await;
    let world = signed_in(&provider).await;
    let (stop, watching) = world.watch();
    let told = |states: &[(AccountState, String)]| {
        states.iter().any(|(state, _)| *state == AccountState::AuthFailed)
    };
    world.store.until("auth failed", |kept| told(&kept.states)).await;
    // Longer than the longest pause between attempts.
    tokio::time::sleep(world.pace.backoff.1 * 5).await;
    let (_, detail) = world.store.kept().states.last().cloned().unwrap();
    assert!(detail.contains("it was revoked"), "{detail}");
    assert!(detail.contains("requite auth login work"), "{detail}");
    assert_eq!((provider.asked().len(), world.server.count("AUTHENTICATE")), (1, 0));
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
}

#[tokio::test]
async fn why_there_is_no_token_decides_what_helps() {
    for (error, kind) in [
        ("invalid_grant", Kind::LoginRefused),
        // OpenID Connect Core 1.0, section 3.1.2.6, and what Microsoft says for a second factor.
        ("interaction_required", Kind::LoginRefused),
        ("login_required", Kind::LoginRefused),
        ("consent_required", Kind::LoginRefused),
        ("invalid_client", Kind::Config),
        ("invalid_scope", Kind::Config),
        ("temporarily_unavailable", Kind::Temporary),
        ("rate_limit_exceeded", Kind::Temporary),
    ] {
        let answer = format!(r#"{{"error":"{error}"}}"#);
        let provider = Provider::start(&[(400, &answer)]).await;
        let mut world = signed_in(&provider).await;
        let login = world.imap().login.clone();
        let Err(refusal) = SignIn::new(&login).proof().await else { panic!("{error}: a token") };
        assert_eq!(refusal.kind(), kind, "{error}");
    }
}

#[test]
fn who_waits_for_another_process_can_stop_at_once() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _other = runtime.block_on(async {
        let provider = Provider::start(&[]).await;
        let mut world = signed_in(&provider).await;
        let login = world.imap().login.clone();
        let Login::OAuth(oauth) = &login else { unreachable!() };
        let other = std::fs::File::create(oauth.folder.join("work.lock")).unwrap();
        other.lock().unwrap();
        let waiting = tokio::time::timeout(Duration::from_millis(100), async {
            SignIn::new(&login).proof().await.is_ok()
        });
        assert!(waiting.await.is_err(), "another process holds the token");
        other
    });
    let (ended, end) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        drop(runtime);
        ended.send(()).unwrap();
    });
    end.recv_timeout(SOON).expect("nothing is left that waits");
}

#[tokio::test]
async fn a_running_service_takes_up_a_new_sign_in() {
    let provider = Provider::start(&[(400, REVOKED), (200, GIVEN)]).await;
    let world = signed_in(&provider).await;
    world.server.script(|call| match call.is("AUTHENTICATE") {
        true => Turn::Say("{tag} OK in\r\n".to_owned()),
        false => Turn::AsUsual,
    });
    let (stop, watching) = world.watch();
    let is = |state| move |kept: &Kept| kept.states.last().is_some_and(|(it, _)| *it == state);
    world.store.until("given up", is(AccountState::AuthFailed)).await;
    assert_eq!(provider.asked().len(), 1);
    world.write("work.json", r#"{"refresh_token":"r1"}"#);
    world.store.until("signed in", is(AccountState::Watching)).await;
    assert_eq!(provider.asked().len(), 2);
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_provider_that_is_down_is_asked_again_later() {
    let provider = Provider::start(&[(503, "<html>r1</html>")]).await;
    let mut world = signed_in(&provider).await;
    let login = world.imap().login.clone();
    let Err(error) = SignIn::new(&login).proof().await else { panic!("no token was given") };
    assert_eq!(error.kind(), Kind::Temporary, "{error}");
    assert!(!format!("{error:?}").contains("r1"), "{error:?}");
}

#[tokio::test]
async fn a_provider_may_have_an_authority_of_its_own() {
    let authority = Authority::new();
    let web = Web::start_with(&[("token", GIVEN)], Some(authority.acceptor("127.0.0.1"))).await;
    let mut world = signed_in(&Provider::start(&[]).await).await;
    let ca = world.write("ca.pem", authority.pem());
    let Login::OAuth(mut oauth) = world.imap().login.clone() else { unreachable!() };
    oauth.token_url = TokenUrl::new(format!("{}token", web.base)).unwrap();
    for (ca, trusted) in [(None, false), (Some(ca), true)] {
        oauth.ca = ca;
        let login = Login::OAuth(oauth.clone());
        assert_eq!(SignIn::new(&login).proof().await.is_ok(), trusted);
    }
    assert_eq!(web.asked(), ["/token"]);
}
