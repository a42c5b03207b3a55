//! Sign-in from end to end: a real provider's pages, the program, and Dovecot asking the provider
//! whose token it was shown.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;

use oauth2::url::Url;

use crate::support::dovecot::{Dovecot, loopback};
use crate::support::oauth_server::{OAuthServer, USER};
use crate::support::world::World;

fn world(provider: &OAuthServer, dovecot: &Dovecot, user: &str) -> World {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    world.configure(&format!(
        "[me]\naddresses = [\"ada@example.com\"]\n[[account]]\nname = \"work\"\n\
         host = \"localhost\"\nport = {}\nca = \"{}\"\nuser = \"{user}\"\n\
         oauth.client_id = \"mine\"\noauth.scopes = [\"mail\"]\noauth.auth_url = \"{}\"\n\
         oauth.token_url = \"{}\"\n",
        dovecot.ports().implicit,
        dovecot.ca().display(),
        provider.page("/authorize"),
        provider.page("/token"),
    ));
    world
}

/// The headers and the text of a page.
fn get(url: &Url) -> String {
    let mut stream = TcpStream::connect(loopback(url.port().unwrap())).unwrap();
    let (path, query) = (url.path(), url.query().unwrap());
    write!(stream, "GET {path}?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    page
}

/// Opens the page that the program names, as a browser does, and follows it back.
fn sign_in(world: &World) {
    let mut command = world.command(&["auth", "login", "work"]);
    let mut login = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(login.stderr.take().unwrap()).lines();
    let mut said = String::new();
    let page = loop {
        let line = lines.next().unwrap_or_else(|| panic!("no page to open: {said}")).unwrap();
        if line.starts_with("http") {
            break line.parse().unwrap();
        }
        said += &line;
    };
    let redirect = get(&page);
    let back = redirect.lines().find_map(|line| line.strip_prefix("Location: ")).unwrap();
    assert!(get(&back.parse().unwrap()).contains("Signed in"));
    assert!(login.wait().unwrap().success());
}

#[test]
fn a_mailbox_is_read_with_tokens_from_sign_in_to_sync() {
    let Some(provider) = OAuthServer::start() else { return };
    let Some(dovecot) = Dovecot::start_asking(&provider.page("/userinfo")) else { return };
    let world = world(&provider, &dovecot, USER);
    let (code, said) = world.fails(&["sync"]);
    assert!(code == 77 && said.contains("requite auth login work"), "{code} {said}");
    sign_in(&world);
    world.run(&["sync"]);
    assert_eq!(dovecot.logins(), 1, "{}", dovecot.log());
    assert_eq!(world.json(&["status", "--json"])["accounts"][0]["state"], "idle");
}

#[test]
fn a_token_of_somebody_else_is_shown_at_most_three_times() {
    let Some(provider) = OAuthServer::start() else { return };
    let Some(dovecot) = Dovecot::start_asking(&provider.page("/userinfo")) else { return };
    let world = world(&provider, &dovecot, "mallory");
    sign_in(&world);
    let (code, said) = world.fails(&["sync"]);
    assert_eq!(code, 77, "{said}");
    assert!(said.contains("refused the login of mallory"), "{said}");
    assert_eq!(dovecot.logins(), 0);
    let log = dovecot.log();
    let attempts =
        log.lines().filter(|line| line.contains("imap-login") && line.contains("mallory"));
    let attempts = attempts.count();
    assert!((1..=3).contains(&attempts), "{attempts} in {log}");
}
