//! GNOME Online Accounts: an account's servers, its login and its tokens, from the desktop that
//! keeps them (org.gnome.OnlineAccounts).
//!
//! Asked anew for each login: tokens grow stale, and passwords are changed in the desktop's
//! settings. Never changes anything there, never keeps a secret.

use std::collections::HashMap;
use std::time::Duration;

use secrecy::SecretString;
use tokio::time::timeout;
use zbus::fdo::ObjectManagerProxy;
use zbus::names::InterfaceName;
use zbus::zvariant::{OwnedObjectPath, OwnedValue};
use zbus::{Connection, proxy};

use super::Proof;
use crate::config::{Account, AccountKind, GoaService, Imap, Login, Smtp, Tls, daily_bytes_of};
use crate::error::{Error, Result};

const SERVICE: &str = "org.gnome.OnlineAccounts";
const ROOT: &str = "/org/gnome/OnlineAccounts";
const MAIL: &str = "org.gnome.OnlineAccounts.Mail";
const TOKENS: &str = "org.gnome.OnlineAccounts.OAuth2Based";
/// It may have to ask the provider.
const PATIENCE: Duration = Duration::from_secs(60);

#[proxy(
    interface = "org.gnome.OnlineAccounts.Account",
    default_service = "org.gnome.OnlineAccounts"
)]
trait GoaAccount {
    fn ensure_credentials(&self) -> zbus::Result<i32>;
}

#[proxy(
    interface = "org.gnome.OnlineAccounts.OAuth2Based",
    default_service = "org.gnome.OnlineAccounts"
)]
trait GoaTokens {
    fn get_access_token(&self) -> zbus::Result<(String, i32)>;
}

#[proxy(
    interface = "org.gnome.OnlineAccounts.PasswordBased",
    default_service = "org.gnome.OnlineAccounts"
)]
trait GoaPasswords {
    fn get_password(&self, id: &str) -> zbus::Result<String>;
}

/// An account as the desktop keeps it.
struct Kept {
    bus: Connection,
    path: OwnedObjectPath,
    interfaces: HashMap<String, HashMap<String, OwnedValue>>,
}

impl Kept {
    /// # Errors
    /// `Temporary` where the desktop's service doesn't answer, `Config` where it has no such account.
    async fn of(address: &str) -> Result<Kept> {
        let looking = timeout(PATIENCE, look(address)).await;
        let found = looking.map_err(|_| silent())?.map_err(|cause| silent().because(cause))?;
        found.ok_or_else(|| {
            Error::config(format!("GNOME Online Accounts has no mail account {address}"))
                .hint("add it in the desktop's settings, Online Accounts, and switch Mail on")
        })
    }

    fn text(&self, key: &str) -> Option<String> {
        let value = self.interfaces.get(MAIL)?.get(key)?;
        let text = String::try_from(value.try_clone().ok()?).ok()?;
        (!text.is_empty()).then_some(text)
    }

    fn says(&self, key: &str) -> bool {
        let value = self.interfaces.get(MAIL).and_then(|mail| mail.get(key));
        value.and_then(|value| bool::try_from(value).ok()).unwrap_or_default()
    }

    /// Host, port and TLS, where it names a server; `prefix`: `Imap` or `Smtp`.
    fn server(&self, prefix: &str, usual: fn(Tls) -> u16) -> Result<(String, u16, Tls)> {
        let key = |name: &str| format!("{prefix}{name}");
        let tls = match (self.says(&key("UseSsl")), self.says(&key("UseTls"))) {
            (true, _) => Tls::Implicit,
            (false, true) => Tls::Starttls,
            (false, false) => {
                return Err(Error::config(format!(
                    "GNOME Online Accounts has {prefix} of this account without TLS"
                ))
                .hint("give it encryption in the desktop's settings"));
            }
        };
        let host = self.text(&key("Host")).ok_or_else(|| {
            Error::config(format!("GNOME Online Accounts names no {prefix} server of this account"))
                .hint("switch Mail on for it in the desktop's settings")
        })?;
        let named = host.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
        Ok(match named {
            Some((host, port)) => (host.to_owned(), port, tls),
            None => (host, usual(tls), tls),
        })
    }
}

async fn look(address: &str) -> zbus::Result<Option<Kept>> {
    let bus = Connection::session().await?;
    let objects =
        ObjectManagerProxy::builder(&bus).destination(SERVICE)?.path(ROOT)?.build().await?;
    for (path, interfaces) in objects.get_managed_objects().await? {
        let named = |(name, values): (InterfaceName<'_>, _)| (name.to_string(), values);
        let interfaces =
            interfaces.into_iter().map(|(name, it)| named((name.into(), it))).collect();
        let kept = Kept { bus: bus.clone(), path, interfaces };
        if kept.text("EmailAddress").is_some_and(|it| it.eq_ignore_ascii_case(address)) {
            return Ok(Some(kept));
        }
    }
    Ok(None)
}

/// Whether the desktop keeps a mail account of this address.
pub async fn knows(address: &str) -> bool {
    Kept::of(address).await.is_ok()
}

/// The account with its server, where the desktop keeps that; any other as it is.
///
/// # Errors
/// `Temporary` where the desktop's service doesn't answer; `Config` where it has no such account, or
/// none with a safe server.
pub async fn resolved(account: &Account) -> Result<Account> {
    let AccountKind::Goa { address } = &account.kind else { return Ok(account.clone()) };
    let kept = Kept::of(address).await?;
    let (host, port, tls) = kept.server("Imap", Tls::usual_imap)?;
    let imap = Imap {
        daily_bytes: daily_bytes_of(&host),
        host,
        port,
        tls,
        user: kept.text("ImapUserName").unwrap_or_else(|| address.clone()),
        login: Login::Goa { address: address.clone(), service: GoaService::Imap },
        ca: None,
        fingerprint: None,
    };
    Ok(Account { kind: AccountKind::Imap(imap), ..account.clone() })
}

/// The server that sends for an account of the desktop.
///
/// # Errors
/// As of [`resolved`].
pub async fn way_out(address: &str) -> Result<Smtp> {
    let kept = Kept::of(address).await?;
    let (host, port, tls) = kept.server("Smtp", Tls::usual_smtp)?;
    let login = kept.says("SmtpUseAuth").then(|| {
        let user = kept.text("SmtpUserName").unwrap_or_else(|| address.to_owned());
        (user, Login::Goa { address: address.to_owned(), service: GoaService::Smtp })
    });
    Ok(Smtp { host, port, tls, login, ca: None, fingerprint: None })
}

/// What proves to the server of an account who its user is.
///
/// # Errors
/// `Config` where the desktop has no such account, or its sign-in is no longer accepted; `Temporary`
/// where it doesn't answer, or gives nothing, as with a locked keyring.
pub(super) async fn proof(address: &str, service: GoaService) -> Result<Proof> {
    let kept = Kept::of(address).await?;
    let asking = timeout(PATIENCE, ask(&kept, service)).await;
    asking.map_err(|_| silent())?.map_err(|cause| match said(&cause) {
        Some("NotAuthorized") => Error::config(format!("{address} has to be signed in to anew"))
            .because(cause)
            .hint("open the desktop's settings, Online Accounts, and sign in to it again"),
        Some("Failed") => Error::temporary(format!(
            "GNOME Online Accounts has nothing to sign in to {address} with"
        ))
        .because(cause)
        .hint("unlock the keyring; or sign in again in the desktop's settings, Online Accounts"),
        _ => silent().because(cause),
    })
}

async fn ask(kept: &Kept, service: GoaService) -> zbus::Result<Proof> {
    let Kept { bus, path, interfaces } = kept;
    if interfaces.contains_key(TOKENS) {
        // Where it fails the desktop asks its user, too.
        GoaAccountProxy::builder(bus).path(path)?.build().await?.ensure_credentials().await?;
        let tokens = GoaTokensProxy::builder(bus).path(path)?.build().await?;
        let (token, _) = tokens.get_access_token().await?;
        return Ok(Proof::Token(SecretString::from(token)));
    }
    let id = match service {
        GoaService::Imap => "imap-password",
        GoaService::Smtp => "smtp-password",
    };
    // Nothing ensures that it is good: the desktop would log in with it on both servers to see, and
    // take any that can't be reached for one that refuses it.
    let passwords = GoaPasswordsProxy::builder(bus).path(path)?.build().await?;
    passwords.get_password(id).await.map(|password| Proof::Password(SecretString::from(password)))
}

/// What went wrong in the service's own words; it has two spellings of them.
fn said(cause: &zbus::Error) -> Option<&str> {
    let zbus::Error::MethodError(name, ..) = cause else { return None };
    let name = name.as_str();
    name.strip_prefix("org.gnome.OnlineAccounts.Error.")
        .or_else(|| name.strip_prefix("org.freedesktop.Goa.Error."))
}

fn silent() -> Error {
    Error::temporary("GNOME Online Accounts doesn't answer")
        .hint("it belongs to a session of the desktop: log in there, or name servers and password")
}
