//! Copies of messages on their way into the store. Whatever arrives twice, in another folder or
//! again after a crash, is found by its key and counted once.
//!
//! What the mails of one transaction have in common is looked up and written once: who is meant by
//! an address, what somebody calls themselves, what came through a list, and whom it concerns.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rusqlite::params;

use super::Store;
use super::folders::FolderId;
use super::mail::{Arrival, CopyFlags};
use super::senders::List;
use crate::domain::message::facts::{Facts, ListName};
use crate::domain::message::mailbox::UidValidity;
use crate::domain::message::noise::{Traits, linkedin};
use crate::domain::model::{ContactId, MessageNumber, Moment};
use crate::error::Result;

mod messages;
mod parties;
mod texts;

pub(super) use messages::Identified;
use messages::dead_addresses;
use parties::{Addresses, Parties};

/// A stranger's mails name thousands of addresses: so many are remembered.
const MOST_REMEMBERED: usize = 20_000;
/// No account has more servers that sign what they find out; what else signs is a stranger's.
const AUTHSERV_IDS: i64 = 100;

/// Files copies within one transaction.
pub struct Filing<'s> {
    store: &'s Store,
    keep_subjects: bool,
    folders: HashMap<FolderId, Folder>,
    addresses: Addresses,
    lists: HashMap<ListName, List>,
    /// By address: everybody whose turns may change.
    concerned: BTreeSet<i64>,
    /// Whom it was heard from elsewhere.
    concerned_contacts: BTreeSet<ContactId>,
    /// Somebody is named whom nobody knows yet.
    brought_a_name: bool,
    /// Everybody will be measured anyway: whom a mail concerns makes no difference.
    all_are_marked: bool,
    /// By folder and validity.
    tallies: BTreeMap<(FolderId, UidValidity), Tally>,
    /// By list: who wrote through it, and when.
    list_authors: HashSet<(i64, i64)>,
    list_spans: BTreeMap<i64, (Moment, Moment)>,
    /// Whom I wrote to.
    written_to: HashSet<i64>,
    /// By account: who signed mail first, and how often.
    signed: BTreeMap<(i64, String), u64>,
}

#[derive(Debug, Clone, Copy)]
struct Folder {
    account: i64,
    is_junk: bool,
}

/// How many came, until it is written.
#[derive(Debug, Default)]
struct Tally {
    copies: u64,
    /// That the account didn't have elsewhere.
    messages: u64,
}

impl Store {
    /// Files a single copy.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn add_copy(
        &self,
        folder: FolderId,
        uidvalidity: UidValidity,
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
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn new(store: &'s Store, keep_subjects: bool) -> Result<Filing<'s>> {
        Ok(Filing {
            store,
            keep_subjects,
            folders: HashMap::new(),
            addresses: Addresses::default(),
            lists: HashMap::new(),
            concerned: BTreeSet::new(),
            concerned_contacts: BTreeSet::new(),
            brought_a_name: false,
            all_are_marked: store.all_are_marked()?,
            tallies: BTreeMap::new(),
            list_authors: HashSet::new(),
            list_spans: BTreeMap::new(),
            written_to: HashSet::new(),
            signed: BTreeMap::new(),
        })
    }

    /// For history: an empty store is made ready for much of it.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn of_history(store: &'s Store, keep_subjects: bool) -> Result<Filing<'s>> {
        store.begin_first_load()?;
        Filing::new(store, keep_subjects)
    }

    /// Stores a copy and, if it is new, its message.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn add(
        &mut self,
        folder: FolderId,
        uidvalidity: UidValidity,
        arrival: &Arrival,
    ) -> Result<()> {
        self.forget_some()?;
        let facts = &arrival.facts;
        let place = self.folder(folder)?;
        let list = self.list(facts)?;
        let parties = self.addresses.parties(self.store, facts, list)?;
        let is_trusted =
            !place.is_junk && (!arrival.disowned || list.is_some_and(|it| it.believed));
        let known = self.store.same_message(facts, Some((folder, uidvalidity, arrival.uid)))?;
        let dead = dead_addresses(facts, place.is_junk);
        let dead = dead.as_deref();
        let message = match &known.message {
            Some(message) => self.store.add_to_message(message, arrival, &parties, dead)?,
            None => {
                let is_kept = (is_trusted, self.keep_subjects);
                self.store.add_message(known.key, arrival, &parties, dead, is_kept)?
            }
        };
        if let Some(list) = list.filter(|_| arrival.disowned || parties.is_rewritten) {
            self.store.came_through(message, list.id, parties.claimed)?;
        }
        self.add_instance(folder, uidvalidity, arrival, message, known.message.is_none())?;
        if let Some(known) = &known.message
            && known.tied != (is_trusted && parties.author.is_some_and(|author| author.ties))
        {
            self.store.tie_anew(message)?;
        }
        if !place.is_junk && facts.is_unread_bounce() {
            self.store.want_bounce(message)?;
        }
        self.note_senders(place, list, &parties, arrival);
        if facts.traits.contains(Traits::LINKEDIN_NOTICE) {
            self.note_notice(message, facts)?;
        }
        self.note_concerned(facts, &parties)
    }

    /// LinkedIn says that somebody wrote there.
    fn note_notice(&mut self, message: MessageNumber, facts: &Facts) -> Result<()> {
        let writer = facts.author.as_ref().and_then(|from| linkedin::writer(from, &facts.subject));
        if let Some(name) = writer {
            match self.store.add_notice(message, name)? {
                Some(contact) => self.concerned_contacts.extend([contact]),
                None => self.brought_a_name = true,
            }
        }
        Ok(())
    }

    fn add_instance(
        &mut self,
        folder: FolderId,
        uidvalidity: UidValidity,
        arrival: &Arrival,
        message: MessageNumber,
        is_new_message: bool,
    ) -> Result<()> {
        let flags = CopyFlags::of(arrival).bits();
        let copy = params![folder, uidvalidity, arrival.uid, message, flags];
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
            let is_first = is_new_message || self.is_first_copy(folder, message)?;
            let tally = self.tallies.entry((folder, uidvalidity)).or_default();
            tally.copies += 1;
            tally.messages += u64::from(is_first);
            return Ok(());
        }
        // Where it becomes a copy of another message, all are counted.
        self.write_tallies()?;
        self.store
            .db
            .prepare_cached(
                "UPDATE instance SET message = ?4, flags = ?5
                 WHERE folder = ?1 AND uidvalidity = ?2 AND uid = ?3",
            )?
            .execute(copy)?;
        Ok(())
    }

    /// Forgets what a folder held, under a validity that no longer holds.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn start_folder_over(&mut self, folder: FolderId, uidvalidity: UidValidity) -> Result<()> {
        self.write_tallies()?;
        self.store.start_folder_over(folder, uidvalidity)
    }

    /// Writes what the mails have in common, and marks the contacts that they concern to be
    /// measured again.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn finish(&mut self) -> Result<()> {
        self.write_tallies()?;
        self.addresses.write_names(self.store)?;
        self.write_senders()?;
        let mut mark = self.store.db.prepare_cached(
            "UPDATE contact SET dirty = 1 WHERE dirty = 0
             AND id IN (SELECT contact FROM identity WHERE address = ?1)",
        )?;
        for address in std::mem::take(&mut self.concerned) {
            mark.execute([address])?;
        }
        let contacts = std::mem::take(&mut self.concerned_contacts);
        contacts.into_iter().try_for_each(|contact| self.store.mark_dirty(contact))
    }

    /// Whether a contact may be found, or lost, by a name that the mails carry, once it is written.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn names_somebody(&self) -> Result<bool> {
        if self.brought_a_name {
            return Ok(true);
        }
        for address in self.addresses.of_others() {
            if self.store.goes_by_name(address)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether no other folder of the account has a copy of a message.
    fn is_first_copy(&self, folder: FolderId, message: MessageNumber) -> Result<bool> {
        let mut count = self.store.db.prepare_cached(
            "SELECT count(*) = 1 FROM instance i JOIN folder f ON f.id = i.folder
             WHERE i.message = ?2 AND f.retired = 0
               AND f.account = (SELECT account FROM folder WHERE id = ?1)",
        )?;
        Ok(count.query_row(params![folder, message], |row| row.get(0))?)
    }

    fn folder(&mut self, id: FolderId) -> Result<Folder> {
        if let Some(folder) = self.folders.get(&id) {
            return Ok(*folder);
        }
        let folder = self.store.db.query_row(
            "SELECT account, role = 'junk' FROM folder WHERE id = ?1",
            [id],
            |row| Ok(Folder { account: row.get(0)?, is_junk: row.get(1)? }),
        )?;
        self.folders.insert(id, folder);
        Ok(folder)
    }

    fn list(&mut self, facts: &Facts) -> Result<Option<List>> {
        let Some(name) = &facts.list else { return Ok(None) };
        if let Some(list) = self.lists.get(name) {
            return Ok(Some(*list));
        }
        let list = self.store.list(name)?;
        self.lists.insert(name.clone(), list);
        Ok(Some(list))
    }

    /// What a mail tells of lists and of the servers on its way; Junk tells nothing.
    fn note_senders(
        &mut self,
        place: Folder,
        list: Option<List>,
        parties: &Parties,
        arrival: &Arrival,
    ) {
        if place.is_junk {
            return;
        }
        let facts = &arrival.facts;
        if let Some(first) = facts.authentications.first() {
            *self.signed.entry((place.account, first.server.clone())).or_default() += 1;
        }
        let author = parties.author.map(|author| author.id);
        if let Some(list) = list.filter(|list| !list.believed) {
            self.list_authors.extend(parties.claimed.or(author).map(|author| (list.id, author)));
            if let Some(at) = facts.received.or(arrival.internal).or(facts.date) {
                let (first, last) = self.list_spans.entry(list.id).or_insert((at, at));
                (*first, *last) = (at.min(*first), at.max(*last));
            }
        }
        if !arrival.disowned && parties.author.is_some_and(|author| author.is_mine) {
            self.written_to.extend(parties.recipients.iter().map(|it| it.address));
        }
    }

    fn write_senders(&mut self) -> Result<()> {
        for (list, author) in std::mem::take(&mut self.list_authors) {
            self.store.add_list_author(list, author)?;
        }
        for (list, (first, last)) in std::mem::take(&mut self.list_spans) {
            self.store.add_list_span(list, first, last)?;
        }
        for address in std::mem::take(&mut self.written_to) {
            self.store.wrote_to(address)?;
        }
        let mut sign = self.store.db.prepare_cached(
            "INSERT INTO authserv (account, id, mails) SELECT ?1, ?2, ?3
             WHERE (SELECT count(*) FROM authserv WHERE account = ?1) < ?4
                OR EXISTS (SELECT 1 FROM authserv WHERE account = ?1 AND id = ?2)
             ON CONFLICT DO UPDATE SET mails = mails + excluded.mails",
        )?;
        for ((account, id), mails) in std::mem::take(&mut self.signed) {
            sign.execute(params![account, id, mails, AUTHSERV_IDS])?;
        }
        Ok(())
    }

    fn write_tallies(&mut self) -> Result<()> {
        for ((folder, uidvalidity), tally) in std::mem::take(&mut self.tallies) {
            self.store.count_copies(folder, uidvalidity, tally.copies, tally.messages)?;
        }
        Ok(())
    }

    /// Writes and lets go of what is remembered, once it is much.
    fn forget_some(&mut self) -> Result<()> {
        let remembered = self.addresses.len() + self.lists.len() + self.signed.len();
        if remembered > MOST_REMEMBERED {
            self.addresses.write_names(self.store)?;
            self.write_senders()?;
            self.addresses.forget();
            self.lists.clear();
        }
        Ok(())
    }

    /// Whose turns a message may change: its author's, those of the recipients of mine, of the
    /// author of what it answers, and of the authors of what answers it.
    fn note_concerned(&mut self, facts: &Facts, parties: &Parties) -> Result<()> {
        if self.all_are_marked {
            return Ok(());
        }
        self.concerned.extend(parties.author.map(|author| author.id));
        let is_mine = parties.author.is_some_and(|author| author.is_mine);
        if is_mine {
            self.concerned.extend(parties.recipients.iter().map(|it| it.address));
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
        if let Some(parent) = facts.parent.filter(|_| is_mine) {
            self.concerned_contacts.extend(self.store.noticed(parent)?);
        }
        Ok(())
    }
}
