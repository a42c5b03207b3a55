//! Commands of the user's that print a secret: run without a shell, given up after a while.
//!
//! No message here ever holds any part of what was printed on stdout.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use futures_util::future::join;
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

use super::first_line::{LONGEST, first_line};
use crate::error::{Error, Result};

/// Long enough to type a passphrase into a dialog.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// How much of what a command prints is read, in bytes.
const MOST: usize = 1024 * 1024;
/// How long a command's output is still read after it has ended.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// What a command is run for, as errors call it: "password command".
pub(super) struct Purpose(pub(super) &'static str);

impl Purpose {
    /// The first line that it prints.
    ///
    /// # Errors
    /// `Config` where it can't be run, or its first line is empty or not UTF-8. `Temporary` where
    /// it fails or prints nothing in time.
    pub(super) async fn first_line(
        &self,
        words: &[String],
        patience: Duration,
    ) -> Result<SecretString> {
        let Purpose(purpose) = self;
        let name = self.program(words)?;
        let child = Command::new(name)
            .args(words.iter().skip(1))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|cause| self.not_runnable(name).because(cause))?;
        let Finished { status, printed, complaint } =
            match tokio::time::timeout(patience, finish(child)).await {
                Ok(finished) => finished.map_err(|cause| {
                    Error::temporary(format!("the {purpose} `{name}` was lost")).because(cause)
                })?,
                Err(_) => {
                    return Err(Error::temporary(format!(
                        "the {purpose} `{name}` gave nothing for {patience:?}"
                    ))
                    .hint("it may be waiting for a passphrase: unlock the key first"));
                }
            };
        if !status.success() {
            let complaint = self::complaint(&complaint);
            return Err(Error::temporary(format!(
                "the {purpose} `{name}` failed ({status}){complaint}"
            ))
            .hint(format!("run `{name}` by hand with the same arguments")));
        }
        first_line(&printed, &format!("the {purpose} `{name}`"))
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

/// How a command ended, with the beginning of what it printed and complained of.
struct Finished {
    status: ExitStatus,
    printed: Zeroizing<Vec<u8>>,
    complaint: Vec<u8>,
}

/// Waits for the end of the command itself, not of processes that it leaves behind: those may hold
/// its pipes open, and what they print doesn't count.
async fn finish(mut child: Child) -> io::Result<Finished> {
    let mut printed = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut complaint = Vec::with_capacity(LONGEST);
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let status = {
        let mut listening = pin!(join(keep(stdout, &mut printed), keep(stderr, &mut complaint)));
        let ended = tokio::select! {
            _ = &mut listening => None,
            status = child.wait() => Some(status?),
        };
        match ended {
            None => child.wait().await?,
            Some(status) => {
                // What it printed before its end is in the pipe by now.
                let _ = tokio::time::timeout(LAST_WORDS, listening).await;
                status
            }
        }
    };
    Ok(Finished { status, printed, complaint })
}

/// Reads up to [`MOST`] bytes and keeps the first [`LONGEST`].
async fn keep(pipe: Option<impl AsyncRead + Unpin>, kept: &mut Vec<u8>) {
    let Some(mut pipe) = pipe else { return };
    let mut buffer = Zeroizing::new([0; 4096]);
    let mut read = 0;
    // Whoever prints more finds the pipe closed, and ends by that.
    while read < MOST
        && let Ok(length @ 1..) = pipe.read(buffer.as_mut_slice()).await
    {
        let room = LONGEST - kept.len();
        kept.extend_from_slice(&buffer[..length.min(room)]);
        read += length;
    }
}

/// What a failed command had to say, cut to a few lines.
fn complaint(stderr: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(stderr).trim().chars().take(500).collect();
    if text.is_empty() { text } else { format!(": {text}") }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    async fn printed(script: &str, patience: Duration) -> Result<String> {
        let words = ["sh", "-c", script].map(str::to_owned);
        let line = Purpose("password command").first_line(&words, patience).await?;
        Ok(line.expose_secret().to_owned())
    }

    #[tokio::test]
    async fn whom_a_command_leaves_behind_is_not_waited_for() {
        let left = "sleep 600 & echo s3cret";
        assert_eq!(printed(left, Duration::from_secs(30)).await.unwrap(), "s3cret");
    }

    #[tokio::test]
    async fn a_command_that_prints_without_end_is_cut_off() {
        for endless in ["yes s3cret", "yes s3cret >&2", "exec cat /dev/zero"] {
            let error = printed(endless, Duration::from_secs(30)).await.unwrap_err();
            assert!(error.to_string().contains(" failed ("), "{error}");
        }
        // Once a first line has come, nothing behind it matters.
        let long = "echo s3cret; head -c 900000 /dev/zero";
        assert_eq!(printed(long, Duration::from_secs(30)).await.unwrap(), "s3cret");
    }
}
