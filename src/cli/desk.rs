//! What every command starts from: where things lie, the configuration, the time, the manner of
//! speaking. Knows no command.

use std::io::{self, Write};

use serde_json::Value;

use super::globals::Globals;
use crate::book::{AsOf, Book, is_told, measure_history, measure_marked, prepare};
use crate::config::{self, Config};
use crate::daemon::Home;
use crate::daemon::clock::Clock;
use crate::domain::model::{ContactId, Moment};
use crate::error::{Error, Result};
use crate::store::Store;

pub(super) struct Desk {
    pub(super) home: Home,
    pub(super) config: Config,
    /// The real present.
    pub(super) now: Moment,
    /// `--at`: read-only commands answer as of this instant.
    pub(super) at: Option<Moment>,
    pub(super) json: bool,
    pub(super) quiet: bool,
    /// What is shown may be longer.
    pub(super) verbose: bool,
}

impl Desk {
    /// Reads the configuration; where there is none and none was named, the defaults hold.
    ///
    /// # Errors
    /// `Config` for every mistake in it, and for a file that was named and isn't there. `Failed`
    /// where nothing says where things lie.
    pub(super) fn open(globals: &Globals) -> Result<Desk> {
        if globals.config.is_some() {
            return Desk::open_configured(globals);
        }
        let home = globals.home()?;
        let config = settings_if_any(&home)?;
        Ok(Desk::of_now(globals, home, config).speaking_of(globals))
    }

    /// Like [`Desk::open`], for commands that can do nothing without a configuration.
    ///
    /// # Errors
    /// `Config` for every mistake in it, and where there is none. `Failed` where nothing says where
    /// things lie.
    pub(super) fn open_configured(globals: &Globals) -> Result<Desk> {
        let home = globals.home()?;
        let config = home.settings()?;
        Ok(Desk::of_now(globals, home, config).speaking_of(globals))
    }

    /// For commands that see to their configuration themselves, and for which there is no other
    /// instant than the present.
    pub(super) fn of_now(globals: &Globals, home: Home, config: Config) -> Desk {
        Desk {
            home,
            config,
            now: Clock::System.now(),
            at: None,
            json: globals.json,
            quiet: globals.quiet,
            verbose: globals.verbose > 0,
        }
    }

    /// For commands that speak of another instant where one is asked for.
    fn speaking_of(self, globals: &Globals) -> Desk {
        let at = globals.at.map(|at| at.moment(&self.config.policy.zone));
        Desk { at, ..self }
    }

    /// The instant of which to speak.
    pub(super) fn as_of(&self) -> AsOf {
        self.at.map_or(AsOf::Now(self.now), AsOf::Then)
    }

    /// The database for a command that changes something, made if need be and told what the
    /// configuration says. Waits for whoever is writing.
    ///
    /// # Errors
    /// `Usage` for a command that can't change anything, as `--at` goes with it; else those of
    /// [`Store::open`].
    pub(super) fn store_to_write(&self) -> Result<Store> {
        if self.at.is_some() {
            return Err(Error::usage("--at only goes with commands that change nothing"));
        }
        let store = Store::open(&self.home.data)?.durable()?;
        let store = if self.quiet { store } else { store.telling(say_that_it_waits) };
        if self.says_who_is_me() {
            prepare(&store, &self.config)?;
        }
        Ok(store)
    }

    /// The database for a command that only reads: at once, whoever is writing and whether or not
    /// anything can be written. What the configuration says anew is measured first where that can
    /// be done; else it is told that the figures are those of before.
    ///
    /// # Errors
    /// Those of [`Store::open_to_read`], and of [`Store::open`] where there is none yet.
    pub(super) fn store_to_read(&self) -> Result<Store> {
        let store = self.measured_store()?;
        store.hold_still()?;
        Ok(store)
    }

    fn measured_store(&self) -> Result<Store> {
        let Some(store) = Store::open_to_read(&self.home.data)? else {
            let store = Store::open(&self.home.data)?;
            if self.says_who_is_me() {
                prepare(&store, &self.config)?;
            }
            return Ok(store);
        };
        let is_told = !self.says_who_is_me() || is_told(&store, &self.config)?;
        if is_told && (store.is_measured()? || self.is_seen_to()?) {
            return Ok(store);
        }
        let measured = || {
            let store = Store::open(&self.home.data)?.impatient()?;
            if is_told {
                return measure_history(&store, &self.config.policy).map(drop);
            }
            prepare(&store, &self.config)
        };
        if let Err(cause) = measured() {
            self.say(&format!("these are figures of before ({cause})"));
        }
        Ok(store)
    }

    /// Without a configuration nobody is me, and what was measured would be forgotten.
    fn says_who_is_me(&self) -> bool {
        !self.config.accounts.is_empty() || !self.config.me.addresses.is_empty()
    }

    /// What is known as of the instant that was asked for.
    ///
    /// # Errors
    /// `Failed` where the database can't be read; `Temporary` for an earlier instant, while it is
    /// busy.
    pub(super) fn book<'a>(&'a self, store: &'a Store) -> Result<Book<'a>> {
        Book::open(store, &self.config.policy, self.as_of())
    }

    /// Writes something the user said about contacts, and what follows from it, in one transaction.
    ///
    /// # Errors
    /// Those of `work`, of which nothing stays then; else `Temporary` while another one writes for
    /// too long, `NoRoom` on a full disk, `Failed` where the database can't be written.
    pub(super) fn write<T>(
        &self,
        store: &Store,
        about: &[ContactId],
        work: impl FnOnce(&Store) -> Result<T>,
    ) -> Result<T> {
        let (value, is_rest) = store.transaction(|store| {
            let before = store.dirty_contacts()?;
            let value = work(store)?;
            store.match_by_name()?;
            Ok((value, measure_marked(store, &before, about, &self.config.policy)?))
        })?;
        if is_rest && !self.is_seen_to()? {
            measure_history(store, &self.config.policy)?;
        }
        Ok(value)
    }

    /// What follows from what was written in steps.
    ///
    /// # Errors
    /// As [`Desk::write`].
    pub(super) fn follow_up(&self, store: &Store) -> Result<()> {
        store.transaction(Store::recognise)?;
        measure_history(store, &self.config.policy).map(drop)
    }

    /// Whether somebody else measures whatever is left to be measured.
    fn is_seen_to(&self) -> Result<bool> {
        Ok(self.home.is_watched()? || self.home.is_importing()?)
    }

    /// Prints a JSON document with its schema and instant.
    ///
    /// # Errors
    /// As [`Desk::print`].
    pub(super) fn print_json(&self, document: Value) -> Result<()> {
        self.print_bytes(format!("{:#}\n", self.stamped(document)).as_bytes())
    }

    /// A JSON document with its schema and instant.
    pub(super) fn stamped(&self, mut document: Value) -> Value {
        if let Some(fields) = document.as_object_mut() {
            fields.insert("schema".into(), 1.into());
            fields.insert("at".into(), self.as_of().moment().to_string().into());
        }
        document
    }

    /// Prints data. A reader that has gone away is no error.
    ///
    /// # Errors
    /// `Failed` where it can't be written otherwise.
    pub(super) fn print(&self, text: &str) -> Result<()> {
        printed(anstream::stdout().lock().write_all(text.as_bytes()))
    }

    /// Prints data as it is, byte by byte.
    ///
    /// # Errors
    /// As [`Desk::print`].
    pub(super) fn print_bytes(&self, bytes: &[u8]) -> Result<()> {
        printed(io::stdout().lock().write_all(bytes))
    }

    /// Prints a line of data at once; whether anybody is left to read it.
    ///
    /// # Errors
    /// As [`Desk::print`].
    pub(super) fn print_line(&self, line: &str) -> Result<bool> {
        let mut out = io::stdout().lock();
        is_read(writeln!(out, "{line}").and_then(|()| out.flush()))
    }

    /// Says something in which there are words of others.
    pub(super) fn tell(&self, text: &str) {
        self.say(&super::render::harmless(text));
    }

    /// Says something about what was done, beside the data.
    pub(super) fn say(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr(), "{text}");
        }
    }
}

/// What the user configured; the defaults where there is no such file.
///
/// # Errors
/// `Config` for every mistake in it.
pub(super) fn settings_if_any(home: &Home) -> Result<Config> {
    if home.config.exists() { home.settings() } else { Ok(config::defaults()) }
}

fn say_that_it_waits() {
    let _ = writeln!(anstream::stderr(), "another requite is writing: waiting for it");
}

fn printed(written: io::Result<()>) -> Result<()> {
    is_read(written).map(drop)
}

fn is_read(written: io::Result<()>) -> Result<bool> {
    match written {
        Ok(()) => Ok(true),
        Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(cause) => Err(Error::failed("can't write the answer").because(cause)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::mailbox::{MailboxKind, Role};

    #[test]
    fn a_missing_configuration_forgets_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::below(folder.path());
        let store = Store::open(&home.data).unwrap();
        store.set_accounts(&[("work".to_owned(), MailboxKind::Imap)]).unwrap();
        store.set_folders("work", &[("INBOX".to_owned(), Role::Inbox)]).unwrap();
        let config = settings_if_any(&home).unwrap();
        let (now, at) = (Moment(1_000_000), None);
        let desk = Desk { home, config, now, at, json: false, quiet: false, verbose: false };
        let accounts = desk.store_to_write().unwrap().accounts().unwrap();
        assert_eq!(accounts[0].folders.len(), 1);
    }
}
