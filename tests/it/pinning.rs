//! A server known by its certificate's fingerprint: no CA is asked, and no other server is spoken
//! to.

use std::path::Path;
use std::sync::Arc;

use requite::config::secret::Password;
use requite::config::{Account, AccountKind, Fingerprint, Folders, Imap, Login, Mailer, Tls};
use requite::error::Kind;
use requite::source::imap::probe;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

use crate::support::dovecot::{Dovecot, PASSWORD, USER};
use crate::support::smtpd::Smtpd;

const FROM: &str = "ada@example.com";

fn fingerprint(pem: &Path) -> Fingerprint {
    Fingerprint::of(&CertificateDer::from_pem_file(pem).unwrap())
}

/// Ada's account there; she trusts what the system trusts, and that is no CA of a test.
fn account(folder: &Path, port: u16, tls: Tls, fingerprint: Fingerprint) -> Account {
    use std::os::unix::fs::PermissionsExt;
    let password = folder.join("password");
    std::fs::write(&password, PASSWORD).unwrap();
    std::fs::set_permissions(&password, std::fs::Permissions::from_mode(0o600)).unwrap();
    let imap = Imap {
        host: "localhost".to_owned(),
        port,
        tls,
        user: USER.to_owned(),
        login: Login::Password(Password::File(password)),
        ca: None,
        fingerprint: Some(fingerprint),
        daily_bytes: None,
    };
    let (name, folders) = ("work".to_owned(), Folders::Auto);
    Account {
        name,
        kind: AccountKind::Imap(imap),
        folders,
        text_cues: false,
        authserv_id: None,
        webmail: None,
    }
}

#[tokio::test]
async fn a_pinned_certificate_needs_no_authority() {
    let Some(dovecot) = Dovecot::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let ports = dovecot.ports();
    let pin = fingerprint(&dovecot.certificate());
    for (port, tls) in [(ports.implicit, Tls::Implicit), (ports.starttls, Tls::Starttls)] {
        let folders = probe(&account(folder.path(), port, tls, pin)).await.unwrap();
        assert!(folders.iter().any(|(name, ..)| name == "INBOX"), "{folders:?}");
    }
    assert_eq!(dovecot.logins(), 2);
}

#[tokio::test]
async fn another_certificate_gets_no_password_even_if_an_authority_vouches_for_it() {
    let Some(dovecot) = Dovecot::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let ports = dovecot.ports();
    let (pin, shown) = (Fingerprint::of(b"another"), fingerprint(&dovecot.certificate()));
    for (port, tls) in [(ports.implicit, Tls::Implicit), (ports.starttls, Tls::Starttls)] {
        let mut account = account(folder.path(), port, tls, pin);
        if let AccountKind::Imap(imap) = &mut account.kind {
            imap.ca = Some(dovecot.ca());
        }
        let error = probe(&account).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Config, "{error}");
        let told = error.to_string();
        assert!(told.contains(&format!("expected {pin}")), "{told}");
        assert!(told.contains(&format!("found {shown}")), "{told}");
    }
    assert_eq!((dovecot.logins(), dovecot.refusals()), (0, 0));
}

/// Shows a certificate whose key it doesn't have: anybody can, certificates are public.
#[derive(Debug)]
struct Impostor(Arc<CertifiedKey>);

impl ResolvesServerCert for Impostor {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

#[tokio::test]
async fn who_only_shows_the_pinned_certificate_is_not_trusted() {
    let made = || rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (genuine, other) = (made(), made());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(other.signing_key.serialize_der()));
    let key = provider.key_provider.load_private_key(key).unwrap();
    let shown = CertifiedKey::new(vec![genuine.cert.der().clone()], key);
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Impostor(Arc::new(shown))));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let handshake = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        TlsAcceptor::from(Arc::new(config)).accept(stream).await
    });

    let folder = tempfile::tempdir().unwrap();
    let pin = Fingerprint::of(genuine.cert.der());
    let account = account(folder.path(), port, Tls::Implicit, pin);
    let error = probe(&account).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Temporary, "{error}");
    assert!(error.to_string().contains("no safe connection to localhost"), "{error}");
    assert!(handshake.await.unwrap().is_err());
}

#[tokio::test]
async fn the_digest_goes_to_the_pinned_server_alone() {
    for (name, tls) in [("starttls", Tls::Starttls), ("implicit", Tls::Implicit)] {
        let Some(server) = Smtpd::start(name, &["--login", "ada:correct horse"]) else { return };
        let mut client = server.client(tls);
        client.host = "127.0.0.1".to_owned();
        client.login = Some(("ada".to_owned(), server.password("correct horse")));

        client.fingerprint = Some(Fingerprint::of(b"another"));
        let error = send(Mailer::Smtp(client.clone())).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Config, "{error}");
        let shown = fingerprint(&server.certificate());
        assert!(error.to_string().contains(&format!("found {shown}")), "{error}");

        client.ca = None;
        client.fingerprint = Some(shown);
        send(Mailer::Smtp(client)).await.unwrap();
        let (events, mails) = server.finish();
        assert_eq!(events, ["login tls", &format!("mail-from {FROM}"), "mail 1 tls"]);
        assert_eq!(mails.len(), 1);
    }
}

async fn send(mailer: Mailer) -> requite::error::Result<()> {
    requite::deliver::send(&mailer, b"Subject: week 47\r\n\r\nHello.\r\n", FROM, FROM, "x").await
}

#[tokio::test]
async fn a_port_that_speaks_otherwise_is_recognised_at_once() {
    let Some(dovecot) = Dovecot::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let ports = dovecot.ports();
    let pin = fingerprint(&dovecot.certificate());
    for (port, tls, words, mended) in [
        (ports.starttls, Tls::Implicit, "speaks no TLS on this port", "starttls"),
        (ports.implicit, Tls::Starttls, "waits for TLS", "implicit"),
        (ports.implicit, Tls::None, "waits for TLS", "implicit"),
    ] {
        let began = std::time::Instant::now();
        let error = probe(&account(folder.path(), port, tls, pin)).await.unwrap_err();
        assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
        assert_eq!(error.kind(), Kind::Untrusted, "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(error.advice().unwrap().contains(mended), "{error}");
    }
    assert_eq!(dovecot.logins(), 0);
}

#[tokio::test]
async fn a_way_out_that_speaks_otherwise_is_recognised_at_once() {
    for (server, tls, words) in [
        ("starttls", Tls::Implicit, "speaks no TLS on this port"),
        ("implicit", Tls::Starttls, "waits for TLS"),
        ("implicit", Tls::None, "waits for TLS"),
    ] {
        let Some(server) = Smtpd::start(server, &[]) else { return };
        let error = requite::deliver::reach(&server.client(tls)).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Untrusted, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
}
