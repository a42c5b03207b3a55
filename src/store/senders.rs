//! Whose word counts for who wrote what: the history of mailing lists, and whose mail's
//! references join threads.
//!
//! Only gathers what is known and puts what was decided. Filing leaves both to be settled before
//! anything is measured, as a first load has no way yet to look up who wrote what.

use rusqlite::{OptionalExtension, params};

use super::Store;
use crate::domain::message::facts::ListName;
use crate::domain::message::lists::{AUTHORS, ListHistory};
use crate::domain::message::noise::Traits;
use crate::domain::model::{MessageNumber, Moment};
use crate::error::Result;

/// A mailing list as the store numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct List {
    pub id: i64,
    pub believed: bool,
}

impl Store {
    /// A list, from now on if it wasn't known.
    pub(super) fn list(&self, ListName { id, post }: &ListName) -> Result<List> {
        let known = self
            .db
            .prepare_cached("SELECT id, believed FROM list WHERE name = ?1 AND post = ?2")?
            .query_row([id, post], |row| Ok(List { id: row.get(0)?, believed: row.get(1)? }))
            .optional()?;
        if let Some(known) = known {
            return Ok(known);
        }
        self.db
            .prepare_cached("INSERT INTO list (name, post) VALUES (?1, ?2)")?
            .execute([id, post])?;
        Ok(List { id: self.db.last_insert_rowid(), believed: false })
    }

    /// Mail of this author came through a list.
    pub(super) fn add_list_author(&self, list: i64, author: i64) -> Result<()> {
        let added = self
            .db
            .prepare_cached(
                "INSERT OR IGNORE INTO list_author (list, author) SELECT ?1, ?2
                 WHERE (SELECT count(*) FROM list_author WHERE list = ?1) < ?3",
            )?
            .execute(params![list, author, AUTHORS])?;
        if added > 0 {
            self.db
                .prepare_cached("UPDATE list SET due = 1 WHERE id = ?1 AND believed = 0")?
                .execute([list])?;
        }
        Ok(())
    }

    /// Mail came through a list between these times.
    pub(super) fn add_list_span(&self, list: i64, first: Moment, last: Moment) -> Result<()> {
        self.db
            .prepare_cached(
                "UPDATE list SET first = min(coalesce(first, ?2), ?2),
                   last = max(coalesce(last, ?3), ?3), due = due OR believed = 0
                 WHERE id = ?1 AND (first IS NULL OR first > ?2 OR last < ?3)",
            )?
            .execute(params![list, first.0, last.0])?;
        Ok(())
    }

    /// I have written to this address, which may be a list's.
    pub(super) fn wrote_to(&self, address: i64) -> Result<()> {
        self.db
            .prepare_cached(
                "UPDATE list SET due = 1 WHERE believed = 0
                 AND post = (SELECT email FROM address WHERE id = ?1)",
            )?
            .execute([address])?;
        Ok(())
    }

    /// A message's author is vouched for by a list, which says that it is `claimed`.
    pub(super) fn came_through(
        &self,
        message: MessageNumber,
        list: i64,
        claimed: Option<i64>,
    ) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO through_list (message, list, claimed) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET claimed = coalesce(claimed, excluded.claimed)",
            )?
            .execute(params![message, list, claimed])?;
        Ok(())
    }

    /// Lists of which more is known than when it was decided whether they are believed.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn lists_due(&self) -> Result<Vec<(i64, ListHistory)>> {
        let mut find = self.db.prepare_cached(
            "SELECT l.id, (SELECT count(*) FROM list_author WHERE list = l.id), l.first, l.last,
               EXISTS (SELECT 1 FROM address a JOIN recipient r ON r.address = a.id
                 JOIN message m ON m.id = r.message JOIN address me ON me.id = m.author
                 WHERE a.email = l.post AND me.mine = 1 AND m.traits & ?1 = 0),
               EXISTS (SELECT 1 FROM address a JOIN message m ON m.author = a.id
                 WHERE a.email = l.post AND m.traits & ?1 = 0)
             FROM list l WHERE l.due = 1",
        )?;
        let rows = find.query_map([Traits::LIST_REWRITTEN.0.cast_signed()], |row| {
            let moment = |column| row.get::<_, Option<i64>>(column).map(|at| at.map(Moment));
            let history = ListHistory {
                authors: row.get(1)?,
                between: moment(2)?.zip(moment(3)?),
                written_to: row.get(4)?,
                writes: row.get(5)?,
            };
            Ok((row.get(0)?, history))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Puts whether a list is believed; whom it names as authors then are.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn believe_list(&self, list: i64, believed: bool) -> Result<()> {
        self.db
            .prepare_cached("UPDATE list SET believed = ?2, due = 0 WHERE id = ?1")?
            .execute(params![list, believed])?;
        if !believed {
            return Ok(());
        }
        let messages: Vec<MessageNumber> = self
            .db
            .prepare_cached("SELECT message FROM through_list WHERE list = ?1")?
            .query_map([list], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut name = self.db.prepare_cached(
            "UPDATE message SET author = (
               SELECT t.claimed FROM through_list t JOIN address a ON a.id = t.claimed
               WHERE t.message = ?1 AND t.list = ?2 AND a.mine = 0)
             WHERE id = ?1 AND author IS NULL",
        )?;
        for message in messages {
            name.execute(params![message, list])?;
            self.tie_anew(message)?;
            self.mark_people_of(message)?;
        }
        Ok(())
    }

    /// Addresses, so many at most, of whom it isn't decided yet whether their mail's references join threads.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn ties_due(&self, most: usize) -> Result<Vec<i64>> {
        let mut find =
            self.db.prepare_cached("SELECT id FROM address WHERE ties_due = 1 LIMIT ?1")?;
        let ids = find.query_map([i64::try_from(most).unwrap_or(i64::MAX)], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// Lets the references of somebody's mail join threads, or no longer.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn tie_mail_of(&self, address: i64) -> Result<()> {
        self.tie_mails(&self.mail_by(&[address])?)?;
        self.ties_are_decided(&[address])
    }

    /// Everything that was written from these addresses, in the order in which it is stored.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn mail_by(&self, addresses: &[i64]) -> Result<Vec<MessageNumber>> {
        let mut find = self.db.prepare_cached("SELECT id FROM message WHERE author = ?1")?;
        let mut mails: Vec<MessageNumber> = Vec::new();
        for address in addresses {
            for mail in find.query_map([address], |row| row.get(0))? {
                mails.push(mail?);
            }
        }
        mails.sort_unstable();
        Ok(mails)
    }

    /// Lets the references of these join threads, or no longer.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn tie_mails(&self, mails: &[MessageNumber]) -> Result<()> {
        mails.iter().try_for_each(|mail| self.tie_anew(*mail))
    }

    /// Of these addresses' mail it is decided whether it joins threads.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn ties_are_decided(&self, addresses: &[i64]) -> Result<()> {
        let mut put = self
            .db
            .prepare_cached("UPDATE address SET ties_due = 0 WHERE id = ?1 AND ties_due = 1")?;
        for address in addresses {
            put.execute([address])?;
        }
        Ok(())
    }

    /// Everything that depends on which addresses are mine is to be decided again.
    pub(super) fn doubt_senders(&self) -> Result<()> {
        self.db.execute_batch("UPDATE list SET believed = 0, due = 1")?;
        self.db.execute(
            "UPDATE message SET author = NULL WHERE traits & ?1 AND id IN (
               SELECT message FROM through_list WHERE claimed IS NOT NULL)",
            [Traits::LIST_REWRITTEN.0.cast_signed()],
        )?;
        Ok(())
    }

    /// Under what names an account's servers sign what they find out about senders, with how much
    /// of its mail each has signed first.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn authserv_ids(&self, account: &str) -> Result<Vec<(String, u64)>> {
        let mut find = self.db.prepare_cached(
            "SELECT s.id, s.mails FROM authserv s JOIN account a ON a.id = s.account
             WHERE a.name = ?1 ORDER BY s.mails DESC, s.id",
        )?;
        let rows = find.query_map([account], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whose word on senders is taken in an account; where that is new, its mail is read again.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn set_authserv_id(&self, account: &str, id: &str) -> Result<()> {
        let changed = self.db.execute(
            "UPDATE account SET authserv_id = ?2 WHERE name = ?1 AND authserv_id <> ?2",
            [account, id],
        )?;
        if changed > 0 {
            for sql in ["UPDATE folder SET uidvalidity = 0", "DELETE FROM authserv"] {
                let of_account = "WHERE account = (SELECT id FROM account WHERE name = ?1)";
                self.db.execute(&format!("{sql} {of_account}"), [account])?;
            }
        }
        Ok(())
    }
}
