//! Why a certificate isn't trusted, in words, with the fingerprint that would pin it.
//!
//! Decides nothing: whoever is asked to verify has decided already.

use std::fmt;
use std::io;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme};

use crate::config::Fingerprint;
use crate::domain::model::Moment;
use crate::error::{Error, Kind};

/// A certificate that nobody who is trusted vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untrusted {
    /// Why, as the end of a sentence: "it …".
    pub why: String,
    /// Of the certificate that the server showed.
    pub fingerprint: Fingerprint,
}

impl Untrusted {
    /// What ended a TLS handshake, if that was it.
    pub fn behind(error: &io::Error) -> Option<Untrusted> {
        match error.get_ref()?.downcast_ref()? {
            rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(cause))) => {
                cause.downcast_ref().cloned()
            }
            _ => None,
        }
    }

    /// What an error is about, if that is it.
    pub fn of(error: &Error) -> Option<&Untrusted> {
        std::error::Error::source(error)?.downcast_ref()
    }

    /// The error for the user; `server` is its name as shown there.
    pub fn explain(self, server: &str) -> Error {
        let hint = format!(
            "on hotel or café Wi-Fi, log in to the network first; for a private authority, set `ca`; \
             if this is your own server, trust it with fingerprint = \"{}\"",
            self.fingerprint
        );
        Error::new(Kind::Untrusted, format!("the certificate of {server} can't be trusted"))
            .because(self)
            .hint(hint)
    }
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for Untrusted {}

/// What a certificate was refused for, as the end of a sentence.
pub fn why(refused: &CertificateError) -> String {
    let day = |at: &UnixTime| {
        let at = Moment(i64::try_from(at.as_secs()).unwrap_or(i64::MAX)).to_string();
        at.split('T').next().unwrap_or_default().to_owned()
    };
    match refused {
        CertificateError::ExpiredContext { not_after, .. } => {
            format!("it has expired on {}", day(not_after))
        }
        CertificateError::Expired => "it has expired".to_owned(),
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("it is valid from {} on only; or the clock is wrong", day(not_before))
        }
        CertificateError::NotValidYet => "it isn't valid yet; or the clock is wrong".to_owned(),
        CertificateError::NotValidForNameContext { expected, presented } => {
            let name = expected.to_str();
            match presented.as_slice() {
                [] => format!("it names no server, so not {name} either"),
                // As `DnsName("mail.example.com")`.
                names => {
                    let bare =
                        |name: &String| name.split('"').nth(1).unwrap_or(name.as_str()).to_owned();
                    let names: Vec<String> = names.iter().map(bare).collect();
                    format!("it is for {}, not for {name}", names.join(" and "))
                }
            }
        }
        CertificateError::NotValidForName => "it is for another server".to_owned(),
        CertificateError::Revoked => "it was revoked".to_owned(),
        CertificateError::BadSignature => "its signature is wrong".to_owned(),
        CertificateError::UnknownIssuer => "it's signed by an unknown authority".to_owned(),
        other => other.to_string(),
    }
}

/// Verifies as `inner` does, and says more of what it refuses.
#[derive(Debug)]
pub(super) struct Explaining {
    pub inner: Arc<dyn ServerCertVerifier>,
    pub provider: Arc<CryptoProvider>,
}

impl Explaining {
    fn told(
        &self,
        refused: &CertificateError,
        certificate: &CertificateDer<'_>,
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> rustls::Error {
        let may_be_own = matches!(
            refused,
            CertificateError::UnknownIssuer
                | CertificateError::BadSignature
                | CertificateError::Other(_)
        );
        let is_own = may_be_own && self.vouches_for_itself(certificate, name, now);
        let why = match is_own {
            true => "it's self-signed".to_owned(),
            false => why(refused),
        };
        let fingerprint = Fingerprint::of(certificate);
        CertificateError::Other(OtherError(Arc::new(Untrusted { why, fingerprint }))).into()
    }

    /// If it were an authority, it would be the one that signed it.
    fn vouches_for_itself(
        &self,
        certificate: &CertificateDer<'_>,
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> bool {
        let mut roots = RootCertStore::empty();
        if roots.add(certificate.clone().into_owned()).is_err() {
            return false;
        }
        let provider = Arc::clone(&self.provider);
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
        let verdict = verifier.map(|it| it.verify_server_cert(certificate, &[], name, &[], now));
        // Whatever else is found fault with, the signature was its own.
        !matches!(
            verdict,
            Err(_)
                | Ok(Err(rustls::Error::InvalidCertificate(
                    CertificateError::UnknownIssuer | CertificateError::BadSignature
                )))
        )
    }
}

impl ServerCertVerifier for Explaining {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verdict = self.inner.verify_server_cert(end_entity, intermediates, name, ocsp, now);
        verdict.map_err(|error| match error {
            rustls::Error::InvalidCertificate(refused) => {
                self.told(&refused, end_entity, name, now)
            }
            error => error,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
