//! What the user said, in the order in which it was said; taken back, never deleted.

use rusqlite::{OptionalExtension, Row, params};

use super::Store;
use super::columns::{touch_id, touch_number};
use crate::domain::model::{ContactId, Moment, TouchId};
use crate::error::Result;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Done,
    /// It does ask for an answer.
    Due,
    Snooze,
    Mute,
    Star,
    /// `value` is `limit=24` (hours) or `zone=Europe/Paris`.
    Set,
    /// `value` is the address that was found by name and isn't theirs.
    NotTheirs,
}

impl Verb {
    const ALL: [Verb; 7] =
        [Verb::Done, Verb::Due, Verb::Snooze, Verb::Mute, Verb::Star, Verb::Set, Verb::NotTheirs];

    pub fn name(self) -> &'static str {
        match self {
            Verb::Done => "done",
            Verb::Due => "due",
            Verb::Snooze => "snooze",
            Verb::Mute => "mute",
            Verb::Star => "star",
            Verb::Set => "set",
            Verb::NotTheirs => "not-theirs",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub at: Moment,
    pub verb: Verb,
    pub contact: ContactId,
    pub touch: Option<TouchId>,
    pub value: String,
}

/// The decisions that hold, contact by contact, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Decisions(pub Vec<Decision>);

impl Store {
    pub fn decide(&self, decision: &Decision) -> Result<()> {
        self.db.execute(
            "INSERT INTO decision (at, verb, contact, touch, value) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                decision.at.0,
                decision.verb.name(),
                decision.contact.0,
                decision.touch.map(touch_number),
                decision.value,
            ],
        )?;
        self.mark_dirty(decision.contact)
    }

    /// Takes the latest decision of this kind back that is about any of these touches (or about
    /// the contact itself); `false` when there is none.
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
            .query_map(params![verb.name(), contact.0], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let found = candidates.into_iter().find(|(_, touch)| match touch {
            Some(touch) => touches.contains(&touch_id(*touch)),
            None => touches.is_empty(),
        });
        let Some((id, _)) = found else { return Ok(false) };
        self.undo_decision(id, contact, now)?;
        Ok(true)
    }

    /// Takes the latest setting or refused address back whose value begins with `start`; what it
    /// was.
    pub fn take_setting_back(
        &self,
        contact: ContactId,
        start: &str,
        now: Moment,
    ) -> Result<Option<(Verb, String)>> {
        let found: Option<(i64, bool, String)> = self
            .db
            .prepare(
                "SELECT id, verb = 'set', value FROM decision
                 WHERE verb IN ('set', 'not-theirs') AND contact = ?1 AND undone_at IS NULL
                   AND substr(value, 1, length(?2)) = ?2 ORDER BY id DESC LIMIT 1",
            )?
            .query_row(params![contact.0, start], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((id, is_setting, value)) = found else { return Ok(None) };
        self.undo_decision(id, contact, now)?;
        Ok(Some((if is_setting { Verb::Set } else { Verb::NotTheirs }, value)))
    }

    fn undo_decision(&self, id: i64, contact: ContactId, now: Moment) -> Result<()> {
        self.db.execute("UPDATE decision SET undone_at = ?2 WHERE id = ?1", params![id, now.0])?;
        self.mark_dirty(contact)
    }

    /// The newest words on turns at `now` that teach what asks for an answer, at most so many. What
    /// was said before there was anything to teach isn't among them.
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

    /// What held at `now`, for one contact or for all.
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

/// `None` for a verb that nobody knows any more.
fn decision(row: &Row<'_>) -> rusqlite::Result<Option<Decision>> {
    let verb: String = row.get(1)?;
    let Some(verb) = Verb::ALL.into_iter().find(|known| known.name() == verb) else {
        return Ok(None);
    };
    Ok(Some(Decision {
        at: Moment(row.get(0)?),
        verb,
        contact: ContactId(row.get(2)?),
        touch: row.get::<_, Option<i64>>(3)?.map(touch_id),
        value: row.get(4)?,
    }))
}

impl Decisions {
    pub fn of(&self, contact: ContactId) -> impl Iterator<Item = &Decision> {
        let first = self.0.partition_point(|decision| decision.contact < contact);
        self.0.iter().skip(first).take_while(move |decision| decision.contact == contact)
    }

    pub fn has(&self, contact: ContactId, verb: Verb) -> bool {
        self.of(contact).any(|decision| decision.verb == verb)
    }

    /// The latest value that was set for `key`.
    pub fn setting(&self, contact: ContactId, key: &str) -> Option<&str> {
        self.of(contact)
            .filter(|decision| decision.verb == Verb::Set)
            .filter_map(|decision| decision.value.split_once('='))
            .filter(|(name, _)| *name == key)
            .map(|(_, value)| value)
            .last()
    }
}
