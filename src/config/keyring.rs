//! The Secret Service: passwords that a desktop's keyring keeps.
//!
//! A locked keyring asks its user and is waited for; it never passes for an empty one.

use std::collections::HashMap;
use std::time::Duration;

use oo7::dbus::{Collection, Item, Service};
use secrecy::SecretString;
use tokio::time::timeout;

use crate::error::{Error, Result};

/// Long enough to type a passphrase into a dialog.
const PATIENCE: Duration = Duration::from_secs(60);
/// What sets this program's entries apart.
const APPLICATION: (&str, &str) = ("application", "requite");

/// An entry's attributes beside that of the application.
pub type Attributes<'a> = [(&'a str, &'a str)];

/// The secret with these attributes; `None` when no keyring has one.
///
/// # Errors
/// `Temporary` when there is no Secret Service or it stays locked.
pub async fn fetch(attributes: &Attributes<'_>) -> Result<Option<SecretString>> {
    let service = reach().await?;
    let collections = service.collections().await.map_err(lost)?;
    let mut found = search(&collections, attributes).await?;
    if found.is_none() {
        // What a locked keyring holds may only be seen once it is open.
        let mut opened = false;
        for collection in &collections {
            if collection.is_locked().await.map_err(lost)? {
                unlocked(collection.unlock(None)).await?;
                opened = true;
            }
        }
        if opened {
            found = search(&collections, attributes).await?;
        }
    }
    let Some(item) = found else { return Ok(None) };
    if item.is_locked().await.map_err(lost)? {
        unlocked(item.unlock(None)).await?;
        if item.is_locked().await.map_err(lost)? {
            return Err(locked());
        }
    }
    let secret = item.secret().await.map_err(lost)?;
    let text = std::str::from_utf8(secret.as_bytes())
        .map_err(|_| Error::config("the keyring's entry isn't UTF-8"))?;
    Ok(Some(SecretString::from(text)))
}

/// Puts a secret into the default keyring, in place of an older one with these attributes.
///
/// # Errors
/// `Temporary` when there is no such keyring or it stays locked.
pub async fn store(label: &str, attributes: &Attributes<'_>, secret: &str) -> Result<()> {
    let service = reach().await?;
    let default = service.with_alias(Service::DEFAULT_COLLECTION).await.map_err(lost)?;
    let collection = default.ok_or_else(|| Error::temporary("there is no default keyring"))?;
    if collection.is_locked().await.map_err(lost)? {
        unlocked(collection.unlock(None)).await?;
    }
    let secret = oo7::Secret::text(secret);
    let all = with_application(attributes);
    collection.create_item(label, &all, secret, true, None).await.map(drop).map_err(lost)
}

/// Takes such a secret away.
///
/// # Errors
/// `Temporary` when there is no Secret Service or it stays locked.
pub async fn delete(attributes: &Attributes<'_>) -> Result<()> {
    let service = reach().await?;
    let collections = service.collections().await.map_err(lost)?;
    match search(&collections, attributes).await? {
        Some(item) => item.delete(None).await.map_err(lost),
        None => Ok(()),
    }
}

async fn reach() -> Result<Service> {
    let reaching = timeout(PATIENCE, Service::new()).await;
    let no_service = || Error::temporary("no Secret Service can be reached");
    let reached = reaching.map_err(|_| no_service())?;
    reached.map_err(|cause| {
        no_service()
            .because(cause)
            .hint("start a keyring (gnome-keyring, KeePassXC, kwallet) in this session")
    })
}

async fn search(collections: &[Collection], attributes: &Attributes<'_>) -> Result<Option<Item>> {
    let all = with_application(attributes);
    for collection in collections {
        if let Some(item) = collection.search_items(&all).await.map_err(lost)?.into_iter().next() {
            return Ok(Some(item));
        }
    }
    Ok(None)
}

fn with_application<'a>(attributes: &Attributes<'a>) -> HashMap<&'a str, &'a str> {
    attributes.iter().copied().chain([APPLICATION]).collect()
}

/// Waits for whoever answers the keyring's question.
async fn unlocked(
    asking: impl Future<Output = std::result::Result<(), oo7::dbus::Error>>,
) -> Result<()> {
    match timeout(PATIENCE, asking).await {
        Ok(answer) => answer.map_err(|cause| locked().because(cause)),
        Err(_) => Err(locked()),
    }
}

fn locked() -> Error {
    Error::temporary("the keyring is locked").hint("unlock it; it will be asked again")
}

fn lost(cause: oo7::dbus::Error) -> Error {
    match cause {
        oo7::dbus::Error::Dismissed => locked(),
        cause => Error::temporary("the Secret Service doesn't answer as it should").because(cause),
    }
}
