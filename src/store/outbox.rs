//! Everything that leaves the house, once per (kind, subject, period), whatever crashes.

use rusqlite::{OptionalExtension, params};

use super::Store;
use crate::domain::message::identity;
use crate::domain::message::threading;
use crate::domain::model::Moment;
use crate::error::Result;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxItem {
    pub id: i64,
    /// `alert` or `digest`.
    pub kind: String,
    /// An alert's turn; empty for a digest.
    pub subject: String,
    pub period: String,
    /// `planned`, `sending` or `sent`.
    pub state: String,
    pub at: Moment,
    pub payload: String,
}

impl Store {
    /// Plans something to be sent; `false` when it was planned before.
    pub fn plan(
        &self,
        kind: &str,
        subject: &str,
        period: &str,
        payload: &str,
        now: Moment,
    ) -> Result<bool> {
        let added = self.db.execute(
            "INSERT OR IGNORE INTO outbox (kind, subject, period, state, at, payload)
             VALUES (?1, ?2, ?3, 'planned', ?4, ?5)",
            params![kind, subject, period, now.0, payload],
        )?;
        Ok(added > 0)
    }

    /// What was planned or begun and isn't known to have been sent, oldest first.
    pub fn unsent(&self, kind: &str) -> Result<Vec<OutboxItem>> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT id, kind, subject, period, state, at, payload FROM outbox
                 WHERE kind = ?1 AND state <> 'sent' ORDER BY id",
            )?
            .query_map([kind], |row| {
                Ok(OutboxItem {
                    id: row.get(0)?,
                    kind: row.get(1)?,
                    subject: row.get(2)?,
                    period: row.get(3)?,
                    state: row.get(4)?,
                    at: Moment(row.get(5)?),
                    payload: row.get(6)?,
                })
            })?
            .collect::<Result<_, _>>()?)
    }

    pub fn set_outbox_state(&self, id: i64, state: &str, now: Moment) -> Result<()> {
        self.db.execute(
            "UPDATE outbox SET state = ?2, at = ?3 WHERE id = ?1",
            params![id, state, now.0],
        )?;
        Ok(())
    }

    pub fn is_planned(&self, kind: &str, subject: &str, period: &str) -> Result<bool> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT 1 FROM outbox WHERE kind = ?1 AND subject = ?2 AND period = ?3",
            )?
            .query_row([kind, subject, period], |_| Ok(()))
            .optional()?
            .is_some())
    }

    /// How many of this kind were planned since `then`, but for those outside of any budget.
    pub fn planned_since(&self, kind: &str, then: Moment) -> Result<u32> {
        Ok(self.db.query_row(
            "SELECT count(*) FROM outbox WHERE kind = ?1 AND at >= ?2 AND payload <> 'unbudgeted'",
            params![kind, then.0],
            |row| row.get(0),
        )?)
    }

    /// Something planned is about to be sent, as `payload` says.
    pub fn begin_to_send(&self, id: i64, payload: &str, now: Moment) -> Result<()> {
        self.db.execute(
            "UPDATE outbox SET state = 'sending', payload = ?2, at = ?3 WHERE id = ?1",
            params![id, payload, now.0],
        )?;
        Ok(())
    }

    /// Whether a message came back into a watched mailbox under this Message-ID, from and to these
    /// addresses, with this token where it bore one.
    pub fn has_come_back(
        &self,
        message_id: &str,
        from: &str,
        to: &str,
        token: Option<&str>,
    ) -> Result<bool> {
        let one_form = |address| identity::normalise(address).unwrap_or_default();
        Ok(self.db.query_row(
            "SELECT EXISTS (SELECT 1 FROM message m JOIN address a ON a.id = m.author
               WHERE m.id_hash = ?5 AND m.message_id = ?1 AND a.email = ?2
                 AND m.digest_token IS coalesce(?4, m.digest_token)
                 AND EXISTS (SELECT 1 FROM recipient r JOIN address t ON t.id = r.address
                             WHERE r.message = m.id AND t.email = ?3))",
            params![
                message_id,
                one_form(from),
                one_form(to),
                token,
                threading::id_hash(message_id)
            ],
            |row| row.get(0),
        )?)
    }
}
