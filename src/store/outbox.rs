//! Everything that is told or sent, each once, whatever crashes.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Row, params};

use super::Store;
use super::columns::touch_number;
use crate::domain::decide::outbox::{Delivery, DeliveryKind, DeliveryMark, DeliveryState};
use crate::domain::message::identity;
use crate::domain::message::threading;
use crate::domain::model::{ContactId, Moment, TouchId, TurnId};
use crate::error::Result;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxItem {
    pub id: i64,
    pub what: Delivery,
    pub state: DeliveryState,
    /// When it came into that state.
    pub at: Moment,
    pub mark: DeliveryMark,
}

impl Store {
    /// Plans a delivery; `false` when it was planned before.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn plan(&self, what: &Delivery, mark: DeliveryMark, now: Moment) -> Result<bool> {
        let added = self.db.execute(
            "INSERT OR IGNORE INTO outbox (kind, subject, period, touch, state, at, payload)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                what.kind(),
                what.subject(),
                what.period(),
                what.touch().map(touch_number),
                DeliveryState::Planned,
                now.0,
                mark,
            ],
        )?;
        Ok(added > 0)
    }

    /// What was planned or begun and isn't known to have been sent, oldest first.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn unsent(&self, kind: DeliveryKind) -> Result<Vec<OutboxItem>> {
        let mut statement = self.db.prepare_cached(
            "SELECT id, kind, subject, period, state, at, payload FROM outbox
             WHERE kind = ?1 AND state <> ?2 ORDER BY id",
        )?;
        let rows = statement.query_map(params![kind, DeliveryState::Sent], item)?;
        let items: Vec<Option<OutboxItem>> = rows.collect::<Result<_, _>>()?;
        Ok(items.into_iter().flatten().collect())
    }

    /// How far a delivery is from `now` on.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn set_delivery_state(&self, id: i64, state: DeliveryState, now: Moment) -> Result<()> {
        self.db.execute(
            "UPDATE outbox SET state = ?2, at = ?3 WHERE id = ?1",
            params![id, state, now.0],
        )?;
        Ok(())
    }

    /// Plans once more what was told last of a turn, as nobody saw it; `false`: it was told again
    /// before.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn plan_again(&self, turn: TurnId, now: Moment) -> Result<bool> {
        let planned = self.db.execute(
            "UPDATE outbox SET state = ?3, at = ?4, again = 1
             WHERE again = 0 AND state = ?5
               AND id = (SELECT max(id) FROM outbox WHERE kind = ?1 AND subject = ?2)",
            params![
                DeliveryKind::Alert,
                turn.to_string(),
                DeliveryState::Planned,
                now.0,
                DeliveryState::Sent
            ],
        )?;
        Ok(planned > 0)
    }

    /// How far a delivery is; `None`: it was never planned.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn state_of(&self, what: &Delivery) -> Result<Option<DeliveryState>> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT state FROM outbox WHERE kind = ?1 AND subject = ?2 AND period = ?3",
            )?
            .query_row(params![what.kind(), what.subject(), what.period()], |row| row.get(0))
            .optional()?)
    }

    /// The latest delivery of this kind that was planned.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn last_planned(&self, kind: DeliveryKind) -> Result<Option<Delivery>> {
        let mut find = self.db.prepare_cached(
            "SELECT id, kind, subject, period, state, at, payload FROM outbox
             WHERE kind = ?1 ORDER BY period DESC LIMIT 1",
        )?;
        Ok(find.query_row([kind], item).optional()?.flatten().map(|item| item.what))
    }

    /// How often the user was, or will be, told of the turn that was named by a touch.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn alerted(&self) -> Result<HashMap<(ContactId, TouchId), u32>> {
        let mut find = self.db.prepare_cached(
            "SELECT id, kind, subject, period, state, at, payload FROM outbox WHERE kind = ?1",
        )?;
        let mut told = HashMap::new();
        for item in find.query_map([DeliveryKind::Alert], item)? {
            if let Some(OutboxItem { what: Delivery::Alert { turn, time }, .. }) = item? {
                let most = told.entry((turn.contact, turn.touch)).or_default();
                *most = time.max(*most);
            }
        }
        Ok(told)
    }

    /// How many of this kind were planned since `then`, but for those outside of any budget.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn planned_since(&self, kind: DeliveryKind, then: Moment) -> Result<u32> {
        Ok(self.db.query_row(
            "SELECT count(*) FROM outbox WHERE kind = ?1 AND at >= ?2 AND payload <> ?3",
            params![kind, then.0, DeliveryMark::Unbudgeted],
            |row| row.get(0),
        )?)
    }

    /// Something planned is about to be sent, marked so.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn begin_to_send(&self, id: i64, mark: DeliveryMark, now: Moment) -> Result<()> {
        self.db.execute(
            "UPDATE outbox SET state = ?2, payload = ?3, at = ?4 WHERE id = ?1",
            params![id, DeliveryState::Sending, mark, now.0],
        )?;
        Ok(())
    }

    /// Whether a message came back into a watched mailbox under this Message-ID, from and to these
    /// addresses, with this token where it bore one.
    ///
    /// # Errors
    /// Where the database can't be read.
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

/// `None` for what nobody spells so any more.
fn item(row: &Row<'_>) -> rusqlite::Result<Option<OutboxItem>> {
    let (subject, period): (String, String) = (row.get(2)?, row.get(3)?);
    let Some(what) = Delivery::read(row.get(1)?, &subject, &period) else { return Ok(None) };
    Ok(Some(OutboxItem {
        id: row.get(0)?,
        what,
        state: row.get(4)?,
        at: Moment(row.get(5)?),
        mark: row.get(6)?,
    }))
}
