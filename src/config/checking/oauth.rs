//! `oauth = { … }`: whose sign-in pages, and with which client.

use super::super::spanned::Spanned;
use oauth2::url::{Host, Url};
use oauth2::{AuthUrl, DeviceAuthorizationUrl, TokenUrl};

use super::super::file::{Text, WrittenOAuth};
use super::super::login::OAuth;
use super::super::mistake::Mistake;
use super::password;
use super::values::{PathBase, given};

/// What is known of a provider; the client is always the user's own.
struct Provider {
    auth: &'static str,
    token: &'static str,
    /// Empty: it lets no device code read mail.
    device: &'static str,
    scopes: &'static [&'static str],
    asks: &'static [(&'static str, &'static str)],
}

const GOOGLE: Provider = Provider {
    auth: "https://accounts.google.com/o/oauth2/v2/auth",
    token: "https://oauth2.googleapis.com/token",
    device: "",
    scopes: &["https://mail.google.com/"],
    // Else it gives no refresh token, or none the second time.
    asks: &[("access_type", "offline"), ("prompt", "consent")],
};

const MICROSOFT: Provider = Provider {
    auth: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
    token: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
    device: "https://login.microsoftonline.com/common/oauth2/v2.0/devicecode",
    scopes: &[
        "https://outlook.office.com/IMAP.AccessAsUser.All",
        "https://outlook.office.com/SMTP.Send",
        "offline_access",
    ],
    asks: &[],
};

const CUSTOM: Provider = Provider { auth: "", token: "", device: "", scopes: &[], asks: &[] };

/// `None` where every key is empty.
pub(super) fn oauth(
    written: &Option<Spanned<WrittenOAuth>>,
    account: &str,
    base: &PathBase<'_>,
) -> Result<Option<OAuth>, Mistake> {
    let Some(spanned) = written else { return Ok(None) };
    let oauth = spanned.get_ref();
    let provider = match given(&oauth.provider) {
        None if oauth.is_empty() => return Ok(None),
        None => CUSTOM,
        Some(name) => match *name.get_ref() {
            "google" => GOOGLE,
            "microsoft" => MICROSOFT,
            other => {
                let message = format!("no provider \"{other}\" is known");
                let label = "google or microsoft; or name auth_url, token_url and scopes";
                return Err(Mistake::at(name.span(), message, label));
            }
        },
    };
    let client_id = given(&oauth.client_id).ok_or_else(|| {
        let message = format!("account \"{account}\" has no OAuth2 client");
        Mistake::at(spanned.span(), message, "add client_id = \"…\"").hint(
            "register a client of your own with the provider: none is shipped, and nobody else's \
             may be used",
        )
    })?;
    let token_url = url(&oauth.token_url, provider.token)?.ok_or_else(|| {
        let message = format!("account \"{account}\" has no page that gives tokens");
        Mistake::at(spanned.span(), message, "add provider = \"…\" or token_url = \"https://…\"")
    })?;
    let scopes = match oauth.scopes.is_empty() {
        true => provider.scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        false => oauth.scopes.clone(),
    };
    let asks = provider.asks.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Ok(Some(OAuth {
        account: account.to_owned(),
        client_id: client_id.get_ref().to_string(),
        client_secret: password::source(&oauth.client_secret, base)?,
        auth_url: url(&oauth.auth_url, provider.auth)?.map(AuthUrl::from_url),
        token_url: TokenUrl::from_url(token_url),
        device_url: url(&oauth.device_url, provider.device)?.map(DeviceAuthorizationUrl::from_url),
        ca: given(&oauth.ca).map(|path| base.path(path.get_ref())),
        scopes,
        asks: asks.collect(),
        folder: std::path::PathBuf::new(),
    }))
}

/// As written, or the provider's; in the clear only to this machine.
fn url(written: &Text, usual: &str) -> Result<Option<Url>, Mistake> {
    let Some(text) = given(written) else { return Ok(Url::parse(usual).ok()) };
    let wrong = |label: &str| {
        let message = format!("\"{}\" isn't the address of a sign-in page", text.get_ref());
        Mistake::at(text.span(), message, label)
    };
    let url =
        Url::parse(text.get_ref()).map_err(|_| wrong("like \"https://example.com/token\""))?;
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(Some(url)),
        "http" if is_loopback => Ok(Some(url)),
        _ => Err(wrong("https, or http to a loopback address")),
    }
}
