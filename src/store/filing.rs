//! Copies of messages on their way into the store. Whatever arrives twice, in another folder or
//! again after a crash, is found by its key and counted once.
//!
//! What the mails of one transaction have in common is looked up and written once: who is meant by
//! an address, what somebody calls themselves, and whom it concerns.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rusqlite::{OptionalExtension, params};

use super::Store;
use super::mail::{Arrival, flag_bits};
use super::threads::pack;
use super::touches::CC;
use crate::domain::facts::{Facts, KEY_VERSION, Mailbox};
use crate::domain::noise::{NOTICE, Traits};
use crate::error::Result;

/// Files copies within one transaction.
pub struct Filing<'s> {
    store: &'s Store,
    keep_subjects: bool,
    addresses: HashMap<String, Address>,
    /// By address: everybody whose turns may change.
    concerned: BTreeSet<i64>,
    /// Everybody will be measured anyway: whom a mail concerns makes no difference.
    all_are_marked: bool,
    /// By folder and validity.
    tallies: BTreeMap<(i64, u64), Tally>,
}

/// How many came, until it is written.
#[derive(Debug, Default)]
struct Tally {
    copies: u64,
    /// That the account didn't have elsewhere.
    messages: u64,
}

#[derive(Debug)]
struct Address {
    id: i64,
    is_mine: bool,
    /// The best name that came, until it is written.
    name: Option<Name>,
}

/// The name of the newest mail is the best, and of its copies the shortest: lists add to names.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    at: i64,
    shortness: std::cmp::Reverse<usize>,
    text: String,
}

/// A message's addresses as the store numbers them.
struct Parties {
    author: Option<(i64, bool)>,
    /// With their place in To, or [`CC`].
    recipients: Vec<(i64, i64)>,
}

impl Store {
    /// Files a single copy.
    pub fn add_copy(
        &self,
        folder: i64,
        uidvalidity: u64,
        arrival: &Arrival,
        keep_subject: bool,
    ) -> Result<()> {
        let mut filing = Filing::new(self, keep_subject)?;
        filing.add(folder, uidvalidity, arrival)?;
        filing.finish()
    }
}

impl<'s> Filing<'s> {
    /// For a few mails.
    pub fn new(store: &'s Store, keep_subjects: bool) -> Result<Filing<'s>> {
        Ok(Filing {
            store,
            keep_subjects,
            addresses: HashMap::new(),
            concerned: BTreeSet::new(),
            all_are_marked: store.all_are_marked()?,
            tallies: BTreeMap::new(),
        })
    }

    /// For history: an empty store is made ready for much of it.
    pub fn of_history(store: &'s Store, keep_subjects: bool) -> Result<Filing<'s>> {
        store.begin_first_load()?;
        Filing::new(store, keep_subjects)
    }

    /// Stores a copy and, if it is new, its message.
    pub fn add(&mut self, folder: i64, uidvalidity: u64, arrival: &Arrival) -> Result<()> {
        let facts = &arrival.facts;
        let parties = self.parties(facts)?;
        let known = self.known_message(arrival)?;
        let message = match known {
            Some(message) => message,
            None => self.add_message(arrival, &parties)?,
        };
        let flags = flag_bits(arrival.answered, arrival.deleted, arrival.draft);
        let copy = params![folder, uidvalidity as i64, arrival.uid as i64, message, flags];
        let is_new_copy = self
            .store
            .db
            .prepare_cached(
                "INSERT INTO instance (folder, uidvalidity, uid, message, flags)
                 VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
            )?
            .execute(copy)?
            == 1;
        if is_new_copy {
            let is_first = known.is_none() || self.is_first_copy(folder, message)?;
            let tally = self.tallies.entry((folder, uidvalidity)).or_default();
            tally.copies += 1;
            tally.messages += u64::from(is_first);
        } else {
            // Where it becomes a copy of another message, all are counted.
            self.write_tallies()?;
            self.store
                .db
                .prepare_cached(
                    "UPDATE instance SET message = ?4, flags = ?5
                     WHERE folder = ?1 AND uidvalidity = ?2 AND uid = ?3",
                )?
                .execute(copy)?;
        }
        self.note_concerned(facts, &parties)
    }

    /// Keeps what stays of the text of a message that is stored. Nothing else of the arrival counts:
    /// only few of its fields came with the text.
    pub fn add_text(&mut self, folder: i64, uidvalidity: u64, arrival: &Arrival) -> Result<()> {
        let facts = &arrival.facts;
        let Some(cues) = facts.cues else { return Ok(()) };
        let mut keep = self.store.db.prepare_cached(
            "UPDATE message SET cues = ?4, named = ?5, attachments = ?6,
               back_on = iif(traits & ?8, coalesce(back_on, ?7), back_on)
             WHERE cues IS NULL AND id = (
               SELECT message FROM instance WHERE folder = ?1 AND uidvalidity = ?2 AND uid = ?3)
             RETURNING id",
        )?;
        let kept = params![
            folder,
            uidvalidity.cast_signed(),
            arrival.uid.cast_signed(),
            cues.marks.0.cast_signed(),
            cues.named,
            attachments(facts),
            facts.back_on.map(|day| day.to_string()),
            NOTICE.0.cast_signed(),
        ];
        let message: Option<i64> = keep.query_row(kept, |row| row.get(0)).optional()?;
        let Some(message) = message else { return Ok(()) };
        self.store.text_is_read(message)?;
        if !self.all_are_marked {
            let parties = self.parties(facts)?;
            self.concerned.extend(parties.author.map(|(author, _)| author));
            self.concerned.extend(parties.recipients.iter().map(|(address, _)| address));
        }
        Ok(())
    }

    /// Forgets what a folder held, under a validity that no longer holds.
    pub fn start_folder_over(&mut self, folder: i64, uidvalidity: u64) -> Result<()> {
        self.write_tallies()?;
        self.store.start_folder_over(folder, uidvalidity)
    }

    /// Writes what the mails have in common, and marks the contacts that they concern to be
    /// measured again.
    pub fn finish(&mut self) -> Result<()> {
        self.write_tallies()?;
        let mut name = self.store.db.prepare_cached(
            "UPDATE address SET name = ?2, name_at = ?3 WHERE id = ?1
             AND (name_at IS NULL OR (name_at, -length(name), name) < (?3, -length(?2), ?2))",
        )?;
        for address in self.addresses.values_mut() {
            if let Some(Name { at, text, .. }) = address.name.take() {
                name.execute(params![address.id, text, at])?;
            }
        }
        let mut mark = self.store.db.prepare_cached(
            "UPDATE contact SET dirty = 1 WHERE dirty = 0
             AND id IN (SELECT contact FROM identity WHERE address = ?1)",
        )?;
        for address in std::mem::take(&mut self.concerned) {
            mark.execute([address])?;
        }
        Ok(())
    }

    /// Whether a contact may be found, or lost, by a name that the mails carry, once it is written.
    pub fn names_somebody(&self) -> Result<bool> {
        for address in self.addresses.values().filter(|address| !address.is_mine) {
            if self.store.goes_by_name(address.id)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether no other folder of the account has a copy of a message.
    fn is_first_copy(&self, folder: i64, message: i64) -> Result<bool> {
        let mut count = self.store.db.prepare_cached(
            "SELECT count(*) = 1 FROM instance i JOIN folder f ON f.id = i.folder
             WHERE i.message = ?2 AND f.retired = 0
               AND f.account = (SELECT account FROM folder WHERE id = ?1)",
        )?;
        Ok(count.query_row([folder, message], |row| row.get(0))?)
    }

    fn write_tallies(&mut self) -> Result<()> {
        for ((folder, uidvalidity), tally) in std::mem::take(&mut self.tallies) {
            self.store.count_copies(folder, uidvalidity, tally.copies, tally.messages)?;
        }
        Ok(())
    }

    fn parties(&mut self, facts: &Facts) -> Result<Parties> {
        let at = facts.date.map_or(0, |at| at.0);
        let mut recipients: Vec<(i64, i64)> = Vec::with_capacity(facts.to.len() + facts.cc.len());
        for (place, mailbox) in (1..CC).zip(&facts.to) {
            recipients.push((self.address(mailbox, at)?.0, place));
        }
        for mailbox in &facts.cc {
            recipients.push((self.address(mailbox, at)?.0, CC));
        }
        // Each once, To before Cc.
        let mut seen = HashSet::new();
        recipients.retain(|(id, _)| seen.insert(*id));
        let author = facts.author.as_ref().map(|author| self.address(author, at)).transpose()?;
        Ok(Parties { author, recipients })
    }

    /// The number of an address, and whether it is mine.
    fn address(&mut self, mailbox: &Mailbox, at: i64) -> Result<(i64, bool)> {
        let known = match self.addresses.get_mut(&mailbox.address) {
            Some(known) => known,
            None => {
                let (id, is_mine) = self.store.address(&mailbox.address)?;
                let fresh = Address { id, is_mine, name: None };
                self.addresses.entry(mailbox.address.clone()).or_insert(fresh)
            }
        };
        if let Some(text) = &mailbox.name {
            let shortness = std::cmp::Reverse(text.chars().count());
            let is_better = known
                .name
                .as_ref()
                .is_none_or(|best| (best.at, best.shortness, &best.text) < (at, shortness, text));
            if is_better {
                known.name = Some(Name { at, shortness, text: text.clone() });
            }
        }
        Ok((known.id, known.is_mine))
    }

    /// The row of a message that is stored already; the earliest time of all its copies holds, and
    /// what all of them say of how it came to be.
    fn known_message(&self, arrival: &Arrival) -> Result<Option<i64>> {
        let facts = &arrival.facts;
        let db = &self.store.db;
        let known: Option<(i64, i64)> = db
            .prepare_cached("SELECT id, traits FROM message WHERE key = ?1")?
            .query_row([facts.key.0.as_slice()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((id, traits)) = known else { return Ok(None) };
        db.prepare_cached(
            "UPDATE message SET
               received = min(coalesce(received, ?2), coalesce(?2, received)),
               internal = min(coalesce(internal, ?3), coalesce(?3, internal)),
               traits = ?4,
               cues = coalesce(cues, ?6),
               named = coalesce(named, ?7),
               attachments = coalesce(attachments, ?8),
               subject = CASE WHEN (length(?5), ?5) < (length(subject), subject)
                         THEN ?5 ELSE subject END
             WHERE id = ?1",
        )?
        .execute(params![
            id,
            facts.received.map(|at| at.0),
            arrival.internal.map(|at| at.0),
            Traits(traits.cast_unsigned()).of_copies(facts.traits).0.cast_signed(),
            facts.subject,
            facts.cues.map(|cues| cues.marks.0.cast_signed()),
            facts.cues.map(|cues| cues.named),
            attachments(facts),
        ])?;
        if facts.cues.is_some() {
            self.store.text_is_read(id)?;
        }
        Ok(Some(id))
    }

    fn add_message(&self, arrival: &Arrival, parties: &Parties) -> Result<i64> {
        let facts = &arrival.facts;
        let thread = self.store.thread_for(facts)?;
        let db = &self.store.db;
        db.prepare_cached(
            "INSERT INTO message (key, key_version, message_id, id_hash, author, date, received,
                    internal, subject, base_subject, parent, refs, thread, traits, to_count,
                    recipients, back_on, cues, named, attachments)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                     ?18, ?19, ?20)",
        )?
        .execute(params![
            facts.key.0.as_slice(),
            KEY_VERSION,
            facts.message_id,
            facts.id_hash,
            parties.author.map(|(author, _)| author),
            facts.date.map(|at| at.0),
            facts.received.map(|at| at.0),
            arrival.internal.map(|at| at.0),
            self.keep_subjects.then_some(&facts.subject),
            facts.base_subject,
            facts.parent,
            pack(&facts.references),
            thread,
            facts.traits.0.cast_signed(),
            facts.to.len() as i64,
            parties.recipients.len() as i64,
            facts.back_on.map(|day| day.to_string()),
            facts.cues.map(|cues| cues.marks.0.cast_signed()),
            facts.cues.map(|cues| cues.named),
            attachments(facts),
        ])?;
        let message = db.last_insert_rowid();
        let mut enter = db.prepare_cached(
            "INSERT INTO recipient (address, message, place) VALUES (?1, ?2, ?3)",
        )?;
        for (address, place) in &parties.recipients {
            enter.execute(params![address, message, place])?;
        }
        Ok(message)
    }

    /// Whose turns a message may change: its author's, those of the recipients of mine, of the
    /// author of what it answers, and of the authors of what answers it.
    fn note_concerned(&mut self, facts: &Facts, parties: &Parties) -> Result<()> {
        if self.all_are_marked {
            return Ok(());
        }
        self.concerned.extend(parties.author.map(|(author, _)| author));
        if parties.author.is_some_and(|(_, is_mine)| is_mine) {
            self.concerned.extend(parties.recipients.iter().map(|(address, _)| address));
        }
        for (sql, id) in [
            ("SELECT author FROM message WHERE id_hash = ?1 AND author IS NOT NULL", facts.parent),
            ("SELECT author FROM message WHERE parent = ?1 AND author IS NOT NULL", facts.id_hash),
        ] {
            let mut related = self.store.db.prepare_cached(sql)?;
            for author in related.query_map([id], |row| row.get(0))? {
                self.concerned.insert(author?);
            }
        }
        Ok(())
    }
}

/// A line each.
fn attachments(facts: &Facts) -> Option<String> {
    (!facts.attachments.is_empty()).then(|| facts.attachments.join("\n"))
}
