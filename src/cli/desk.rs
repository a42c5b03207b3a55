//! What every command starts from: where things lie, the configuration, the time, the manner of
//! speaking.

use std::io::{self, Write};

use crate::config::{self, Config};
use crate::daemon::book::{AsOf, Book};
use crate::daemon::clock::Clock;
use crate::daemon::{Home, measure_history, prepare};
use crate::domain::model::Moment;
use crate::error::{Error, Result};
use crate::store::Store;

pub struct Desk {
    pub home: Home,
    pub config: Config,
    /// The real present.
    pub now: Moment,
    /// `--at`: read-only commands answer as of this instant.
    pub at: Option<Moment>,
    pub json: bool,
    pub quiet: bool,
    /// What is shown may be longer.
    pub verbose: bool,
}

impl Desk {
    /// Reads the configuration; where there is none and none was named, the defaults hold.
    pub fn open(home: Home, at: Option<Moment>, json: bool, quiet: bool) -> Result<Desk> {
        let config = if home.config.exists() { home.settings()? } else { config::defaults() };
        Ok(Desk { home, config, now: Clock::System.now(), at, json, quiet, verbose: false })
    }

    /// Like [`Desk::open`], for commands that can do nothing without a configuration.
    pub fn open_configured(
        home: Home,
        at: Option<Moment>,
        json: bool,
        quiet: bool,
    ) -> Result<Desk> {
        home.settings()?;
        Desk::open(home, at, json, quiet)
    }

    pub fn as_of(&self) -> AsOf {
        self.at.map_or(AsOf::Now(self.now), AsOf::Then)
    }

    /// The database, made if need be and told what the configuration says.
    pub fn store(&self) -> Result<Store> {
        let store = Store::open(&self.home.data)?.durable()?;
        // No configuration: told that nobody is me, it would forget what it has measured.
        if !self.config.accounts.is_empty() || !self.config.me.addresses.is_empty() {
            prepare(&store, &self.config)?;
        }
        Ok(store)
    }

    pub fn book<'a>(&'a self, store: &'a Store) -> Result<Book<'a>> {
        Book::open(store, &self.config.policy, self.as_of())
    }

    /// Writes something the user said in one transaction, and then what follows from it.
    pub fn write<T>(&self, store: &Store, work: impl FnOnce(&Store) -> Result<T>) -> Result<T> {
        if self.at.is_some() {
            return Err(Error::usage("--at only goes with commands that change nothing"));
        }
        let value = store.transaction(|store| {
            let value = work(store)?;
            store.match_by_name()?;
            Ok(value)
        })?;
        measure_history(store, &self.config.policy)?;
        Ok(value)
    }

    /// Prints a JSON document with its schema and instant.
    pub fn print_json(&self, mut document: serde_json::Value) -> Result<()> {
        if let Some(fields) = document.as_object_mut() {
            fields.insert("schema".into(), 1.into());
            fields.insert("at".into(), self.as_of().moment().to_string().into());
        }
        self.print_bytes(format!("{document:#}\n").as_bytes())
    }

    /// Prints data. A reader that has gone away is no error.
    pub fn print(&self, text: &str) -> Result<()> {
        printed(anstream::stdout().lock().write_all(text.as_bytes()))
    }

    /// Prints data as it is, byte by byte.
    pub fn print_bytes(&self, bytes: &[u8]) -> Result<()> {
        printed(io::stdout().lock().write_all(bytes))
    }

    /// Says something about what was done, beside the data.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr(), "{text}");
        }
    }
}

fn printed(written: io::Result<()>) -> Result<()> {
    match written {
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::failed("cannot write the answer").because(cause))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_configuration_forgets_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::below(folder.path());
        let store = Store::open(&home.data).unwrap();
        store.set_accounts(&[("work".to_owned(), "imap")]).unwrap();
        store.set_folders("work", &[("INBOX".to_owned(), "inbox")]).unwrap();
        let desk = Desk::open(home, None, false, false).unwrap();
        let accounts = desk.store().unwrap().accounts().unwrap();
        assert_eq!(accounts[0].folders.len(), 1);
    }
}
