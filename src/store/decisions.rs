//! What the user said, in the order in which it was said; taken back, never deleted.

use rusqlite::{Row, params};

use super::Store;
use super::columns::{touch_id, touch_number};
use crate::domain::measure::decisions::{Decided, Decision, Decisions, SettingKey, Verb};
use crate::domain::model::{ContactId, Moment, TouchId, TurnId};
use crate::error::Result;

impl Store {
    /// Notes what the user said, and marks the contact to be measured again.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn decide(&self, decision: &Decision) -> Result<()> {
        self.db.execute(
            "INSERT INTO decision (at, verb, contact, touch, value) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                decision.at.0,
                decision.what.verb(),
                decision.contact.0,
                decision.what.touch().map(touch_number),
                decision.what.value(),
            ],
        )?;
        self.mark_dirty(decision.contact)
    }

    /// Takes the latest decision of this kind back that is about any of these touches (or about
    /// the contact itself); `false` when there is none.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn take_back(
        &self,
        verb: Verb,
        contact: ContactId,
        touches: &[TouchId],
        now: Moment,
    ) -> Result<bool> {
        let candidates: Vec<(i64, Option<i64>)> = self
            .db
            .prepare(
                "SELECT id, touch FROM decision WHERE verb = ?1 AND contact = ?2
                 AND undone_at IS NULL ORDER BY id DESC",
            )?
            .query_map(params![verb, contact.0], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let found = candidates.into_iter().find(|(_, touch)| match touch {
            Some(touch) => touches.contains(&touch_id(*touch)),
            None => touches.is_empty(),
        });
        let Some((id, _)) = found else { return Ok(false) };
        self.undo_decision(id, contact, now)?;
        Ok(true)
    }

    /// Takes back what was set last of what is meant; what it was.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn take_setting_back(
        &self,
        contact: ContactId,
        key: &SettingKey,
        now: Moment,
    ) -> Result<Option<Decided>> {
        let mut statement = self.db.prepare(
            "SELECT at, verb, contact, touch, value, id FROM decision
             WHERE contact = ?1 AND undone_at IS NULL ORDER BY id DESC",
        )?;
        let rows = statement.query_map([contact.0], |row| Ok((row.get(5)?, decision(row)?)))?;
        for row in rows {
            let (id, found) = row?;
            if let Some(Decision { what, .. }) = found
                && key.means(&what)
            {
                self.undo_decision(id, contact, now)?;
                return Ok(Some(what));
            }
        }
        Ok(None)
    }

    fn undo_decision(&self, id: i64, contact: ContactId, now: Moment) -> Result<()> {
        self.db.execute("UPDATE decision SET undone_at = ?2 WHERE id = ?1", params![id, now.0])?;
        self.mark_dirty(contact)
    }

    /// The newest words on turns at `now` that teach what asks for an answer, at most so many. What
    /// was said before there was anything to teach isn't among them.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn said_of_turns(&self, now: Moment, most: usize) -> Result<Vec<Decision>> {
        let mut statement = self.db.prepare_cached(
            "SELECT at, verb, contact, touch, value FROM decision
             WHERE verb IN ('done', 'due', 'snooze') AND touch IS NOT NULL
               AND id > (SELECT coalesce(max(CAST(value AS INTEGER)), 0) FROM setting
                         WHERE key = 'said_before')
               AND at <= ?1 AND (undone_at IS NULL OR undone_at > ?1)
             ORDER BY id DESC LIMIT ?2",
        )?;
        let rows = statement.query_map(params![now.0, most as i64], decision)?;
        let found: Vec<Option<Decision>> = rows.collect::<Result<_, _>>()?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Of which turns the user said something, or took it back, after `then`, by any touch of theirs.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn spoken_of_since(&self, then: Moment) -> Result<Vec<TurnId>> {
        let mut statement = self.db.prepare_cached(
            "SELECT DISTINCT contact, touch FROM decision
             WHERE touch IS NOT NULL AND (at > ?1 OR undone_at > ?1) ORDER BY contact, touch",
        )?;
        let rows = statement.query_map([then.0], |row| {
            Ok(TurnId { contact: ContactId(row.get(0)?), touch: touch_id(row.get(1)?) })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What held at `now`, for one contact or for all.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn decisions(&self, contact: Option<ContactId>, now: Moment) -> Result<Decisions> {
        let mut statement = self.db.prepare_cached(
            "SELECT at, verb, contact, touch, value FROM decision
             WHERE contact BETWEEN ?2 AND ?3
               AND at <= ?1 AND (undone_at IS NULL OR undone_at > ?1) ORDER BY contact, id",
        )?;
        let (first, last) = contact.map_or((i64::MIN, i64::MAX), |contact| (contact.0, contact.0));
        let rows = statement.query_map(params![now.0, first, last], decision)?;
        let found: Vec<Option<Decision>> = rows.collect::<Result<_, _>>()?;
        Ok(Decisions(found.into_iter().flatten().collect()))
    }
}

/// `None` for what nobody spells so any more.
fn decision(row: &Row<'_>) -> rusqlite::Result<Option<Decision>> {
    let Ok(verb) = row.get(1) else { return Ok(None) };
    let touch: Option<i64> = row.get(3)?;
    let value: String = row.get(4)?;
    let what = Decided::read(verb, touch.map(touch_id), &value);
    let (at, contact) = (Moment(row.get(0)?), ContactId(row.get(2)?));
    Ok(what.map(|what| Decision { at, contact, what }))
}
