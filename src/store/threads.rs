//! Which reference thread a message belongs to (RFC 5256 §3, References): a union–find over
//! Message-IDs, seen or only referred to. What order mail arrives in makes no difference to which
//! messages stand together.
//!
//! Only mail by me or a contact ties messages together, and never from Junk: whoever else names
//! two conversations in one References would weld them. All other mail stands alone.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Row, params};

use super::Store;
use super::columns::{clocks, stored_key, unpack};
use crate::domain::measure::touches::{self, Clocks};
use crate::domain::message::facts::{Facts, MessageKey};
use crate::domain::model::{MessageNumber, Moment};
use crate::error::Result;

/// Whether a message's references join threads, whether they should, and its thread.
const TIES: &str = "
SELECT m.tied,
  (a.mine IS 1 OR EXISTS (SELECT 1 FROM identity i WHERE i.address = a.id))
    AND coalesce((SELECT max(f.role <> 'junk' AND (i.flags & 8 = 0 OR EXISTS (
        SELECT 1 FROM through_list t JOIN list l ON l.id = t.list
        WHERE t.message = m.id AND l.believed = 1)))
      FROM instance i JOIN folder f ON f.id = i.folder WHERE i.message = m.id), 1),
  m.thread, m.key, m.id_hash, m.parent, m.refs
FROM message m LEFT JOIN address a ON a.id = m.author WHERE m.id = ?1";

impl Store {
    /// The thread of a new message whose references join threads; joins those that it connects.
    pub(super) fn thread_for(&self, facts: &Facts) -> Result<i64> {
        let mut ids: Vec<i64> = facts.references.clone();
        ids.extend(facts.parent);
        ids.extend(facts.id_hash);
        self.thread_with(ids, facts.key.number())
    }

    /// The thread that these Message-IDs make one; `label` where none of them is known.
    fn thread_with(&self, mut ids: Vec<i64>, label: i64) -> Result<i64> {
        // What is answered mostly stands among the references, too.
        ids.sort_unstable();
        ids.dedup();
        let mut find = self.db.prepare_cached("SELECT thread FROM thread_of WHERE id_hash = ?1")?;
        let mut found = Vec::new();
        let mut unknown = Vec::new();
        for id in ids {
            match find.query_row([id], |row| row.get::<_, i64>(0)).optional()? {
                Some(thread) => found.push(thread),
                None => unknown.push(id),
            }
        }
        found.sort_unstable();
        found.dedup();
        let thread = match found.split_first() {
            Some((&kept, joined)) => {
                for &other in joined {
                    self.join_threads(kept, other)?;
                }
                kept
            }
            None => label,
        };
        let mut enter = self
            .db
            .prepare_cached("INSERT OR IGNORE INTO thread_of (id_hash, thread) VALUES (?1, ?2)")?;
        for id in unknown {
            enter.execute(params![id, thread])?;
        }
        Ok(thread)
    }

    /// Lets a stored message's references join threads, or lets them no longer, as who wrote it
    /// and where its copies lie has it by now.
    pub(super) fn tie_anew(&self, message: MessageNumber) -> Result<()> {
        let found = self
            .db
            .prepare_cached(TIES)?
            .query_row([message], |row| {
                let thread: i64 = row.get(2)?;
                Ok((row.get(0)?, row.get(1)?, thread, stored_key(row, 3)?, ties(row, 4)?))
            })
            .optional()?;
        let Some((tied, wanted, thread, key, ids)) = found else { return Ok(()) };
        let mut put =
            self.db.prepare_cached("UPDATE message SET tied = ?2, thread = ?3 WHERE id = ?1")?;
        match (tied, wanted) {
            (false, true) => {
                let joined = self.thread_with(ids, key.number())?;
                if joined == thread {
                    // The index by threads is left alone.
                    self.db
                        .prepare_cached("UPDATE message SET tied = 1 WHERE id = ?1")?
                        .execute([message])?;
                } else {
                    put.execute(params![message, true, joined])?;
                }
            }
            (true, false) => {
                self.cut_threads(&[thread])?;
                put.execute(params![message, false, key.number()])?;
                self.thread_anew(&[thread])?;
            }
            _ => return Ok(()),
        }
        self.mark_people_of(message)
    }

    /// Forgets what ties these threads together, before they lose some of it.
    pub(super) fn cut_threads(&self, threads: &[i64]) -> Result<()> {
        let mut forget = self.db.prepare_cached("DELETE FROM thread_of WHERE id_hash = ?1")?;
        for thread in threads {
            for id in self.tied_in(*thread)?.into_iter().flat_map(|member| member.ids) {
                forget.execute([id])?;
            }
        }
        Ok(())
    }

    /// Threads the messages anew that stood in these threads.
    pub(super) fn thread_anew(&self, threads: &[i64]) -> Result<()> {
        let mut put = self.db.prepare_cached("UPDATE message SET thread = ?2 WHERE id = ?1")?;
        let mut cut = Vec::with_capacity(threads.len());
        for thread in threads {
            let members = self.tied_in(*thread)?;
            // Whoever still bore the old thread would join whatever gets its number again.
            for Member { message, key, .. } in &members {
                put.execute(params![message, key.number()])?;
            }
            cut.push(members);
        }
        for members in cut {
            let mut parts = BTreeSet::new();
            for Member { message, key, ids } in &members {
                let part = self.thread_with(ids.clone(), key.number())?;
                put.execute(params![message, part])?;
                parts.insert(part);
            }
            // Which of them stand together is all that matters.
            if parts.len() > 1 {
                members.iter().try_for_each(|member| self.mark_people_of(member.message))?;
            }
        }
        Ok(())
    }

    fn join_threads(&self, kept: i64, other: i64) -> Result<()> {
        let mut enter =
            self.db.prepare_cached("UPDATE thread_of SET thread = ?2 WHERE id_hash = ?1")?;
        for Member { message, ids, .. } in self.tied_in(other)? {
            for id in ids {
                enter.execute(params![id, kept])?;
            }
            self.mark_people_of(message)?;
        }
        self.db
            .prepare_cached("UPDATE message SET thread = ?1 WHERE thread = ?2 AND tied = 1")?
            .execute(params![kept, other])?;
        Ok(())
    }

    /// The messages that each of these threads ties together, and when each was sent by the clock that
    /// `time` reads.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn members_of(
        &self,
        threads: &[i64],
        time: impl Fn(Clocks) -> Option<Moment>,
    ) -> Result<Vec<Vec<touches::ThreadMember>>> {
        let mut find = self.db.prepare_cached(
            "SELECT m.id, a.mine IS 1, m.date, m.received, m.internal, m.id_hash, m.parent, m.refs
             FROM message m LEFT JOIN address a ON a.id = m.author
             WHERE m.thread = ?1 AND m.tied = 1",
        )?;
        let mut found = Vec::with_capacity(threads.len());
        for thread in threads {
            let members = find.query_map([thread], |row| {
                let (at, names) = (time(clocks(row, 1)?), ties(row, 5)?);
                Ok(touches::ThreadMember { id: row.get(0)?, at, names })
            })?;
            found.push(members.collect::<Result<_, _>>()?);
        }
        Ok(found)
    }

    /// The messages that a thread ties together.
    fn tied_in(&self, thread: i64) -> Result<Vec<Member>> {
        let mut find = self.db.prepare_cached(
            "SELECT id, key, id_hash, parent, refs FROM message WHERE thread = ?1 AND tied = 1",
        )?;
        let members = find.query_map([thread], |row| {
            Ok(Member { message: row.get(0)?, key: stored_key(row, 1)?, ids: ties(row, 2)? })
        })?;
        Ok(members.collect::<Result<_, _>>()?)
    }
}

/// A message of a thread, with the Message-IDs that it names.
struct Member {
    message: MessageNumber,
    key: MessageKey,
    ids: Vec<i64>,
}

/// The Message-IDs that a message names: `id_hash`, `parent` and `refs`, from a column on.
fn ties(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<i64>> {
    let mut ids = unpack(&row.get::<_, Option<Vec<u8>>>(column + 2)?.unwrap_or_default());
    ids.extend(row.get::<_, Option<i64>>(column)?);
    ids.extend(row.get::<_, Option<i64>>(column + 1)?);
    Ok(ids)
}
