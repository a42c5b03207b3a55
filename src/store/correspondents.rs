//! With which addresses mail goes both ways.

use rusqlite::params;

use super::Store;
use super::columns::CC;
use crate::domain::decide::suggestions::Correspondent;
use crate::domain::message::noise::{IMPERSONAL, Traits};
use crate::domain::model::Moment;
use crate::error::Result;

/// Beside ?1, what a person's letter doesn't carry, and ?2, what one doesn't but through a discussion
/// list; ?3: of such a list. Who is only in Cc of mine is nobody I wrote to. `CROSS JOIN` and `+`
/// keep the planner from beginning with the messages of mine.
const BOTH_WAYS: &str = "
WITH mine (id) AS MATERIALIZED (SELECT id FROM address WHERE mine = 1),
told (id, n, first, last) AS MATERIALIZED (
  SELECT a.id, count(*), min(coalesce(m.date, m.internal)), max(coalesce(m.date, m.internal))
  FROM address a CROSS JOIN recipient r ON r.address = a.id AND r.place < ?4
    CROSS JOIN message m ON m.id = r.message
  WHERE a.mine = 0 AND +m.author IN mine AND coalesce(m.date, m.internal, 0) <= ?5
    AND NOT EXISTS (SELECT 1 FROM identity i WHERE i.address = a.id)
  GROUP BY a.id),
heard (id, n, first, last) AS (
  SELECT told.id, count(*), min(coalesce(m.received, m.internal, m.date)),
    max(coalesce(m.received, m.internal, m.date))
  FROM told CROSS JOIN message m ON m.author = told.id
  WHERE (m.traits & ?1 = 0 OR m.traits & ?2 = 0 AND m.traits & ?3 <> 0)
    AND EXISTS (SELECT 1 FROM mine CROSS JOIN recipient r
                ON r.address = mine.id AND r.message = m.id AND r.place < ?4)
    AND coalesce(m.received, m.internal, m.date, 0) <= ?5
  GROUP BY told.id)
SELECT a.email, a.name, heard.n, told.n, min(heard.first, told.first), max(heard.last, told.last)
FROM heard JOIN told ON told.id = heard.id JOIN address a ON a.id = told.id";

impl Store {
    /// Everybody with whom letters had gone both ways by `now` and who is no contact.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn correspondents(&self, now: Moment) -> Result<Vec<Correspondent>> {
        let carried = Traits::LIST.with(Traits::BULK);
        let impersonal = IMPERSONAL.0.cast_signed();
        let beside_lists = impersonal & !carried.0.cast_signed();
        let list = Traits::DISCUSSION_LIST.0.cast_signed();
        let mut find = self.db.prepare_cached(BOTH_WAYS)?;
        let found = find.query_map(params![impersonal, beside_lists, list, CC, now.0], |row| {
            let moment = |column| row.get::<_, Option<i64>>(column);
            Ok(Correspondent {
                email: row.get(0)?,
                name: row.get(1)?,
                from_them: row.get(2)?,
                from_me: row.get(3)?,
                first: Moment(moment(4)?.unwrap_or_default()),
                last: Moment(moment(5)?.unwrap_or_default()),
            })
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// Whether it is known who the user is.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn knows_me(&self) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM address WHERE mine = 1)";
        Ok(self.db.query_row(sql, [], |row| row.get(0))?)
    }
}
