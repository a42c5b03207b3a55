//! Where everything lies, and the lock that keeps a second daemon out and tells whether there is
//! one.
//!
//! It is a record lock of `fcntl`, because one can be asked about without being taken: `flock` has
//! no such question, and a daemon that starts while it is asked would find it taken. It lies beside
//! the database that it guards, as cron knows no runtime folder.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, fcntl_lock};
use rustix::process::{Flock, FlockType, fcntl_getlk};

use crate::config::{self, Config};
use crate::error::{Error, Result};
use crate::import::holidays;

/// A folder by the XDG Base Directory Specification: where the variable says, else below the user's
/// home; `None` where neither is known.
pub fn xdg_folder(variable: &str, fallback: &str) -> Option<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    named.or_else(|| std::env::home_dir().map(|home| home.join(fallback)))
}

/// The folders of one installation.
#[derive(Debug, Clone)]
pub struct Home {
    pub config: PathBuf,
    pub data: PathBuf,
}

/// Beside the database that they guard.
const DAEMON: &str = "requite.lock";
const IMPORT: &str = "import.lock";

/// Held as long as the daemon runs, or an import.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Home {
    /// Everything below one folder.
    pub fn below(folder: &Path) -> Home {
        Home { config: folder.join("config.toml"), data: folder.join("data") }
    }

    /// By the XDG Base Directory Specification.
    ///
    /// # Errors
    /// `Failed` when neither `HOME` nor the XDG variables are set.
    pub fn of_user() -> Result<Home> {
        let under = |variable: &str, fallback: &str| {
            xdg_folder(variable, fallback).map(|base| base.join("requite")).ok_or_else(|| {
                Error::failed(format!("neither HOME nor {variable} is set"))
                    .hint("set HOME, or name a folder with --home")
            })
        };
        Ok(Home {
            config: under("XDG_CONFIG_HOME", ".config")?.join("config.toml"),
            data: under("XDG_DATA_HOME", ".local/share")?,
        })
    }

    /// Whether it lies where it does when nobody says otherwise.
    pub fn is_usual(&self) -> bool {
        std::env::home_dir().is_some_and(|home| {
            self.config == home.join(".config/requite/config.toml")
                && self.data == home.join(".local/share/requite")
        })
    }

    /// What the user configured, with the calendars that it names.
    ///
    /// # Errors
    /// `Config` for every mistake in it.
    pub fn settings(&self) -> Result<Config> {
        let mut config = config::load(&self.config, holidays::read)?;
        config.keep_tokens_in(&self.tokens());
        Ok(config)
    }

    /// The folder of OAuth2 tokens.
    pub fn tokens(&self) -> PathBuf {
        self.data.join("auth")
    }

    /// The daemon's lock; `None` while another one holds it.
    ///
    /// A process that closes any handle of the file loses the lock: the one that holds it must not
    /// ask [`is_watched`](Self::is_watched).
    ///
    /// # Errors
    /// `Failed` where the lock can't be made.
    pub fn lock(&self) -> Result<Option<Lock>> {
        self.take(DAEMON)
    }

    /// The lock of an import, which measures whom it brings; `None` while there is another one.
    ///
    /// # Errors
    /// `Failed` where the lock can't be made.
    pub fn lock_import(&self) -> Result<Option<Lock>> {
        self.take(IMPORT)
    }

    fn take(&self, file: &str) -> Result<Option<Lock>> {
        let path = self.data.join(file);
        let cannot = |cause: io::Error| {
            Error::failed(format!("can't lock {}", path.display()))
                .hint("make the folder writable, or choose another with --home")
                .because(cause)
        };
        fs::create_dir_all(&self.data).map_err(cannot)?;
        let mut options = File::options();
        let file = options.create(true).truncate(false).write(true).mode(0o600).open(&path);
        let file = file.map_err(cannot)?;
        match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive).map_err(io::Error::from) {
            Ok(()) => Ok(Some(Lock { _file: file })),
            Err(cause) if cause.kind() == ErrorKind::WouldBlock => Ok(None),
            Err(cause) => Err(cannot(cause)),
        }
    }

    /// Whether another process holds the daemon's lock. Neither takes it nor writes anything.
    ///
    /// # Errors
    /// `Failed` where nobody can tell.
    pub fn is_watched(&self) -> Result<bool> {
        self.is_taken(DAEMON)
    }

    /// Whether another process imports something.
    ///
    /// # Errors
    /// `Failed` where nobody can tell.
    pub fn is_importing(&self) -> Result<bool> {
        self.is_taken(IMPORT)
    }

    fn is_taken(&self, file: &str) -> Result<bool> {
        let path = self.data.join(file);
        let cannot = |cause: io::Error| {
            Error::failed(format!("can't tell who holds {}", path.display()))
                .hint("make the file readable, or choose another folder with --home")
                .because(cause)
        };
        match File::open(&path) {
            Ok(file) => {
                let holder = fcntl_getlk(&file, &Flock::from(FlockType::WriteLock));
                Ok(holder.map_err(|cause| cannot(cause.into()))?.is_some())
            }
            Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(false),
            Err(cause) => Err(cannot(cause)),
        }
    }
}
