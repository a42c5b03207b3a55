//! Where passwords come from. A secret is read when a connection needs it, kept in a wrapper that
//! never prints, and forgotten afterwards.
//!
//! No message here ever holds any part of what was read.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use super::first_line::{LONGEST, first_line};
use super::keyring::Keyring;
use super::program::{PATIENCE, Purpose};
use crate::error::{Error, Result};

const PASSWORD_COMMAND: Purpose = Purpose("password command");

/// Where a password, or another secret of the user's, comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Password {
    /// The first line that this command prints.
    Command(Vec<String>),
    /// The first line of this file, which nobody else may read.
    File(PathBuf),
    /// A systemd credential of this name.
    Credential(String),
    /// The Secret Service's entry with `application` "requite" and this `name`.
    Keyring(String),
}

impl Password {
    /// Reads the password.
    ///
    /// # Errors
    /// `Config` where the source is missing, may be read by others, or gives an empty first line or
    /// one that isn't UTF-8. `Temporary` where the command failed or took longer than 60 s, or the
    /// keyring is locked or doesn't answer: that may pass.
    pub async fn fetch(&self) -> Result<SecretString> {
        match self {
            Password::Command(words) => PASSWORD_COMMAND.first_line(words, PATIENCE).await,
            Password::File(path) => from_file(path),
            Password::Credential(name) => from_file(&credential(name, credentials().as_deref())?),
            Password::Keyring(name) => from_keyring(name).await,
        }
    }

    /// What is wrong with the source, as far as can be told without reading the secret.
    pub fn problem(&self) -> Option<Error> {
        match self {
            Password::Command(words) => PASSWORD_COMMAND.problem(words),
            Password::File(path) => open_private(path).err(),
            Password::Credential(name) => credential(name, credentials().as_deref())
                .and_then(|path| open_private(&path))
                .err(),
            // Looking would make the keyring ask its user to unlock it.
            Password::Keyring(_) => None,
        }
    }
}

async fn from_keyring(name: &str) -> Result<SecretString> {
    Keyring::default().fetch(&[("name", name)]).await?.ok_or_else(|| {
        Error::config(format!("the keyring has no password called \"{name}\"")).hint(format!(
            "secret-tool store --label='Requite: {name}' application requite name '{name}'"
        ))
    })
}

fn from_file(path: &Path) -> Result<SecretString> {
    let mut content = Zeroizing::new(Vec::new());
    open_private(path)?
        .take(LONGEST as u64)
        .read_to_end(&mut content)
        .map_err(|cause| unreadable(path).because(cause))?;
    first_line(&content, &format!("the password file {}", path.display()))
}

/// Opens a file that only its owner may read; the open file is asked, so that nothing can be
/// swapped in between.
fn open_private(path: &Path) -> Result<std::fs::File> {
    let file = std::fs::File::open(path).map_err(|cause| unreadable(path).because(cause))?;
    let metadata = file.metadata().map_err(|cause| unreadable(path).because(cause))?;
    if !metadata.is_file() {
        return Err(unreadable(path).because("it isn't a file"));
    }
    refuse_others(&file, path, "password file")?;
    Ok(file)
}

/// Makes sure that an open file with a secret is its owner's alone; `what` it is and its `path` are
/// shown in errors.
///
/// # Errors
/// `Config` where others may read, write or execute it, or where that can't be found out.
pub fn refuse_others(file: &std::fs::File, path: &Path, what: &str) -> Result<()> {
    let metadata = file.metadata().map_err(|cause| unreadable(path).because(cause))?;
    if metadata.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    let path = path.display();
    Err(Error::config(format!("the {what} {path} is readable by others"))
        .hint(format!("chmod 600 {path}")))
}

/// systemd.exec(5), Credentials: one file for each credential.
fn credential(name: &str, folder: Option<&OsStr>) -> Result<PathBuf> {
    let folder = folder.filter(|folder| !folder.is_empty()).ok_or_else(|| {
        Error::config(format!("there is no credential \"{name}\": systemd passed none")).hint(
            format!(
                "start it as a service with `LoadCredential={name}:FILE` \
                 (`systemctl --user edit requite`)"
            ),
        )
    })?;
    Ok(Path::new(folder).join(name))
}

fn credentials() -> Option<std::ffi::OsString> {
    std::env::var_os("CREDENTIALS_DIRECTORY")
}

fn unreadable(path: &Path) -> Error {
    Error::config(format!("the password file {} can't be read", path.display()))
        .hint("write the password into its first line, in a file that only you can read (0600)")
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::error::Kind;

    fn shell(script: &str) -> Password {
        Password::Command(["sh", "-c", script].map(str::to_owned).to_vec())
    }

    fn file(folder: &tempfile::TempDir, content: &str, mode: u32) -> PathBuf {
        let path = folder.path().join("password");
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    #[tokio::test]
    async fn the_first_line_that_a_command_prints_is_the_password() {
        for script in ["echo s3cret", "printf 's3cret\\r\\nurl: x\\n'", "printf s3cret"] {
            let password = shell(script).fetch().await.unwrap();
            assert_eq!(password.expose_secret(), "s3cret", "{script}");
        }
    }

    #[tokio::test]
    async fn a_failing_command_says_why_and_never_what_it_printed() {
        let error = shell("echo s3cret; echo 'key is locked' >&2; exit 3").fetch().await;
        let error = error.unwrap_err();
        assert_eq!(error.kind(), Kind::Temporary);
        let text = format!("{error} {error:?}");
        assert!(text.contains("key is locked") && text.contains("exit status: 3"), "{text}");
        assert!(!text.contains("s3cret"), "{text}");
    }

    #[tokio::test]
    async fn a_missing_program_is_a_matter_of_configuration() {
        let password = Password::Command(vec!["no-such-program-here".to_owned()]);
        let fetched = password.fetch().await.unwrap_err();
        for error in [fetched, password.problem().unwrap()] {
            assert_eq!(error.kind(), Kind::Config);
            assert!(error.to_string().contains("no-such-program-here"));
            assert!(error.advice().unwrap().contains("install it"));
        }
        assert!(shell("true").problem().is_none());
    }

    #[tokio::test]
    async fn a_command_that_waits_for_ever_is_given_up() {
        let words = ["sleep", "100"].map(str::to_owned);
        let error = PASSWORD_COMMAND
            .first_line(&words, std::time::Duration::from_millis(20))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Temporary);
        assert!(error.to_string().ends_with("`sleep` gave nothing for 20ms"), "{error}");
    }

    #[tokio::test]
    async fn a_file_that_only_i_can_read_is_read() {
        let folder = tempfile::tempdir().unwrap();
        for mode in [0o600, 0o400] {
            let password = Password::File(file(&folder, "s3cret\nmore\n", mode));
            assert!(password.problem().is_none());
            assert_eq!(password.fetch().await.unwrap().expose_secret(), "s3cret");
            std::fs::remove_file(folder.path().join("password")).unwrap();
        }
    }

    #[tokio::test]
    async fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for mode in [0o640, 0o604, 0o620] {
            let path = file(&folder, "s3cret\n", mode);
            let error = Password::File(path.clone()).fetch().await.unwrap_err();
            assert_eq!(error.kind(), Kind::Config);
            assert_eq!(error.advice(), Some(&*format!("chmod 600 {}", path.display())));
        }
    }

    #[tokio::test]
    async fn an_empty_or_garbled_password_is_refused_unseen() {
        let folder = tempfile::tempdir().unwrap();
        let empty = Password::File(file(&folder, "\nsecond line\n", 0o600));
        let error = empty.fetch().await.unwrap_err();
        assert!(error.to_string().ends_with("gives an empty first line"), "{error}");

        let error = shell("printf 's3cret\\377'").fetch().await.unwrap_err();
        assert!(error.to_string().ends_with("isn't UTF-8"), "{error}");
        assert!(!format!("{error:?}").contains("s3cret"));
    }

    #[test]
    fn a_credential_lies_in_the_folder_that_systemd_names() {
        let path = credential("mail", Some(OsStr::new("/run/credentials/x"))).unwrap();
        assert_eq!(path, Path::new("/run/credentials/x/mail"));
    }

    #[test]
    fn without_systemd_there_is_no_credential() {
        for folder in [None, Some(OsStr::new(""))] {
            let error = credential("mail", folder).unwrap_err();
            assert_eq!(error.kind(), Kind::Config);
            assert!(error.advice().unwrap().contains("LoadCredential=mail:FILE"));
        }
    }
}
