//! The one HTTP client: it asks a provider for tokens and nobody for anything else.
//!
//! Follows no redirect, waits half a minute for an answer at most, and reads none without end.

use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse, http};

use crate::error::{Error, Result};
use crate::trust;

const PATIENCE: Duration = Duration::from_secs(30);
/// No answer of RFC 6749 is longer, in bytes.
const LONGEST: usize = 1024 * 1024;

pub(super) struct HttpClient(reqwest::Client);

pub(super) type Cause = Box<dyn std::error::Error + Send + Sync>;

impl HttpClient {
    /// Trusts the CAs of the PEM file `ca`, else what the system trusts.
    pub(super) fn new(ca: Option<&Path>) -> Result<HttpClient> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(trust::client(ca, None)?)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(PATIENCE)
            .build()
            .map_err(|cause| Error::failed("TLS can't be set up").because(cause))?;
        Ok(HttpClient(client))
    }

    async fn exchange(&self, request: HttpRequest) -> std::result::Result<HttpResponse, Cause> {
        let mut response = self.0.execute(request.try_into()?).await?;
        let mut answer = http::Response::builder().status(response.status());
        for (name, value) in response.headers() {
            answer = answer.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(part) = response.chunk().await? {
            body.extend_from_slice(&part);
            if body.len() > LONGEST {
                return Err("the answer is endless".into());
            }
        }
        Ok(answer.body(body)?)
    }
}

impl<'c> AsyncHttpClient<'c> for HttpClient {
    type Error = io::Error;
    type Future =
        Pin<Box<dyn Future<Output = std::result::Result<HttpResponse, io::Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move { self.exchange(request).await.map_err(io::Error::other) })
    }
}
