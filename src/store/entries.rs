//! What happened beside the mail: entered by hand about contacts, or imported with whoever an export
//! names.

use std::collections::HashSet;

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Row, params};

use super::Store;
use super::columns::{cues, stored_key};
use crate::domain::measure::entries::{Entry, EntryKind, Imprint};
use crate::domain::model::{ContactId, EntryNumber, Moment, Side};
use crate::error::Result;

/// As [`entry`] reads them.
const COLUMNS: &str =
    "e.id, e.at, e.kind, e.other_way, e.text, e.side, e.key, e.conversation, e.cues, e.named";

impl Store {
    /// What happened beside the mail with a contact, oldest first.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn entries(&self, contact: ContactId) -> Result<Vec<Entry>> {
        let mut statement = self.db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM entry_contact c JOIN entry e ON e.id = c.entry
             WHERE c.contact = ?1 AND e.undone_at IS NULL
             UNION ALL
             SELECT {COLUMNS} FROM counterpart p JOIN entry e ON e.counterpart = p.id
             WHERE p.contact = ?1 AND e.undone_at IS NULL ORDER BY 2, 1"
        ))?;
        Ok(statement.query_map([contact.0], entry)?.collect::<Result<_, _>>()?)
    }

    /// Everything of these kinds, with whom it concerns, in the order of their numbers.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn entries_of(&self, kinds: &[EntryKind]) -> Result<Vec<(Entry, Vec<ContactId>)>> {
        let names: Vec<String> = kinds.iter().map(|kind| format!("'{}'", kind.name())).collect();
        let names = names.join(", ");
        let mut statement = self.db.prepare_cached(&format!(
            "SELECT {COLUMNS}, c.contact FROM entry e JOIN entry_contact c ON c.entry = e.id
             WHERE e.kind IN ({names}) AND e.undone_at IS NULL
             UNION ALL
             SELECT {COLUMNS}, p.contact FROM entry e JOIN counterpart p ON p.id = e.counterpart
             WHERE e.kind IN ({names}) AND e.undone_at IS NULL AND p.contact IS NOT NULL
             ORDER BY 1, 11"
        ))?;
        let mut found: Vec<(Entry, Vec<ContactId>)> = Vec::new();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (entry, contact) = (entry(row)?, ContactId(row.get(10)?));
            match found.last_mut() {
                Some((last, contacts)) if last.id == entry.id => contacts.push(contact),
                _ => found.push((entry, vec![contact])),
            }
        }
        Ok(found)
    }

    /// Of whom it is noted how I can help.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn with_value_note(&self, now: Moment) -> Result<HashSet<ContactId>> {
        let mut statement = self.db.prepare_cached(
            "SELECT DISTINCT c.contact FROM entry e JOIN entry_contact c ON c.entry = e.id
             WHERE e.kind = ?1 AND e.other_way = 1 AND e.undone_at IS NULL AND e.at <= ?2",
        )?;
        let rows = statement
            .query_map(params![EntryKind::Note, now.0], |row| row.get(0).map(ContactId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What was noted of an entry, or its subject; `None` where that is nothing.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn text_of(&self, entry: EntryNumber) -> Result<Option<String>> {
        let mut find =
            self.db.prepare_cached("SELECT nullif(text, '') FROM entry WHERE id = ?1")?;
        Ok(find.query_row([entry], |row| row.get(0)).optional()?.flatten())
    }

    /// Notes an entry that the user made about these contacts; its number.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn add_entry(&self, entry: &Entry, contacts: &[ContactId], now: Moment) -> Result<i64> {
        self.db.execute(
            "INSERT INTO entry (at, kind, other_way, text, made_at, side)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                entry.at.0,
                entry.kind,
                entry.other_way,
                entry.text,
                now.0,
                entry.side == Side::Theirs
            ],
        )?;
        let id = self.db.last_insert_rowid();
        for contact in contacts {
            self.db.execute(
                "INSERT INTO entry_contact (contact, entry) VALUES (?1, ?2)",
                params![contact.0, id],
            )?;
            self.mark_dirty(*contact)?;
        }
        Ok(id)
    }

    /// Takes the latest entry of this kind back that the user made about this contact; `false` when there is none.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn take_entry_back(
        &self,
        kind: EntryKind,
        contact: ContactId,
        now: Moment,
    ) -> Result<bool> {
        let changed = self.db.execute(
            "UPDATE entry SET undone_at = ?3 WHERE id = (
               SELECT max(e.id) FROM entry e JOIN entry_contact c ON c.entry = e.id
               WHERE e.kind = ?1 AND c.contact = ?2 AND e.undone_at IS NULL)",
            params![kind, contact.0, now.0],
        )?;
        self.db.execute(
            "UPDATE contact SET dirty = 1 WHERE id IN (
               SELECT c.contact FROM entry_contact c JOIN entry e ON e.id = c.entry
               WHERE e.undone_at = ?1)",
            [now.0],
        )?;
        Ok(changed > 0)
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let is_imported = row.get_ref(6)? != ValueRef::Null;
    let imprint = || {
        let (number, conversation) = (stored_key(row, 6)?.number(), row.get(7)?);
        Ok::<_, rusqlite::Error>(Imprint { number, conversation, cues: cues(row, 8)? })
    };
    Ok(Entry {
        id: row.get(0)?,
        at: Moment(row.get(1)?),
        kind: row.get(2)?,
        other_way: row.get(3)?,
        text: row.get(4)?,
        side: if row.get(5)? { Side::Theirs } else { Side::Mine },
        imported: is_imported.then(imprint).transpose()?,
    })
}
