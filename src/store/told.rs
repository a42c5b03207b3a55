//! Of what digests have told, so that it isn't told again for a while.

use std::collections::HashMap;

use rusqlite::{Row, params};

use super::Store;
use crate::domain::decide::digest::told::ToldOf;
use crate::domain::model::Moment;
use crate::error::Result;

impl Store {
    /// Notes what a digest told of.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn note_told(&self, told: &[(ToldOf, String)], at: Moment) -> Result<()> {
        let mut enter = self.db.prepare_cached(
            "INSERT INTO told (kind, about, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )?;
        for (of, about) in told {
            enter.execute(params![of, about, at.0])?;
        }
        Ok(())
    }

    /// When each was told last by `now`, by what it was about.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn told(&self, now: Moment) -> Result<HashMap<(ToldOf, String), Moment>> {
        let mut statement = self
            .db
            .prepare_cached("SELECT kind, about, max(at) FROM told WHERE at <= ?1 GROUP BY 1, 2")?;
        let told = |row: &Row<'_>| Ok(((row.get(0)?, row.get(1)?), Moment(row.get(2)?)));
        let rows = statement.query_map([now.0], told)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
