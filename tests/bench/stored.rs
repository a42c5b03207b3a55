//! A store with mail in it, without a server that it came from.

use requite::domain::message::cues::{Cues, Marks};
use requite::domain::message::mailbox::{Flags, MailboxKind, Role, Uid, UidValidity};
use requite::domain::model::Moment;
use requite::domain::policy::TimeBasis;
use requite::store::{Arrival, Filing, IdentityKind, ImportRun, NewCard, Store};

use super::mailbox;

/// Later than all of its mail.
pub const NOW: Moment = Moment(1_767_225_600);
/// Messages to a transaction, as a first sync has them.
const BATCH: usize = 3_000;

/// Files that many messages with that many contacts under an account named `bench`.
pub fn fill(store: &Store, messages: usize, contacts: usize) {
    let mut run = ImportRun::default();
    store
        .transaction(|store| {
            for (name, address) in mailbox::contacts(contacts) {
                let card = NewCard {
                    name,
                    identities: vec![(IdentityKind::Email, address)],
                    ..NewCard::default()
                };
                store.import_card(&card, NOW, &mut run)?;
            }
            Ok(())
        })
        .unwrap();
    fill_mail(store, messages, contacts);
}

/// Files that many messages with that many people who are no contacts.
pub fn fill_mail(store: &Store, messages: usize, people: usize) {
    store.set_accounts(&[("bench".to_owned(), MailboxKind::Maildir)]).unwrap();
    store.set_mine(&["ada@example.com".to_owned()]).unwrap();
    store.set_time_basis(TimeBasis::Arrival).unwrap();
    store.set_reads_text(true).unwrap();
    store
        .set_folders("bench", &[("INBOX".to_owned(), Role::Inbox), ("Sent".to_owned(), Role::Sent)])
        .unwrap();
    let mut mail = mailbox::messages(messages, people).enumerate().peekable();
    while mail.peek().is_some() {
        store
            .transaction(|store| {
                let mut filing = Filing::new(store, true)?;
                for (uid, filed) in mail.by_ref().take(BATCH) {
                    let folder = store.folder("bench", filed.folder)?.unwrap();
                    let mut facts = requite::mail::facts(&filed.bytes).unwrap();
                    // As long ago; one in five requests something.
                    let marks = if uid % 5 == 0 { Marks::REQUEST } else { Marks::default() };
                    facts.cues = Some(Cues { marks, ..Cues::default() });
                    let arrival = Arrival {
                        uid: Uid(uid as u64 + 1),
                        flags: Flags::default(),
                        disowned: false,
                        internal: Some(filed.at.into()),
                        facts,
                    };
                    filing.add(folder.id, UidValidity(1), &arrival)?;
                }
                filing.finish()
            })
            .unwrap();
    }
}
