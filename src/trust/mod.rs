//! Which servers are trusted, for every connection that speaks TLS.
//!
//! One TLS stack (rustls). A certificate is checked against the system's store, against the one CA
//! that the configuration names, or against a fingerprint; never less than that, and the signature
//! of the handshake is verified in all three.

#[cfg(test)]
mod tests;
mod untrusted;

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, OtherError, RootCertStore,
    SignatureScheme,
};
use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use untrusted::Explaining;
pub use untrusted::{Untrusted, why};

use crate::config::Fingerprint;
use crate::error::{Error, Kind, Result};

/// What a TLS client accepts: the one certificate with this fingerprint, else what the CAs of the
/// PEM file `ca` signed, else what the system trusts.
///
/// # Errors
/// `Config` where the CA file or the system's certificates can't be read. `Failed` where TLS can't
/// be set up at all.
pub fn client(ca: Option<&Path>, pinned: Option<Fingerprint>) -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|cause| Error::failed("TLS can't be set up").because(cause))?;
    if let Some(expected) = pinned {
        let verifier = Arc::new(Pinned { expected, provider });
        return Ok(builder
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth());
    }
    let inner: Arc<dyn ServerCertVerifier> = match ca {
        Some(path) => {
            let roots = Arc::new(authorities(path)?);
            WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider))
                .build()
                .map_err(|cause| unusable(path).because(cause))?
        }
        None => Arc::new(Verifier::new(Arc::clone(&provider)).map_err(|cause| {
            Error::config("the system's certificates can't be read")
                .because(cause)
                .hint("install the package ca-certificates, or set `ca` for this account")
        })?),
    };
    let verifier = Arc::new(Explaining { inner, provider });
    Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// The TLS handshake of what [`client`] made; the inner error is the connection's.
///
/// # Errors
/// `Config` where `host` is no host name.
pub async fn shake_hands<S: AsyncRead + AsyncWrite + Unpin>(
    client: Arc<ClientConfig>,
    host: &str,
    stream: S,
) -> Result<io::Result<TlsStream<S>>> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|cause| Error::config(format!("{host} is no host name")).because(cause))?;
    Ok(TlsConnector::from(client).connect(name, stream).await)
}

/// Why a TLS handshake ended, where the server isn't the one that was meant; `server` is its name as
/// shown to the user, `ports` what to try where it speaks in the clear.
pub fn explain(error: &io::Error, server: &str, ports: &str) -> Option<Error> {
    if let Some(mismatch) = Mismatch::behind(error) {
        return Some(mismatch.explain(server));
    }
    if let Some(untrusted) = Untrusted::behind(error) {
        return Some(untrusted.explain(server));
    }
    let behind = error.get_ref().and_then(|inner| inner.downcast_ref());
    let is_plain = matches!(behind, Some(rustls::Error::InvalidMessage(_)));
    is_plain.then(|| {
        Error::new(Kind::Untrusted, format!("{server} speaks no TLS on this port"))
            .hint(format!("try tls = \"starttls\", which is usual on port {ports}"))
    })
}

/// So long a server may hesitate before it is asked in another way.
const HESITATION: Duration = Duration::from_secs(2);

/// Ends once a server that says nothing in the clear has been found to wait for TLS; `dial` makes
/// another connection to it. Never ends otherwise.
pub async fn waits_for_tls(host: &str, dial: impl Future<Output = Option<TcpStream>>) {
    tokio::time::sleep(HESITATION).await;
    if !answers_with_tls(host, dial).await {
        std::future::pending().await
    }
}

/// Whatever is thought of its certificate.
async fn answers_with_tls(host: &str, dial: impl Future<Output = Option<TcpStream>>) -> bool {
    // Nobody has this fingerprint, so nothing is ever said on the connection.
    let nobody = client(None, Some(Fingerprint::of(b"")));
    let (Ok(client), Some(stream)) = (nobody, dial.await) else { return false };
    match shake_hands(Arc::new(client), host, stream).await {
        Ok(Err(error)) => Mismatch::behind(&error).is_some(),
        _ => false,
    }
}

fn authorities(path: &Path) -> Result<RootCertStore> {
    let mut store = RootCertStore::empty();
    for certificate in
        CertificateDer::pem_file_iter(path).map_err(|cause| unusable(path).because(cause))?
    {
        let certificate = certificate.map_err(|cause| unusable(path).because(cause))?;
        store.add(certificate).map_err(|cause| unusable(path).because(cause))?;
    }
    if store.is_empty() { Err(unusable(path)) } else { Ok(store) }
}

fn unusable(path: &Path) -> Error {
    Error::config(format!("no CA certificate can be read from {}", path.display()))
        .hint("`ca` names a PEM file that holds at least one certificate")
}

/// The server showed another certificate than the one that was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mismatch {
    /// That of the certificate that was named.
    pub expected: Fingerprint,
    /// That of the certificate that the server showed.
    pub found: Fingerprint,
}

impl Mismatch {
    /// Compares a certificate (DER) with the fingerprint that it has to have; `None` where it has
    /// it.
    pub fn of(expected: Fingerprint, certificate: &[u8]) -> Option<Mismatch> {
        let found = Fingerprint::of(certificate);
        (found != expected).then_some(Mismatch { expected, found })
    }

    /// The mismatch that ended a TLS handshake, if that is what ended it.
    pub fn behind(error: &io::Error) -> Option<Mismatch> {
        match error.get_ref()?.downcast_ref()? {
            rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(cause))) => {
                cause.downcast_ref().copied()
            }
            _ => None,
        }
    }

    /// The error for the user, of kind `Config`; `server` is its name as shown there.
    pub fn explain(self, server: &str) -> Error {
        let Mismatch { expected, found } = self;
        Error::config(format!(
            "{server} shows another certificate than the one you named\n\
             expected {expected}\n   found {found}"
        ))
        .hint(
            "if its certificate was renewed, ask whoever runs the server for the new fingerprint; \
             if not, somebody may be in between",
        )
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected the certificate {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for Mismatch {}

/// Accepts one certificate, whoever signed it, whatever names and dates stand in it.
#[derive(Debug)]
struct Pinned {
    expected: Fingerprint,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match Mismatch::of(self.expected, end_entity) {
            None => Ok(ServerCertVerified::assertion()),
            Some(mismatch) => Err(CertificateError::Other(OtherError(Arc::new(mismatch))).into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
