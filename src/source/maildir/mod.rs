//! A local Maildir, read and watched: both layouts; headers only, and the beginnings of texts where
//! the account has them read.
//!
//! Never writes: no file is created, renamed, marked as seen or moved from `new` to `cur`, and
//! `tmp` is never read. A message's UID is a hash of the unique part of its file name.

use std::path::Path;

use crate::config::{Account, AccountKind, Folders};
use crate::error::{Error, Result};
use crate::source::{AccountState, RawMail, Role, Sink};

mod changes;
mod file;
mod layout;
mod memory;
mod name;
mod pass;
mod scan;
mod watch;

pub use watch::watch;

use pass::{MaildirReader, blocking};

/// One complete look at every folder; returns once all of it is stored.
///
/// # Errors
/// Temporary, where there is no Maildir at the account's path now, a folder of it can't be read, or
/// the sink takes no more.
pub async fn sync_once(account: &Account, sink: &Sink) -> Result<()> {
    let mut reader = MaildirReader::new(account, sink);
    let layout = find(path(account)?, &account.folders).await;
    let account = account.name.as_str();
    let layout = match layout {
        Ok(layout) => layout,
        Err(error) => {
            sink.state(account, AccountState::Offline, &plainly(&error)).await?;
            return Err(error);
        }
    };
    sink.state(account, AccountState::Syncing, "").await?;
    let troubles = reader.pass(&layout, None).await?;
    sink.settled().await?;
    let notes: Vec<_> = layout.troubles.iter().chain(&troubles).cloned().collect();
    sink.state(account, AccountState::Idle, &notes.join("; ")).await?;
    if troubles.is_empty() {
        return Ok(());
    }
    Err(Error::temporary(format!("account {account}: {}", troubles.join("; ")))
        .hint("make the folder readable, or list the account's other `folders` in the config"))
}

/// The folders that would be read, with their roles and the number of messages in each.
///
/// Blocking, for `check`.
///
/// # Errors
/// Temporary, where there is no Maildir at `root` or one of its folders can't be read; a mistake
/// in the config, where a folder is asked for that isn't there.
pub fn probe(root: &Path, folders: &Folders) -> Result<Vec<(String, Role, u32)>> {
    let layout = layout::find(root, folders)?;
    if let (Folders::Named(_), [first, ..]) = (folders, layout.troubles.as_slice()) {
        return Err(Error::config(format!("{}: {first}", root.display()))
            .hint("correct the account's `folders`, or set them to \"auto\""));
    }
    let counted = layout.folders.into_iter().map(|folder| {
        let messages =
            scan::count(&folder.path).map_err(|cause| unreadable(&folder.path, cause))?;
        Ok((folder.name, folder.role, messages))
    });
    counted.collect()
}

/// Whether there is a Maildir at `root`.
///
/// Blocking, for an import.
pub fn is_there(root: &Path) -> bool {
    layout::find(root, &Folders::Auto).is_ok()
}

/// Gives every message below `root` to `take`, folder by folder, with the reason for one that
/// can't be read; drafts are left out.
///
/// Blocking, for an import.
///
/// # Errors
/// Temporary, where there is no Maildir at `root` or one of its folders can't be read; and those
/// of `take`.
pub fn each(
    root: &Path,
    with_text: bool,
    take: &mut dyn FnMut(Role, Result<RawMail, String>) -> Result<()>,
) -> Result<()> {
    for folder in layout::find(root, &Folders::Auto)?.folders {
        let scan::Difference { mut unseen, .. } =
            scan::compare(&folder.path, &mut memory::Memory::default())
                .map_err(|cause| unreadable(&folder.path, cause))?;
        while !unseen.is_empty() {
            let chunk = scan::read(&folder.path, &mut unseen, with_text);
            let (mails, failed) = (chunk.mails.into_iter(), chunk.unreadable.into_iter());
            for mail in mails.map(Ok).chain(failed.map(|(_, why)| Err(why))) {
                take(folder.role, mail)?;
            }
        }
    }
    Ok(())
}

fn unreadable(folder: &Path, cause: std::io::Error) -> Error {
    Error::temporary(format!("can't read the folder {}", folder.display()))
        .because(cause)
        .hint("make it readable for this user")
}

async fn find(root: &Path, folders: &Folders) -> Result<layout::Layout> {
    let (root, folders) = (root.to_owned(), folders.clone());
    blocking(move || layout::find(&root, &folders)).await?
}

fn path(account: &Account) -> Result<&Path> {
    match &account.kind {
        AccountKind::Maildir { path } => Ok(path),
        AccountKind::Imap(_) | AccountKind::Goa { .. } => {
            Err(Error::config(format!("the account {} isn't a Maildir", account.name)))
        }
    }
}

fn plainly(error: &Error) -> String {
    match error.advice() {
        Some(advice) => format!("{error}; {advice}"),
        None => error.to_string(),
    }
}
