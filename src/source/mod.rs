//! Where mail comes from: IMAP, Maildir and mbox → [`RawMail`].
//!
//! Reads only; nothing in a mailbox ever changes. Knows neither the store nor a score: what it
//! finds goes into a [`Sink`], and what it has to know about earlier runs it asks the sink for.

use crate::domain::model::Moment;

pub mod archive;
pub mod imap;
pub mod maildir;
pub mod mbox;
mod problem;
mod sink;
mod utf7;

pub use crate::domain::message::mailbox::{AccountState, Flags, Role, Uid, UidValidity};
pub use problem::{Problem, Problems};
pub use sink::{Question, Report, Sink};

/// One message as a source found it: header bytes and what stands beside them.
#[derive(Debug, Clone, Default)]
pub struct RawMail {
    pub uid: Uid,
    pub flags: Flags,
    /// INTERNALDATE, or the delivery time of a Maildir file.
    pub internal: Option<Moment>,
    /// The raw header block, or the fields that were asked for.
    pub header: Vec<u8>,
    /// The raw beginning of the body, at most [`BODY_START`](crate::mail::BODY_START) bytes, where
    /// the text was to be read.
    pub body_start: Option<Vec<u8>>,
    /// The names of what is attached, where the text was to be read.
    pub attachments: Vec<String>,
}

impl RawMail {
    /// In bytes.
    pub(super) fn length(&self) -> usize {
        self.header.len() + self.body_start.as_ref().map_or(0, Vec::len)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FolderKey {
    pub account: String,
    /// Decoded for display; unique within the account.
    pub folder: String,
}

/// What is known of a folder from earlier runs, as the store committed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FolderState {
    pub uidvalidity: UidValidity,
    /// Lowest and highest UID of the covered interval; every message in between was stored or
    /// found missing. `None`: nothing covered yet.
    pub covered: Option<(Uid, Uid)>,
    /// The interval reaches down to the oldest message.
    pub complete: bool,
    /// All of it was compared with the server's copy too long ago.
    pub reconcile_due: bool,
}

/// One step of reading a folder. Everything in it is committed in one transaction, or nothing.
#[derive(Debug, Clone)]
pub struct Batch {
    pub folder: FolderKey,
    pub role: Role,
    pub uidvalidity: UidValidity,
    pub mails: Vec<RawMail>,
    /// Messages that can't be read, with the reason: listed as quarantined.
    pub unreadable: Vec<(Uid, String)>,
    /// New flags of messages that are already stored.
    pub flags: Vec<(Uid, Flags)>,
    /// UIDs that are no longer there.
    pub gone: Vec<Uid>,
    /// The covered interval once this batch is stored; `None` leaves it.
    pub covered: Option<(Uid, Uid)>,
    pub complete: bool,
    /// With this batch, the store has what the folder has: all of it was compared.
    pub reconciled: bool,
    /// While the past is read: how many messages the folder has, by the server's count.
    pub history_of: Option<u32>,
    /// Bytes that the server sent for it, with all that was asked on the way.
    pub fetched: u64,
    /// Its mails are stored already, and come again with their texts.
    pub brings_texts: bool,
}

impl Batch {
    /// Without anything in it yet.
    pub fn of(folder: FolderKey, role: Role, uidvalidity: UidValidity) -> Batch {
        Batch {
            folder,
            role,
            uidvalidity,
            mails: Vec::new(),
            unreadable: Vec::new(),
            flags: Vec::new(),
            gone: Vec::new(),
            covered: None,
            complete: false,
            reconciled: false,
            history_of: None,
            fetched: 0,
            brings_texts: false,
        }
    }
}
