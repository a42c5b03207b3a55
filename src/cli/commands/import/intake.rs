//! Bringing exports in: who the user is first, then people, then what they did; each file as a whole
//! or not at all.

use std::ops::ControlFlow;

use indicatif::ProgressBar;

use super::cards::normalised;
use super::items::{Export, Item};
use super::records::{self, SeenRecords};
use super::report::FileReport;
use crate::cli::desk::Desk;
use crate::domain::message::counterparts::Counterpart;
use crate::domain::message::identity;
use crate::error::{Error, Result};
use crate::import::{Acquaintance, Card, Format, OwnerSearch, Participant, SiteOwner, Statement};
use crate::store::{IdentityKind, ImportRun, Imported, NewEntry, Store};

/// As many steps are remembered before they are noted.
const STEPS: usize = 1_000;

/// An import on its way.
pub(super) struct OngoingImport<'a> {
    desk: &'a Desk,
    store: &'a Store,
    /// What was named by the user, and could be read.
    names: Vec<String>,
    run: ImportRun,
    /// What the user is called, as far as that is known by now.
    my_names: Vec<String>,
    owner: Option<SiteOwner>,
    seen: SeenRecords,
    bar: ProgressBar,
    /// The kind of the file that is being brought in.
    source: &'static str,
}

impl<'a> OngoingImport<'a> {
    pub(super) fn new(
        desk: &'a Desk,
        store: &'a Store,
        names: Vec<String>,
        bar: ProgressBar,
    ) -> Result<OngoingImport<'a>> {
        let mut my_names = desk.config.me.names.clone();
        my_names.extend(store.my_names()?);
        let (run, owner, seen) = (ImportRun::default(), None, SeenRecords::default());
        Ok(OngoingImport { desk, store, names, run, my_names, owner, seen, bar, source: "" })
    }

    /// What the import is remembered by, and what it has done.
    pub(super) fn finish(self) -> (Vec<String>, ImportRun) {
        self.bar.finish_and_clear();
        (self.names, self.run)
    }

    /// Brings all exports among the items in; what came of each, in the order of the items.
    ///
    /// # Errors
    /// Where something can't be stored.
    pub(super) fn bring_in(&mut self, items: &[Item]) -> Result<Vec<FileReport>> {
        let mut reports: Vec<FileReport> =
            items.iter().map(|item| FileReport::of(&item.path)).collect();
        let mut order: Vec<usize> = (0..items.len()).collect();
        order.sort_by(|one, other| items[*one].order(&items[*other]));
        for place in order {
            let (item, report) = (&items[place], &mut reports[place]);
            if let Err(why) = &item.content {
                report.refuse(why.clone());
            }
            report.kind = item.mail().map(|archive| archive.kind());
            let Some(export) = item.export() else { continue };
            if export.format() == Format::LinkedinMessages && self.owner.is_none() {
                self.find_owner(items)?;
            }
            self.bring_export_in(export, report)?;
        }
        Ok(reports)
    }

    /// Who among those that write messages is the user: nobody whom the user knows.
    fn find_owner(&mut self, items: &[Item]) -> Result<()> {
        let mut search = OwnerSearch::default();
        let exports = items.iter().filter_map(Item::export);
        for export in exports.filter(|it| it.format() == Format::LinkedinMessages) {
            // What is wrong with it is told where it is brought in.
            let _ = export.each(&mut |told| {
                if let Statement::Message(message) = told {
                    search.see(&message);
                }
                ControlFlow::Continue(())
            });
        }
        let all: Vec<Counterpart> = search.participants().map(records::counterpart).collect();
        let directory = self.store.directory(&all)?;
        let known = |participant: &Participant| match directory
            .contact(&records::counterpart(participant))
        {
            Some(contact) if directory.is_profiled(contact) => Acquaintance::Connection,
            Some(_) => Acquaintance::Contact,
            None => Acquaintance::Nobody,
        };
        self.owner = search.found(&self.my_names, known);
        Ok(())
    }

    /// All of a file, or, where it can't be read to its end, nothing.
    fn bring_export_in(&mut self, export: &Export, report: &mut FileReport) -> Result<()> {
        self.source = export.format().name();
        self.seen.begin_file();
        let before = self.run.clone();
        let mut unreadable = None;
        let store = self.store;
        let done = store.transaction(|store| {
            let mut failed = None;
            let read = export.each(&mut |told| match self.take(told, report) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            });
            if let Some(error) = failed {
                return Err(error);
            }
            if let Err(why) = read {
                unreadable = Some(why.clone());
                return Err(Error::failed(why));
            }
            store.note_import(&self.names, &mut self.run, self.desk.now)
        });
        if let Some(why) = unreadable {
            self.run = before;
            *report = FileReport::of(&report.path);
            report.refuse(why);
            return Ok(());
        }
        done?;
        report.kind = Some(self.source);
        store.make_way();
        Ok(())
    }

    fn take(&mut self, told: Statement, report: &mut FileReport) -> Result<()> {
        self.bar.inc(1);
        let (line, entry) = match told {
            Statement::Skipped(skipped) => {
                report.skip(Some(skipped.line), skipped.why);
                return Ok(());
            }
            Statement::Owner(card) => return self.meet_owner(&card, report),
            Statement::Card(card) => return self.take_card(card, report),
            Statement::Call(call) => (call.line, records::call(call)),
            Statement::Favour(favour) => (favour.line, Ok(records::favour(favour))),
            Statement::Message(message) => {
                let keeping = records::Keeping {
                    my_names: &self.my_names,
                    keep_subjects: self.desk.config.keep_subjects,
                    reads_text: self.desk.config.policy.reads_text,
                };
                let owner = self.owner.as_ref();
                (message.line, records::message(&message, owner, &keeping, &mut self.seen))
            }
        };
        match entry {
            Ok(entry) => self.take_entry(&entry, report),
            Err(why) => {
                report.skip(Some(line), why);
                Ok(())
            }
        }
    }

    fn take_entry(&mut self, entry: &NewEntry, report: &mut FileReport) -> Result<()> {
        let imported = self.store.import_entry(entry, self.desk.now, &mut self.run)?;
        report.count(imported);
        self.note_some()
    }

    fn take_card(&mut self, card: Card, report: &mut FileReport) -> Result<()> {
        let line = Some(card.line);
        let (card, complaints) = normalised(card, self.source);
        let mine = &self.desk.config.me.addresses;
        let is_me = |(kind, value): &(IdentityKind, String)| {
            *kind == IdentityKind::Email && mine.contains(value)
        };
        if card.identities.iter().any(is_me) {
            report.skip(line, format!("{}: this is you", card.name));
            return Ok(());
        }
        complaints.into_iter().for_each(|why| report.skip(line, why));
        let imported: Imported = self.store.import_card(&card, self.desk.now, &mut self.run)?;
        report.count(imported);
        self.note_some()
    }

    /// An import of a million rows is not held in memory until its end.
    fn note_some(&mut self) -> Result<()> {
        if self.run.pending() < STEPS {
            return Ok(());
        }
        self.store.note_import(&self.names, &mut self.run, self.desk.now)
    }

    /// Whoever asked for the export is the user, under whatever name, there or in mail.
    fn meet_owner(&mut self, card: &Card, report: &mut FileReport) -> Result<()> {
        report.matched += 1;
        let names = std::iter::once(&card.name).chain(&card.other_names);
        self.my_names.extend(names.filter(|name| !name.is_empty()).cloned());
        let mine = &self.desk.config.me.addresses;
        for address in card.emails.iter().filter_map(|email| identity::normalise(email)) {
            self.my_names.extend(self.store.called(&address)?);
            if !mine.is_empty() && !mine.contains(&address) {
                let why = format!("{address} is none of your addresses: see `[me] addresses`");
                report.skip(Some(card.line), why);
            }
        }
        Ok(())
    }
}
