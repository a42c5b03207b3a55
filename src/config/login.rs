//! How the user proves to a server who they are.
//!
//! Says only where the proof comes from; [`crate::auth`] gets it.

use super::program::{PATIENCE, Role};
use super::secret::Password;
use crate::error::{Error, Result};
use secrecy::SecretString;

const TOKEN_COMMAND: Role = Role("token command");

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    Password(Password),
    Token(TokenCommand),
}

impl Login {
    /// What is wrong with the source, as far as can be told without reading the secret.
    pub fn problem(&self) -> Option<Error> {
        match self {
            Login::Password(password) => password.problem(),
            Login::Token(TokenCommand(words)) => TOKEN_COMMAND.problem(words),
        }
    }
}

/// A command whose first line is an OAuth2 access token, a fresh one whenever the last is stale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenCommand(pub Vec<String>);

impl TokenCommand {
    /// Runs it. Errors as those of [`Password::fetch`].
    pub async fn fetch(&self) -> Result<SecretString> {
        TOKEN_COMMAND.first_line(&self.0, PATIENCE).await
    }
}
