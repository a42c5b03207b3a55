//! Gets what proves to a server who the user is: a password or an access token, when a connection
//! needs it.
//!
//! Never speaks to a mail server, and never keeps a password.

use secrecy::{ExposeSecret, SecretString};

use crate::config::Login;
use crate::error::{Error, Result};

/// What a server is shown.
pub enum Proof {
    Password(SecretString),
    /// An OAuth2 access token of the characters that RFC 6750 §2.1 allows.
    Token(SecretString),
}

/// The login of one account, for as long as its connections come and go.
pub struct SignIn<'a> {
    login: &'a Login,
}

impl<'a> SignIn<'a> {
    pub fn new(login: &'a Login) -> Self {
        SignIn { login }
    }

    /// Whether a refused proof may be replaced by another one at once: a token grows stale, a
    /// password does not.
    pub fn renews(&self) -> bool {
        matches!(self.login, Login::Token(_))
    }

    /// # Errors
    /// Those of the password's or the token's source.
    pub async fn proof(&self) -> Result<Proof> {
        match self.login {
            Login::Password(password) => password.fetch().await.map(Proof::Password),
            Login::Token(command) => command.fetch().await.and_then(token),
        }
    }
}

/// Anything else would end a field of the SASL message early.
fn token(secret: SecretString) -> Result<Proof> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if secret.expose_secret().bytes().all(allowed) {
        return Ok(Proof::Token(secret));
    }
    Err(Error::config("the token command prints something that is no access token")
        .hint("its first line must be the bare token, without \"Bearer\" or quotes"))
}
