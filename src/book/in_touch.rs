//! How often I am in touch with whom, and with whom I am losing it.

use super::{Book, Person};
use crate::domain::measure::rhythm::{Rhythm, SOONEST_D, Signs, rhythm};
use crate::domain::measure::touches::Entry;
use crate::domain::measure::turns::Turn;
use crate::domain::model::{ContactId, DAY};
use crate::error::Result;

impl Book<'_> {
    /// How often I am in touch with somebody.
    pub fn rhythm(&self, person: &Person) -> Rhythm {
        self.rhythm_of(person.row.id, &person.turns, &person.entries)
    }

    pub(super) fn rhythm_of(
        &self,
        contact: ContactId,
        turns: &[Turn],
        entries: &[Entry],
    ) -> Rhythm {
        let zone = self.zone_of(contact);
        let away = self.absences_of(contact).iter().any(|it| it.contains(self.now(), &zone));
        let every_d = self.decisions.every_d(contact);
        rhythm(&Signs { turns, entries, every_d, away }, &self.policy.zone, self.now())
    }

    /// Everybody with whom I am losing touch, the longest known first.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn losing_touch(&self) -> Result<Vec<(Person, Rhythm)>> {
        let recently = self.now() - SOONEST_D as i64 * DAY;
        let mut found = Vec::new();
        for row in self.store.contacts()? {
            // All turns of everybody would be far too many to look at.
            let is_silent = row.last_touch.is_some_and(|last| last <= recently);
            if !is_silent && self.decisions.every_d(row.id).is_none() {
                continue;
            }
            let turns = self.judged(self.store.turns_of(row.id)?);
            let entries = self.store.entries(row.id)?;
            let rhythm = self.rhythm_of(row.id, &turns, &entries);
            if rhythm.losing_touch {
                found.push((self.person_of(row)?, rhythm));
            }
        }
        found.sort_by_key(|(person, rhythm)| (rhythm.since, person.row.id));
        Ok(found)
    }
}
