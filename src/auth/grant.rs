//! What all ways to sign in have in common (RFC 6749): the client, the answers, the refusals.

use std::io;
use std::time::Duration;

use oauth2::basic::{BasicClient, BasicErrorResponseType, BasicTokenResponse};
use oauth2::{
    AuthType, ClientId, ClientSecret, EndpointNotSet, EndpointSet, RefreshToken, RequestTokenError,
    Scope, StandardErrorResponse, TokenResponse,
};
use secrecy::{ExposeSecret, SecretString};

use super::http::HttpClient;
use crate::config::OAuth;
use crate::domain::text::clean;
use crate::error::{Error, Result};

/// How long a token is taken to last where its provider doesn't say.
const USUAL: Duration = Duration::from_secs(3600);

/// An access token, and how long it lasts from now on.
pub(super) struct AccessToken {
    pub token: SecretString,
    pub lasts: Duration,
}

pub(super) type OAuthClient =
    BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

pub(super) async fn client(oauth: &OAuth) -> Result<OAuthClient> {
    let mut client = BasicClient::new(ClientId::new(oauth.client_id.clone()))
        .set_token_uri(oauth.token_url.clone())
        .set_auth_type(AuthType::RequestBody);
    if let Some(source) = &oauth.client_secret {
        let secret = source.fetch().await?;
        client = client.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned()));
    }
    Ok(client)
}

pub(super) fn scopes(oauth: &OAuth) -> impl Iterator<Item = Scope> {
    oauth.scopes.iter().cloned().map(Scope::new)
}

/// A fresh access token, and the refresh token that takes the old one's place if it was rotated.
/// That one has to be saved before the access token is used.
pub(super) async fn refresh(
    oauth: &OAuth,
    refresh_token: &SecretString,
) -> Result<(AccessToken, Option<SecretString>)> {
    let old = RefreshToken::new(refresh_token.expose_secret().to_owned());
    let http = HttpClient::new(oauth.ca.as_deref())?;
    let client = client(oauth).await?;
    let answer = client
        .exchange_refresh_token(&old)
        .request_async(&http)
        .await
        .map_err(|cause| refused(oauth, cause))?;
    let rotated = answer.refresh_token().filter(|new| new.secret() != old.secret());
    let rotated = rotated.map(|new| SecretString::from(new.secret().as_str()));
    let token = SecretString::from(answer.access_token().secret().as_str());
    Ok((AccessToken { token, lasts: answer.expires_in().unwrap_or(USUAL) }, rotated))
}

/// The refresh token, which is what a sign-in is for.
pub(super) fn refresh_token(oauth: &OAuth, answer: &BasicTokenResponse) -> Result<SecretString> {
    let token = answer.refresh_token().ok_or_else(|| {
        Error::failed(format!("{} gives no refresh token", host(oauth)))
            .hint("its scopes may lack \"offline_access\", or what the provider calls that")
    })?;
    Ok(SecretString::from(token.secret().as_str()))
}

pub(super) fn not_signed_in(oauth: &OAuth) -> Error {
    Error::login_refused(format!("nobody has signed in to account \"{}\" yet", oauth.account))
        .hint(remedy(oauth))
}

pub(super) fn remedy(oauth: &OAuth) -> String {
    format!("run `requite auth login {}`", oauth.account)
}

pub(super) fn host(oauth: &OAuth) -> String {
    oauth.token_url.url().host_str().unwrap_or("the provider").to_owned()
}

/// The error that a token endpoint's refusal means (RFC 6749 §5.2).
pub(super) fn refused(
    oauth: &OAuth,
    cause: RequestTokenError<io::Error, StandardErrorResponse<BasicErrorResponseType>>,
) -> Error {
    match cause {
        RequestTokenError::ServerResponse(answer) => {
            let kind = answer.error();
            let text = answer.error_description().cloned();
            let text = clean(&text.unwrap_or_else(|| kind.to_string()));
            match kind {
                BasicErrorResponseType::InvalidGrant => no_longer(oauth, &text),
                BasicErrorResponseType::Extension(name) if wants_the_user(name) => {
                    no_longer(oauth, &text)
                }
                // What the RFC doesn't name is the provider's own trouble, and may pass.
                BasicErrorResponseType::Extension(_) => {
                    Error::temporary(format!("{} gives no token now: {text}", host(oauth)))
                }
                _ => unfit(oauth, &text),
            }
        }
        cause => no_answer(oauth, cause),
    }
}

fn no_longer(oauth: &OAuth, text: &str) -> Error {
    let (host, account) = (host(oauth), &oauth.account);
    Error::login_refused(format!(
        "{host} no longer accepts the sign-in to account \"{account}\": {text}"
    ))
    .hint(remedy(oauth))
}

pub(super) fn unfit(oauth: &OAuth, text: &str) -> Error {
    Error::config(format!("{} gives no token: {text}", host(oauth)))
        .hint("check `oauth.client_id`, `oauth.client_secret` and `oauth.scopes`")
}

/// Nothing of an answer that can't be read is shown: it may hold a token.
pub(super) fn no_answer<T: oauth2::ErrorResponse>(
    oauth: &OAuth,
    cause: RequestTokenError<io::Error, T>,
) -> Error {
    let error = Error::temporary(format!("{} gives no token", host(oauth)));
    match cause {
        RequestTokenError::Request(cause) => error.because(cause),
        _ => error.because("its answer can't be read"),
    }
}

/// OpenID Connect Core 1.0 §3.1.2.6: no token without the user, who has to sign in once more.
fn wants_the_user(name: &str) -> bool {
    matches!(
        name,
        "interaction_required"
            | "login_required"
            | "consent_required"
            | "account_selection_required"
    )
}
