//! The store as the rest of the house uses it: mail goes in as header bytes, turns come out.

mod counts;
mod file;
mod first_load;
mod mail;
mod people;

use super::folders::FolderId;
use super::{Arrival, ImportRun, NewCard, Provenance, Store};
use crate::domain::measure::need::model::Model;
use crate::domain::measure::touches;
use crate::domain::measure::turns::{self, Turn};
use crate::domain::message::mailbox::{Flags, MailboxKind, Role, Uid, UidValidity};
use crate::domain::model::{ContactId, Moment};
use crate::domain::policy::TimeBasis;
use crate::store::IdentityKind;

const BEGIN: i64 = 1_700_000_000;
const ME: &str = "me@example.com";
const ANN: &str = "ann@example.org";

fn at(hours: i64) -> Moment {
    Moment(BEGIN + hours * 3600)
}

/// A mailbox with an inbox, a Sent folder and a trash, of which I am the owner.
fn store() -> Store {
    let store = Store::in_memory().unwrap();
    store.set_accounts(&[("work".to_owned(), MailboxKind::Imap)]).unwrap();
    let folders = [("INBOX", Role::Inbox), ("Sent", Role::Sent), ("Trash", Role::Trash)];
    store.set_folders("work", &folders.map(|(name, role)| (name.to_owned(), role))).unwrap();
    for (name, _) in folders {
        store.start_folder_over(folder(&store, name), UidValidity(1)).unwrap();
    }
    store.set_mine(&[ME.to_owned()]).unwrap();
    store
}

impl Store {
    /// Its tables, indexes and triggers.
    pub(crate) fn schema(&self) -> Vec<String> {
        let mut statement = self.db.prepare("SELECT name FROM sqlite_schema ORDER BY 1").unwrap();
        let names = statement.query_map([], |row| row.get(0)).unwrap();
        names.collect::<Result<_, _>>().unwrap()
    }
}

fn folder(store: &Store, name: &str) -> FolderId {
    store.folder("work", name).unwrap().unwrap().id
}

/// A mail as its header says it.
#[derive(Debug, Clone)]
struct Mail {
    id: u64,
    from: String,
    to: String,
    hours: i64,
    subject: &'static str,
    answers: Option<u64>,
}

fn mail(id: u64, from: &str, to: &str, hours: i64) -> Mail {
    let (from, to) = (from.to_owned(), to.to_owned());
    Mail { id, from, to, hours, subject: "Lunch?", answers: None }
}

impl Mail {
    fn answering(self, parent: u64) -> Mail {
        Mail { answers: Some(parent), subject: "Re: Lunch?", ..self }
    }

    fn about(self, subject: &'static str) -> Mail {
        Mail { subject, ..self }
    }

    fn arrival(&self, uid: u64) -> Arrival {
        let Mail { id, from, to, hours, subject, answers } = self;
        let date = jiff::fmt::rfc2822::to_string(
            &at(*hours).timestamp().to_zoned(jiff::tz::TimeZone::UTC),
        );
        let mut header = format!(
            "From: {from}\r\nTo: {to}\r\nDate: {}\r\nSubject: {subject}\r\n\
             Message-ID: <{id}@example.org>\r\n",
            date.unwrap()
        );
        if let Some(parent) = answers {
            header.push_str(&format!("In-Reply-To: <{parent}@example.org>\r\n"));
        }
        header.push_str("\r\n");
        Arrival {
            uid: Uid(uid),
            flags: Flags::default(),
            disowned: false,
            internal: Some(at(*hours)),
            facts: crate::mail::facts(header.as_bytes()).unwrap(),
        }
    }
}

fn deliver(store: &Store, name: &str, uid: u64, mail: &Mail) {
    store.add_copy(folder(store, name), UidValidity(1), &mail.arrival(uid), true).unwrap();
}

fn card(name: &str, emails: &[&str]) -> NewCard {
    let email = |email: &&str| (IdentityKind::Email, (*email).to_owned());
    NewCard {
        name: name.to_owned(),
        identities: emails.iter().map(email).collect(),
        ..NewCard::default()
    }
}

/// Imports cards as one import; the contacts there are afterwards, by name.
fn import(store: &Store, cards: &[NewCard]) -> Vec<(String, ContactId)> {
    let mut run = ImportRun::default();
    for card in cards {
        store.import_card(card, at(0), &mut run).unwrap();
    }
    store.note_import(&["contacts.vcf".to_owned()], &mut run, at(0)).unwrap();
    store.contacts().unwrap().into_iter().map(|row| (row.name, row.id)).collect()
}

/// Takes the last import back; its files.
fn undo_import(store: &Store, now: Moment) -> Option<Vec<String>> {
    let last = store.last_import(Provenance::Files, |_| true).unwrap()?;
    while store.undo_part(last.id, now).unwrap() {}
    Some(last.files)
}

fn ann(store: &Store) -> ContactId {
    import(store, &[card("Ann Lee", &[ANN])])[0].1
}

/// Computes the turns of every contact that is marked; how many there were.
fn measure(store: &Store) -> usize {
    for (list, history) in store.lists_due().unwrap() {
        store.believe_list(list, history.is_believed()).unwrap();
    }
    for address in store.ties_due(usize::MAX).unwrap() {
        store.tie_mail_of(address).unwrap();
    }
    let dirty = store.dirty_contacts().unwrap();
    for &contact in &dirty {
        let letters = store.letters(contact).unwrap();
        let entries = store.entries(contact).unwrap();
        let read = touches::read(&letters, &entries, TimeBasis::Arrival, Moment(i64::MAX));
        let last = read.touches.iter().map(|touch| touch.at).max();
        let (turns, _) = turns::turns(contact, read.touches, &[]);
        store.put_turns(contact, &turns, last).unwrap();
    }
    dirty.len()
}

fn turns(store: &Store, contact: ContactId) -> Vec<Turn> {
    measure(store);
    let turns = store.turns_of(contact).unwrap().into_iter();
    turns.map(|turn| turn.judged(&Model::default())).collect()
}
