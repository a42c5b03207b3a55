//! What a certificate is refused for, on a real handshake.

use std::io::Write;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::error::Kind;

struct Shown {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Shown {
    fn signed_by(authority: &Issuer<'_, KeyPair>, names: &[&str], until: i32) -> Shown {
        let key = KeyPair::generate().unwrap();
        let certificate = params(names, until).signed_by(&key, authority).unwrap();
        Shown {
            certificate: certificate.der().clone(),
            key: key.serialize_der().try_into().unwrap(),
        }
    }

    fn of_its_own(params: CertificateParams) -> Shown {
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Shown {
            certificate: certificate.der().clone(),
            key: key.serialize_der().try_into().unwrap(),
        }
    }
}

fn params(names: &[&str], until: i32) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(until, 3, 1);
    params
}

/// An authority, and the file that names it.
fn authority(name: &str) -> (Issuer<'static, KeyPair>, tempfile::NamedTempFile) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(certificate.pem().as_bytes()).unwrap();
    (Issuer::new(params, key), file)
}

/// How a client that trusts `ca` alone takes what `localhost` shows.
async fn shaken(ca: &Path, shown: Shown) -> io::Result<()> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![shown.certificate], shown.key)
        .unwrap();
    let (near, far) = tokio::io::duplex(1 << 14);
    let serving = tokio::spawn(TlsAcceptor::from(Arc::new(server)).accept(far).into_future());
    let client = Arc::new(client(Some(ca), None).unwrap());
    let outcome = shake_hands(client, "localhost", near).await.unwrap().map(drop);
    let _ = serving.await;
    outcome
}

#[tokio::test]
async fn it_is_said_why_a_certificate_is_not_trusted() {
    let (ours, ca) = authority("Ours");
    let (theirs, _) = authority("Theirs");
    let mut own_ca = params(&["localhost"], 2090);
    own_ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let own = "it's self-signed";
    for (shown, why) in [
        (Shown::signed_by(&ours, &["localhost"], 2021), "it has expired on 2021-03-01"),
        (
            Shown::signed_by(&ours, &["mx.example.com", "example.com"], 2090),
            "it is for mx.example.com and example.com, not for localhost",
        ),
        (Shown::signed_by(&theirs, &["localhost"], 2090), "it's signed by an unknown authority"),
        (Shown::of_its_own(params(&["localhost"], 2090)), own),
        (Shown::of_its_own(own_ca), own),
    ] {
        let fingerprint = Fingerprint::of(&shown.certificate);
        let error = shaken(ca.path(), shown).await.unwrap_err();
        let untrusted = Untrusted::behind(&error).unwrap_or_else(|| panic!("{error}"));
        assert_eq!(untrusted, Untrusted { why: why.to_owned(), fingerprint });
        let told = untrusted.explain("localhost");
        assert_eq!(told.kind(), Kind::Untrusted);
        assert_eq!(
            told.to_string(),
            format!("the certificate of localhost can't be trusted: {why}")
        );
        assert!(told.advice().unwrap().contains(&format!("fingerprint = \"{fingerprint}\"")));
    }
    assert!(shaken(ca.path(), Shown::signed_by(&ours, &["localhost"], 2090)).await.is_ok());
}
