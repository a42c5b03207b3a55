//! Where refresh tokens are kept: in the Secret Service where one can be reached, else in a file
//! that only its owner may read.
//!
//! A note in the data folder says which, so that a keyring that can't be reached now never passes
//! for a sign-in that never was. Access tokens are never kept.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;
use std::time::Duration;

use oauth2::url::form_urlencoded;
use secrecy::zeroize::{Zeroize, Zeroizing};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::time::sleep;

use crate::config::OAuth;
use crate::config::keyring::Keyring;
use crate::config::secret::refuse_others;
use crate::error::{Error, Result};

/// The pause before looking again whether another process is done with the refresh token.
const AGAIN: Duration = Duration::from_millis(50);

/// What keeps a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenStorage {
    /// The Secret Service.
    Keyring,
    /// A file that only its owner may read.
    File,
}

pub(super) struct Vault<'a> {
    oauth: &'a OAuth,
}

/// While it lives, no other process uses this account's refresh token.
pub(super) struct VaultLock(#[expect(dead_code, reason = "closing it is what counts")] File);

#[derive(Serialize, Deserialize)]
struct Note {
    /// `None`: the Secret Service has it.
    refresh_token: Option<String>,
}

impl Drop for Note {
    fn drop(&mut self) {
        self.refresh_token.zeroize();
    }
}

impl<'a> Vault<'a> {
    pub(super) fn of(oauth: &'a OAuth) -> Self {
        Vault { oauth }
    }

    /// Waits until no other process holds it.
    pub(super) async fn hold(&self) -> Result<VaultLock> {
        let path = self.path("lock");
        let mut builder = fs::DirBuilder::new();
        builder
            .recursive(true)
            .mode(0o700)
            .create(&self.oauth.folder)
            .map_err(|it| self.failed(it))?;
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path);
        let file = file.map_err(|cause| self.failed(cause))?;
        // Not in a thread: one that waits for a lock can't be stopped.
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(VaultLock(file)),
                Err(TryLockError::WouldBlock) => sleep(AGAIN).await,
                Err(TryLockError::Error(cause)) => return Err(self.failed(cause)),
            }
        }
    }

    /// Written anew by each sign-in, wherever the token itself is kept.
    pub(super) fn file(&self) -> PathBuf {
        self.path("json")
    }

    pub(super) fn place(&self) -> Result<Option<TokenStorage>> {
        Ok(self.note()?.map(|note| match &note.refresh_token {
            Some(_) => TokenStorage::File,
            None => TokenStorage::Keyring,
        }))
    }

    pub(super) async fn load(&self) -> Result<Option<SecretString>> {
        let Some(mut note) = self.note()? else { return Ok(None) };
        match note.refresh_token.take() {
            Some(token) => Ok(Some(SecretString::from(token))),
            None => Keyring::default().fetch(&self.attributes()).await,
        }
    }

    /// The user has signed in: kept where it is safest. A keyring that fails is no reason to lose
    /// it.
    pub(super) async fn keep(&self, token: &SecretString) -> Result<TokenStorage> {
        let label = format!("Requite: {}", self.oauth.account);
        let secret = token.expose_secret();
        let (place, refresh_token) =
            match Keyring::default().store(&label, &self.attributes(), secret).await {
                Ok(()) => (TokenStorage::Keyring, None),
                Err(_) => (TokenStorage::File, Some(secret.to_owned())),
            };
        self.write(&Note { refresh_token }).map_err(|cause| self.failed(cause))?;
        Ok(place)
    }

    /// The provider has rotated it: the new one goes where the old one lies.
    pub(super) async fn replace(&self, token: &SecretString) -> Result<()> {
        if self.place()? == Some(TokenStorage::Keyring) {
            return self.keep(token).await.map(drop);
        }
        let note = Note { refresh_token: Some(token.expose_secret().to_owned()) };
        self.write(&note).map_err(|cause| self.failed(cause))
    }

    pub(super) async fn forget(&self) -> Result<bool> {
        let Some(note) = self.note()? else { return Ok(false) };
        if note.refresh_token.is_none() {
            Keyring::default().delete(&self.attributes()).await?;
        }
        fs::remove_file(self.path("json")).map_err(|cause| self.failed(cause))?;
        Ok(true)
    }

    fn note(&self) -> Result<Option<Note>> {
        let mut file = match File::open(self.path("json")) {
            Ok(file) => file,
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(self.failed(cause)),
        };
        refuse_others(&file, &self.path("json"), "token file")?;
        let mut text = Zeroizing::new(Vec::new());
        file.read_to_end(&mut text).map_err(|cause| self.failed(cause))?;
        // The parser's own message is left out: it may quote the token.
        let note = serde_json::from_slice(&text).map_err(|_| {
            Error::failed(format!("{} can't be read", self.path("json").display()))
                .hint(super::grant::remedy(self.oauth))
        })?;
        Ok(Some(note))
    }

    /// On the disk before anything else happens: the old token may be worthless already.
    fn write(&self, note: &Note) -> std::io::Result<()> {
        let text = Zeroizing::new(serde_json::to_vec(note)?);
        let mut file = tempfile::NamedTempFile::new_in(&self.oauth.folder)?;
        file.write_all(&text)?;
        file.as_file().sync_all()?;
        file.persist(self.path("json"))?;
        File::open(&self.oauth.folder)?.sync_all()
    }

    fn attributes(&self) -> [(&str, &str); 2] {
        [("kind", "oauth2-refresh-token"), ("name", &self.oauth.account)]
    }

    /// The account's name is encoded: it may hold what no file's name may.
    fn path(&self, extension: &str) -> PathBuf {
        let name: String = form_urlencoded::byte_serialize(self.oauth.account.as_bytes()).collect();
        self.oauth.folder.join(format!("{name}.{extension}"))
    }

    fn failed(&self, cause: std::io::Error) -> Error {
        let folder = self.oauth.folder.display();
        Error::failed(format!("the tokens in {folder} can't be reached")).because(cause)
    }
}
