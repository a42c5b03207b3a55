//! Commands of the user's that print a secret: run without a shell, given up after a while.
//!
//! No message here ever holds any part of what was printed on stdout.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;
use tokio::process::Command;

use super::secret::first_line;
use crate::error::{Error, Result};

/// Long enough to type a passphrase into a dialog.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// What a command is for, as errors call it: "password command".
pub(super) struct Role(pub(super) &'static str);

impl Role {
    /// The first line that it prints; [`Temporary`](crate::error::Kind::Temporary) when it failed
    /// or printed nothing in time.
    pub(super) async fn first_line(
        &self,
        words: &[String],
        patience: Duration,
    ) -> Result<SecretString> {
        let Role(role) = self;
        let name = self.program(words)?;
        let child = Command::new(name)
            .args(words.iter().skip(1))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|cause| self.not_runnable(name).because(cause))?;
        let output = match tokio::time::timeout(patience, child.wait_with_output()).await {
            Ok(output) => output.map_err(|cause| {
                Error::temporary(format!("the {role} `{name}` was lost")).because(cause)
            })?,
            Err(_) => {
                return Err(Error::temporary(format!(
                    "the {role} `{name}` gave nothing for {patience:?}"
                ))
                .hint("it may be waiting for a passphrase: unlock the key first"));
            }
        };
        let printed = Zeroizing::new(output.stdout);
        if !output.status.success() {
            let complaint = complaint(&output.stderr);
            return Err(Error::temporary(format!(
                "the {role} `{name}` failed ({}){complaint}",
                output.status
            ))
            .hint(format!("run `{name}` by hand with the same arguments")));
        }
        first_line(&printed, &format!("the {role} `{name}`"))
    }

    /// Why it can't be run, if it can't.
    pub(super) fn problem(&self, words: &[String]) -> Option<Error> {
        self.program(words).and_then(|name| self.on_path(name)).err()
    }

    fn program<'a>(&self, words: &'a [String]) -> Result<&'a str> {
        words
            .first()
            .map(String::as_str)
            .filter(|name| !name.is_empty())
            .ok_or_else(|| Error::config(format!("the {} is empty", self.0)))
    }

    fn on_path(&self, name: &str) -> Result<()> {
        let runnable = |path: &Path| {
            path.metadata()
                .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
        };
        let found = if name.contains('/') {
            runnable(Path::new(name))
        } else {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path).any(|folder| runnable(&folder.join(name)))
        };
        if found { Ok(()) } else { Err(self.not_runnable(name)) }
    }

    fn not_runnable(&self, name: &str) -> Error {
        Error::config(format!("the {} `{name}` can't be run", self.0))
            .hint("install it, or name it with its whole path; no shell is used")
    }
}

/// What a failed command had to say, cut to a few lines.
fn complaint(stderr: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(stderr).trim().chars().take(500).collect();
    if text.is_empty() { text } else { format!(": {text}") }
}
