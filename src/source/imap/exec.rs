//! The one way in which commands are run: send, read until the tagged reply, trust nothing else.
//!
//! async-imap frames and parses; what a reply means is decided here. Only a tagged OK is success;
//! NO, BAD, BYE, end of file, silence, an excess and a panic in the parser each are a
//! [`Failure`]. Commands may be sent ahead of the replies to earlier ones.

use std::collections::HashSet;
use std::io;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use async_imap::Client;
use async_imap::imap_proto::{Capability, MailboxDatum, Response, Status};
use futures_util::FutureExt;
use secrecy::zeroize::Zeroizing;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::capped::{Capped, Excess};
use super::failure::{Failure, words};
use super::tls::Wire;

/// For each single response, and for each command to leave, unless the pace says otherwise.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);
/// Untagged responses to one command; no chunk, list or search needs more.
const UNTAGGED: usize = 10_000;

/// A command that was sent, to be asked for with [`Connection::finish`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag(String);

/// One connection to an IMAP server. After any failure but [`Failure::Refused`] it has to be
/// dropped.
pub(super) struct Connection {
    /// How long a reply may take.
    pub patience: Duration,
    client: Client<Capped<Wire>>,
    issued: u32,
    waiting: Vec<Tag>,
    finished: Vec<(Tag, Result<(), Failure>)>,
    untagged: usize,
    capabilities: HashSet<String>,
    exists: u32,
    /// Folders whose counters came, with or without a question.
    counted: Vec<String>,
}

impl Connection {
    pub(super) fn over(wire: Wire) -> Self {
        Connection {
            patience: PATIENCE,
            client: Client::new(Capped::new(wire)),
            issued: 0,
            waiting: Vec::new(),
            finished: Vec::new(),
            untagged: 0,
            capabilities: HashSet::new(),
            exists: 0,
            counted: Vec::new(),
        }
    }

    /// The stream beneath, to be encrypted. `None` if the server has said more than it was asked:
    /// those bytes would pass for encrypted ones (Poddebniak et al. 2021).
    pub(super) fn into_wire(self) -> Option<Wire> {
        let capped = self.client.into_inner();
        capped.is_drained().then(|| capped.into_inner())
    }

    /// As the server announced it last, in upper case.
    pub(super) fn offers(&self, capability: &str) -> bool {
        self.capabilities.contains(capability)
    }

    /// Messages that a single command may be about, where the server sets a limit (RFC 9738).
    pub(super) fn message_limit(&self) -> Option<u32> {
        let limit = |it: &String| it.strip_prefix("MESSAGELIMIT=")?.parse().ok();
        self.capabilities.iter().find_map(limit).filter(|limit| *limit > 0)
    }

    /// Messages in the open folder, by the server's last word.
    pub(super) fn exists(&self) -> u32 {
        self.exists
    }

    /// Bytes that the server sent since this was last asked, as the parser got them.
    pub(super) fn take_received(&mut self) -> u64 {
        self.client.get_mut().take_received()
    }

    /// The folders whose counters came since this was last asked.
    pub(super) fn take_counted(&mut self) -> Vec<String> {
        std::mem::take(&mut self.counted)
    }

    /// Sends one command and reads up to its tagged reply.
    pub(super) async fn exec(
        &mut self,
        command: &str,
        untagged: impl FnMut(&Response<'_>),
    ) -> Result<(), Failure> {
        let tag = self.send(command).await?;
        self.finish(&tag, untagged).await
    }

    /// Sends a command; its reply is read by [`finish`](Self::finish), in any order.
    pub(super) async fn send(&mut self, command: &str) -> Result<Tag, Failure> {
        self.issued = self.issued.wrapping_add(1);
        let tag = format!("R{}", self.issued);
        self.send_line(&Zeroizing::new(format!("{tag} {command}"))).await?;
        let tag = Tag(tag);
        self.waiting.push(tag.clone());
        Ok(tag)
    }

    /// Sends one line that is no command: the rest of one that the server asked to go on with.
    pub(super) async fn send_line(&mut self, line: &str) -> Result<(), Failure> {
        let stream = self.client.get_mut();
        // Any line may be a login; no copy of it stays in memory.
        let line = Zeroizing::new(format!("{line}\r\n"));
        let writing = async {
            stream.write_all(line.as_bytes()).await?;
            stream.flush().await
        };
        match timeout(self.patience, writing).await {
            Ok(written) => written.map_err(|cause| Failure::Lost(cause.to_string())),
            Err(_) => Err(Failure::Lost("the server takes no more bytes".to_owned())),
        }
    }

    /// Reads up to the tagged reply to this command. Replies to other commands are kept; all
    /// untagged responses on the way are handed over.
    pub(super) async fn finish(
        &mut self,
        tag: &Tag,
        mut untagged: impl FnMut(&Response<'_>),
    ) -> Result<(), Failure> {
        loop {
            if let Some(at) = self.finished.iter().position(|(done, _)| done == tag) {
                return self.finished.swap_remove(at).1;
            }
            self.read(self.patience, &mut untagged).await?;
        }
    }

    /// Reads up to the `+` with which the server asks for the rest of this command (RFC 3501
    /// §7.5), or up to the tagged reply that refuses it.
    pub(super) async fn invitation(&mut self, tag: &Tag) -> Result<(), Failure> {
        let mut invited = false;
        while !invited {
            if self.has_finished(tag) {
                self.finish(tag, |_| ()).await?;
                return Err(Failure::Refused("the server ended the command early".to_owned()));
            }
            let watch = |response: &Response<'_>| {
                invited |= matches!(response, Response::Continue(_));
            };
            self.read(self.patience, watch).await?;
        }
        Ok(())
    }

    /// Whether the tagged reply to this command has been read.
    pub(super) fn has_finished(&self, tag: &Tag) -> bool {
        self.finished.iter().any(|(done, _)| done == tag)
    }

    /// Reads one response. It is handed over unless it is a tagged reply, which is kept.
    pub(super) async fn read(
        &mut self,
        patience: Duration,
        mut untagged: impl FnMut(&Response<'_>),
    ) -> Result<(), Failure> {
        // A panic leaves nothing behind that is used again: the connection is dropped.
        let reading = AssertUnwindSafe(self.client.read_response()).catch_unwind();
        let response = match timeout(patience, reading).await {
            Err(_) => {
                let text = format!("no reply within {} s", patience.as_secs());
                return Err(Failure::Lost(text));
            }
            Ok(Err(_)) => return Err(Failure::Unreadable("it breaks the parser".to_owned())),
            Ok(Ok(Err(cause))) => return Err(read_failure(&cause)),
            Ok(Ok(Ok(None))) => {
                return Err(Failure::Lost("the server closed it".to_owned()));
            }
            Ok(Ok(Ok(Some(response)))) => response,
        };
        match response.parsed() {
            Response::Done { tag, status, outcome } => {
                let known = self.waiting.iter().position(|waiting| waiting.0 == tag.0);
                let known = known.ok_or_else(|| {
                    Failure::Unreadable("it answers a command that was never sent".to_owned())
                })?;
                let tag = self.waiting.swap_remove(known);
                self.untagged = 0;
                self.finished.push((tag, Failure::verdict(status, outcome)));
                return Ok(());
            }
            Response::Data { status: Status::Bye, outcome } => {
                return Err(Failure::Lost(format!("the server said: {}", words(outcome))));
            }
            Response::MailboxData(MailboxDatum::Exists(exists)) => self.exists = *exists,
            Response::Expunge(_) => self.exists = self.exists.saturating_sub(1),
            Response::MailboxData(MailboxDatum::Status { mailbox, .. })
                if self.counted.len() < UNTAGGED =>
            {
                self.counted.push(mailbox.to_string());
            }
            _ => {}
        }
        self.untagged += 1;
        if self.untagged > UNTAGGED {
            return Err(Failure::Unreadable("too many responses to one command".to_owned()));
        }
        untagged(response.parsed());
        Ok(())
    }

    /// Forgets what the server announced before and asks again: what was said before TLS or
    /// before the login proves nothing.
    pub(super) async fn ask_capabilities(&mut self) -> Result<(), Failure> {
        let mut announced = HashSet::new();
        self.exec("CAPABILITY", |response| {
            if let Response::Capabilities(capabilities) = response {
                announced.extend(capabilities.iter().map(capability_name));
            }
        })
        .await?;
        self.capabilities = announced;
        Ok(())
    }
}

fn capability_name(capability: &Capability<'_>) -> String {
    match capability {
        Capability::Imap4rev1 => "IMAP4REV1".to_owned(),
        Capability::Auth(mechanism) => format!("AUTH={}", mechanism.to_ascii_uppercase()),
        Capability::Atom(name) => name.to_ascii_uppercase(),
    }
}

fn read_failure(cause: &io::Error) -> Failure {
    let excess = cause.get_ref().and_then(|inner| inner.downcast_ref::<Excess>());
    match (excess, cause.kind()) {
        (Some(excess), _) => Failure::Unreadable(excess.to_string()),
        // async-imap's way to say that the parser gave up; its text holds the mail's bytes.
        (None, io::ErrorKind::Other) => Failure::Unreadable("it isn't valid IMAP".to_owned()),
        (None, _) => Failure::Lost(cause.to_string()),
    }
}

/// A string as a command's argument (RFC 3501 §4.3). Line ends and NUL can't be quoted and are
/// left out; callers refuse them earlier.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars().filter(|c| !matches!(c, '\r' | '\n' | '\0')) {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}
