//! The file: shown, and written once that is agreed to, with the password that was typed.

use std::fs;
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use secrecy::ExposeSecret;

use super::args::SetupArgs;
use super::asking::{Asker, missing};
use super::sign_in::TypedPassword;
use super::trial;
use crate::cli::desk::Desk;
use crate::cli::draft::{Draft, DraftImap, DraftLogin, DraftMailbox};
use crate::config::keyring::Keyring;
use crate::config::secret::Password;
use crate::error::{Error, Result};

const HEAD: &str = "# `requite config example` shows everything that can stand here.\n\n";

/// # Errors
/// `Usage` where nobody can be asked and `--yes` isn't said; `Failed` where the answer is no or the
/// file can't be written; `Config` where the draft is no configuration.
pub(super) async fn written(
    desk: &Desk,
    args: &SetupArgs,
    asker: &Asker,
    draft: Draft,
    typed: Option<TypedPassword>,
) -> Result<Draft> {
    trial::as_configured(desk, &draft, typed.as_ref())?;
    let path = &desk.home.config;
    desk.tell(&format!("\n{}:\n\n{}", path.display(), draft.text()));
    if !args.yes {
        if !asker.can_ask() {
            return Err(missing("--yes"));
        }
        if !asker.confirmed("Write it?", true)? {
            return Err(Error::failed("nothing was written"));
        }
    }
    if let Some(typed) = typed {
        keep(path, &draft, &typed).await?;
    }
    write(path, &draft, args.force)?;
    Ok(draft)
}

/// Puts the password where the draft says that it is.
async fn keep(config: &Path, draft: &Draft, typed: &TypedPassword) -> Result<()> {
    let DraftMailbox::Server(DraftImap { login: DraftLogin::Password(place), .. }) = &draft.mailbox
    else {
        return Ok(());
    };
    let secret = typed.secret.expose_secret();
    match place {
        Password::Keyring(name) => {
            let label = format!("Requite: {name}");
            Keyring::default().store(&label, &[("name", name)], secret).await
        }
        Password::File(file) => {
            put(&folder(config)?.join(file), format!("{secret}\n").as_bytes(), true)
        }
        Password::Command(_) | Password::Credential(_) => Ok(()),
    }
}

/// # Errors
/// `Failed` where it can't be written, or where one is there that isn't to be replaced.
pub(super) fn write(path: &Path, draft: &Draft, replaces: bool) -> Result<()> {
    folder(path)?;
    put(path, format!("{HEAD}{}", draft.text()).as_bytes(), replaces)
}

/// Only the user looks into it.
fn folder(config: &Path) -> Result<&Path> {
    let folder = config.parent().unwrap_or(Path::new("."));
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|cause| cannot(folder).because(cause))?;
    Ok(folder)
}

/// All of it or nothing, with mode 600.
fn put(path: &Path, content: &[u8], replaces: bool) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = || {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        let kept = if replaces { file.persist(path) } else { file.persist_noclobber(path) };
        kept.map(drop).map_err(|lost| lost.error)
    };
    written().map_err(|cause: std::io::Error| cannot(path).because(cause))
}

fn cannot(path: &Path) -> Error {
    Error::failed(format!("{} can't be written", path.display()))
        .hint("check the permissions of its folder, or name another file with --config")
}
