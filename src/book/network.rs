//! What a week's digest says of the network, gathered.

use std::collections::HashSet;

use super::{Book, BookedEntry, Ledger};
use crate::domain::decide::digest::KeptWeek;
use crate::domain::decide::digest::network::{
    self, NamedContact, NetworkWeek, News, OpenQuestion, ToldIntroduction, ToldSuggestion,
};
use crate::domain::decide::digest::told::Told;
use crate::domain::decide::ledger::LedgerEntry;
use crate::domain::decide::ledger::introductions::PATIENCE;
use crate::domain::decide::sift::Candidate;
use crate::domain::measure::balance::Balance;
use crate::domain::model::{ContactId, DAY, Moment};
use crate::error::Result;
use crate::store::ContactRow;

const WEEK: i64 = 7 * DAY;
/// For so long, in seconds, somebody is a new contact.
const NEW_FOR: i64 = 90 * DAY;
/// For so long, in seconds, a change of work is a reason to write.
const WORK_IS_NEWS_FOR: i64 = 60 * DAY;
/// As many changes of work as a letter has room for.
const WORK_NEWS: usize = 8;

impl BookedEntry {
    pub(super) fn told(self) -> ToldIntroduction {
        ToldIntroduction {
            entry: self.entry,
            people: self.people.into_iter().map(|(_, name)| name).collect(),
            outcome: self.outcome,
            subject: self.subject.or(self.text),
            message_id: self.message_id,
        }
    }
}

impl Book<'_> {
    /// What there is to say beside the debts; `mine`: how I kept my promise this week.
    ///
    /// # Errors
    /// Where the database can't be read.
    pub(super) fn network(&self, mine: KeptWeek) -> Result<NetworkWeek> {
        let told = Told::new(self.store.told(self.now())?, self.now(), self.policy.zone.clone());
        let ledger = self.ledger()?;
        let sift = self.sift()?;
        let suggestions = network::suggestions(sift.suggested, &told, self.now());
        let untested = network::untested(sift.untested, &told);
        let lost = self.losing_touch()?.into_iter().map(|(row, rhythm)| (row.id, rhythm)).collect();
        let balance = ledger.balance(self.now());
        Ok(NetworkWeek {
            drift: network::drift(&ledger.entries, mine, self.policy.stance, self.now()),
            balance: (balance != Balance::default()).then_some(balance),
            introductions: self.introductions_of_the_week(ledger)?,
            losing_touch: self.all_named(network::losing_touch(lost, &told))?,
            news: self.news()?,
            questions: self.questions(ledger, &told)?,
            sift: suggestions.iter().map(|it| self.told_suggestion(it)).collect::<Result<_>>()?,
            untested: self.all_named(untested)?,
        })
    }

    fn introductions_of_the_week(&self, ledger: &Ledger) -> Result<Vec<ToldIntroduction>> {
        let mut told = Vec::new();
        for booked in self.booked(ledger.introductions())? {
            let turned = booked.outcome.as_ref().and_then(|outcome| {
                let gave_up = (outcome.state == "nothing").then_some(booked.entry.at + PATIENCE);
                outcome.at.or(gave_up)
            });
            if network::is_of_the_week(&booked.entry, turned, self.now()) {
                told.push(booked.told());
            }
        }
        Ok(told)
    }

    fn questions(&self, ledger: &Ledger, told: &Told) -> Result<Vec<OpenQuestion>> {
        let mut archived = HashSet::new();
        for decision in &self.decisions.0 {
            if self.archived_at(decision.contact)?.is_some() {
                archived.insert(decision.contact);
            }
        }
        let of_somebody =
            |entry: &&LedgerEntry| !entry.contacts.iter().all(|it| archived.contains(it));
        let open = network::to_ask_about(ledger.entries.iter().filter(of_somebody), told);
        let mut questions = Vec::new();
        for booked in self.booked(open)? {
            let people: Vec<String> = booked.people.into_iter().map(|(_, name)| name).collect();
            questions.push(network::question(&booked.entry, &people, booked.subject.as_deref()));
        }
        for contact in network::without_value(self.new_without_value()?, told) {
            questions.extend(self.named_contact(contact)?.map(|it| network::value_question(&it)));
        }
        Ok(questions)
    }

    /// New contacts of whom the user hasn't noted how they can help, the newest first.
    fn new_without_value(&self) -> Result<Vec<ContactId>> {
        let valued = self.store.with_value_note(self.now())?;
        let mut new = Vec::new();
        for row in self.store.contacts()? {
            if valued.contains(&row.id) || self.archived_at(row.id)?.is_some() {
                continue;
            }
            let since = self.met_at(&row)?.filter(|at| *at > self.now() - NEW_FOR);
            new.extend(since.map(|since| (since, row.id)));
        }
        new.sort_by_key(|(since, contact)| (std::cmp::Reverse(*since), *contact));
        Ok(new.into_iter().map(|(_, contact)| contact).collect())
    }

    /// When a contact and I met, as far as that is known: that they were imported says nothing.
    fn met_at(&self, row: &ContactRow) -> Result<Option<Moment>> {
        let first = self.store.in_touch(row.id)?.first();
        Ok([row.connected_at(), first].into_iter().flatten().filter(|at| *at <= self.now()).min())
    }

    /// Who wrote again this week, and of whom it was heard that they work elsewhere or as something
    /// else.
    fn news(&self) -> Result<Vec<News>> {
        let mut news = Vec::new();
        for (contact, at) in self.restored()? {
            if at > self.now() - WEEK
                && let Some(contact) = self.named_contact(contact)?
            {
                let text = network::CAME_BACK.to_owned();
                news.push(News { contact, at, text });
            }
        }
        news.extend(self.news_of_work()?);
        Ok(news)
    }

    /// As many as a letter has room for: those with whom I was in touch last.
    fn news_of_work(&self) -> Result<Vec<News>> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        for (contact, at, work) in self.store.work_news(None, self.news_since(), self.now())? {
            // Only where they work now.
            if !seen.insert(contact) || self.archived_at(contact)?.is_some() {
                continue;
            }
            let last = self.store.in_touch(contact)?.last().latest();
            found.extend(work.sentence().map(|text| (last, contact, at, text)));
        }
        found.sort_by_key(|(last, contact, ..)| (std::cmp::Reverse(*last), *contact));
        let mut news = Vec::new();
        for (_, contact, at, text) in found.into_iter().take(WORK_NEWS) {
            news.extend(self.named_contact(contact)?.map(|contact| News { contact, at, text }));
        }
        Ok(news)
    }

    /// From when on it is news where somebody works.
    pub(super) fn news_since(&self) -> Moment {
        self.now() - WORK_IS_NEWS_FOR
    }

    fn told_suggestion(&self, candidate: &Candidate) -> Result<ToldSuggestion> {
        let Candidate { contact, suggestion } = candidate;
        let contact =
            self.named_contact(*contact)?.unwrap_or_else(|| NamedContact::unknown(*contact));
        Ok(ToldSuggestion {
            contact,
            reasons: suggestion.reasons.iter().map(|reason| reason.text()).collect(),
            last_chance_ended: suggestion.last_chance_ended,
        })
    }

    pub(super) fn all_named<T>(&self, list: Vec<(ContactId, T)>) -> Result<Vec<(NamedContact, T)>> {
        let mut named = Vec::new();
        for (contact, what) in list {
            named.extend(self.named_contact(contact)?.map(|contact| (contact, what)));
        }
        Ok(named)
    }

    fn named_contact(&self, id: ContactId) -> Result<Option<NamedContact>> {
        let Some((name, _)) = self.store.name_of(id)? else { return Ok(None) };
        Ok(Some(NamedContact { id, name, profile_url: self.store.profile_url(id)? }))
    }
}
