//! Whoever imported entries were with, and which contact that is.

use rusqlite::{OptionalExtension, ToSql, params};

use super::Store;
use super::import::Imported;
use super::undo::{ImportRun, Undo};
use crate::domain::measure::entries::EntryKind;
use crate::domain::message::counterparts::{Counterpart, Directory};
use crate::domain::message::cues::Cues;
use crate::domain::message::facts::MessageKey;
use crate::domain::model::{ContactId, EntryNumber, MessageNumber, Moment, Side};
use crate::error::Result;

/// Something that an export tells of.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// What it is known again by.
    pub key: MessageKey,
    pub at: Moment,
    pub kind: EntryKind,
    pub side: Side,
    /// As that of an entry.
    pub other_way: bool,
    pub text: String,
    /// Of a message: its conversation, as a hash.
    pub conversation: Option<i64>,
    /// Of a message whose text was read.
    pub cues: Option<Cues>,
    pub counterpart: Counterpart,
}

impl Store {
    /// Adds what an export tells of, unless it is known.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn import_entry(
        &self,
        entry: &NewEntry,
        now: Moment,
        run: &mut ImportRun,
    ) -> Result<Imported> {
        let known: bool = self
            .db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM entry WHERE key = ?1)")?
            .query_row([entry.key.0.as_slice()], |row| row.get(0))?;
        if known {
            return Ok(Imported::Matched);
        }
        let (counterpart, contact) = self.counterpart(&entry.counterpart)?;
        self.db
            .prepare_cached(
                "INSERT INTO entry (at, kind, other_way, text, made_at, side, key, counterpart,
                                    conversation, cues, named)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                entry.at.0,
                entry.kind,
                entry.other_way,
                entry.text,
                now.0,
                entry.side == Side::Theirs,
                entry.key.0.as_slice(),
                counterpart,
                entry.conversation,
                entry.cues.map(|cues| cues.marks.0.cast_signed()),
                entry.cues.map(|cues| cues.named),
            ])?;
        run.note(Undo::Entry { entry: EntryNumber(self.db.last_insert_rowid()) });
        if let Some(contact) = contact {
            self.mark_dirty(contact)?;
        }
        Ok(Imported::New)
    }

    /// Notes that a mail of LinkedIn's says that somebody wrote there; the contact that they are
    /// known to be.
    pub(super) fn add_notice(
        &self,
        message: MessageNumber,
        name: String,
    ) -> Result<Option<ContactId>> {
        let (counterpart, contact) =
            self.counterpart(&Counterpart { name: Some(name), ..Counterpart::default() })?;
        self.db
            .prepare_cached(
                "INSERT INTO notice (message, counterpart) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            )?
            .execute(params![message, counterpart])?;
        Ok(contact)
    }

    /// Who wrote what a notice tells of.
    pub(super) fn noticed_by(&self, message: MessageNumber) -> Result<Option<ContactId>> {
        self.noticed_where("n.message = ?1", message)
    }

    /// Who wrote what the notice under this Message-ID tells of.
    pub(super) fn noticed(&self, id_hash: i64) -> Result<Option<ContactId>> {
        self.noticed_where("n.message IN (SELECT id FROM message WHERE id_hash = ?1)", id_hash)
    }

    fn noticed_where(&self, is_meant: &str, by: impl ToSql) -> Result<Option<ContactId>> {
        let mut find = self.db.prepare_cached(&format!(
            "SELECT c.contact FROM notice n JOIN counterpart c ON c.id = n.counterpart
             WHERE {is_meant}"
        ))?;
        let found = find.query_row([by], |row| row.get::<_, Option<i64>>(0)).optional()?;
        Ok(found.flatten().map(ContactId))
    }

    /// The number of a counterpart, and the contact that it is known to be.
    fn counterpart(&self, counterpart: &Counterpart) -> Result<(i64, Option<ContactId>)> {
        let said = |said: &Option<String>| said.clone().unwrap_or_default();
        let names =
            params![said(&counterpart.phone), said(&counterpart.url), said(&counterpart.name)];
        self.db
            .prepare_cached(
                "INSERT INTO counterpart (phone, url, name) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            )?
            .execute(names)?;
        let mut find = self.db.prepare_cached(
            "SELECT id, contact FROM counterpart WHERE phone = ?1 AND url = ?2 AND name = ?3",
        )?;
        Ok(find.query_row(names, |row| {
            Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.map(ContactId)))
        })?)
    }

    /// Takes an imported entry away, and whoever it was with unless others name them.
    pub(super) fn take_imported_entry_back(&self, entry: EntryNumber) -> Result<()> {
        let (counterpart, contact): (i64, Option<i64>) = self
            .db
            .prepare_cached(
                "SELECT p.id, p.contact FROM entry e JOIN counterpart p ON p.id = e.counterpart
                 WHERE e.id = ?1",
            )?
            .query_row([entry], |row| Ok((row.get(0)?, row.get(1)?)))?;
        self.db.prepare_cached("DELETE FROM entry WHERE id = ?1")?.execute([entry])?;
        self.db
            .prepare_cached(
                "DELETE FROM counterpart WHERE id = ?1
                 AND NOT EXISTS (SELECT 1 FROM entry WHERE counterpart = ?1)
                 AND NOT EXISTS (SELECT 1 FROM notice WHERE counterpart = ?1)",
            )?
            .execute([counterpart])?;
        contact.map_or(Ok(()), |contact| self.mark_dirty(ContactId(contact)))
    }

    /// Says of whoever exports name which contact that is, as everybody is known now.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub(super) fn match_counterparts(&self) -> Result<()> {
        let counterparts: Vec<(i64, Counterpart, Option<ContactId>)> = self
            .db
            .prepare_cached("SELECT id, phone, url, name, contact FROM counterpart")?
            .query_map([], |row| {
                let said = |column| {
                    row.get::<_, String>(column).map(|said| Some(said).filter(|it| !it.is_empty()))
                };
                let counterpart = Counterpart { phone: said(1)?, url: said(2)?, name: said(3)? };
                Ok((row.get(0)?, counterpart, row.get::<_, Option<i64>>(4)?.map(ContactId)))
            })?
            .collect::<Result<_, _>>()?;
        if counterparts.is_empty() {
            return Ok(());
        }
        let directory =
            self.directory(counterparts.iter().map(|(_, counterpart, _)| counterpart))?;
        for (id, counterpart, known) in counterparts {
            let found = directory.contact(&counterpart);
            if found == known {
                continue;
            }
            self.db
                .prepare_cached("UPDATE counterpart SET contact = ?2 WHERE id = ?1")?
                .execute(params![id, found.map(|contact| contact.0)])?;
            for contact in known.into_iter().chain(found) {
                self.mark_dirty(contact)?;
            }
        }
        Ok(())
    }

    /// Everybody who may be one of these.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn directory<'c>(
        &self,
        wanted: impl IntoIterator<Item = &'c Counterpart>,
    ) -> Result<Directory> {
        let mut directory = Directory::wanting(wanted);
        let mut all = self.db.prepare_cached(
            "SELECT id, 'name', name FROM contact
             UNION ALL SELECT contact, kind, value FROM identity WHERE kind <> 'email'",
        )?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            let value = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
            directory.meet(ContactId(row.get(0)?), row.get(1)?, value);
        }
        Ok(directory)
    }
}
