//! Sign-in with a code on another device (RFC 8628), for machines without a browser.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use oauth2::basic::BasicErrorResponseType;
use oauth2::{DeviceCodeErrorResponseType, RequestTokenError, StandardDeviceAuthorizationResponse};

use super::http::HttpClient;
use super::{TokenStorage, UNDER_WAY, UnderWay, grant, keep};
use crate::config::OAuth;
use crate::domain::text::clean;
use crate::error::{Error, Result};

/// The shortest pause between two questions, whatever interval the provider names.
const SHORTEST: Duration = Duration::from_secs(1);

/// Asks the user on another device; `show` is told the address to open there and the code. Waits
/// for as long as the code is valid.
///
/// # Errors
/// `LoginRefused` where the user or the provider declines, or the code is no longer valid.
/// `Temporary` where the provider doesn't answer. `Config` where it has no page for device codes,
/// it refuses the client, or its CA file can't be used. `Failed` where it gives no refresh token or
/// that can't be kept. Those of [`Password::fetch`](crate::config::secret::Password::fetch) where the client has a secret.
pub async fn log_in_by_device(
    oauth: &OAuth,
    show: impl FnOnce(&str, &str),
) -> Result<TokenStorage> {
    let Some(device_url) = oauth.device_url.clone() else {
        return Err(Error::config(format!(
            "{} gives no device codes for mail",
            grant::host(oauth)
        ))
        .hint("sign in without --device; or set `oauth.device_url` if it does"));
    };
    let client = grant::client(oauth).await?.set_device_authorization_url(device_url);
    let http = HttpClient::new(oauth.ca.as_deref())?;
    let codes: StandardDeviceAuthorizationResponse = client
        .exchange_device_code()
        .add_scopes(grant::scopes(oauth))
        .request_async(&http)
        .await
        .map_err(|cause| grant::refused(oauth, cause))?;
    show(codes.verification_uri(), codes.user_code().secret());
    // Between two questions the program may end.
    let under_way: Mutex<Option<UnderWay>> = Mutex::new(None);
    let hold = |held| *under_way.lock().unwrap_or_else(PoisonError::into_inner) = held;
    let pause = async |interval: Duration| {
        hold(None);
        tokio::time::sleep(interval.max(SHORTEST)).await;
        hold(Some(UNDER_WAY.read().await));
    };
    hold(Some(UNDER_WAY.read().await));
    let answer = client
        .exchange_device_access_token(&codes)
        .request_async(&http, pause, None)
        .await
        .map_err(|cause| match cause {
            RequestTokenError::ServerResponse(answer) => {
                let text = answer.error_description().cloned();
                refused(oauth, answer.error(), &clean(&text.unwrap_or_default()))
            }
            cause => grant::no_answer(oauth, cause),
        })?;
    keep(oauth, &grant::refresh_token(oauth, &answer)?).await
}

/// RFC 8628 §3.5. The answer that the user is still being waited for never comes here: the library
/// asks again.
fn refused(oauth: &OAuth, kind: &DeviceCodeErrorResponseType, text: &str) -> Error {
    match kind {
        DeviceCodeErrorResponseType::AccessDenied => {
            Error::login_refused("the sign-in was declined").hint(grant::remedy(oauth))
        }
        DeviceCodeErrorResponseType::ExpiredToken
        | DeviceCodeErrorResponseType::Basic(BasicErrorResponseType::InvalidGrant) => {
            Error::login_refused("the code is no longer valid").hint(grant::remedy(oauth))
        }
        kind => grant::unfit(oauth, &format!("{kind} {text}")),
    }
}
