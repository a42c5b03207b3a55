//! Mail history that is read once: an mbox file or a Maildir folder, recognised by what it is.
//!
//! Never watches anything and never keeps a list of messages: each is given away as it is read.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use super::mbox::{GmailLabel, Mbox, label, looks_like};
use super::{Flags, RawMail, Role, Uid, maildir};
use crate::error::{Error, Result};
use crate::mail::{BODY_START, header_marks};

/// A file is recognised by so much of its beginning, in bytes.
const BEGINNING: u64 = 4 << 10;
/// Read at once from a file of many GB.
const BUFFER: usize = 256 << 10;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Archive {
    Mbox(PathBuf),
    Maildir(PathBuf),
}

/// One message of an archive.
#[derive(Debug)]
pub struct Archived {
    /// 1-based line of the file; `None` in a folder.
    pub line: Option<u64>,
    /// Where its program kept it; [`Role::Other`] where nothing says.
    pub role: Role,
    /// The message without a UID, or why it is none.
    pub mail: Result<RawMail, String>,
}

/// What there is at `path`, whose name is kept in one form; `None`: no mail.
///
/// # Errors
/// Where it can't be opened.
pub fn recognise(path: &Path) -> io::Result<Option<Archive>> {
    let path = path.canonicalize()?;
    if path.is_dir() {
        return Ok(maildir::is_there(&path).then_some(Archive::Maildir(path)));
    }
    let mut beginning = Vec::new();
    File::open(&path)?.take(BEGINNING).read_to_end(&mut beginning)?;
    Ok(looks_like(&beginning).then_some(Archive::Mbox(path)))
}

impl Archive {
    pub fn kind(&self) -> &'static str {
        match self {
            Archive::Mbox(_) => "mbox",
            Archive::Maildir(_) => "maildir",
        }
    }

    pub fn path(&self) -> &Path {
        match self {
            Archive::Mbox(path) | Archive::Maildir(path) => path,
        }
    }

    /// Gives every message to `take`, with the beginning of its body where `with_text`.
    ///
    /// # Errors
    /// `Failed` where the archive can't be read to its end; and those of `take`.
    pub fn each(
        &self,
        with_text: bool,
        take: &mut dyn FnMut(Archived) -> Result<()>,
    ) -> Result<()> {
        match self {
            Archive::Mbox(path) => each_of_mbox(path, with_text, take),
            Archive::Maildir(path) => maildir::each(path, with_text, &mut |role, mail| {
                take(Archived { line: None, role, mail })
            }),
        }
    }
}

fn each_of_mbox(
    path: &Path,
    with_text: bool,
    take: &mut dyn FnMut(Archived) -> Result<()>,
) -> Result<()> {
    let cut_short = |cause: io::Error| {
        Error::failed(format!("{} can't be read to its end", path.display()))
            .because(cause)
            .hint("import it again once it can: what came in stays and is known then")
    };
    let role = path.file_stem().map_or(Role::Other, |stem| Role::by_name(&stem.to_string_lossy()));
    let file = File::open(path).map_err(cut_short)?;
    let body = if with_text { BODY_START } else { 0 };
    for letter in Mbox::new(BufReader::with_capacity(BUFFER, file), body) {
        let letter = letter.map_err(cut_short)?;
        let marks = header_marks(&letter.header);
        let (role, refused) = match label(&marks.labels) {
            _ if marks.is_note => (role, Some("a mail server's note to itself")),
            Some(GmailLabel::Chat) => (role, Some("a chat transcript, no mail")),
            Some(GmailLabel::Role(role)) => (role, None),
            None => (role, None),
        };
        let mail = match refused {
            Some(why) => Err(why.to_owned()),
            None => Ok(RawMail {
                uid: Uid::default(),
                flags: Flags {
                    answered: marks.answered,
                    deleted: marks.deleted,
                    draft: marks.draft,
                },
                internal: None,
                header: letter.header,
                body_start: with_text.then_some(letter.body),
                attachments: letter.attachments,
            }),
        };
        take(Archived { line: Some(letter.line), role, mail })?;
    }
    Ok(())
}
