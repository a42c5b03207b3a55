//! Contacts that an export brought.

use rusqlite::params;

use super::Store;
use super::undo::{ImportRun, Undo};
use crate::domain::message::cards::{self, Namesake, Word, Work};
use crate::domain::message::identity::IdentityKind;
use crate::domain::model::{ContactId, Moment};
use crate::error::Result;

/// One person of an export, normalised.
#[derive(Debug, Clone, Default)]
pub struct NewCard {
    pub name: String,
    pub company: Option<String>,
    pub position: Option<String>,
    pub connected_on: Option<String>,
    /// Which kind of export says so.
    pub source: &'static str,
    /// Without the name itself.
    pub identities: Vec<(IdentityKind, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    New,
    /// Known and left as it was.
    Matched,
    Changed,
}

impl Store {
    /// Adds a card or adds to the contact that it is about: whoever has one of its addresses,
    /// or profile links; else the contact of its name that contradicts nothing.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn import_card(
        &self,
        card: &NewCard,
        now: Moment,
        run: &mut ImportRun,
    ) -> Result<Imported> {
        let Some((contact, name)) = self.contact_of(card)? else {
            let contact = self.add_contact(card, now)?;
            run.note(Undo::Created { contact: contact.0 });
            run.meet(contact.0);
            self.add_identities(contact, card, &mut Vec::new())?;
            if card.identities.iter().any(|(kind, _)| *kind == IdentityKind::Email) {
                self.mark_with_sharers(contact)?;
            }
            return Ok(Imported::New);
        };
        let mut steps = Vec::new();
        self.add_identities(contact, card, &mut steps)?;
        if cards::says_more(&card.name, &name) {
            self.rename(contact, &card.name)?;
            steps.push(Undo::Named { contact: contact.0, name });
        }
        let is_second = !run.meet(contact.0);
        self.set_work(contact, card, is_second, now, &mut steps)?;
        if steps.is_empty() {
            return Ok(Imported::Matched);
        }
        self.mark_with_sharers(contact)?;
        steps.into_iter().for_each(|step| run.note(step));
        Ok(Imported::Changed)
    }

    fn add_contact(&self, card: &NewCard, now: Moment) -> Result<ContactId> {
        let NewCard { name, company, position, connected_on, source, .. } = card;
        let source = if company.is_some() || position.is_some() { source } else { "" };
        self.db
            .prepare_cached(
                "INSERT INTO contact (name, company, position, connected_on, created_at, work_from)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![name, company, position, connected_on, now.0, source])?;
        Ok(ContactId(self.db.last_insert_rowid()))
    }

    pub(super) fn rename(&self, contact: ContactId, name: &str) -> Result<()> {
        self.db
            .prepare_cached("UPDATE contact SET name = ?2 WHERE id = ?1")?
            .execute(params![contact.0, name])?;
        Ok(())
    }

    /// Says what the card says of the contact's work, and notes a change of it as news. A second
    /// card of one import only adds.
    fn set_work(
        &self,
        contact: ContactId,
        card: &NewCard,
        is_second: bool,
        now: Moment,
        steps: &mut Vec<Undo>,
    ) -> Result<()> {
        let known: KnownWork = self
            .db
            .prepare_cached(
                "SELECT company, position, connected_on, work_from FROM contact WHERE id = ?1",
            )?
            .query_row([contact.0], |row| {
                let work = Work { company: row.get(0)?, position: row.get(1)? };
                Ok(KnownWork { work, connected_on: row.get(2)?, from: row.get(3)? })
            })?;
        let said = Work { company: card.company.clone(), position: card.position.clone() };
        let word = if is_second { Word::Adds } else { cards::word(&known.from, card.source) };
        let work = known.work.clone().with(&said, word);
        let connected_on = match word {
            Word::Adds => known.connected_on.clone().or(card.connected_on.clone()),
            _ => card.connected_on.clone().or(known.connected_on.clone()),
        };
        let from = match word {
            Word::Adds if known.work != Work::default() => known.from.as_str(),
            _ if said == Work::default() => known.from.as_str(),
            _ => card.source,
        };
        if work == known.work && connected_on == known.connected_on && from == known.from {
            return Ok(());
        }
        if word == Word::IsNews && said.is_news_to(&known.work) {
            self.db
                .prepare_cached(
                    "INSERT INTO news (contact, at, company, position) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![contact.0, now.0, work.company, work.position])?;
            steps.push(Undo::News { news: self.db.last_insert_rowid() });
        }
        self.db
            .prepare_cached(
                "UPDATE contact SET company = ?2, position = ?3, connected_on = ?4, work_from = ?5
                 WHERE id = ?1",
            )?
            .execute(params![contact.0, work.company, work.position, connected_on, from])?;
        steps.push(Undo::Fields {
            contact: contact.0,
            company: known.work.company,
            position: known.work.position,
            connected: known.connected_on,
            work_from: known.from,
        });
        Ok(())
    }

    /// The contact whom a card is about, with their name.
    fn contact_of(&self, card: &NewCard) -> Result<Option<(ContactId, String)>> {
        // A company's number or page is that of thousands: who has another name isn't looked at.
        let mut holders = self.db.prepare_cached(
            "SELECT i.contact, c.name FROM identity i JOIN contact c ON c.id = i.contact
             WHERE i.kind = ?1 AND i.value = ?2 AND i.source <> 'by_name' AND (c.name = ?3 OR ?4)
             ORDER BY c.name <> ?3, i.contact LIMIT 20",
        )?;
        for (kind, value) in &card.identities {
            let of_any_name = cards::may_join_names(*kind, value);
            for holder in holders
                .query_map(params![kind, value, card.name, of_any_name], |row| {
                    Ok((ContactId(row.get(0)?), row.get::<_, String>(1)?))
                })?
            {
                let (contact, name) = holder?;
                let is_namesake = name == card.name && *kind != IdentityKind::Name;
                if is_namesake || self.proves(*kind, value, contact, &card.name)? {
                    return Ok(Some((contact, name)));
                }
            }
        }
        // Another name tells nobody apart.
        let kinds = card.identities.iter().map(|(kind, _)| *kind);
        let kinds: Vec<IdentityKind> = kinds.filter(|kind| *kind != IdentityKind::Name).collect();
        let found = cards::namesake(&self.namesakes(card)?, &kinds);
        Ok(found.map(|contact| (contact, card.name.clone())))
    }

    fn namesakes(&self, card: &NewCard) -> Result<Vec<Namesake>> {
        let mut find = self.db.prepare_cached(
            "SELECT id, company IS ?2,
               EXISTS (SELECT 1 FROM identity WHERE contact = id AND kind = ?3
                       AND source <> 'by_name'),
               EXISTS (SELECT 1 FROM identity WHERE contact = id AND kind = ?4
                       AND source <> 'by_name')
             FROM contact WHERE name = ?1 ORDER BY id",
        )?;
        let wanted = params![card.name, card.company, IdentityKind::Url, IdentityKind::Email];
        let found = find.query_map(wanted, |row| {
            Ok(Namesake {
                contact: ContactId(row.get(0)?),
                has_same_company: row.get(1)?,
                has_url: row.get(2)?,
                has_email: row.get(3)?,
            })
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// Adds what the user says that a contact is recognised by; whether it wasn't known. A name
    /// becomes the one that they are shown by; the one before stays known.
    ///
    /// # Errors
    /// Where the database can't be written.
    pub fn say_identity(
        &self,
        contact: ContactId,
        kind: IdentityKind,
        value: &str,
        run: &mut ImportRun,
    ) -> Result<bool> {
        let mut value = value.to_owned();
        if kind == IdentityKind::Name {
            let before: String = self.db.query_row(
                "SELECT name FROM contact WHERE id = ?1",
                [contact.0],
                |row| row.get(0),
            )?;
            if before == value {
                return Ok(false);
            }
            self.rename(contact, &value)?;
            run.note(Undo::Named { contact: contact.0, name: before.clone() });
            if before.contains('@') {
                self.mark_with_sharers(contact)?;
                return Ok(true);
            }
            value = before;
        }
        let is_new = self.add_identity(contact, kind, &value, "hand")?;
        if is_new {
            let kind = kind.name().to_owned();
            run.note(Undo::Identity { contact: contact.0, kind, value });
        }
        self.mark_with_sharers(contact)?;
        Ok(is_new || kind == IdentityKind::Name)
    }

    /// The names of everybody else who has this address.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub fn others_with(
        &self,
        kind: IdentityKind,
        value: &str,
        contact: ContactId,
    ) -> Result<Vec<String>> {
        if kind != IdentityKind::Email {
            return Ok(Vec::new());
        }
        let mut find = self.db.prepare_cached(
            "SELECT c.name FROM identity i JOIN contact c ON c.id = i.contact
             WHERE i.kind = ?1 AND i.value = ?2 AND c.id <> ?3 AND i.source <> 'by_name'
             ORDER BY c.id",
        )?;
        let names = find.query_map(params![kind, value, contact.0], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// Whether a contact who has this identity is the person on a card of the name `said`, by any of
    /// their names.
    fn proves(
        &self,
        kind: IdentityKind,
        value: &str,
        contact: ContactId,
        said: &str,
    ) -> Result<bool> {
        let names = self.names_of(contact)?;
        let is_known = names.iter().any(|name| name == said);
        Ok(is_known && kind != IdentityKind::Name
            || names.iter().all(|name| cards::is_proof(kind, value, name, said)))
    }

    /// Adds what the card says that they are recognised by. What belongs to somebody who may be the
    /// same person stays theirs; what two people share is both's.
    fn add_identities(
        &self,
        contact: ContactId,
        card: &NewCard,
        steps: &mut Vec<Undo>,
    ) -> Result<()> {
        let mut others = self.db.prepare_cached(
            "SELECT contact FROM identity
             WHERE kind = ?1 AND value = ?2 AND contact <> ?3 AND source <> 'by_name' LIMIT 20",
        )?;
        let mut own = self.db.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM identity WHERE kind = ?1 AND value = ?2 AND contact = ?3
                            AND source <> 'by_name')",
        )?;
        for (kind, value) in &card.identities {
            if own.query_row(params![kind, value, contact.0], |row| row.get(0))? {
                continue;
            }
            let mut is_taken = false;
            if cards::may_join_names(*kind, value) {
                for other in others.query_map(params![kind, value, contact.0], |row| row.get(0))? {
                    is_taken |= self.proves(*kind, value, ContactId(other?), &card.name)?;
                }
            }
            if !is_taken && self.add_identity(contact, *kind, value, "import")? {
                let (kind, value) = (kind.name().to_owned(), value.clone());
                steps.push(Undo::Identity { contact: contact.0, kind, value });
            }
        }
        Ok(())
    }

    /// Whether it wasn't known, or by the name alone.
    pub(super) fn add_identity(
        &self,
        contact: ContactId,
        kind: IdentityKind,
        value: &str,
        source: &str,
    ) -> Result<bool> {
        let address = match kind {
            IdentityKind::Email => Some(self.address(value)?.0),
            _ => None,
        };
        let added = self
            .db
            .prepare_cached(
                "INSERT INTO identity (contact, kind, value, source, address)
                 VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET source = ?4 WHERE source = 'by_name'",
            )?
            .execute(params![contact.0, kind, value, source, address])?;
        Ok(added > 0)
    }
}

struct KnownWork {
    work: Work,
    connected_on: Option<String>,
    from: String,
}
