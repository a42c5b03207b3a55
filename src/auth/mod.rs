//! Gets what proves to a server who the user is: a password or an access token, when a connection
//! needs it.
//!
//! Never speaks to a mail server, never keeps a password, and never shows a secret in a message.

mod browser;
mod device;
pub mod goa;
mod grant;
mod http;
mod vault;

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::time::timeout;
use tracing::{info, warn};

pub use browser::log_in_by_browser;
pub use device::log_in_by_device;
pub use vault::TokenStorage;

use crate::config::secret::Password;
use crate::config::{Login, OAuth};
use crate::error::{Error, Result};
use grant::AccessToken;
use vault::Vault;

/// A token that lasts no longer than this isn't shown any more: the login may take its time.
const MARGIN: Duration = Duration::from_secs(120);

/// How long the end of the program waits for the answer to a token request.
const FAREWELL: Duration = Duration::from_secs(10);
/// Locked for reading by each token request, from before it is sent until its answer is kept.
static UNDER_WAY: RwLock<()> = RwLock::const_new(());

/// While it is held, the end of the program waits.
type UnderWay = RwLockReadGuard<'static, ()>;

/// What a server is shown.
pub enum Proof {
    /// As the user wrote it or keeps it.
    Password(SecretString),
    /// An OAuth2 access token of the characters that RFC 6750 §2.1 allows.
    Token(SecretString),
}

/// The login of one account, for as long as its connections come and go.
pub struct SignIn<'a> {
    login: &'a Login,
    /// With the time since boot at which it is stale.
    token: Mutex<Option<(SecretString, Duration)>>,
    /// The stamp of the file behind it when a proof was last taken from it.
    seen: sync::Mutex<Option<Stamp>>,
}

/// Tells one content of a file from another: inode, seconds and nanoseconds of the last change.
type Stamp = (u64, i64, i64);

impl<'a> SignIn<'a> {
    /// Nothing is fetched yet.
    pub fn new(login: &'a Login) -> Self {
        SignIn { login, token: Mutex::new(None), seen: sync::Mutex::new(None) }
    }

    /// Whether a refused proof may be replaced by another one at once: a token grows stale, a
    /// password does not.
    pub fn renews(&self) -> bool {
        !matches!(self.login, Login::Password(_))
    }

    /// The password, read anew; or an access token, a fresh one where the last has no more than two
    /// minutes left.
    ///
    /// # Errors
    /// For a password and for a token command those of [`Password::fetch`], and `Config` where the
    /// command prints no token. For OAuth2: `LoginRefused` where nobody has signed in yet or the
    /// provider no longer accepts the sign-in, which only the user can mend; `Temporary` where the
    /// provider or the keyring doesn't answer; `Config` where the provider refuses the client or
    /// its scopes, a file behind the sign-in can't be used, or others may read the kept token;
    /// `Failed` where tokens can't be kept.
    pub async fn proof(&self) -> Result<Proof> {
        match self.login {
            Login::Password(password) => {
                self.look();
                password.fetch().await.map(Proof::Password)
            }
            Login::Token(command) => bearer(command.fetch().await?).map_err(|NoToken| {
                Error::config("the token command prints something that isn't an access token")
                    .hint("its first line must be the bare token, without \"Bearer\" or quotes")
            }),
            Login::Goa { address, service } => goa::proof(address, *service).await,
            Login::OAuth(oauth) => {
                let mut kept = self.token.lock().await;
                if let Some((token, stale)) = kept.as_ref()
                    && since_boot() < *stale
                {
                    return Ok(Proof::Token(token.clone()));
                }
                let AccessToken { token, lasts } = self.renew(oauth).await?;
                let proof = bearer(token.clone())
                    .map_err(|NoToken| grant::unfit(oauth, "it isn't an access token"))?;
                let stale = since_boot().saturating_add(lasts.saturating_sub(MARGIN));
                *kept = Some((token, stale));
                Ok(proof)
            }
        }
    }

    /// The last token was refused: the next one will be fresh.
    pub async fn forget(&self) {
        *self.token.lock().await = None;
    }

    /// Whether a new sign-in can be told from the last: it leaves its trace in a file.
    pub fn can_be_followed(&self) -> bool {
        self.file().is_some()
    }

    /// Whether there is another sign-in than the last proof was taken from.
    pub fn has_changed(&self) -> bool {
        self.can_be_followed() && self.stamp() != *self.seen()
    }

    fn file(&self) -> Option<PathBuf> {
        match self.login {
            Login::OAuth(oauth) => Some(Vault::of(oauth).file()),
            Login::Password(Password::File(path)) => Some(path.clone()),
            Login::Password(_) | Login::Token(_) | Login::Goa { .. } => None,
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        stamp(&self.file()?)
    }

    fn seen(&self) -> sync::MutexGuard<'_, Option<Stamp>> {
        self.seen.lock().unwrap_or_else(sync::PoisonError::into_inner)
    }

    fn look(&self) {
        *self.seen() = self.stamp();
    }

    /// A fresh access token. Only one process at a time asks for it: a provider may take the second
    /// use of a rotated refresh token for theft. Once asked, the answer is kept even if nobody
    /// waits for it any more: the old refresh token may be worthless by then.
    async fn renew(&self, oauth: &OAuth) -> Result<AccessToken> {
        let oauth = oauth.clone();
        let renewing = async move {
            let vault = Vault::of(&oauth);
            let _held = vault.hold().await?;
            let _under_way = UNDER_WAY.read().await;
            let fresh = refresh(&vault, &oauth).await;
            // Taken before another process may write the file, and after a rotation has written it:
            // that is no new sign-in.
            Ok::<_, Error>((fresh, stamp(&vault.file())))
        };
        let broken = |cause| Error::temporary("asking for a token broke off").because(cause);
        let (fresh, stamp) = tokio::spawn(renewing).await.map_err(broken)??;
        *self.seen() = stamp;
        fresh
    }
}

/// No further token request is sent while it lives.
#[must_use]
pub struct RequestsEnded(
    #[expect(dead_code, reason = "holding it is what counts")]
    Option<RwLockWriteGuard<'static, ()>>,
);

/// To be called before the program ends: waits, for 10 s at most, until the answer to a token
/// request that is under way has been kept. Without it the kept refresh token may be worthless,
/// since the provider may have replaced it.
pub async fn settle() -> RequestsEnded {
    settle_within(FAREWELL).await
}

async fn settle_within(patience: Duration) -> RequestsEnded {
    if let Ok(silence) = UNDER_WAY.try_write() {
        return RequestsEnded(Some(silence));
    }
    info!("waiting for an answer to a token request");
    let silence = timeout(patience, UNDER_WAY.write()).await.ok();
    if silence.is_none() {
        warn!("a token request was not answered within {patience:?}; its answer is lost");
    }
    RequestsEnded(silence)
}

fn stamp(file: &Path) -> Option<Stamp> {
    let file = std::fs::metadata(file).ok()?;
    Some((file.ino(), file.mtime(), file.mtime_nsec()))
}

/// Where the account's refresh token is kept; `None` where nobody has signed in.
///
/// # Errors
/// `Failed` where the token file can't be read. `Config` where others may read it.
pub fn kept(oauth: &OAuth) -> Result<Option<TokenStorage>> {
    Vault::of(oauth).place()
}

/// Forgets the refresh token; whether there was one.
///
/// # Errors
/// `Failed` where the token file can't be read or removed. `Config` where others may read it.
/// `Temporary` where the keyring that holds the token can't be asked.
pub async fn log_out(oauth: &OAuth) -> Result<bool> {
    let vault = Vault::of(oauth);
    let _held = vault.hold().await?;
    vault.forget().await
}

async fn keep(oauth: &OAuth, refresh_token: &SecretString) -> Result<TokenStorage> {
    let vault = Vault::of(oauth);
    let _held = vault.hold().await?;
    vault.keep(refresh_token).await
}

async fn refresh(vault: &Vault<'_>, oauth: &OAuth) -> Result<AccessToken> {
    let refresh_token = vault.load().await?.ok_or_else(|| grant::not_signed_in(oauth))?;
    let (fresh, rotated) = grant::refresh(oauth, &refresh_token).await?;
    if let Some(rotated) = rotated {
        vault.replace(&rotated).await?;
    }
    Ok(fresh)
}

struct NoToken;

/// Anything else would end a field of the SASL message early.
fn bearer(secret: SecretString) -> std::result::Result<Proof, NoToken> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    let text = secret.expose_secret();
    let is_token = !text.is_empty() && text.bytes().all(allowed);
    if is_token { Ok(Proof::Token(secret)) } else { Err(NoToken) }
}

/// Goes on while the machine sleeps, as a token's life does.
fn since_boot() -> Duration {
    let now = clock_gettime(ClockId::Boottime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_end_waits_for_a_token_request_but_not_for_ever() {
        let under_way = UNDER_WAY.read().await;
        drop(settle_within(Duration::from_millis(1)).await);
        let end = tokio::spawn(settle());
        tokio::task::yield_now().await;
        assert!(!end.is_finished());
        drop(under_way);
        drop(end.await.unwrap());
    }
}
