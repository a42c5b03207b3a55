//! What was heard of contacts: where they work now, who worked elsewhere before.

use rusqlite::params;

use super::Store;
use crate::domain::message::cards::Work;
use crate::domain::model::{ContactId, Moment};
use crate::error::Result;

impl Store {
    /// Of whom it was heard after `since`, up to `until`, that they work elsewhere or as something
    /// else, and when; the newest first.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn work_news(
        &self,
        contact: Option<ContactId>,
        since: Moment,
        until: Moment,
    ) -> Result<Vec<(ContactId, Moment, Work)>> {
        let mut find = self.db.prepare_cached(
            "SELECT contact, at, company, position FROM news
             WHERE at > ?1 AND at <= ?2 AND contact = coalesce(?3, contact) ORDER BY at DESC, id DESC",
        )?;
        let found = find.query_map(params![since.0, until.0, contact.map(|it| it.0)], |row| {
            let work = Work { company: row.get(2)?, position: row.get(3)? };
            Ok((ContactId(row.get(0)?), Moment(row.get(1)?), work))
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }
}
