//! The configuration while the daemon runs: one for all of its parts, read anew when the file
//! changes or whoever runs it says so.
//!
//! A file with a mistake changes nothing: what was configured before stays, and the mistake is
//! told once.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tracing::{info, warn};

use super::clock::after;
use super::file_changes::FileChanges;
use super::home::Home;
use crate::config::Config;
use crate::error::{Error, Result};

/// Files are written piece by piece.
const SETTLING: Duration = Duration::from_millis(200);

pub struct Configuration {
    home: Home,
    current: watch::Sender<Arc<Config>>,
    changes: FileChanges,
    /// When what has changed is read.
    settled: Option<Instant>,
    /// What is wrong with the file, as it was last read.
    mistake: Option<String>,
}

impl Configuration {
    pub fn new(home: &Home, config: Config) -> Configuration {
        // A link changes where it stands, and what it leads to where that lies.
        let target = home.config.canonicalize().unwrap_or_else(|_| home.config.clone());
        let files = [home.config.as_path(), target.as_path()];
        let names = files.iter().filter_map(|file| file.file_name()).map(ToOwned::to_owned);
        let folders: Vec<&Path> = files.iter().filter_map(|file| file.parent()).collect();
        let folders: Vec<&Path> = folders.into_iter().filter(|folder| folder.is_dir()).collect();
        let changes = FileChanges::of(names.collect(), &folders);
        let current = watch::Sender::new(Arc::new(config));
        Configuration { home: home.clone(), current, changes, settled: None, mistake: None }
    }

    pub fn current(&self) -> Arc<Config> {
        Arc::clone(&self.current.borrow())
    }

    /// What is configured, from here on.
    pub fn follow(&self) -> watch::Receiver<Arc<Config>> {
        self.current.subscribe()
    }

    /// Waits until the file has changed, and whoever changes it has had time to write all of it.
    /// May be given up at any time.
    pub async fn changed(&mut self) {
        let settled = match self.settled {
            Some(settled) => settled,
            None => {
                self.changes.next().await;
                *self.settled.insert(after(SETTLING))
            }
        };
        sleep_until(settled).await;
        self.settled = None;
    }

    /// What is wrong with the file, if something is.
    pub fn mistake(&self) -> Option<&str> {
        self.mistake.as_deref()
    }

    fn read(&self) -> Result<Config> {
        let config = self.home.settings()?;
        config.require_account()?;
        Ok(config)
    }

    /// Reads the file anew and hands it on; what is wrong with it, where that is new. A file that
    /// is gone, or names no account any more, is as wrong as one that can't be read.
    pub async fn read_anew(&mut self) -> Option<Error> {
        let mut read = self.read();
        if read.is_err() {
            // Only half of it may be written.
            sleep_until(after(SETTLING)).await;
            read = self.read();
        }
        match read {
            Ok(config) => {
                info!("configuration reloaded");
                self.mistake = None;
                self.current.send_replace(Arc::new(config));
                None
            }
            Err(cause) => {
                let told = cause.to_string();
                let is_new = self.mistake.as_ref() != Some(&told);
                if is_new {
                    warn!("keeping the old configuration: {told}");
                }
                self.mistake = Some(told);
                is_new.then_some(cause)
            }
        }
    }
}
