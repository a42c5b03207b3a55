//! The report, gathered from a book: what `deliver` makes a page of.
//!
//! Chooses and draws nothing itself.

use super::scales::Scales;
use super::{Book, BookedEntry, Person};
use crate::domain::decide::digest;
use crate::domain::decide::digest::network::{self, NamedContact, ToldIntroduction};
use crate::domain::decide::report::{NetworkReport, PAGE, ReportedContact};
use crate::domain::measure::picture::Picture;
use crate::domain::measure::rhythm::Rhythm;
use crate::domain::measure::score::ENOUGH;
use crate::error::Result;

impl Book<'_> {
    /// Everything that can be looked at now.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn report(&self) -> Result<NetworkReport> {
        let week = digest::Week::new(self.policy, self.now(), PAGE);
        let (mut parts, mut contacts) = (Vec::new(), Vec::new());
        let scales = &self.scales;
        self.each_person(
            |person| (week.part_of(&person.member()), scales.reported(person)),
            |(part, reported)| {
                parts.push(part);
                contacts.extend(reported);
            },
        )?;
        contacts.sort_by_cached_key(|contact| (contact.name.to_lowercase(), contact.id));
        contacts.sort_by(|a, b| a.standing.told_score().falling(b.standing.told_score()));
        let debts = self.debts()?;
        let totals = self.totals(&debts)?;
        let digest = self.completed(week.digest(parts, debts, totals))?;
        let (ledger, now) = (self.ledger()?, self.now());
        let drift =
            network::drift(&ledger.entries, digest.mine.this_week(), self.policy.stance, now);
        Ok(NetworkReport {
            digest,
            contacts,
            introductions: self.introductions()?,
            losing_touch: self.named_losing_touch()?,
            drift,
            balance: ledger.balance(now),
        })
    }

    fn introductions(&self) -> Result<Vec<ToldIntroduction>> {
        let made = self.booked(self.ledger()?.introductions().rev())?;
        Ok(made.into_iter().map(BookedEntry::told).collect())
    }

    fn named_losing_touch(&self) -> Result<Vec<(NamedContact, Rhythm)>> {
        let lost = self.losing_touch()?;
        self.all_named(lost.into_iter().map(|(row, rhythm)| (row.id, rhythm)).collect())
    }
}

impl Scales<'_> {
    /// `None` of whom the user let go of.
    fn reported(&self, person: Person) -> Option<ReportedContact> {
        if person.archived_at.is_some() {
            return None;
        }
        let Person { row, turns, terms, standing, .. } = person;
        let n_eff = standing.them.n_eff.max(standing.me.n_eff);
        let picture = || Picture::of(&turns, &terms, &self.zone_of(row.id), self.now());
        let picture = (n_eff >= ENOUGH).then(picture);
        Some(ReportedContact {
            id: row.id,
            name: row.name,
            work: [row.position, row.company].into_iter().flatten().collect(),
            starred: person.starred,
            limit_h: terms.limit_h,
            standing,
            picture,
        })
    }
}
