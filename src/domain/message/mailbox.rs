//! Mailboxes: what kind one is, what its folders are for, how it is doing, and the flags of a copy.

use std::fmt;

/// How an account's mail is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailboxKind {
    /// On a server, over IMAP.
    Imap,
    /// In a Maildir on this machine.
    Maildir,
    /// Files that were imported once; never watched.
    Archive,
}

impl MailboxKind {
    /// Every kind: names in the database are looked up among these.
    pub const ALL: [MailboxKind; 3] =
        [MailboxKind::Imap, MailboxKind::Maildir, MailboxKind::Archive];

    /// As JSON and the database spell it.
    pub fn name(self) -> &'static str {
        match self {
            MailboxKind::Imap => "imap",
            MailboxKind::Maildir => "maildir",
            MailboxKind::Archive => "archive",
        }
    }
}

/// How an account is doing, as `status` shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// All of it has been read, and news is waited for.
    Watching,
    /// It is being connected to, or read.
    Syncing,
    /// It couldn't be reached or read.
    Offline,
    /// What was running failed, or the server is busy: it is tried again after a pause.
    Backoff,
    /// The server refused the login.
    AuthFailed,
    /// Nobody is watching it; the last pass went well, or the daemon has stopped.
    Idle,
}

impl AccountState {
    /// What there is of it isn't known.
    pub fn has_failed(self) -> bool {
        matches!(self, AccountState::Offline | AccountState::Backoff | AccountState::AuthFailed)
    }

    /// Every state: names in the database are looked up among these.
    pub const ALL: [AccountState; 6] = [
        AccountState::Watching,
        AccountState::Syncing,
        AccountState::Offline,
        AccountState::Backoff,
        AccountState::AuthFailed,
        AccountState::Idle,
    ];

    /// As JSON and the database spell it.
    pub fn name(self) -> &'static str {
        match self {
            AccountState::Watching => "watching",
            AccountState::Syncing => "syncing",
            AccountState::Offline => "offline",
            AccountState::Backoff => "backoff",
            AccountState::AuthFailed => "auth_failed",
            AccountState::Idle => "idle",
        }
    }
}

/// What a folder is for, by SPECIAL-USE (RFC 6154) or its well-known name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Where mail arrives.
    Inbox,
    /// Copies of what I sent.
    Sent,
    /// Mail that I have put aside to keep.
    Archive,
    /// Every message of the account, also those of other folders.
    All,
    /// What is not sent yet: read only where the configuration names the folder.
    Drafts,
    /// What was taken for spam.
    Junk,
    /// What was thrown away.
    Trash,
    /// Any other folder, or one of which nothing is known.
    Other,
}

impl Role {
    /// Every role: names in the database are looked up among these.
    pub const ALL: [Role; 8] = [
        Role::Inbox,
        Role::Sent,
        Role::Archive,
        Role::All,
        Role::Drafts,
        Role::Junk,
        Role::Trash,
        Role::Other,
    ];

    /// As JSON, the terminal and the database spell it.
    pub fn name(self) -> &'static str {
        match self {
            Role::Inbox => "inbox",
            Role::Sent => "sent",
            Role::Archive => "archive",
            Role::All => "all",
            Role::Drafts => "drafts",
            Role::Junk => "junk",
            Role::Trash => "trash",
            Role::Other => "other",
        }
    }

    /// By the last part of a folder's name, in the languages that mail programs create them in.
    pub fn by_name(name: &str) -> Role {
        let lower = name.to_lowercase();
        let last = lower.rsplit(['/', '.']).next().unwrap_or(&lower).trim();
        match last {
            "inbox" => Role::Inbox,
            "sent"
            | "sent items"
            | "sent mail"
            | "sent messages"
            | "sent_items"
            | "_sent_mail"
            | "gesendet"
            | "gesendete elemente"
            | "gesendete objekte"
            | "envoyés"
            | "éléments envoyés"
            | "messages envoyés"
            | "enviados"
            | "elementos enviados"
            | "inviata"
            | "posta inviata"
            | "verzonden"
            | "verzonden items" => Role::Sent,
            "archive" | "archives" | "archiv" | "archief" | "archivo" => Role::Archive,
            "all mail" | "alle nachrichten" | "tous les messages" => Role::All,
            "drafts" | "draft" | "entwürfe" | "brouillons" | "borradores" | "concepten" => {
                Role::Drafts
            }
            "junk"
            | "spam"
            | "junk e-mail"
            | "junk email"
            | "bulk mail"
            | "spamverdacht"
            | "courrier indésirable"
            | "correo no deseado"
            | "ongewenste e-mail" => Role::Junk,
            "trash"
            | "deleted items"
            | "deleted messages"
            | "deleted"
            | "bin"
            | "papierkorb"
            | "gelöschte elemente"
            | "corbeille"
            | "papelera"
            | "prullenbak" => Role::Trash,
            _ => Role::Other,
        }
    }
}

/// A message's number within its folder, for as long as the folder's [`UidValidity`] lasts: the
/// server's UID (RFC 9051 §2.3.1.1), a hash of a Maildir file's name, or one of an archived message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Uid(pub u64);

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<u32> for Uid {
    fn from(uid: u32) -> Uid {
        Uid(uid.into())
    }
}

/// As a server takes it: one that is larger is none of its own.
impl TryFrom<Uid> for u32 {
    type Error = std::num::TryFromIntError;
    fn try_from(uid: Uid) -> Result<u32, Self::Error> {
        uid.0.try_into()
    }
}

/// Which numbering of a folder its [`Uid`]s belong to; the default: none was ever seen.
///
/// Of a server's folder the lower half is its UIDVALIDITY (RFC 9051 §2.3.1.1). The upper half
/// counts how often the server broke its promise that a UID means one message for ever, without
/// changing UIDVALIDITY.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UidValidity(pub u64);

impl UidValidity {
    /// Of a server that has broken its promise so many times.
    pub fn of_server(uidvalidity: u32, breaches: u64) -> UidValidity {
        UidValidity((breaches << 32) | u64::from(uidvalidity))
    }

    /// As the server named it.
    pub fn by_server(self) -> u64 {
        self.0 & 0xffff_ffff
    }

    /// How often the server broke its promise.
    pub fn breaches(self) -> u64 {
        self.0 >> 32
    }

    /// Whether no numbering was ever seen.
    pub fn is_none(self) -> bool {
        self.0 == 0
    }
}

/// What a mail program has noted on a copy of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    /// Somebody has answered the message from this mailbox.
    pub answered: bool,
    /// The copy is marked for removal, but still there.
    pub deleted: bool,
    /// The message is not finished: it was not sent.
    pub draft: bool,
}
