//! How the mailbox's server will know the user: as named by an option, or as answered.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::{ExposeSecret, SecretString};

use super::asking::{Asker, missing};
use crate::cli::choice::one_of;
use crate::cli::draft::DraftLogin;
use crate::config::Login;
use crate::config::keyring::Keyring;
use crate::config::secret::Password;
use crate::error::{Error, Result};
use crate::source::imap::ProofsTaken;

#[derive(Debug, Default, Args)]
pub(crate) struct LoginArgs {
    /// A command whose first line is the password, like "pass mail/work"
    #[arg(long, value_name = "CMD", group = "way")]
    password_command: Option<String>,
    /// A file (mode 600) whose first line is the password
    #[arg(long, value_name = "FILE", group = "way")]
    password_file: Option<PathBuf>,
    /// The password is kept in the desktop's keyring
    #[arg(long, group = "way")]
    keyring: bool,
    /// GNOME Online Accounts knows the servers, and signs in
    #[arg(long, group = "way", conflicts_with_all = ["imap", "smtp", "maildir"])]
    pub(super) goa: bool,
    /// Sign in by OAuth2, with a client of your own
    #[arg(long, value_name = "PROVIDER", group = "way", requires = "client_id", value_parser = one_of(PROVIDERS))]
    oauth: Option<&'static str>,
    /// Your client, as the provider knows it
    #[arg(long, value_name = "ID", requires = "oauth")]
    client_id: Option<String>,
    /// A file (mode 600) with your client's secret, where it has one
    #[arg(long, value_name = "FILE", requires = "oauth")]
    client_secret_file: Option<PathBuf>,
}

const PROVIDERS: [(&str, &str); 2] = [("google", "google"), ("microsoft", "microsoft")];

impl LoginArgs {
    /// The way that an option names.
    pub(super) fn named(&self, address: &str) -> Result<Option<DraftLogin>> {
        let file = |path: &PathBuf| Password::File(absolute(path));
        let password = if let Some(line) = &self.password_command {
            Some(Password::Command(words(line)?))
        } else if self.keyring {
            Some(Password::Keyring(address.to_owned()))
        } else {
            self.password_file.as_ref().map(file)
        };
        if let Some(password) = password {
            return Ok(Some(DraftLogin::Password(password)));
        }
        Ok(self.oauth.zip(self.client_id.clone()).map(|(provider, client_id)| DraftLogin::OAuth {
            provider,
            client_id,
            secret: self.client_secret_file.as_ref().map(file),
        }))
    }
}

/// As a shell would take them.
fn words(line: &str) -> Result<Vec<String>> {
    shlex::split(line)
        .filter(|words| !words.is_empty())
        .ok_or_else(|| Error::usage(format!("\"{line}\" is no command: a quote isn't closed")))
}

/// A password that was typed, and where it is to be kept.
pub(super) struct TypedPassword {
    pub secret: SecretString,
    /// Of the trial alone.
    file: tempfile::NamedTempFile,
}

impl TypedPassword {
    /// For the trial it lies in a file of its own.
    fn new(secret: SecretString) -> Result<TypedPassword> {
        let cannot = |cause| Error::failed("the password can't be tried").because(cause);
        let mut file = tempfile::NamedTempFile::new().map_err(cannot)?;
        writeln!(file, "{}", secret.expose_secret()).map_err(cannot)?;
        Ok(TypedPassword { secret, file })
    }

    /// As the trial takes it.
    pub(super) fn login(&self) -> Login {
        Login::Password(Password::File(self.file.path().to_owned()))
    }
}

/// The ways that a server takes.
#[derive(Debug, Clone, Copy)]
enum Way {
    Typed,
    Command,
    Google,
    Microsoft,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Way::Typed => "with a password (often an app password, made on the provider's pages)",
            Way::Command => "with a password that a command prints, like `pass mail/work`",
            Way::Google => "in a browser at Google (OAuth2, with a client of your own)",
            Way::Microsoft => "in a browser at Microsoft (OAuth2, with a client of your own)",
        })
    }
}

/// How to sign in, as the user says; a typed password comes beside it.
///
/// # Errors
/// `Usage` where nobody can be asked, `Failed` where the answer is to stop.
pub(super) async fn asked(
    asker: &Asker,
    taken: ProofsTaken,
    address: &str,
    account: &str,
) -> Result<(DraftLogin, Option<TypedPassword>)> {
    if !asker.can_ask() {
        return Err(missing("--password-command, --password-file, --keyring, --oauth or --goa"));
    }
    let mut ways = Vec::new();
    if taken.password {
        ways.extend([Way::Typed, Way::Command]);
    }
    if taken.token {
        ways.extend([Way::Google, Way::Microsoft]);
    }
    match asker.one_of("How do you sign in?", ways)? {
        Way::Typed => typed(asker, address, account).await,
        Way::Command => {
            let is_command = |text: &str| words(text).map(drop).map_err(|error| error.to_string());
            let line = asker.text("Command", "pass mail/", is_command)?;
            Ok((DraftLogin::Password(Password::Command(words(&line)?)), None))
        }
        Way::Google => by_browser(asker, "google").map(|login| (login, None)),
        Way::Microsoft => by_browser(asker, "microsoft").map(|login| (login, None)),
    }
}

async fn typed(
    asker: &Asker,
    address: &str,
    account: &str,
) -> Result<(DraftLogin, Option<TypedPassword>)> {
    let secret = asker.secret("Password")?;
    let typed = TypedPassword::new(secret)?;
    let places = vec![Place::Keyring, Place::File];
    let place = match Keyring::default().is_there().await {
        true => asker.one_of("Where is it kept?", places)?,
        false => Place::File,
    };
    let password = match place {
        Place::Keyring => Password::Keyring(address.to_owned()),
        // Beside the configuration.
        Place::File => Password::File(PathBuf::from(format!("{account}.password"))),
    };
    Ok((DraftLogin::Password(password), Some(typed)))
}

enum Place {
    Keyring,
    File,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Place::Keyring => "in the desktop's keyring",
            Place::File => "in a file that only you can read, beside the configuration",
        })
    }
}

fn by_browser(asker: &Asker, provider: &'static str) -> Result<DraftLogin> {
    let is_there = |text: &str| match text.is_empty() {
        true => Err("none is shipped: register one with the provider".to_owned()),
        false => Ok(()),
    };
    let client_id = asker.text("Client ID", "", is_there)?;
    let file = asker.text("File with the client's secret (none: leave empty)", "", |_| Ok(()))?;
    let secret = (!file.is_empty()).then(|| Password::File(absolute(Path::new(&file))));
    Ok(DraftLogin::OAuth { provider, client_id, secret })
}

/// Relative paths in the file would start at its folder.
pub(super) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
