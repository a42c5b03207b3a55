//! Sign-in in a browser on this machine (RFC 8252 §7.3): the page sends it back to a port of the
//! loopback interface. PKCE (RFC 7636) and `state` keep others from using or planting the answer.

use std::net::Ipv4Addr;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use oauth2::url::Url;
use oauth2::{AuthUrl, AuthorizationCode, CsrfToken, PkceCodeChallenge, RedirectUrl};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::http::HttpClient;
use super::{TokenStorage, UNDER_WAY, grant, keep};
use crate::config::OAuth;
use crate::domain::text::clean;
use crate::error::{Error, Result};

/// For the user to find their second factor.
const PATIENCE: Duration = Duration::from_secs(600);
/// A browser sends its request at once.
const REQUEST: Duration = Duration::from_secs(10);
/// No request's first line is longer, in bytes.
const LONGEST: usize = 16 * 1024;
/// Connections that are listened to at once: browsers open some ahead and say nothing on them.
const GUESTS: usize = 32;

/// Asks the user in a browser; `show` is told the address to open. Waits for 10 minutes at most.
///
/// # Errors
/// `LoginRefused` where the user or the provider declines. `Temporary` where nobody signs in in
/// time, no port of this machine is free or the provider doesn't answer. `Config` where no page to
/// sign in with is named, the provider refuses the client, or its CA file can't be used. `Failed`
/// where the provider gives no refresh token or it can't be kept. Those of [`Password::fetch`](crate::config::secret::Password::fetch)
/// where the client has a secret.
pub async fn log_in_by_browser(oauth: &OAuth, show: impl FnOnce(&str)) -> Result<TokenStorage> {
    let Some(auth_url) = oauth.auth_url.clone() else {
        return Err(Error::config("no page to sign in with is named")
            .hint("set `oauth.auth_url`, or sign in with --device"));
    };
    let no_port = |cause| Error::temporary("no port of this machine is free").because(cause);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(no_port)?;
    let port = listener.local_addr().map_err(no_port)?.port();
    let back = RedirectUrl::new(format!("http://{}:{port}/", this_machine(&auth_url)))
        .map_err(|cause| Error::failed("no address to come back to").because(cause))?;
    let client = grant::client(oauth).await?.set_auth_uri(auth_url).set_redirect_uri(back);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let mut request = client
        .authorize_url(CsrfToken::new_random)
        .add_scopes(grant::scopes(oauth))
        .set_pkce_challenge(challenge);
    for (key, value) in &oauth.asks {
        request = request.add_extra_param(key, value);
    }
    let (page, state) = request.url();
    show(page.as_str());
    let code = timeout(PATIENCE, answer(oauth, &listener, state.secret())).await;
    let code = code.map_err(|_| {
        Error::temporary("nobody signed in within 10 minutes").hint(grant::remedy(oauth))
    })??;
    let http = HttpClient::new(oauth.ca.as_deref())?;
    let _under_way = UNDER_WAY.read().await;
    let answer = client
        .exchange_code(AuthorizationCode::new(code))
        .set_pkce_verifier(verifier)
        .request_async(&http)
        .await
        .map_err(|cause| grant::refused(oauth, cause))?;
    keep(oauth, &grant::refresh_token(oauth, &answer)?).await
}

/// How the page calls this machine: by number (RFC 8252 §7.3), but for Microsoft, whose portal lets
/// nobody register another loopback address than this name.
fn this_machine(page: &AuthUrl) -> &'static str {
    match page.url().host_str() {
        Some("login.microsoftonline.com") => "localhost",
        _ => "127.0.0.1",
    }
}

/// Waits for the browser to bring the code; whatever else knocks is turned away.
async fn answer(oauth: &OAuth, listener: &TcpListener, state: &str) -> Result<String> {
    let mut guests = FuturesUnordered::new();
    loop {
        let guest = tokio::select! {
            accepted = listener.accept(), if guests.len() < GUESTS => {
                guests.extend(accepted.ok().map(|(stream, _)| timeout(REQUEST, target(stream))));
                continue;
            }
            Some(guest) = guests.next() => guest,
        };
        let Ok(Some((mut stream, target))) = guest else { continue };
        match brought(&target, state) {
            Some(Ok(code)) => {
                reply(&mut stream, "200 OK", "Signed in. You can close this page.").await;
                return Ok(code);
            }
            Some(Err(why)) => {
                reply(&mut stream, "200 OK", "Not signed in. You can close this page.").await;
                return Err(Error::login_refused(format!(
                    "{} didn't sign you in: {}",
                    grant::host(oauth),
                    clean(&why)
                ))
                .hint(grant::remedy(oauth)));
            }
            None => reply(&mut stream, "404 Not Found", "Nothing is here.").await,
        }
    }
}

/// The code, or why there is none; `None` for a request that doesn't know the state.
fn brought(target: &str, state: &str) -> Option<std::result::Result<String, String>> {
    let url = Url::parse("http://127.0.0.1/").ok()?.join(target).ok()?;
    let value = |key: &str| {
        let mut pairs = url.query_pairs();
        pairs.find(|(name, _)| name == key).map(|(_, value)| value.into_owned())
    };
    if url.path() != "/" || value("state").as_deref() != Some(state) {
        return None;
    }
    match (value("code"), value("error")) {
        (Some(code), None) => Some(Ok(code)),
        (_, Some(error)) => Some(Err(value("error_description").unwrap_or(error))),
        (None, None) => None,
    }
}

/// What a GET asks for (RFC 9112 §3), and where to answer.
async fn target(mut stream: TcpStream) -> Option<(TcpStream, String)> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read_buf(&mut head).await.ok()?;
        if read == 0 || head.len() > LONGEST {
            return None;
        }
    }
    let line = std::str::from_utf8(&head).ok()?.lines().next()?;
    let mut words = line.split(' ');
    let target = (words.next() == Some("GET")).then(|| words.next()).flatten()?.to_owned();
    Some((stream, target))
}

async fn reply(stream: &mut TcpStream, status: &str, text: &str) {
    let length = text.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\
         Connection: close\r\nCache-Control: no-store\r\n\r\n{text}"
    );
    // The code is here: whether the browser hears so no longer matters.
    let _ = timeout(REQUEST, stream.write_all(head.as_bytes())).await;
    let _ = timeout(REQUEST, stream.shutdown()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_that_knows_the_state_counts() {
        #[track_caller]
        fn check(target: &str, expect: Option<std::result::Result<&str, &str>>) {
            let found = brought(target, "s3");
            let found = found.as_ref().map(|it| it.as_deref().map_err(String::as_str));
            assert_eq!(found, expect, "{target}");
        }
        check("/?code=a%2Fb&state=s3", Some(Ok("a/b")));
        check("/?error=access_denied&state=s3", Some(Err("access_denied")));
        check("/?error=x&error_description=no+way&state=s3", Some(Err("no way")));
        check("/?code=planted&state=other", None);
        check("/?code=planted", None);
        check("/favicon.ico?code=planted&state=s3", None);
        check("/?state=s3", None);
    }

    #[test]
    fn this_machine_goes_by_the_name_that_the_page_can_know() {
        let page = |url: &str| this_machine(&AuthUrl::new(url.to_owned()).unwrap());
        let microsoft = "https://login.microsoftonline.com/common/oauth2/v2.0/authorize";
        assert_eq!(page(microsoft), "localhost");
        assert_eq!(page("https://accounts.google.com/o/oauth2/v2/auth"), "127.0.0.1");
    }
}
