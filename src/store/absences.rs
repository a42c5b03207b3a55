//! When contacts were away, as it was last computed from their notices.

use std::collections::HashMap;

use rusqlite::params;

use super::Store;
use super::columns::stored_day;
use crate::domain::message::absence::{Absence, Notice};
use crate::domain::model::{ContactId, Moment};
use crate::error::Result;

impl Store {
    /// Replaces what was known of a contact's absences by what was computed now.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn put_absences(&self, contact: ContactId, absences: &[Absence]) -> Result<()> {
        self.db.prepare_cached("DELETE FROM absence WHERE contact = ?1")?.execute([contact.0])?;
        let mut enter = self.db.prepare_cached(
            "INSERT INTO absence (contact, at, back_on, ended) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for Absence { notice, ended } in absences {
            enter.execute(params![
                contact.0,
                notice.at.0,
                notice.back.map(|day| day.to_string()),
                ended.map(|at| at.0),
            ])?;
        }
        Ok(())
    }

    /// Everybody's absences, oldest first.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn absences(&self) -> Result<HashMap<ContactId, Vec<Absence>>> {
        let mut statement = self.db.prepare_cached(
            "SELECT contact, at, back_on, ended FROM absence ORDER BY contact, at",
        )?;
        let mut rows = statement.query([])?;
        let mut found: HashMap<ContactId, Vec<Absence>> = HashMap::new();
        while let Some(row) = rows.next()? {
            let notice = Notice { at: Moment(row.get(1)?), back: stored_day(row, 2)? };
            let ended = row.get::<_, Option<i64>>(3)?.map(Moment);
            found.entry(ContactId(row.get(0)?)).or_default().push(Absence { notice, ended });
        }
        Ok(found)
    }
}
