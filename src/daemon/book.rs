//! Everything known at one instant, opened for reading: contacts, their turns, who owes whom.
//!
//! Reads what the store holds, or computes it as of an earlier instant; decides nothing itself.

use std::collections::{BTreeMap, HashMap};

use jiff::tz::TimeZone;

use super::measure::{Measured, measured_until};
use crate::domain::absence::Absence;
use crate::domain::calendar::Calendar;
use crate::domain::correspondence::{self, Entry, LeftOut};
use crate::domain::debts::{self, Debt};
use crate::domain::digest;
use crate::domain::model::{ContactId, Moment, Side, TouchId};
use crate::domain::policy::{EXPIRY_H, Policy};
use crate::domain::standing::{Standing, Terms, standing};
use crate::domain::turns::Turn;
use crate::error::Result;
use crate::store::{ContactRow, Decisions, Store, Verb};

/// As of when the book is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    Now(Moment),
    /// From mail and decisions up to then only.
    Then(Moment),
}

impl AsOf {
    pub fn moment(self) -> Moment {
        match self {
            AsOf::Now(at) | AsOf::Then(at) => at,
        }
    }
}

pub struct Book<'a> {
    store: &'a Store,
    policy: &'a Policy,
    as_of: AsOf,
    decisions: Decisions,
    /// As they are stored, for reading as of now.
    absences: HashMap<ContactId, Vec<Absence>>,
}

/// A contact with everything that is measured of them.
pub struct Person {
    pub row: ContactRow,
    pub turns: Vec<Turn>,
    pub entries: Vec<Entry>,
    pub absences: Vec<Absence>,
    pub terms: Terms,
    pub standing: Standing,
    pub starred: bool,
    pub muted: bool,
}

/// A debt with the name and the words to show beside it.
pub struct NamedDebt {
    pub debt: Debt,
    pub name: String,
    pub address: Option<String>,
    pub subject: Option<String>,
    pub message_id: Option<String>,
    pub starred: bool,
    pub muted: bool,
}

impl<'a> Book<'a> {
    pub fn open(store: &'a Store, policy: &'a Policy, as_of: AsOf) -> Result<Book<'a>> {
        let decisions = store.decisions(None, as_of.moment())?;
        let absences = match as_of {
            AsOf::Now(_) => store.absences()?,
            AsOf::Then(_) => HashMap::new(),
        };
        Ok(Book { store, policy, as_of, decisions, absences })
    }

    pub fn now(&self) -> Moment {
        self.as_of.moment()
    }

    fn terms(&self, contact: ContactId, absences: &[Absence]) -> Terms {
        let limit_h = self.decisions.setting(contact, "limit").and_then(|hours| hours.parse().ok());
        let zone = self.zone_of(contact);
        let spans: Vec<_> = absences.iter().map(|absence| absence.span(&zone)).collect();
        let calendar = Calendar::new(zone).with_absences(spans);
        Terms { limit_h: limit_h.unwrap_or(self.policy.limit_h), calendar }
    }

    /// The zone in which a contact's days begin.
    fn zone_of(&self, contact: ContactId) -> TimeZone {
        let zone = self.decisions.setting(contact, "zone");
        zone.and_then(|zone| TimeZone::get(zone).ok()).unwrap_or_else(|| self.policy.zone.clone())
    }

    /// The absence that a contact is in now, with its end.
    pub fn away(&self, person: &Person) -> Option<(Absence, Moment)> {
        let zone = self.zone_of(person.row.id);
        let current = |absence: &&Absence| absence.contains(self.now(), &zone);
        let absences = person.absences.iter().filter(current);
        absences.map(|absence| (*absence, absence.span(&zone).1)).max_by_key(|(_, end)| *end)
    }

    pub fn people(&self) -> Result<Vec<Person>> {
        let mut turns: HashMap<ContactId, Vec<Turn>> = HashMap::new();
        if let AsOf::Now(_) = self.as_of {
            for turn in self.store.all_turns()? {
                turns.entry(turn.id.contact).or_default().push(turn);
            }
        }
        let rows = self.store.contacts()?;
        rows.into_iter()
            .map(|row| {
                let known = turns.remove(&row.id).unwrap_or_default();
                let measured = match self.as_of {
                    AsOf::Now(_) => self.stored(&row, known),
                    AsOf::Then(then) => measured_until(self.store, row.id, self.policy, then)?,
                };
                self.person(row, measured)
            })
            .collect()
    }

    /// Everything that is measured of one contact.
    pub fn person_of(&self, row: ContactRow) -> Result<Person> {
        let measured = match self.as_of {
            AsOf::Now(_) => self.stored(&row, self.store.turns_of(row.id)?),
            AsOf::Then(then) => measured_until(self.store, row.id, self.policy, then)?,
        };
        self.person(row, measured)
    }

    fn stored(&self, row: &ContactRow, turns: Vec<Turn>) -> Measured {
        Measured { turns, last_touch: row.last_touch, absences: self.absences_of(row.id).to_vec() }
    }

    fn absences_of(&self, contact: ContactId) -> &[Absence] {
        self.absences.get(&contact).map(Vec::as_slice).unwrap_or_default()
    }

    /// The messages between me and a contact that don't count, oldest first, with why.
    pub fn left_out(&self, contact: ContactId) -> Result<Vec<LeftOut>> {
        let letters = self.store.letters(contact)?;
        let read = correspondence::read(&letters, &[], self.policy.time, self.now());
        let mut left_out = read.left_out;
        left_out.sort_by_key(|left| (left.at, left.message));
        Ok(left_out)
    }

    fn person(&self, row: ContactRow, measured: Measured) -> Result<Person> {
        let Measured { turns, last_touch, absences } = measured;
        let entries = self.store.entries(row.id)?;
        let terms = self.terms(row.id, &absences);
        let (stance, now) = (self.policy.stance, self.now());
        let standing = standing(&turns, &entries, last_touch, &terms, stance, now);
        let starred = self.decisions.has(row.id, Verb::Star);
        let muted = self.decisions.has(row.id, Verb::Mute);
        Ok(Person { row, turns, entries, absences, terms, standing, starred, muted })
    }

    /// Every open turn that an answer is owed to, oldest first.
    pub fn debts(&self) -> Result<Vec<NamedDebt>> {
        let now = self.now();
        let mut by_contact: BTreeMap<ContactId, (Vec<Turn>, Terms)> = BTreeMap::new();
        match self.as_of {
            AsOf::Now(now) => {
                for turn in self.store.waiting_turns(now.plus_hours(-EXPIRY_H))? {
                    let contact = turn.id.contact;
                    let terms = || self.terms(contact, self.absences_of(contact));
                    let known = by_contact.entry(contact).or_insert_with(|| (Vec::new(), terms()));
                    known.0.push(turn);
                }
            }
            AsOf::Then(then) => {
                for row in self.store.contacts()? {
                    let measured = measured_until(self.store, row.id, self.policy, then)?;
                    let terms = self.terms(row.id, &measured.absences);
                    by_contact.insert(row.id, (measured.turns, terms));
                }
            }
        }
        let mut found = Vec::new();
        for (contact, (turns, terms)) in &by_contact {
            let snoozed = |touches: &[TouchId]| self.snoozed_until(*contact, touches);
            for debt in debts::debts(turns, terms, snoozed, now) {
                found.push(self.named(debt)?);
            }
        }
        found.sort_by_key(|named| (named.debt.turn.start, named.debt.turn.id));
        Ok(found)
    }

    fn named(&self, debt: Debt) -> Result<NamedDebt> {
        let contact = debt.turn.id.contact;
        let (name, address) = self.store.name_of(contact)?.unwrap_or_default();
        let (subject, message_id) = match debt.turn.id.touch {
            TouchId::Message(message) => self.store.headline(message)?,
            TouchId::Entry(_) => (None, None),
        };
        let starred = self.decisions.has(contact, Verb::Star);
        let muted = self.decisions.has(contact, Verb::Mute);
        Ok(NamedDebt { debt, name, address, subject, message_id, starred, muted })
    }

    fn snoozed_until(&self, contact: ContactId, touches: &[TouchId]) -> Option<Moment> {
        self.decisions
            .of(contact)
            .filter(|decision| decision.verb == Verb::Snooze)
            .filter(|decision| decision.touch.is_some_and(|touch| touches.contains(&touch)))
            .filter_map(|decision| decision.value.parse().ok().map(Moment))
            .max()
    }

    pub fn totals(&self, debts: &[NamedDebt]) -> Result<digest::Totals> {
        let count = |side, overdue: bool| {
            debts
                .iter()
                .filter(|named| named.debt.turn.side == side && (!overdue || named.debt.overdue))
                .count()
        };
        Ok(digest::Totals {
            messages: match self.as_of {
                AsOf::Now(_) => self.store.message_count()?,
                AsOf::Then(then) => self.store.message_count_until(then)?,
            },
            contacts: self.store.contact_count()?,
            i_owe: count(Side::Theirs, false),
            i_owe_overdue: count(Side::Theirs, true),
            they_owe: count(Side::Mine, false),
            they_owe_overdue: count(Side::Mine, true),
        })
    }

    pub fn digest(&self) -> Result<digest::Digest> {
        let people = self.people()?;
        let debts = self.debts()?;
        let since = self.now().plus_hours(-7.0 * 24.0);
        let junk = self.store.junk_from_contacts(since)?;
        let mut in_junk = Vec::new();
        for (contact, subject, at) in junk {
            let (name, _) = self.store.name_of(contact)?.unwrap_or_default();
            in_junk.push(digest::JunkMail { name, subject, at });
        }
        let totals = self.totals(&debts)?;
        let members: Vec<digest::Member<'_>> = people
            .iter()
            .map(|person| digest::Member {
                id: person.row.id,
                name: &person.row.name,
                turns: &person.turns,
                terms: &person.terms,
                before: standing(
                    &turns_as_of(&person.turns, since),
                    &person.entries,
                    person.standing.last_touch.filter(|at| *at <= since),
                    &person.terms,
                    self.policy.stance,
                    since,
                )
                .score
                .value,
                now: person.standing.score.value,
            })
            .collect();
        let debts = debts.into_iter().map(digest_debt).collect();
        Ok(digest::compose(&members, debts, in_junk, totals, self.policy, self.now()))
    }
}

/// Turns as they stood then, as far as later mail hasn't moved their starts.
fn turns_as_of(turns: &[Turn], then: Moment) -> Vec<Turn> {
    turns.iter().filter(|turn| turn.start <= then).cloned().collect()
}

fn digest_debt(named: NamedDebt) -> (Side, digest::Debt) {
    let NamedDebt { debt, name, address, subject, .. } = named;
    let shown = digest::Debt {
        id: debt.turn.id,
        name,
        address,
        subject,
        since: debt.turn.start,
        due: debt.due,
        age_h: debt.age_h,
        limit_h: debt.limit_h,
        overdue: debt.overdue,
        needs_reply: debt.turn.needs_reply,
    };
    (debt.turn.side, shown)
}
