//! Alerts that stand on a screen, so that what is chosen on them is understood after a restart, too.

use rusqlite::{OptionalExtension, Row, params};

use super::Store;
use crate::domain::model::{Moment, TurnId};
use crate::error::Result;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnScreen {
    /// What it is about: nothing else about the same stands beside it.
    pub about: String,
    /// The turns that it tells of.
    pub turns: Vec<TurnId>,
    /// Who shows it.
    pub notifier: String,
    /// What they call it.
    pub number: u32,
    /// Since when.
    pub at: Moment,
}

impl Store {
    /// Notes that an alert stands; another one about the same stands no longer.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn put_on_screen(&self, shown: &OnScreen) -> Result<()> {
        let turns: Vec<String> = shown.turns.iter().map(TurnId::to_string).collect();
        self.db.execute(
            "INSERT INTO on_screen (about, turns, notifier, number, at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (about) DO UPDATE SET turns = excluded.turns,
                notifier = excluded.notifier, number = excluded.number, at = excluded.at",
            params![shown.about, turns.join(" "), shown.notifier, shown.number, shown.at.0],
        )?;
        Ok(())
    }

    /// An alert stands no longer.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn take_off_screen(&self, about: &str) -> Result<()> {
        self.db.execute("DELETE FROM on_screen WHERE about = ?1", [about])?;
        Ok(())
    }

    /// Every alert that stands, by what it is about.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn on_screen(&self) -> Result<Vec<OnScreen>> {
        let mut find = self.db.prepare_cached(
            "SELECT about, turns, notifier, number, at FROM on_screen ORDER BY about",
        )?;
        let rows = find.query_map([], on_screen)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The alert about this that stands.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn on_screen_about(&self, about: &str) -> Result<Option<OnScreen>> {
        let mut find = self.db.prepare_cached(
            "SELECT about, turns, notifier, number, at FROM on_screen WHERE about = ?1",
        )?;
        Ok(find.query_row([about], on_screen).optional()?)
    }
}

fn on_screen(row: &Row<'_>) -> rusqlite::Result<OnScreen> {
    let turns: String = row.get(1)?;
    Ok(OnScreen {
        about: row.get(0)?,
        turns: turns.split(' ').filter_map(|turn| turn.parse().ok()).collect(),
        notifier: row.get(2)?,
        number: row.get(3)?,
        at: Moment(row.get(4)?),
    })
}
