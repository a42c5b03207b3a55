//! What was taken in about people, step by step, and taking it back, the mail of an import included.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::Store;
use crate::domain::model::{ContactId, EntryNumber, Moment};
use crate::error::{Error, Result};

/// How something came in: each is taken back by its own command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Provenance {
    /// From files.
    #[default]
    Files,
    /// Contacts that the user added.
    Added,
    /// What the user said of a contact.
    Set,
}

impl Provenance {
    /// All there are.
    pub const ALL: [Provenance; 3] = [Provenance::Files, Provenance::Added, Provenance::Set];

    /// As the database spells it.
    pub fn name(self) -> &'static str {
        match self {
            Provenance::Files => "files",
            Provenance::Added => "added",
            Provenance::Set => "set",
        }
    }
}

/// What one import has done so far.
#[derive(Debug, Clone, Default)]
pub struct ImportRun {
    kind: Provenance,
    /// Once there is something to remember it by.
    number: Option<i64>,
    /// What isn't noted yet.
    undo: Vec<Undo>,
    /// Whom it has met: what a second card says of them never replaces what the first one said, or
    /// the two would take turns at every import.
    met: HashSet<i64>,
}

impl ImportRun {
    /// That isn't of files.
    pub fn by_hand(kind: Provenance) -> ImportRun {
        ImportRun { kind, ..ImportRun::default() }
    }

    pub(super) fn note(&mut self, step: Undo) {
        self.undo.push(step);
    }

    /// Whether it hadn't met somebody before.
    pub(super) fn meet(&mut self, contact: i64) -> bool {
        self.met.insert(contact)
    }

    /// How many steps are to be noted still.
    pub fn pending(&self) -> usize {
        self.undo.len()
    }
}

/// One step of an import, so that it can be taken back.
#[derive(Debug, Clone, Serialize, Deserialize)]
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
        #[serde(default)]
        work_from: String,
    },
    Named {
        contact: i64,
        name: String,
    },
    News {
        news: i64,
    },
    Entry {
        entry: EntryNumber,
    },
    /// The import may have brought mail; every message of its own has a higher number.
    Mail {
        after: u64,
    },
}

/// What would be taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastImport {
    /// Its number.
    pub id: i64,
    /// When it was made.
    pub at: Moment,
    /// From which files, or what it was about.
    pub files: Vec<String>,
    /// Contacts that weren't known before.
    pub contacts: u64,
    /// What it added to others.
    pub changes: u64,
    /// Calls, messages and favours.
    pub entries: u64,
    /// It may have brought mail.
    pub has_mail: bool,
}

impl Store {
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
                    "INSERT INTO import (at, files, kind) VALUES (?1, ?2, ?3)",
                    params![now.0, as_text(serde_json::to_string(files))?, run.kind],
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

    /// The last intake of this kind that wasn't taken back, of those that `is_meant` by what they
    /// were about.
    ///
    /// # Errors
    /// `Failed` where its note is damaged, or the database can't be read.
    pub fn last_import(
        &self,
        kind: Provenance,
        is_meant: impl Fn(&[String]) -> bool,
    ) -> Result<Option<LastImport>> {
        let mut all = self.db.prepare_cached(
            "SELECT id, at, files FROM import WHERE undone_at IS NULL AND kind = ?1
             ORDER BY id DESC",
        )?;
        let mut rows = all.query([kind])?;
        while let Some(row) = rows.next()? {
            let files: Vec<String> =
                serde_json::from_str(&row.get::<_, String>(2)?).map_err(unreadable)?;
            if is_meant(&files) {
                let (id, at) = (row.get(0)?, Moment(row.get(1)?));
                return self
                    .counted(LastImport { id, at, files, ..LastImport::default() })
                    .map(Some);
            }
        }
        Ok(None)
    }

    fn counted(&self, mut import: LastImport) -> Result<LastImport> {
        let mut parts = self.db.prepare_cached("SELECT undo FROM import_step WHERE import = ?1")?;
        let mut rows = parts.query([import.id])?;
        while let Some(row) = rows.next()? {
            let steps: Vec<Undo> =
                serde_json::from_str(&row.get::<_, String>(0)?).map_err(unreadable)?;
            for step in steps {
                match step {
                    Undo::Created { .. } => import.contacts += 1,
                    Undo::Entry { .. } => import.entries += 1,
                    Undo::Mail { .. } => import.has_mail = true,
                    Undo::News { .. } => {}
                    Undo::Identity { .. } | Undo::Fields { .. } | Undo::Named { .. } => {
                        import.changes += 1;
                    }
                }
            }
        }
        Ok(import)
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
            Undo::Created { contact } => self.take_contact_back(*contact)?,
            Undo::Identity { contact, kind, value } => {
                self.mark_with_sharers(ContactId(*contact))?;
                // Links of profiles were kept otherwise before.
                let address: Option<i64> = self
                    .db
                    .prepare_cached(
                        "DELETE FROM identity WHERE contact = ?1 AND kind = ?2
                         AND (value = ?3 OR kind = 'url' AND value = lower(?3))
                         RETURNING address",
                    )?
                    .query_row(params![contact, kind, value], |row| row.get(0))
                    .optional()?
                    .flatten();
                self.forget_address(address)?;
            }
            Undo::Fields { contact, company, position, connected, work_from } => {
                self.db.execute(
                    "UPDATE contact SET company = ?2, position = ?3, connected_on = ?4,
                       work_from = ?5 WHERE id = ?1",
                    params![contact, company, position, connected, work_from],
                )?;
            }
            Undo::Named { contact, name } => {
                self.db.execute(
                    "UPDATE contact SET name = ?2 WHERE id = ?1",
                    params![contact, name],
                )?;
                self.mark_with_sharers(ContactId(*contact))?;
            }
            Undo::News { news } => {
                self.db.execute("DELETE FROM news WHERE id = ?1", [news])?;
            }
            Undo::Entry { entry } => self.take_imported_entry_back(*entry)?,
            Undo::Mail { after } => self.take_mail_back(import, *after)?,
        }
        Ok(())
    }

    /// Takes away a contact that was made, and what is derived of them.
    fn take_contact_back(&self, contact: i64) -> Result<()> {
        self.mark_with_sharers(ContactId(contact))?;
        let addresses: Vec<Option<i64>> = self
            .db
            .prepare_cached("DELETE FROM identity WHERE contact = ?1 RETURNING address")?
            .query_map([contact], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        addresses.into_iter().try_for_each(|address| self.forget_address(address))?;
        for table in ["turn", "absence", "in_touch", "news"] {
            self.db.execute(&format!("DELETE FROM {table} WHERE contact = ?1"), [contact])?;
        }
        self.db.execute("UPDATE counterpart SET contact = NULL WHERE contact = ?1", [contact])?;
        self.db.execute("DELETE FROM contact WHERE id = ?1", [contact])?;
        Ok(())
    }

    /// An address that no mail and nobody names any more is none.
    fn forget_address(&self, address: Option<i64>) -> Result<()> {
        let Some(address) = address else { return Ok(()) };
        self.db
            .prepare_cached(
                "DELETE FROM address WHERE id = ?1 AND mine = 0 AND name IS NULL
                 AND NOT EXISTS (SELECT 1 FROM identity WHERE address = ?1)
                 AND NOT EXISTS (SELECT 1 FROM message WHERE author = ?1)
                 AND NOT EXISTS (SELECT 1 FROM recipient WHERE address = ?1)
                 AND NOT EXISTS (SELECT 1 FROM through_list WHERE claimed = ?1)
                 AND NOT EXISTS (SELECT 1 FROM list_author WHERE author = ?1)",
            )?
            .execute([address])?;
        Ok(())
    }
}

fn as_text(value: serde_json::Result<String>) -> Result<String> {
    value.map_err(|cause| Error::failed("can't note what the import did").because(cause))
}

fn unreadable(cause: serde_json::Error) -> Error {
    Error::failed("the note of the last import is damaged").because(cause)
}
