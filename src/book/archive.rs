//! An archive into the store: what an import of mail does, in transactions of its own, and what
//! it would do.
//!
//! Holds a batch of messages at a time, however large the archive is. What was stored before a
//! crash is known when the import is run again.

use std::collections::HashSet;

use super::arrival;
use super::measure::take_stock;
use super::survey::learn;
use crate::config::Config;
use crate::domain::message::facts::MessageKey;
use crate::domain::message::mailbox::{Uid, UidValidity};
use crate::domain::model::Moment;
use crate::error::Result;
use crate::source::archive::{Archive, Archived};
use crate::source::{RawMail, Role};
use crate::store::{Arrival, Filing, KnownFrom, Store};

/// Messages in one transaction.
const BATCH: usize = 2_000;

/// What became of an archive's messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArchiveReport {
    /// Seen nowhere before.
    pub new: u64,
    /// KnownFrom from a mailbox, from another archive or from this one.
    pub known: u64,
    /// Copies that are stored now and weren't before.
    pub copies: u64,
    /// In the order in which each reason was met first.
    pub dropped: Vec<Dropped>,
}

/// Messages that were left out for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    pub why: String,
    pub count: u64,
    /// Of the first one, 1-based.
    pub line: Option<u64>,
}

/// Stores an archive's messages under the number of their import, and tells now and then how many
/// were read. Their turns are still to be computed: see [`settle`].
///
/// # Errors
/// `Failed` where the archive can't be read to its end or something can't be stored; what came
/// before stays.
pub fn take_in(
    store: &Store,
    config: &Config,
    archive: &Archive,
    import: i64,
    tell: &mut dyn FnMut(u64),
) -> Result<ArchiveReport> {
    Intake::of(store, config, archive, Some(import)).run(archive, tell)
}

/// What [`take_in`] would do; changes nothing. Remembers eight bytes of each message.
///
/// # Errors
/// As [`take_in`].
pub fn rehearse(
    store: &Store,
    config: &Config,
    archive: &Archive,
    tell: &mut dyn FnMut(u64),
) -> Result<ArchiveReport> {
    Intake::of(store, config, archive, None).run(archive, tell)
}

/// Measures what came in, and learns from it, as after reading a mailbox.
///
/// # Errors
/// Where the database can't be written.
pub fn settle(store: &Store, config: &Config, now: Moment) -> Result<()> {
    take_stock(store, &config.policy)?;
    learn(store, &config.policy, now)
}

struct Intake<'a> {
    store: &'a Store,
    config: &'a Config,
    /// As the store names it.
    name: String,
    /// `None`: nothing is stored.
    import: Option<i64>,
    with_text: bool,
    waiting: Vec<(Role, Arrival)>,
    /// What a rehearsal would have stored.
    rehearsed: HashSet<Uid>,
    taken: ArchiveReport,
}

impl<'a> Intake<'a> {
    fn of(store: &'a Store, config: &'a Config, archive: &Archive, import: Option<i64>) -> Self {
        Intake {
            store,
            config,
            name: archive.path().display().to_string(),
            import,
            with_text: config.policy.reads_text,
            waiting: Vec::new(),
            rehearsed: HashSet::new(),
            taken: ArchiveReport::default(),
        }
    }

    fn run(mut self, archive: &Archive, tell: &mut dyn FnMut(u64)) -> Result<ArchiveReport> {
        let mut read = 0;
        archive.each(self.with_text, &mut |archived| {
            read += 1;
            self.take(archived);
            if self.waiting.len() >= BATCH {
                self.put()?;
                tell(read);
            }
            Ok(())
        })?;
        self.put()?;
        tell(read);
        Ok(self.taken)
    }

    fn take(&mut self, archived: Archived) {
        let Archived { line, role, mail } = archived;
        match mail.and_then(|raw| self.arrival(&raw)) {
            Ok(arrival) => {
                let author = arrival.facts.author.as_ref();
                let mine =
                    author.is_some_and(|author| self.config.me.addresses.contains(&author.address));
                let role = if mine { sent(role) } else { role };
                self.waiting.push((role, arrival));
            }
            Err(why) => self.drop(why, line),
        }
    }

    /// Numbered by what it is, so that it has the same number wherever it stands in the file.
    fn arrival(&self, raw: &RawMail) -> Result<Arrival, String> {
        let arrival = arrival::arrival(raw, self.with_text.then(|| self.config.me.known()))?;
        Ok(Arrival { uid: uid(arrival.facts.key), ..arrival })
    }

    fn drop(&mut self, why: String, line: Option<u64>) {
        match self.taken.dropped.iter_mut().find(|dropped| dropped.why == why) {
            Some(dropped) => dropped.count += 1,
            None => self.taken.dropped.push(Dropped { why, count: 1, line }),
        }
    }

    fn put(&mut self) -> Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        let Some(import) = self.import else {
            for (_, arrival) in &waiting {
                let (_, known) = self.store.known(&arrival.facts, &self.name)?;
                let again = !self.rehearsed.insert(arrival.uid);
                self.count(if again { KnownFrom::Here } else { known });
            }
            return Ok(());
        };
        let store = self.store;
        store.transaction(|store| {
            let mut filing = Filing::of_history(store, self.config.keep_subjects)?;
            for (role, mut arrival) in waiting {
                let (key, known) = store.known(&arrival.facts, &self.name)?;
                arrival.uid = uid(key);
                if known != KnownFrom::Here {
                    let role = (role != Role::Other).then_some(role);
                    let folder = store.archive_folder(&self.name, role)?;
                    filing.add(folder, UidValidity(import.cast_unsigned()), &arrival)?;
                }
                self.count(known);
            }
            filing.finish()
        })?;
        store.make_way();
        Ok(())
    }

    fn count(&mut self, known: KnownFrom) {
        match known {
            KnownFrom::Here => self.taken.known += 1,
            KnownFrom::Elsewhere => {
                self.taken.known += 1;
                self.taken.copies += 1;
            }
            KnownFrom::Nowhere => {
                self.taken.new += 1;
                self.taken.copies += 1;
            }
        }
    }
}

fn uid(key: MessageKey) -> Uid {
    Uid((key.number().cast_unsigned() >> 1).max(1))
}

/// Mine, unless it was thrown away or never sent.
fn sent(role: Role) -> Role {
    match role {
        Role::Inbox | Role::Archive | Role::All | Role::Other | Role::Sent => Role::Sent,
        Role::Drafts | Role::Junk | Role::Trash => role,
    }
}
