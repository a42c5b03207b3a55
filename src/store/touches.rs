//! All mail between me and one contact, read in one go for the domain to judge.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Row};

use super::Store;
use super::columns::{CC, clocks, cues, stored_day, stored_key, unpack};
use crate::domain::measure::need::Addressing;
use crate::domain::measure::touches::{Copies, Letter};
use crate::domain::measure::turns::Author;
use crate::domain::message::noise::Traits;
use crate::domain::model::{ContactId, Moment};
use crate::error::Result;

/// What a contact wrote, what I wrote to them, and what answers either: by me, whomever it
/// addresses, or by another recipient of theirs. `CROSS JOIN` and `+` keep the planner from
/// beginning with the messages of mine, half of everything, or indexing all recipients each time.
const LETTERS: &str = "
WITH mine (id) AS MATERIALIZED (SELECT id FROM address WHERE mine = 1),
theirs (id) AS MATERIALIZED (
  SELECT DISTINCT i.address FROM identity i JOIN address a ON a.id = i.address
  WHERE i.contact = ?1 AND a.mine = 0),
notices (message) AS MATERIALIZED (
  SELECT n.message FROM counterpart c JOIN notice n ON n.counterpart = c.id WHERE c.contact = ?1),
related (message, author) AS (
  SELECT m.id, 1 FROM theirs CROSS JOIN message m ON m.author = theirs.id
  UNION ALL SELECT message, 1 FROM notices
  UNION ALL SELECT * FROM (
    SELECT m.id, 0 FROM theirs CROSS JOIN recipient r ON r.address = theirs.id
      CROSS JOIN message m ON m.id = r.message WHERE +m.author IN mine
    UNION
    SELECT c.id, 0 FROM notices CROSS JOIN message p ON p.id = notices.message
      CROSS JOIN message c ON c.parent = p.id_hash WHERE +c.author IN mine
    UNION
    SELECT c.id, CASE WHEN c.author IN mine THEN 0 ELSE 2 END
      FROM theirs CROSS JOIN message p ON p.author = theirs.id
      CROSS JOIN message c ON c.parent = p.id_hash
      WHERE +c.author NOT IN theirs AND (+c.author IN mine OR EXISTS (
        SELECT 1 FROM recipient r
        WHERE r.message = p.id AND r.address = c.author AND r.place < 32767))))
SELECT m.id, x.author, m.date, m.received, m.internal, m.base_subject, m.id_hash, m.parent, m.refs,
  m.thread, m.traits, m.to_count, m.recipients,
  CASE x.author WHEN 0
    THEN (SELECT min(r.place) FROM theirs CROSS JOIN recipient r
          ON r.address = theirs.id AND r.message = m.id)
    ELSE (SELECT min(r.place) FROM mine CROSS JOIN recipient r
          ON r.address = mine.id AND r.message = m.id) END,
  (SELECT min(i.flags & 2 <> 0 OR f.role = 'trash') + 2 * min(f.role = 'junk')
     + 4 * min(i.flags & 4 <> 0 OR f.role = 'drafts') + 8 * max(i.flags & 1)
     + 16 * min(i.flags & 8 <> 0)
   FROM instance i JOIN folder f ON f.id = i.folder
   WHERE i.message = m.id AND f.retired = 0),
  m.back_on, m.key, m.cues, m.named,
  EXISTS (SELECT 1 FROM through_list t JOIN list l ON l.id = t.list
          WHERE t.message = m.id AND l.believed = 1)
FROM related x CROSS JOIN message m ON m.id = x.message";

/// When a message that stands in none of a contact's letters was sent, where it is mine.
const MINE_ELSEWHERE: &str = "
SELECT 1, p.date, p.received, p.internal FROM message p JOIN address a ON a.id = p.author
WHERE p.id_hash = ?1 AND a.mine = 1 ORDER BY p.id LIMIT 1";

impl Store {
    /// All mail between me and a contact, and what answers it.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn letters(&self, contact: ContactId) -> Result<Vec<Letter>> {
        let mut statement = self.db.prepare_cached(LETTERS)?;
        let mut letters: Vec<Letter> =
            statement.query_map([contact.0], letter)?.collect::<Result<_, _>>()?;
        letters = self.without_others(contact, letters)?;
        self.tie(&mut letters)?;
        Ok(letters)
    }

    /// Says of each letter of others whether it answers mail of mine. A parent that was never seen
    /// tells nothing; one that is no letter of theirs can only be mine to others.
    fn tie(&self, letters: &mut [Letter]) -> Result<()> {
        let mut mine_elsewhere = self.db.prepare_cached(MINE_ELSEWHERE)?;
        let mut seen: HashMap<i64, bool> = HashMap::with_capacity(letters.len());
        for letter in letters.iter() {
            let Some(id) = letter.own_id else { continue };
            *seen.entry(id).or_default() |= letter.author == Author::Me;
        }
        for letter in letters.iter_mut().filter(|letter| letter.author != Author::Me) {
            let Some(parent) = letter.parent else { continue };
            letter.answers_mine = if let Some(mine) = seen.get(&parent) {
                *mine
            } else {
                letter.answered =
                    mine_elsewhere.query_row([parent], |row| clocks(row, 0)).optional()?;
                letter.answered.is_some()
            };
        }
        Ok(())
    }
}

fn letter(row: &Row<'_>) -> rusqlite::Result<Letter> {
    let moment = |column| row.get::<_, Option<i64>>(column).map(|at| at.map(Moment));
    let place: Option<i64> = row.get(13)?;
    let copies: Option<i64> = row.get(14)?;
    // No copy left: expunged everywhere.
    let copies = copies.map_or(Copies { discarded: true, ..Copies::default() }, |bits| Copies {
        discarded: bits & 1 != 0,
        junk: bits & 2 != 0,
        draft: bits & 4 != 0,
        answered: bits & 8 != 0,
        disowned: bits & 16 != 0,
    });
    Ok(Letter {
        id: row.get(0)?,
        key: stored_key(row, 16)?,
        author: match row.get::<_, i64>(1)? {
            0 => Author::Me,
            1 => Author::Them,
            _ => Author::Other,
        },
        date: moment(2)?,
        received: moment(3)?,
        internal: moment(4)?,
        base_subject: row.get(5)?,
        own_id: row.get(6)?,
        parent: row.get(7)?,
        references: unpack(&row.get::<_, Option<Vec<u8>>>(8)?.unwrap_or_default()),
        thread: row.get(9)?,
        traits: Traits(row.get::<_, i64>(10)?.cast_unsigned()),
        cues: cues(row, 17)?,
        to_count: row.get(11)?,
        recipients: row.get(12)?,
        addressing: place.map(addressing),
        answers_mine: false,
        answered: None,
        through_believed_list: row.get(19)?,
        copies,
        back_on: stored_day(row, 15)?,
    })
}

fn addressing(place: i64) -> Addressing {
    u16::try_from(place).ok().filter(|_| place < CC).map_or(Addressing::Cc, Addressing::To)
}
