//! Mailboxes: what kind one is, what its folders are for, how it is doing, and the flags of a copy.

/// How an account's mail is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailboxKind {
    Imap,
    Maildir,
    /// Files that were imported once; never watched.
    Archive,
}

impl MailboxKind {
    pub const ALL: [MailboxKind; 3] =
        [MailboxKind::Imap, MailboxKind::Maildir, MailboxKind::Archive];

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
    Watching,
    Syncing,
    Offline,
    Backoff,
    AuthFailed,
    Idle,
}

impl AccountState {
    pub const ALL: [AccountState; 6] = [
        AccountState::Watching,
        AccountState::Syncing,
        AccountState::Offline,
        AccountState::Backoff,
        AccountState::AuthFailed,
        AccountState::Idle,
    ];

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
    Inbox,
    Sent,
    Archive,
    All,
    Drafts,
    Junk,
    Trash,
    Other,
}

impl Role {
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

/// What a mail program has noted on a copy of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    pub answered: bool,
    pub deleted: bool,
    pub draft: bool,
}
