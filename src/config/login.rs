//! How the user proves to a server who they are.
//!
//! Says only where the proof comes from; [`crate::auth`] gets it.

use std::path::PathBuf;

use oauth2::{AuthUrl, DeviceAuthorizationUrl, TokenUrl};
use secrecy::SecretString;

use super::program::{PATIENCE, Purpose};
use super::secret::Password;
use crate::error::{Error, Result};

const TOKEN_COMMAND: Purpose = Purpose("token command");

/// Which proof a server is shown, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// A password.
    Password(Password),
    /// An OAuth2 access token that another program keeps fresh.
    Token(TokenCommand),
    /// An OAuth2 access token for which the user signs in here.
    OAuth(Box<OAuth>),
    /// What GNOME Online Accounts keeps for this address.
    Goa {
        /// Of the account there.
        address: String,
        /// For which of its servers.
        service: GoaService,
    },
}

/// The servers of an account of GNOME Online Accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoaService {
    /// Where mail is read.
    Imap,
    /// Where mail is sent.
    Smtp,
}

impl Login {
    /// What is wrong with the source, as far as can be told without reading the secret.
    pub fn problem(&self) -> Option<Error> {
        match self {
            Login::Password(password) => password.problem(),
            Login::Token(TokenCommand(words)) => TOKEN_COMMAND.problem(words),
            // Looking would make the desktop ask its user.
            Login::Goa { .. } => None,
            Login::OAuth(oauth) => oauth.client_secret.as_ref().and_then(Password::problem),
        }
    }
}

/// A command whose first line is an OAuth2 access token, a fresh one whenever the last is stale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenCommand(pub Vec<String>);

impl TokenCommand {
    /// Runs it.
    ///
    /// # Errors
    /// As [`Password::fetch`] of a command.
    pub async fn fetch(&self) -> Result<SecretString> {
        TOKEN_COMMAND.first_line(&self.0, PATIENCE).await
    }
}

/// OAuth2 with the user's own client (RFC 6749; RFC 8252 for programs on a desktop).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuth {
    /// The account whose tokens these are.
    pub account: String,
    /// The user's own client, as the provider knows it.
    pub client_id: String,
    /// `None`: the client is a public one (RFC 6749 §2.1).
    pub client_secret: Option<Password>,
    /// `None`: no sign-in in a browser.
    pub auth_url: Option<AuthUrl>,
    /// Where the provider gives tokens.
    pub token_url: TokenUrl,
    /// `None`: no sign-in with a code on another device.
    pub device_url: Option<DeviceAuthorizationUrl>,
    /// A PEM file with the CA to trust in place of the system's, for all of these pages.
    pub ca: Option<PathBuf>,
    /// What the tokens are for, in the provider's words.
    pub scopes: Vec<String>,
    /// Further parameters for the sign-in page, without which the provider gives no refresh token.
    pub asks: Vec<(String, String)>,
    /// The folder of the tokens. Empty until
    /// [`Config::keep_tokens_in`](super::Config::keep_tokens_in) has said where.
    pub folder: PathBuf,
}
