//! From an address to its servers: who is asked, whose word counts first, and what is never
//! proposed.

use std::net::SocketAddr;

use requite::discover::{Discovery, Network, Origin, Server, discover};
use requite::error::{Kind, Result};
use serde_json::json;
use tokio::net::TcpListener;

use crate::support::certificate::Authority;
use crate::support::dovecot::free_ports;
use crate::support::nameserver::{NameServer, Zone};
use crate::support::web::Web;
use crate::support::world::World;

const ADA: &str = "ada@example.com";
const ASKED: &str = "autoconfig.example.com/mail/config-v1.1.xml";
const WELL_KNOWN: &str = "example.com/.well-known/autoconfig/mail/config-v1.1.xml";

fn file(host: &str) -> String {
    format!(
        "<clientConfig version=\"1.1\"><emailProvider id=\"example.com\">\
         <incomingServer type=\"imap\"><hostname>{host}</hostname><port>993</port>\
         <socketType>SSL</socketType><username>%EMAILLOCALPART%</username></incomingServer>\
         </emailProvider></clientConfig>"
    )
}

async fn look(zone: Zone, files: &[(&str, &str)]) -> Result<Discovery> {
    let (names, web) = (NameServer::start(zone).await, Web::start(files).await);
    // Nobody listens on these: guesses find nothing.
    let network = Network::of_loopback(names.address, &web.base, None, free_ports())?;
    discover(ADA, &network).await
}

fn told(servers: &[Server]) -> Vec<String> {
    let told = |it: &Server| {
        format!("{}:{} {:?} {} ({})", it.host, it.port, it.tls, it.user, it.origin.name())
    };
    servers.iter().map(told).collect()
}

#[tokio::test]
async fn the_provider_of_the_domain_needs_no_question() {
    let names = NameServer::start(Zone::default()).await;
    let web = Web::start(&[]).await;
    let network = Network::of_loopback(names.address, &web.base, None, [1, 1]).unwrap();
    let found = discover("Ada@GMail.com", &network).await.unwrap();
    let user = "Ada@gmail.com";
    assert_eq!(told(&found.imap), [format!("imap.gmail.com:993 Implicit {user} (provider)")]);
    assert_eq!(told(&found.smtp), [format!("smtp.gmail.com:465 Implicit {user} (provider)")]);
    assert!(found.notes[0].contains("app password"), "{:?}", found.notes);
    assert_eq!(web.asked(), [] as [&str; 0]);
}

#[tokio::test]
async fn who_takes_the_mail_in_comes_before_what_the_domain_says() {
    let zone = Zone::default()
        .mx("example.com", 20, "mx.backup.example.net")
        .mx("example.com", 10, "in1-smtp.messagingengine.com")
        .srv("_imaps._tcp.example.com", (0, 1, 993, "imap.example.com"));
    let found = look(zone, &[(ASKED, &file("imap.example.org"))]).await.unwrap();
    assert_eq!(
        told(&found.imap),
        [
            "imap.fastmail.com:993 Implicit ada@example.com (mx)",
            "imap.example.com:993 Implicit ada@example.com (srv)",
            "imap.example.org:993 Implicit ada (autoconfig)",
        ]
    );
    assert_eq!(told(&found.smtp), ["smtp.fastmail.com:465 Implicit ada@example.com (mx)"]);
    let exchange = "in1-smtp.messagingengine.com".to_owned();
    assert_eq!(found.imap[0].origin, Origin::Mx { provider: "Fastmail", exchange });
}

#[tokio::test]
async fn srv_records_are_tried_by_priority_then_safety_then_weight() {
    let zone = Zone::default()
        .srv("_imaps._tcp.example.com", (20, 0, 993, "spare.example.com"))
        .srv("_imaps._tcp.example.com", (10, 1, 993, "light.example.com"))
        .srv("_imaps._tcp.example.com", (10, 9, 1993, "Heavy.Example.com"))
        .srv("_imap._tcp.example.com", (10, 99, 143, "heavy.example.com"))
        .srv("_imap._tcp.example.com", (0, 0, 143, "."))
        .srv("_submissions._tcp.example.com", (0, 0, 0, "."))
        .srv("_submission._tcp.example.com", (0, 1, 587, "smtp.example.com"));
    let found = look(zone, &[]).await.unwrap();
    assert_eq!(
        told(&found.imap),
        [
            "heavy.example.com:1993 Implicit ada@example.com (srv)",
            "light.example.com:993 Implicit ada@example.com (srv)",
            "heavy.example.com:143 Starttls ada@example.com (srv)",
            "spare.example.com:993 Implicit ada@example.com (srv)",
        ]
    );
    assert_eq!(told(&found.smtp), ["smtp.example.com:587 Starttls ada@example.com (srv)"]);
}

#[tokio::test]
async fn the_autoconfig_file_is_asked_for_in_both_places() {
    let (names, web) = (
        NameServer::start(Zone::default()).await,
        Web::start(&[(WELL_KNOWN, &file("imap.%EMAILDOMAIN%"))]).await,
    );
    let network = Network::of_loopback(names.address, &web.base, None, free_ports()).unwrap();
    let found = discover(ADA, &network).await.unwrap();
    assert_eq!(told(&found.imap), ["imap.example.com:993 Implicit ada (autoconfig)"]);
    let asked = [format!("/{ASKED}?emailaddress=ada%40example.com"), format!("/{WELL_KNOWN}")];
    assert_eq!(web.asked(), asked);
}

#[tokio::test]
async fn a_redirection_counts_only_within_the_domain() {
    let elsewhere = Web::start(&[("file.xml", &file("imap.example.net"))]).await;
    let port = elsewhere.base.rsplit(':').next().unwrap();
    for (to, found, asked) in [
        ("/file.xml".to_owned(), 1, 0),
        (format!("http://elsewhere.example.net:{port}file.xml"), 0, 0),
        (format!("{}file.xml", elsewhere.base.replace("http:", "ftp:")), 0, 0),
        ("/again".to_owned(), 0, 0),
    ] {
        let zone = Zone::default().here("elsewhere.example.net");
        let to = format!("-> {to}");
        let files =
            [(ASKED, &*to), ("file.xml", &file("imap.example.com")), ("again", "-> /again")];
        let listed = look(zone, &files).await.unwrap();
        assert_eq!((listed.imap.len(), elsewhere.asked().len()), (found, asked), "{to}");
    }
}

#[tokio::test]
async fn an_endless_file_is_not_read_to_its_end() {
    let endless = file("imap.example.com") + &" ".repeat(1 << 20);
    let found = look(Zone::default(), &[(ASKED, &endless)]).await.unwrap();
    assert_eq!(told(&found.imap), [] as [&str; 0]);
}

#[tokio::test]
async fn nothing_published_is_nothing_found() {
    let found = look(Zone::default().mx("example.com", 0, "."), &[]).await.unwrap();
    assert_eq!((told(&found.imap), told(&found.smtp)), (vec![], vec![]));
}

#[tokio::test]
async fn silence_is_told_apart_from_nothing() {
    let error = look(Zone::default().broken("example.com"), &[]).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Temporary, "{error}");
    assert!(error.to_string().contains("example.com"), "{error}");

    let zone = Zone::default()
        .broken("example.com")
        .srv("_imaps._tcp.example.com", (0, 1, 993, "imap.example.com"));
    let found = look(zone, &[]).await.unwrap();
    assert_eq!(found.imap.len(), 1);
    assert!(found.notes[0].starts_with("This may not be all"), "{:?}", found.notes);
}

#[tokio::test]
async fn a_usual_name_counts_only_with_a_certificate_for_it() {
    #[track_caller]
    fn check(found: &Discovery, expected: &[&str]) {
        assert_eq!(told(&found.imap), expected);
    }
    for (certified, expected) in
        [("imap.example.com", true), ("imap.example.net", false), ("mail.example.com", false)]
    {
        let authority = Authority::new();
        let port = tls_server(&authority, certified).await;
        let zone = Zone::default().here("imap.example.com");
        let (names, web) = (NameServer::start(zone).await, Web::start(&[]).await);
        let folder = tempfile::tempdir().unwrap();
        let ca = folder.path().join("ca.pem");
        std::fs::write(&ca, authority.pem()).unwrap();
        let [closed] = free_ports();
        let network =
            Network::of_loopback(names.address, &web.base, Some(&ca), [port, closed]).unwrap();
        let found = discover(ADA, &network).await.unwrap();
        let answered = format!("imap.example.com:{port} Implicit ada@example.com (guess)");
        let expected = if expected { vec![answered.as_str()] } else { Vec::new() };
        check(&found, &expected);
        assert_eq!(told(&found.smtp), [] as [&str; 0]);
    }
}

#[tokio::test]
async fn what_is_no_address_is_used_wrongly() {
    let network =
        Network::of_loopback(([127, 0, 0, 1], 9).into(), "http://127.0.0.1:9/", None, [1, 1]);
    let error = discover("ada.example.com", &network.unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Usage);
}

#[tokio::test]
async fn a_file_counts_only_from_a_certified_host() {
    for (certified, expected) in [("127.0.0.1", true), ("autoconfig.example.net", false)] {
        let authority = Authority::new();
        let names = NameServer::start(Zone::default()).await;
        let files = [(ASKED, file("imap.example.com"))];
        let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
        let web = Web::start_with(&files, Some(authority.acceptor(certified))).await;
        let folder = tempfile::tempdir().unwrap();
        let ca = folder.path().join("ca.pem");
        std::fs::write(&ca, authority.pem()).unwrap();
        let network =
            Network::of_loopback(names.address, &web.base, Some(&ca), free_ports()).unwrap();
        let found = discover(ADA, &network).await.unwrap();
        assert_eq!(found.imap.len(), usize::from(expected), "{certified}");
        assert_eq!(web.asked().is_empty(), !expected, "{certified}");
    }
}

/// Takes handshakes on a port of its own, with a certificate for this name.
async fn tls_server(authority: &Authority, name: &str) -> u16 {
    let acceptor = authority.acceptor(name);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = acceptor.accept(stream).await;
        }
    });
    port
}

#[tokio::test]
async fn a_host_outside_of_the_domain_wants_a_look() {
    #[track_caller]
    fn check(found: &Discovery, doubted: bool) {
        let told = found.notes.iter().any(|note| note.contains("outside of example.com"));
        assert_eq!(told, doubted, "{:?}", found.notes);
    }
    for (host, doubted) in
        [("imap.example.com", false), ("example.com", false), ("imap.badexample.com", true)]
    {
        let zone = Zone::default().srv("_imaps._tcp.example.com", (0, 1, 993, host));
        check(&look(zone, &[]).await.unwrap(), doubted);
    }
}

fn world() -> World {
    World::new(env!("CARGO_BIN_EXE_requite"))
}

#[test]
fn the_command_shows_what_to_write_down() {
    let found = world().json(&["check", "--discover", "ada@icloud.com", "--json"]);
    let imap = json!({
        "host": "imap.mail.me.com",
        "port": 993,
        "tls": "implicit",
        "user": "ada",
        "source": "provider",
        "detail": "known of iCloud",
    });
    assert_eq!((&found["schema"], &found["imap"]), (&json!(1), &json!([imap])));
    let text = world().run(&["check", "--discover", "ada@icloud.com"]);
    let snippet = found["snippet"].as_str().unwrap();
    assert!(text.ends_with(snippet), "{text}");
    assert!(text.contains("app password"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_tells_nothing_from_no_network() {
    #[track_caller]
    fn check(server: SocketAddr, code: i32, said: &str) {
        let server = server.to_string();
        let address = "ada@example.com";
        let (found, complaint) =
            world().fails(&["check", "--discover", address, "--nameserver", &server]);
        assert_eq!(found, code, "{complaint}");
        assert!(complaint.contains(said) && complaint.contains("help:"), "{complaint}");
    }
    let names = NameServer::start(Zone::default()).await;
    check(names.address, 1, "no IMAP server found for ada@example.com");
    let names = NameServer::start(Zone::default().broken("example.com")).await;
    check(names.address, 75, "no name server could be asked");
}
