//! How often I am in touch with whom, and with whom I am losing it.

use std::collections::HashSet;

use super::{Book, Person};
use crate::domain::measure::rhythm::{Rhythm, Signs, rhythm};
use crate::domain::measure::standing::is_owed;
use crate::domain::model::ContactId;
use crate::domain::policy::EXPIRY_H;
use crate::error::Result;
use crate::store::ContactRow;

impl Book<'_> {
    /// How often I am in touch with somebody.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn rhythm(&self, person: &Person) -> Result<Rhythm> {
        let now = self.now();
        let waits = person.turns.iter().any(|turn| is_owed(turn, now));
        self.rhythm_of(person.row.id, waits)
    }

    /// Everybody with whom I am losing touch, the longest known first.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn losing_touch(&self) -> Result<Vec<(ContactRow, Rhythm)>> {
        let now = self.now();
        let waiting = self.judged(self.store.waiting_turns(now.plus_hours(-EXPIRY_H))?);
        let waited_for: HashSet<ContactId> =
            waiting.iter().filter(|turn| is_owed(turn, now)).map(|turn| turn.id.contact).collect();
        let mut found = Vec::new();
        for row in self.store.contacts()? {
            let rhythm = self.rhythm_of(row.id, waited_for.contains(&row.id))?;
            if rhythm.losing_touch && self.archived_at(row.id)?.is_none() {
                found.push((row, rhythm));
            }
        }
        found.sort_by_key(|(row, rhythm)| (rhythm.since, row.id));
        Ok(found)
    }

    fn rhythm_of(&self, contact: ContactId, waits: bool) -> Result<Rhythm> {
        let zone = self.zone_of(contact);
        let away = self.absences_of(contact).iter().any(|it| it.contains(self.now(), &zone));
        let every_d = self.decisions.every_d(contact);
        let touches = self.store.in_touch(contact)?.times();
        let signs = Signs { touches: &touches, every_d, away, waits };
        Ok(rhythm(&signs, &self.policy.zone, self.now()))
    }
}
