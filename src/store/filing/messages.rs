//! Whether a copy is of a message that is stored, and what it may add to it.
//!
//! Whoever knows a Message-ID can send another mail under it. So a copy brings folders, flags and
//! an earlier time, and never another subject, parent, author or recipients: what differs in those
//! is a message of its own.

use rusqlite::{OptionalExtension, params};

use super::parties::{Parties, Recipient};
use crate::domain::message::facts::{Facts, KEY_VERSION, MessageKey};
use crate::domain::message::mailbox::{Uid, UidValidity};
use crate::domain::message::noise::Traits;
use crate::domain::model::MessageNumber;
use crate::error::Result;
use crate::store::Store;
use crate::store::columns::pack;
use crate::store::folders::FolderId;
use crate::store::mail::Arrival;

/// Where a copy lies: folder, validity and number.
pub type CopyPlace = (FolderId, UidValidity, Uid);

/// Under which key a mail is stored, and the message there, if it is one already.
pub struct Identified {
    pub key: MessageKey,
    pub message: Option<StoredMessage>,
}

/// A stored message, as far as another copy may change it.
pub struct StoredMessage {
    pub id: MessageNumber,
    pub tied: bool,
    traits: Traits,
    received: Option<i64>,
    has_author: bool,
    base_subject: i64,
    parent: Option<i64>,
}

impl StoredMessage {
    /// Whether it says the same; a parent that one copy lost on its way makes no difference.
    fn says(&self, facts: &Facts) -> bool {
        let same_parent =
            self.parent.zip(facts.parent).is_none_or(|(stored, given)| stored == given);
        self.base_subject == facts.base_subject && same_parent
    }
}

impl Store {
    /// The message that a mail is a copy of. `place`: where it lies, if that is known.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn same_message(&self, facts: &Facts, place: Option<CopyPlace>) -> Result<Identified> {
        let stored = self.message_of(facts.key)?;
        if let Some(message) = &stored
            && !message.says(facts)
            && !self.lies_at(message.id, place)?
        {
            let key = facts.key.told_apart(facts.base_subject, facts.parent);
            return Ok(Identified { key, message: self.message_of(key)? });
        }
        Ok(Identified { key: facts.key, message: stored })
    }

    fn message_of(&self, key: MessageKey) -> Result<Option<StoredMessage>> {
        let mut find = self.db.prepare_cached(
            "SELECT id, tied, traits, received, author IS NOT NULL, base_subject, parent
             FROM message WHERE key = ?1",
        )?;
        let found = find.query_row([key.0.as_slice()], |row| {
            Ok(StoredMessage {
                id: row.get(0)?,
                tied: row.get(1)?,
                traits: Traits(row.get::<_, i64>(2)?.cast_unsigned()),
                received: row.get(3)?,
                has_author: row.get(4)?,
                base_subject: row.get(5)?,
                parent: row.get(6)?,
            })
        });
        Ok(found.optional()?)
    }

    /// Whether that copy is one of this message, so that it is only read once more.
    fn lies_at(&self, message: MessageNumber, place: Option<CopyPlace>) -> Result<bool> {
        let Some((folder, uidvalidity, uid)) = place else { return Ok(false) };
        let mut find = self.db.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM instance WHERE folder = ?1 AND uidvalidity = ?2
                            AND uid = ?3 AND message = ?4)",
        )?;
        let place = params![folder, uidvalidity, uid, message];
        Ok(find.query_row(place, |row| row.get(0))?)
    }
}

impl Store {
    /// What a further copy says of a stored message: the earliest time of all holds.
    pub(super) fn add_to_message(
        &self,
        stored: &StoredMessage,
        arrival: &Arrival,
        parties: &Parties,
        dead_addresses: Option<&str>,
    ) -> Result<MessageNumber> {
        let facts = &arrival.facts;
        let received = facts.received.map(|at| at.0);
        let is_earlier = received.zip(stored.received).is_some_and(|(new, old)| new < old);
        let traits = match is_earlier {
            true => facts.traits.with_copy(stored.traits),
            false => stored.traits.with_copy(facts.traits),
        };
        // Mail that was read before it was known to say so.
        let traits = traits.with(Traits(facts.traits.0 & Traits::LINKEDIN_NOTICE.0));
        self.db
            .prepare_cached(
                "UPDATE message SET
                   received = min(coalesce(received, ?2), coalesce(?2, received)),
                   internal = min(coalesce(internal, ?3), coalesce(?3, internal)),
                   traits = ?4,
                   cues = coalesce(cues, ?6),
                   named = coalesce(named, ?7),
                   attachments = coalesce(attachments, ?8),
                   subject = CASE WHEN (length(?5), ?5) < (length(subject), subject)
                             THEN ?5 ELSE subject END,
                   base_subject = ?9,
                   digest_token = coalesce(digest_token, ?10),
                   author_name = coalesce(author_name, ?13),
                   dead_addresses = coalesce(nullif(dead_addresses, ?12), ?11, dead_addresses)
                 WHERE id = ?1",
            )?
            .execute(params![
                stored.id,
                received,
                arrival.internal.map(|at| at.0),
                traits.0.cast_signed(),
                facts.subject,
                facts.cues.map(|cues| cues.marks.0.cast_signed()),
                facts.cues.map(|cues| cues.named),
                attachments(facts),
                facts.base_subject,
                facts.digest_token,
                dead_addresses,
                OF_JUNK,
                parties.author_name,
            ])?;
        self.call_recipients(stored.id, parties)?;
        if facts.cues.is_some() {
            self.text_is_read(stored.id)?;
        }
        // One that came past the list, or through one that is believed, says who wrote it.
        if let Some(author) = parties.author.filter(|_| !stored.has_author) {
            self.db
                .prepare_cached("UPDATE message SET author = ?2 WHERE id = ?1")?
                .execute(params![stored.id, author.id])?;
        }
        Ok(stored.id)
    }

    /// How mail of mine calls those to whom it goes, where that wasn't looked at before.
    fn call_recipients(&self, message: MessageNumber, parties: &Parties) -> Result<()> {
        let mut call = self.db.prepare_cached(
            "UPDATE recipient SET name = ?3 WHERE address = ?1 AND message = ?2 AND name IS NULL",
        )?;
        for Recipient { address, name, .. } in &parties.recipients {
            if name.is_some() {
                call.execute(params![address, message, name])?;
            }
        }
        Ok(())
    }

    pub(super) fn add_message(
        &self,
        key: MessageKey,
        arrival: &Arrival,
        parties: &Parties,
        dead_addresses: Option<&str>,
        (is_trusted, keep_subject): (bool, bool),
    ) -> Result<MessageNumber> {
        let facts = &arrival.facts;
        let tied = is_trusted && parties.author.is_some_and(|author| author.ties);
        let thread = if tied { self.thread_for(facts)? } else { key.number() };
        let db = &self.db;
        db.prepare_cached(
            "INSERT INTO message (key, key_version, message_id, id_hash, author, date, received,
                    internal, subject, base_subject, parent, refs, thread, traits, to_count,
                    recipients, back_on, cues, named, attachments, tied, digest_token,
                    dead_addresses, author_name)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                     ?18, ?19, ?20, ?21, ?22, ?23, ?24)",
        )?
        .execute(params![
            key.0.as_slice(),
            KEY_VERSION,
            facts.message_id,
            facts.id_hash,
            parties.author.map(|author| author.id),
            facts.date.map(|at| at.0),
            facts.received.map(|at| at.0),
            arrival.internal.map(|at| at.0),
            keep_subject.then_some(&facts.subject),
            facts.base_subject,
            facts.parent,
            pack(&facts.references),
            thread,
            facts.traits.0.cast_signed(),
            facts.to.len() as u64 + facts.unkept.to,
            parties.recipients.len() as u64 + facts.unkept.to + facts.unkept.cc,
            facts.back_on.map(|day| day.to_string()),
            facts.cues.map(|cues| cues.marks.0.cast_signed()),
            facts.cues.map(|cues| cues.named),
            attachments(facts),
            tied,
            facts.digest_token,
            dead_addresses,
            parties.author_name,
        ])?;
        let message = MessageNumber(db.last_insert_rowid());
        let mut enter = db.prepare_cached(
            "INSERT INTO recipient (address, message, place, name) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for Recipient { address, place, name } in &parties.recipients {
            enter.execute(params![address, message, place, name])?;
        }
        Ok(message)
    }
}

/// Stands in the place of the addresses of a bounce that lies in Junk.
const OF_JUNK: &str = "-";

/// Parted by spaces. What lies in Junk shows none: it may be a forgery.
pub(super) fn dead_addresses(facts: &Facts, is_junk: bool) -> Option<String> {
    if is_junk {
        return facts.traits.contains(Traits::BOUNCE).then(|| OF_JUNK.to_owned());
    }
    facts.dead_addresses.as_ref().map(|addresses| addresses.join(" "))
}

/// A line each.
pub(super) fn attachments(facts: &Facts) -> Option<String> {
    (!facts.attachments.is_empty()).then(|| facts.attachments.join("\n"))
}
