//! Where everything lies, and the lock that keeps a second daemon out.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;

use crate::config::{self, Config};
use crate::error::{Error, Result};
use crate::import::holidays;

/// The folders of one installation.
#[derive(Debug, Clone)]
pub struct Home {
    pub config: PathBuf,
    pub data: PathBuf,
    pub runtime: PathBuf,
}

/// Held as long as the daemon runs.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Home {
    /// Everything below one folder.
    pub fn below(folder: &Path) -> Home {
        Home {
            config: folder.join("config.toml"),
            data: folder.join("data"),
            runtime: folder.join("run"),
        }
    }

    /// By the XDG Base Directory Specification.
    ///
    /// # Errors
    /// `Failed` when neither `HOME` nor the XDG variables are set.
    pub fn of_user() -> Result<Home> {
        let home = std::env::home_dir();
        let under = |variable: &str, fallback: &str| {
            std::env::var_os(variable)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
                .or_else(|| home.as_ref().map(|home| home.join(fallback)))
                .map(|base| base.join("requite"))
                .ok_or_else(|| {
                    Error::failed(format!("neither HOME nor {variable} is set"))
                        .hint("set HOME, or name a folder with --home")
                })
        };
        let data = under("XDG_DATA_HOME", ".local/share")?;
        Ok(Home {
            config: under("XDG_CONFIG_HOME", ".config")?.join("config.toml"),
            runtime: std::env::var_os("XDG_RUNTIME_DIR")
                .map_or_else(|| data.clone(), |base| PathBuf::from(base).join("requite")),
            data,
        })
    }

    /// What the user configured, with the calendars that it names.
    ///
    /// # Errors
    /// `Config` for every mistake in it.
    pub fn settings(&self) -> Result<Config> {
        let mut config = config::load(&self.config, holidays::read)?;
        config.keep_tokens_in(&self.data.join("auth"));
        Ok(config)
    }

    /// The daemon's lock; `None` while another one holds it.
    pub fn lock(&self) -> Result<Option<Lock>> {
        let path = self.runtime.join("requite.lock");
        let cannot = |cause: std::io::Error| {
            Error::failed(format!("cannot lock {}", path.display()))
                .hint("make the folder writable, or choose another with --home")
                .because(cause)
        };
        fs::create_dir_all(&self.runtime).map_err(cannot)?;
        let file = File::create(&path).map_err(cannot)?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Lock { _file: file })),
            Err(cause) => match std::io::Error::from(cause) {
                cause if cause.kind() == ErrorKind::WouldBlock => Ok(None),
                cause => Err(cannot(cause)),
            },
        }
    }
}
