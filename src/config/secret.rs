//! Where passwords come from. A secret is read when a connection needs it, kept in a wrapper that
//! never prints, and forgotten afterwards.

use std::path::PathBuf;

use secrecy::SecretString;

use crate::error::{Error, Result};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Password {
    /// The first line that this command prints.
    Command(Vec<String>),
    /// The first line of this file, which nobody else may read.
    File(PathBuf),
    /// A systemd credential of this name.
    Credential(String),
}

impl Password {
    pub async fn fetch(&self) -> Result<SecretString> {
        Err(Error::config("no password source is read yet"))
    }
}
