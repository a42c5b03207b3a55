//! Which folders an account has, what they are for, and in which order they are read.
//!
//! A folder's name goes back to the server exactly as it came; people see it decoded.

use std::collections::{BTreeSet, HashMap, HashSet};

use async_imap::imap_proto::{MailboxDatum, NameAttribute, Response};
use tokio::time::{Duration, Instant};

use super::exec::{Connection, quoted};
use super::failure::Failure;
use super::spacing::Spacing;
use crate::config::Folders;
use crate::error::{Error, Result};
use crate::source::utf7::readable;
use crate::source::{Flags, FolderKey, Role};

/// One folder of the server, and what this run has seen of it.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    pub key: FolderKey,
    /// As an argument of a command.
    pub argument: String,
    pub role: Role,
    /// The server itself says what it is for.
    pub special: bool,
    pub seen: Seen,
    pub spacing: Spacing,
}

/// A folder as EXAMINE or STATUS shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct View {
    /// 0: the server says none.
    pub uidvalidity: u32,
    /// 0: the server says none.
    pub uidnext: u32,
    pub exists: u32,
}

/// What the last check of a folder found; empty before the first.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub view: Option<View>,
    /// The UIDs near the top of the folder.
    pub tail: Option<BTreeSet<u32>>,
    /// The flags of watched messages, as they were reported.
    pub flags: HashMap<u32, Flags>,
    /// The folder was read anew in this run because its server numbers it badly.
    pub renumbered: bool,
    /// The server may show the newest messages only.
    pub partial: bool,
    /// What may be fetched of its past today is spent.
    pub is_paused: bool,
    /// How often the text of a message was asked for on this connection.
    pub texts: HashMap<u32, usize>,
    /// How many messages searches found in it; `None`: that isn't known.
    pub counted: Option<i64>,
    /// How many more the server counts, and since when.
    hidden: Option<(i64, Instant)>,
    /// When its counters last failed to add up.
    doubted: Option<Instant>,
}

impl Seen {
    /// Whether the folder's number of messages is another than what is known of it comes to. Says
    /// so once in `pause`: where much is deleted, it often happens.
    pub(super) fn doubts(&mut self, view: View, pause: Duration, now: Instant) -> bool {
        let Some(gap) = self.gap(view).filter(|_| self.view.is_some()) else { return false };
        let known = self.hidden.map_or(0, |(count, _)| count);
        let adds_up = (0..=known).contains(&gap);
        if adds_up || self.doubted.is_some_and(|at| now - at < pause) {
            return false;
        }
        self.doubted = Some(now);
        true
    }

    /// How many messages are counted and weren't found.
    fn gap(&self, view: View) -> Option<i64> {
        self.counted.map(|counted| i64::from(view.exists) - counted)
    }

    /// The folder looked like this, and all that showed was read; `complete`: down to its oldest
    /// message.
    pub(super) fn looked(&mut self, view: View, complete: bool, now: Instant) {
        self.view = Some(view);
        let before = self.hidden.take();
        match self.gap(view) {
            Some(gap) if complete && gap > 0 => {
                let same = before.filter(|(count, _)| gap <= *count);
                let since = same.map_or(now, |(_, since)| since);
                self.hidden = Some((gap, since));
            }
            _ => self.counted = complete.then_some(view.exists.into()),
        }
    }

    /// Whether messages are counted that don't show yet (Exchange): they may do so without any
    /// change of the counters. Not for longer than `patience`, since there are servers whose
    /// counters never add up.
    pub(super) fn awaits(&self, patience: Duration, now: Instant) -> bool {
        self.hidden.is_some_and(|(_, since)| now - since < patience)
    }
}

impl Folder {
    /// Whether this is what the server calls it in a reply.
    pub(super) fn is_called(&self, name: &str) -> bool {
        let inbox = self.role == Role::Inbox && name.eq_ignore_ascii_case("INBOX");
        inbox || self.argument == quoted(&unescaped(name))
    }
}

/// Asks for all folders that can be opened (RFC 3501 §6.3.8), in the order of reading.
pub(super) async fn list(
    connection: &mut Connection,
    account: &str,
) -> Result<Vec<Folder>, Failure> {
    let mut found: Vec<(String, Role, bool)> = Vec::new();
    connection
        .exec("LIST \"\" \"*\"", |response| {
            let Response::MailboxData(MailboxDatum::List(entry)) = response else { return };
            let closed = entry.name_attributes.iter().any(is_closed);
            let name = unescaped(&entry.name);
            // A line end in a name would be a command of the server's making.
            if closed || name.is_empty() || name.contains(char::is_control) {
                return;
            }
            let role = entry.name_attributes.iter().find_map(special_use);
            let role = if name.eq_ignore_ascii_case("INBOX") { Some(Role::Inbox) } else { role };
            let special = role.is_some();
            let delimiter = entry.delimiter.as_deref().unwrap_or("/");
            let named = || by_name(&readable(&name), delimiter);
            let role = role.unwrap_or_else(named);
            if !found.iter().any(|(known, ..)| *known == name) {
                found.push((name, role, special));
            }
        })
        .await?;
    let mut displayed = HashSet::new();
    let mut folders: Vec<Folder> = found
        .into_iter()
        .map(|(name, role, special)| {
            let display = readable(&name);
            let folder = if displayed.insert(display.clone()) { display } else { name.clone() };
            let key = FolderKey { account: account.to_owned(), folder };
            Folder {
                key,
                argument: quoted(&name),
                role,
                special,
                seen: Seen::default(),
                spacing: Spacing::default(),
            }
        })
        .collect();
    folders.sort_by_key(|folder| order(folder.role));
    Ok(folders)
}

/// Those that the account wants read; `labels`: the server is Gmail, whose folders but Junk and
/// Trash are labels on what lies in All Mail.
pub(super) fn wanted(all: Vec<Folder>, folders: &Folders, labels: bool) -> Result<Vec<Folder>> {
    let names = match folders {
        Folders::Auto => return Ok(by_themselves(all, labels)),
        Folders::Named(names) => names,
    };
    let is = |folder: &Folder, name: &str| {
        folder.key.folder == name
            || folder.role == Role::Inbox && name.eq_ignore_ascii_case("INBOX")
    };
    if let Some(missing) = names.iter().find(|name| !all.iter().any(|it| is(it, name))) {
        let there: Vec<&str> = all.iter().map(|it| it.key.folder.as_str()).take(20).collect();
        return Err(Error::config(format!("there is no folder \"{missing}\" on the server"))
            .hint(format!("it has: {}", there.join(", "))));
    }
    Ok(all.into_iter().filter(|it| names.iter().any(|name| is(it, name))).collect())
}

/// What is to be read where nobody says otherwise: every message once, as far as that shows.
fn by_themselves(mut all: Vec<Folder>, labels: bool) -> Vec<Folder> {
    // By its name alone, a folder may be anything; by its attribute it shows what lies elsewhere
    // (RFC 6154 §2).
    let is_view = |it: &Folder| it.role == Role::All && it.special;
    if labels && all.iter().any(is_view) {
        all.retain(|it| is_view(it) || matches!(it.role, Role::Junk | Role::Trash));
    } else if !all.iter().all(is_view) {
        all.retain(|it| !is_view(it));
    }
    all.retain(|it| it.role != Role::Drafts);
    all
}

/// What matters most first: the promise is kept or broken in INBOX and Sent.
fn order(role: Role) -> u8 {
    match role {
        Role::Inbox => 0,
        Role::Sent => 1,
        Role::All => 2,
        Role::Archive => 3,
        Role::Other => 4,
        Role::Drafts => 5,
        Role::Junk => 6,
        Role::Trash => 7,
    }
}

fn is_closed(attribute: &NameAttribute<'_>) -> bool {
    match attribute {
        NameAttribute::NoSelect => true,
        NameAttribute::Extension(name) => name.eq_ignore_ascii_case("\\NonExistent"),
        _ => false,
    }
}

/// SPECIAL-USE (RFC 6154 §2).
fn special_use(attribute: &NameAttribute<'_>) -> Option<Role> {
    Some(match attribute {
        NameAttribute::All => Role::All,
        NameAttribute::Archive => Role::Archive,
        NameAttribute::Drafts => Role::Drafts,
        NameAttribute::Junk => Role::Junk,
        NameAttribute::Sent => Role::Sent,
        NameAttribute::Trash => Role::Trash,
        _ => return None,
    })
}

/// Another folder's "Inbox" (an archive of an old account) is no inbox.
fn by_name(name: &str, delimiter: &str) -> Role {
    let last =
        if delimiter.is_empty() { name } else { name.rsplit(delimiter).next().unwrap_or(name) };
    match Role::by_name(last) {
        Role::Inbox => Role::Other,
        role => role,
    }
}

/// The parser leaves the backslashes of a quoted string in.
fn unescaped(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, rest.peek()) {
            ('\\', Some(&next @ ('\\' | '"'))) => {
                rest.next();
                plain.push(next);
            }
            _ => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting_and_unescaping_are_opposites() {
        for name in ["plain", "a\"b", "a\\b", "\\\\", "\"\""] {
            let quoted = quoted(name);
            let inside = quoted.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
            assert_eq!(inside.map(unescaped).as_deref(), Some(name));
        }
    }

    #[test]
    fn roles_by_name_look_at_the_last_part_only() {
        assert_eq!(by_name("INBOX.Sent", "."), Role::Sent);
        assert_eq!(by_name("[Gmail]/Drafts", "/"), Role::Drafts);
        assert_eq!(by_name("old/INBOX", "/"), Role::Other);
        assert_eq!(by_name("Entwürfe", "/"), Role::Drafts);
    }

    fn folder(name: &str, role: Role) -> Folder {
        let key = FolderKey { account: "work".to_owned(), folder: name.to_owned() };
        Folder {
            key,
            argument: quoted(name),
            role,
            special: false,
            seen: Seen::default(),
            spacing: Spacing::default(),
        }
    }

    #[test]
    fn drafts_are_left_out_unless_they_are_named() {
        let all = vec![
            folder("INBOX", Role::Inbox),
            folder("Drafts", Role::Drafts),
            folder("x", Role::Other),
        ];
        let names = |folders: &Folders| {
            let wanted = wanted(all.clone(), folders, false).unwrap();
            wanted.into_iter().map(|it| it.key.folder).collect::<Vec<_>>()
        };
        assert_eq!(names(&Folders::Auto), ["INBOX", "x"]);
        let some = ["Drafts", "inbox"].map(str::to_owned).to_vec();
        assert_eq!(names(&Folders::Named(some)), ["INBOX", "Drafts"]);

        let error = wanted(all, &Folders::Named(vec!["Work".to_owned()]), false).unwrap_err();
        assert_eq!(error.to_string(), "there is no folder \"Work\" on the server");
        assert_eq!(error.advice(), Some("it has: INBOX, Drafts, x"));
    }
}
