//! Which folders a Maildir has: Maildir++ (`.Sent` beside the root's own `cur`) and nested
//! (`Work/Clients/cur`, as mbsync and offlineimap write them), also mixed.
//!
//! Looks at directories only; never opens a message and never enters `tmp`.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::config::Folders;
use crate::error::{Error, Result};
use crate::source::{Role, utf7};

/// Deeper than any mail program nests; ends a walk that links have led astray.
const DEEPEST: usize = 16;

#[derive(Debug, Clone)]
pub(super) struct MaildirFolder {
    /// As people read it, unique within the account: `INBOX`, `Archive.2024`, `Work/Clients`.
    pub name: String,
    pub role: Role,
    pub path: PathBuf,
}

#[derive(Debug, Default)]
pub(super) struct Layout {
    pub folders: Vec<MaildirFolder>,
    /// Where a message or a folder may appear.
    pub directories: Vec<PathBuf>,
    /// What could not be looked into, or is asked for and isn't there.
    pub troubles: Vec<String>,
}

/// The folders below `root` that are to be read, INBOX first.
///
/// # Errors
/// Temporary, where there is no Maildir now: perhaps a disk that isn't mounted.
pub(super) fn find(root: &Path, wanted: &Folders) -> Result<Layout> {
    let mut walk = Walk::default();
    // Absolute, as the system names the paths of what changes.
    let root = &std::path::absolute(root).map_err(|cause| unreadable(root, cause))?;
    walk.enter(root, Path::new(""), 0).map_err(|cause| unreadable(root, cause))?;
    if walk.found.is_empty() {
        // An empty mount point must not look like a mailbox whose folders were all deleted.
        return Err(Error::temporary(format!("no Maildir folder in {}", root.display()))
            .hint("`path` should hold `cur`, `new` and `tmp`, or folders that do"));
    }
    walk.found.sort();
    Ok(select(root, wanted, walk))
}

fn unreadable(root: &Path, cause: io::Error) -> Error {
    Error::temporary(format!("can't read the Maildir {}", root.display()))
        .because(cause)
        .hint("check the account's `path`, and that its disk is mounted")
}

#[derive(Default)]
struct Walk {
    /// Relative to the root; the root itself is the empty path.
    found: Vec<PathBuf>,
    directories: Vec<PathBuf>,
    troubles: Vec<String>,
    /// Device and inode of every directory entered, as links may lead in circles.
    entered: HashSet<(u64, u64)>,
}

impl Walk {
    fn enter(&mut self, directory: &Path, relative: &Path, depth: usize) -> io::Result<()> {
        let about = fs::metadata(directory)?;
        if depth > DEEPEST || !self.entered.insert((about.dev(), about.ino())) {
            return Ok(());
        }
        self.directories.push(directory.to_owned());
        if directory.join("cur").is_dir() {
            self.found.push(relative.to_owned());
        }
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let name = entry.file_name();
            if name == "cur" || name == "new" || name == "tmp" || entry.file_type()?.is_file() {
                continue;
            }
            let path = entry.path();
            let hidden = name.as_encoded_bytes().starts_with(b".");
            if !path.is_dir() || (hidden && !path.join("cur").is_dir()) {
                continue;
            }
            match self.enter(&path, &relative.join(&name), depth + 1) {
                Err(cause) if cause.kind() == io::ErrorKind::PermissionDenied => {
                    self.troubles.push(format!("can't look into {}: {cause}", path.display()));
                }
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
                result => result?,
            }
        }
        Ok(())
    }
}

fn select(root: &Path, wanted: &Folders, walk: Walk) -> Layout {
    let mut layout =
        Layout { directories: walk.directories, troubles: walk.troubles, ..Layout::default() };
    let mut names = HashSet::new();
    for relative in walk.found {
        let mut name = display_name(&relative);
        if !names.insert(name.clone()) {
            name = format!("./{}", relative.display());
            names.insert(name.clone());
        }
        let role = role(&name);
        let path = root.join(&relative);
        let chosen = match wanted {
            Folders::Auto => role != Role::Drafts,
            Folders::Named(list) => list.iter().any(|asked| same_name(asked, &name)),
        };
        if chosen {
            layout.directories.extend([path.join("cur"), path.join("new")]);
            layout.folders.push(MaildirFolder { name, role, path });
        }
    }
    if let Folders::Named(list) = wanted {
        let missing = list.iter().filter(|asked| !names.iter().any(|name| same_name(asked, name)));
        layout.troubles.extend(missing.map(|asked| format!("there is no folder {asked}")));
    }
    layout
}

fn display_name(relative: &Path) -> String {
    let parts: Vec<String> = relative
        .iter()
        .map(|part| {
            let part = part.to_string_lossy();
            utf7::readable(part.strip_prefix('.').unwrap_or(&part))
        })
        .collect();
    if parts.is_empty() { "INBOX".to_owned() } else { parts.join("/") }
}

/// `Trash/2024` is as deleted as `Trash`; but what lies below INBOX is no second inbox.
fn role(name: &str) -> Role {
    let mut rest = name;
    let mut role = Role::by_name(rest);
    while role == Role::Other {
        let Some((parent, _)) = rest.rsplit_once(['/', '.']) else { return Role::Other };
        role = Role::by_name(parent);
        rest = parent;
    }
    if role == Role::Inbox && rest != name { Role::Other } else { role }
}

/// MaildirFolder names are asked for with either separator, and INBOX in any case (RFC 3501 §5.1).
fn same_name(asked: &str, name: &str) -> bool {
    let plain = |text: &str| text.replace('.', "/");
    plain(asked) == plain(name) || (name == "INBOX" && asked.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(directories: &[&str], wanted: &Folders, expect: &[(&str, Role)]) {
        let root = tempfile::tempdir().unwrap();
        for directory in directories {
            fs::create_dir_all(root.path().join(directory)).unwrap();
        }
        let layout = find(root.path(), wanted).unwrap();
        let found: Vec<_> = layout.folders.iter().map(|it| (it.name.as_str(), it.role)).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn both_layouts_show_the_same_mailbox() {
        check(
            &["cur", "new", "tmp", ".Sent/cur", ".Archive.2024/cur", ".Drafts/cur", ".notmuch/x"],
            &Folders::Auto,
            &[("INBOX", Role::Inbox), ("Archive.2024", Role::Archive), ("Sent", Role::Sent)],
        );
        check(
            &["INBOX/cur", "Sent/cur", "Work/Clients/cur", "Drafts/cur", "Archive/2024/cur"],
            &Folders::Auto,
            &[
                ("Archive/2024", Role::Archive),
                ("INBOX", Role::Inbox),
                ("Sent", Role::Sent),
                ("Work/Clients", Role::Other),
            ],
        );
    }

    #[test]
    fn names_are_readable_and_never_stand_for_two_folders() {
        check(
            &["cur", ".Gel&APY-schte Elemente.alt/cur", "INBOX/cur", "INBOX/.Team/cur"],
            &Folders::Auto,
            &[
                ("INBOX", Role::Inbox),
                ("Gelöschte Elemente.alt", Role::Trash),
                ("./INBOX", Role::Inbox),
                ("INBOX/Team", Role::Other),
            ],
        );
    }

    #[test]
    fn only_the_folders_asked_for_are_read() {
        let wanted = Folders::Named(["inbox", "Archive/2024", "Drafts"].map(String::from).into());
        check(
            &["cur", ".Sent/cur", ".Archive.2024/cur", ".Drafts/cur"],
            &wanted,
            &[("INBOX", Role::Inbox), ("Archive.2024", Role::Archive), ("Drafts", Role::Drafts)],
        );
    }

    #[test]
    fn a_link_in_a_circle_is_walked_once() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("Work/cur")).unwrap();
        std::os::unix::fs::symlink(root.path(), root.path().join("Work/again")).unwrap();
        let layout = find(root.path(), &Folders::Auto).unwrap();
        assert_eq!(layout.folders.len(), 1);
    }

    #[test]
    fn an_empty_mount_point_is_no_mailbox() {
        let root = tempfile::tempdir().unwrap();
        let error = find(root.path(), &Folders::Auto).unwrap_err();
        assert_eq!(error.kind(), crate::error::Kind::Temporary);
        assert!(error.to_string().contains("no Maildir folder"));
    }
}
