//! Contacts that an export brought, and taking the last import back, its mail included.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::Store;
use crate::domain::message::cards::{self, Namesake};
use crate::domain::message::identity::IdentityKind;
use crate::domain::model::{ContactId, EntryNumber, Moment};
use crate::error::{Error, Result};

/// One person of an export, normalised.
#[derive(Debug, Clone, Default)]
pub struct NewCard {
    pub name: String,
    pub company: Option<String>,
    pub position: Option<String>,
    pub connected_on: Option<String>,
    /// Without the name itself.
    pub identities: Vec<(IdentityKind, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    New,
    /// Known and left as it was.
    Matched,
    Changed,
}

/// What one import has done so far.
#[derive(Debug, Default)]
pub struct ImportRun {
    /// Once there is something to remember it by.
    number: Option<i64>,
    /// What isn't noted yet.
    undo: Vec<Undo>,
    /// Whom it has met: what a second card says of them never replaces what the first one said, or
    /// the two would take turns at every import.
    met: HashSet<i64>,
}

impl ImportRun {
    pub(super) fn note(&mut self, step: Undo) {
        self.undo.push(step);
    }
}

/// One step of an import, so that it can be taken back.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Undo {
    Created {
        contact: i64,
    },
    Identity {
        contact: i64,
        kind: String,
        value: String,
    },
    Fields {
        contact: i64,
        company: Option<String>,
        position: Option<String>,
        connected: Option<String>,
    },
    Entry {
        entry: EntryNumber,
    },
    /// The import may have brought mail; every message of its own has a higher number.
    Mail {
        after: u64,
    },
}

impl Store {
    /// Adds a card or adds to the contact that it is about: whoever has one of its addresses,
    /// or profile links; else the contact of its name that contradicts nothing.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn import_card(
        &self,
        card: &NewCard,
        now: Moment,
        run: &mut ImportRun,
    ) -> Result<Imported> {
        let Some(contact) = self.contact_of(card)? else {
            self.db
                .prepare_cached(
                    "INSERT INTO contact (name, company, position, connected_on, created_at)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![
                    card.name,
                    card.company,
                    card.position,
                    card.connected_on,
                    now.0
                ])?;
            let contact = self.db.last_insert_rowid();
            run.undo.push(Undo::Created { contact });
            run.met.insert(contact);
            self.add_identities(contact, card, &mut Vec::new())?;
            return Ok(Imported::New);
        };
        let mut steps = Vec::new();
        self.add_identities(contact, card, &mut steps)?;
        steps.extend(self.set_fields(contact, card, !run.met.insert(contact))?);
        if steps.is_empty() {
            return Ok(Imported::Matched);
        }
        self.mark_dirty(ContactId(contact))?;
        run.undo.append(&mut steps);
        Ok(Imported::Changed)
    }

    /// Says what the card says of the contact's work; with `only_empty` where nothing was known.
    fn set_fields(&self, contact: i64, card: &NewCard, only_empty: bool) -> Result<Option<Undo>> {
        let (company, position, connected): (Option<String>, Option<String>, Option<String>) = self
            .db
            .prepare_cached("SELECT company, position, connected_on FROM contact WHERE id = ?1")?
            .query_row([contact], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let next = |said: &Option<String>, known: &Option<String>| {
            let first = if only_empty { known.as_ref().or(said.as_ref()) } else { said.as_ref() };
            first.or(known.as_ref()).cloned()
        };
        let wanted = (
            next(&card.company, &company),
            next(&card.position, &position),
            next(&card.connected_on, &connected),
        );
        if (&wanted.0, &wanted.1, &wanted.2) == (&company, &position, &connected) {
            return Ok(None);
        }
        self.db
            .prepare_cached(
                "UPDATE contact SET company = ?2, position = ?3, connected_on = ?4 WHERE id = ?1",
            )?
            .execute(params![contact, wanted.0, wanted.1, wanted.2])?;
        Ok(Some(Undo::Fields { contact, company, position, connected }))
    }

    fn contact_of(&self, card: &NewCard) -> Result<Option<i64>> {
        let mut holders = self.db.prepare_cached(
            "SELECT i.contact, c.name FROM identity i JOIN contact c ON c.id = i.contact
             WHERE i.kind = ?1 AND i.value = ?2 AND i.source <> 'by_name' ORDER BY i.contact",
        )?;
        for (kind, value) in &card.identities {
            for holder in holders.query_map(params![kind, value], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
            })? {
                let (contact, name) = holder?;
                if cards::is_proof(*kind, name == card.name) {
                    return Ok(Some(contact));
                }
            }
        }
        let kinds: Vec<IdentityKind> = card.identities.iter().map(|(kind, _)| *kind).collect();
        let found = cards::namesake(&self.namesakes(card)?, &kinds);
        Ok(found.map(|contact| contact.0))
    }

    fn namesakes(&self, card: &NewCard) -> Result<Vec<Namesake>> {
        let mut find = self.db.prepare_cached(
            "SELECT id, company IS ?2,
               EXISTS (SELECT 1 FROM identity WHERE contact = id AND kind = ?3
                       AND source <> 'by_name'),
               EXISTS (SELECT 1 FROM identity WHERE contact = id AND kind = ?4
                       AND source <> 'by_name')
             FROM contact WHERE name = ?1 ORDER BY id",
        )?;
        let wanted = params![card.name, card.company, IdentityKind::Url, IdentityKind::Email];
        let found = find.query_map(wanted, |row| {
            Ok(Namesake {
                contact: ContactId(row.get(0)?),
                has_same_company: row.get(1)?,
                has_url: row.get(2)?,
                has_email: row.get(3)?,
            })
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    fn add_identities(&self, contact: i64, card: &NewCard, undo: &mut Vec<Undo>) -> Result<()> {
        let mut enter = self.db.prepare_cached(
            "INSERT INTO identity (contact, kind, value, source, address)
             VALUES (?1, ?2, ?3, 'import', ?4)
             ON CONFLICT DO UPDATE SET source = 'import' WHERE source = 'by_name'",
        )?;
        let mut others = self.db.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM identity WHERE kind = ?1 AND value = ?2
                            AND contact <> ?3 AND source <> 'by_name')",
        )?;
        for (kind, value) in &card.identities {
            let one_persons = matches!(kind, IdentityKind::Email | IdentityKind::Url);
            if one_persons && others.query_row(params![kind, value, contact], |row| row.get(0))? {
                continue;
            }
            let address = match kind {
                IdentityKind::Email => Some(self.address(value)?.0),
                _ => None,
            };
            if enter.execute(params![contact, kind, value, address])? > 0 {
                undo.push(Undo::Identity {
                    contact,
                    kind: kind.name().to_owned(),
                    value: value.clone(),
                });
            }
        }
        Ok(())
    }

    /// Remembers what an import has done since this was last asked for, in the transaction in
    /// which it was done; nothing where that is nothing.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn note_import(&self, files: &[String], run: &mut ImportRun, now: Moment) -> Result<()> {
        if run.undo.is_empty() {
            return Ok(());
        }
        let import = match run.number {
            Some(import) => import,
            None => {
                self.db.execute(
                    "INSERT INTO import (at, files) VALUES (?1, ?2)",
                    params![now.0, as_text(serde_json::to_string(files))?],
                )?;
                self.db.last_insert_rowid()
            }
        };
        run.number = Some(import);
        self.db.execute(
            "INSERT INTO import_step (import, undo) VALUES (?1, ?2)",
            params![import, as_text(serde_json::to_string(&std::mem::take(&mut run.undo)))?],
        )?;
        Ok(())
    }

    /// Mail is to come, under the import's number.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn expect_mail(&self, files: &[String], run: &mut ImportRun, now: Moment) -> Result<i64> {
        run.undo.push(Undo::Mail { after: self.highest_message()? });
        self.note_import(files, run, now)?;
        run.number.ok_or_else(|| Error::failed("the import has no number"))
    }

    /// Forgets an import that was to bring nothing but mail, and brought none.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn forget_import(&self, import: i64) -> Result<()> {
        let mail_alone =
            "(SELECT sum(json_array_length(undo)) FROM import_step WHERE import = ?1) = 1";
        self.db.execute(&format!("DELETE FROM import WHERE id = ?1 AND {mail_alone}"), [import])?;
        self.db.execute(
            "DELETE FROM import_step WHERE import = ?1
             AND NOT EXISTS (SELECT 1 FROM import WHERE id = ?1)",
            [import],
        )?;
        Ok(())
    }

    /// The last import that wasn't taken back, and its files.
    ///
    /// # Errors
    /// `Failed` where its note is damaged, or the database can't be read.
    pub fn last_import(&self) -> Result<Option<(i64, Vec<String>)>> {
        let last: Option<(i64, String)> = self
            .db
            .query_row(
                "SELECT id, files FROM import WHERE undone_at IS NULL ORDER BY id DESC LIMIT 1",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let read = |(import, files): (i64, String)| {
            Ok((import, serde_json::from_str(&files).map_err(unreadable)?))
        };
        last.map(read).transpose()
    }

    /// Takes the latest part of an import back that is still there; `false` once all of it is.
    ///
    /// # Errors
    /// `Failed` where its note is damaged, or the database can't be written.
    pub fn undo_part(&self, import: i64, now: Moment) -> Result<bool> {
        let part: Option<(i64, String)> = self
            .db
            .prepare_cached(
                "SELECT id, undo FROM import_step WHERE import = ?1 ORDER BY id DESC LIMIT 1",
            )?
            .query_row([import], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((part, undo)) = part else {
            self.db.execute(
                "UPDATE import SET undone_at = ?2 WHERE id = ?1",
                params![import, now.0],
            )?;
            return Ok(false);
        };
        let steps: Vec<Undo> = serde_json::from_str(&undo).map_err(unreadable)?;
        for step in steps.iter().rev() {
            self.take_step_back(import, step)?;
        }
        self.db.execute("DELETE FROM import_step WHERE id = ?1", [part])?;
        Ok(true)
    }

    fn take_step_back(&self, import: i64, step: &Undo) -> Result<()> {
        match step {
            Undo::Created { contact } => {
                for table in ["identity", "turn", "absence"] {
                    self.db
                        .execute(&format!("DELETE FROM {table} WHERE contact = ?1"), [contact])?;
                }
                self.db.execute("DELETE FROM contact WHERE id = ?1", [contact])?;
            }
            Undo::Identity { contact, kind, value } => {
                self.db.execute(
                    "DELETE FROM identity WHERE contact = ?1 AND kind = ?2 AND value = ?3",
                    params![contact, kind, value],
                )?;
                self.mark_dirty(ContactId(*contact))?;
            }
            Undo::Fields { contact, company, position, connected } => {
                self.db.execute(
                    "UPDATE contact SET company = ?2, position = ?3, connected_on = ?4
                     WHERE id = ?1",
                    params![contact, company, position, connected],
                )?;
            }
            Undo::Entry { entry } => self.take_imported_entry_back(*entry)?,
            Undo::Mail { after } => self.take_mail_back(import, *after)?,
        }
        Ok(())
    }
}

fn as_text(value: serde_json::Result<String>) -> Result<String> {
    value.map_err(|cause| Error::failed("cannot note what the import did").because(cause))
}

fn unreadable(cause: serde_json::Error) -> Error {
    Error::failed("the note of the last import is damaged").because(cause)
}
