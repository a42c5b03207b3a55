//! Writes messages into a Maildir the way a delivery agent does: complete before they are seen,
//! the delivery time in the file's name and as its mtime.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use jiff::Timestamp;

static COUNT: AtomicU64 = AtomicU64::new(0);

#[derive(Debug, Clone)]
pub struct Maildir {
    root: PathBuf,
}

impl Maildir {
    /// Makes the three folders where they are missing.
    pub fn create(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        for part in ["tmp", "new", "cur"] {
            fs::create_dir_all(root.join(part)).unwrap();
        }
        Maildir { root }
    }

    /// A folder in the Maildir++ layout, `Sent` being `.Sent`; `INBOX` is the root itself.
    pub fn folder(&self, name: &str) -> Maildir {
        match name {
            "INBOX" => self.clone(),
            _ => Maildir::create(self.root.join(format!(".{}", name.replace('/', ".")))),
        }
    }

    pub fn path(&self) -> &Path {
        &self.root
    }

    /// As the configuration has it.
    pub fn account(&self, name: &str) -> String {
        let path = self.root.display();
        format!("[[account]]\nname = \"{name}\"\nkind = \"maildir\"\npath = \"{path}\"\n")
    }

    /// Unseen mail, in `new/`.
    pub fn deliver(&self, at: Timestamp, mail: &[u8]) -> PathBuf {
        let name = unique_name(at);
        self.write(at, mail, &name, self.root.join("new").join(&name))
    }

    /// Mail that a mail program knows, in `cur/` with flags such as `S`, `RS`, `D`, `T`.
    pub fn keep(&self, at: Timestamp, flags: &str, mail: &[u8]) -> PathBuf {
        let name = unique_name(at);
        let kept = self.root.join("cur").join(format!("{name}:2,{flags}"));
        self.write(at, mail, &name, kept)
    }

    fn write(&self, at: Timestamp, mail: &[u8], name: &str, to: PathBuf) -> PathBuf {
        let draft = self.root.join("tmp").join(name);
        let mut file = File::create(&draft).unwrap();
        file.write_all(mail).unwrap();
        let since = Duration::from_secs(u64::try_from(at.as_second()).unwrap());
        file.set_modified(UNIX_EPOCH + since).unwrap();
        fs::rename(&draft, &to).unwrap();
        to
    }
}

fn unique_name(at: Timestamp) -> String {
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{}.M{count:06}P{}.host.example", at.as_second(), std::process::id())
}
