//! The configuration while the daemon runs: one for all of its parts, read anew when the file
//! changes or whoever runs it says so.
//!
//! A file with a mistake changes nothing: what was configured before stays, and the mistake is
//! told once.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::watch;
use tracing::{info, warn};

use super::file_changes::FileChanges;
use super::home::Home;
use crate::config::Config;
use crate::error::Error;

pub struct Configuration {
    home: Home,
    current: watch::Sender<Arc<Config>>,
    changes: FileChanges,
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
        Configuration { home: home.clone(), current, changes, mistake: None }
    }

    pub fn current(&self) -> Arc<Config> {
        Arc::clone(&self.current.borrow())
    }

    /// What is configured, from here on.
    pub fn follow(&self) -> watch::Receiver<Arc<Config>> {
        self.current.subscribe()
    }

    /// Waits until the file has changed.
    pub async fn changed(&self) {
        self.changes.next().await;
    }

    /// What is wrong with the file, if something is.
    pub fn mistake(&self) -> Option<&str> {
        self.mistake.as_deref()
    }

    /// Reads the file anew and hands it on; what is wrong with it, where that is new. A file that
    /// is gone, or names no account any more, is as wrong as one that can't be read.
    pub fn read_anew(&mut self) -> Option<Error> {
        let read = self.home.settings();
        let read = read.and_then(|config| config.require_account().map(|()| config));
        match read {
            Ok(config) => {
                info!("the configuration was read anew");
                self.mistake = None;
                self.current.send_replace(Arc::new(config));
                None
            }
            Err(cause) => {
                let told = cause.to_string();
                let is_new = self.mistake.as_ref() != Some(&told);
                if is_new {
                    warn!("the configuration stays as it was: {told}");
                }
                self.mistake = Some(told);
                is_new.then_some(cause)
            }
        }
    }
}
