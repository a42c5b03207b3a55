//! The Secret Service: passwords that a desktop's keyring keeps.
//!
//! A locked keyring asks its user and is waited for; it never passes for an empty one. One that
//! says nothing is given up after a while.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::time::Duration;

use oo7::dbus::{Collection, Item, Service, ServiceError};
use secrecy::SecretString;
use tokio::time::timeout;

use crate::error::{Error, Result};

/// Long enough to type a passphrase into a dialog.
const PATIENCE: Duration = Duration::from_secs(60);
/// The library itself gives up after this time on a call that asks the user nothing.
const PLAIN_CALL: Duration = Duration::from_secs(30);
/// What tells this program's entries from those of others.
const APPLICATION: (&str, &str) = ("application", "requite");

/// An entry's attributes beside that of the application.
pub type Attributes<'a> = [(&'a str, &'a str)];

type Answer<T> = std::result::Result<T, oo7::dbus::Error>;

/// The Secret Service of this session.
#[derive(Debug, Clone, Copy)]
pub struct Keyring {
    /// How long each of its answers is waited for.
    pub patience: Duration,
}

impl Default for Keyring {
    fn default() -> Self {
        Keyring { patience: PATIENCE }
    }
}

impl Keyring {
    /// Whether there is one that secrets can be put into.
    pub async fn is_there(self) -> bool {
        let Ok(service) = self.reach().await else { return false };
        let default = self.asked(service.with_alias(Service::DEFAULT_COLLECTION)).await;
        default.is_ok_and(|collection| collection.is_some())
    }

    /// The secret with these attributes; `None` when no keyring has one.
    ///
    /// # Errors
    /// `Temporary` when there is no Secret Service, it stays locked or it doesn't answer. `Config`
    /// when the secret isn't UTF-8.
    pub async fn fetch(self, attributes: &Attributes<'_>) -> Result<Option<SecretString>> {
        let service = self.reach().await?;
        let collections = self.asked(service.collections()).await?;
        let mut found = self.search(&collections, attributes).await?;
        if found.is_none() {
            // What a locked keyring holds may only be seen once it is open.
            let mut opened = false;
            for collection in &collections {
                if self.asked(collection.is_locked()).await? {
                    self.unlocked(collection.unlock(None)).await?;
                    opened = true;
                }
            }
            if opened {
                found = self.search(&collections, attributes).await?;
            }
        }
        let Some(item) = found else { return Ok(None) };
        if self.asked(item.is_locked()).await? {
            self.unlocked(item.unlock(None)).await?;
            if self.asked(item.is_locked()).await? {
                return Err(locked());
            }
        }
        let secret = self.asked(item.secret()).await?;
        let text = std::str::from_utf8(secret.as_bytes())
            .map_err(|_| Error::config("the keyring's entry isn't UTF-8"))?;
        Ok(Some(SecretString::from(text)))
    }

    /// Puts a secret into the default keyring, where it replaces an older one with these
    /// attributes. `label` is what the keyring's own programs show.
    ///
    /// # Errors
    /// `Temporary` when there is no such keyring, it stays locked or it doesn't answer.
    pub async fn store(self, label: &str, attributes: &Attributes<'_>, secret: &str) -> Result<()> {
        let service = self.reach().await?;
        let default = self.asked(service.with_alias(Service::DEFAULT_COLLECTION)).await?;
        let collection = default.ok_or_else(|| Error::temporary("there is no default keyring"))?;
        if self.asked(collection.is_locked()).await? {
            self.unlocked(collection.unlock(None)).await?;
        }
        let secret = oo7::Secret::text(secret);
        let all = with_application(attributes);
        self.asked(collection.create_item(label, &all, secret, true, None)).await.map(drop)
    }

    /// Takes away the secret with these attributes, if there is one.
    ///
    /// # Errors
    /// `Temporary` when there is no Secret Service, it stays locked or it doesn't answer.
    pub async fn delete(self, attributes: &Attributes<'_>) -> Result<()> {
        let service = self.reach().await?;
        let collections = self.asked(service.collections()).await?;
        match self.search(&collections, attributes).await? {
            Some(item) => self.asked(item.delete(None)).await,
            None => Ok(()),
        }
    }

    async fn reach(self) -> Result<Service> {
        self.answer(Service::new()).await?.map_err(|cause| {
            Error::temporary("no Secret Service can be reached")
                .because(cause)
                .hint("start a keyring (gnome-keyring, KeePassXC, kwallet) in this session")
        })
    }

    async fn search(
        self,
        collections: &[Collection],
        attributes: &Attributes<'_>,
    ) -> Result<Option<Item>> {
        let all = with_application(attributes);
        for collection in collections {
            let found = self.asked(collection.search_items(&all)).await?;
            if let Some(item) = found.into_iter().next() {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }

    /// Waits for whoever answers the keyring's question.
    async fn unlocked(self, asking: impl Future<Output = Answer<()>>) -> Result<()> {
        match self.answer(asking).await {
            Ok(answer) => answer.map_err(|cause| locked().because(cause)),
            Err(_) => Err(locked()),
        }
    }

    async fn asked<T>(self, asking: impl Future<Output = Answer<T>>) -> Result<T> {
        self.answer(asking).await?.map_err(lost)
    }

    /// Every question to the keyring goes through here.
    async fn answer<T>(self, asking: impl Future<Output = Answer<T>>) -> Result<Answer<T>> {
        match timeout(self.patience, asking).await {
            Ok(Err(cause)) if is_silence(&cause) => Err(silent(PLAIN_CALL)),
            Ok(answer) => Ok(answer),
            Err(_) => Err(silent(self.patience)),
        }
    }
}

fn with_application<'a>(attributes: &Attributes<'a>) -> HashMap<&'a str, &'a str> {
    attributes.iter().copied().chain([APPLICATION]).collect()
}

fn is_silence(cause: &oo7::dbus::Error) -> bool {
    use oo7::dbus::Error::{Service, ZBus};
    let (ZBus(cause) | Service(ServiceError::ZBus(cause))) = cause else { return false };
    matches!(cause, zbus::Error::InputOutput(cause) if cause.kind() == ErrorKind::TimedOut)
}

fn silent(patience: Duration) -> Error {
    Error::temporary(format!("the keyring didn't answer within {patience:?}")).hint(
        "answer what it asks on the screen; if it asks nothing, restart it (gnome-keyring, \
         KeePassXC, kwallet)",
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_librarys_own_patience_may_end_first() {
        let late = || zbus::Error::from(std::io::Error::from(ErrorKind::TimedOut));
        let errors = [late().into(), oo7::dbus::Error::Service(late().into())];
        for cause in errors {
            let error = Keyring::default().asked(async { Err::<(), _>(cause) }).await.unwrap_err();
            assert_eq!(error.to_string(), "the keyring didn't answer within 30s");
        }
    }
}
