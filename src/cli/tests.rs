//! What the tests of the commands share: two acquaintances with a little mail.

use serde_json::Value;

use crate::book::AsOf;
use crate::book::measure_dirty;
use crate::domain::measure::entries::{Entry, EntryKind};
use crate::domain::message::mailbox::{Flags, MailboxKind, Role, Uid};
use crate::domain::model::{ContactId, Moment};
use crate::domain::policy::Policy;
use crate::mail;
use crate::store::{Arrival, IdentityKind, ImportRun, NewCard, Store};

/// Tuesday, 10 March 2026, 09:00 UTC.
pub(super) fn as_of() -> AsOf {
    AsOf::Now(moment("2026-03-10T09:00:00Z"))
}

fn moment(text: &str) -> Moment {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

/// Mail of the sample: folder, time, headers, text.
const MAIL: [(&str, &str, &str, &str); 5] = [
    (
        "INBOX",
        "2026-03-02T09:00:00Z",
        "From: grace@example.org\nTo: ada@example.com\n\
      Message-ID: <m1@example.org>\nSubject: When is the compiler ready?\n",
        "Dear Ada,\n\nwhen is the compiler ready?\n\nGrace",
    ),
    (
        "Sent",
        "2026-03-02T12:00:00Z",
        "From: ada@example.com\nTo: grace@example.org\n\
      Message-ID: <m2@example.com>\nIn-Reply-To: <m1@example.org>\n\
      Subject: Re: When is the compiler ready?\n",
        "Next week.",
    ),
    (
        "Sent",
        "2026-03-03T10:00:00Z",
        "From: ada@example.com\nTo: alan@example.org\n\
      Message-ID: <m3@example.com>\nSubject: Could we have lunch?\n",
        "Could we have lunch on Friday? Let me know.\n\nAda",
    ),
    (
        "INBOX",
        "2026-03-09T09:00:00Z",
        "From: grace@example.org\nTo: ada@example.com\n\
      Message-ID: <m4@example.org>\nSubject: Could you review it?\n",
        "Could you review it for me?\n\nGrace",
    ),
    (
        "INBOX",
        "2026-03-03T10:01:00Z",
        "From: grace@example.org\nTo: ada@example.com\n\
      Message-ID: <m5@example.org>\nAuto-Submitted: auto-replied\nSubject: Out of office\n",
        "I am away.",
    ),
];

/// Grace (C1): an exchange, an open turn of hers, a notice of absence, a favour. Alan (C2): an
/// open turn of mine.
pub(super) fn acquaintances() -> (Store, Policy) {
    let store = Store::in_memory().unwrap();
    let policy = Policy::default();
    store.set_accounts(&[("home".to_owned(), MailboxKind::Maildir)]).unwrap();
    store.set_mine(&["ada@example.com".to_owned()]).unwrap();
    let folders = [("INBOX".to_owned(), Role::Inbox), ("Sent".to_owned(), Role::Sent)];
    store.set_folders("home", &folders).unwrap();
    for (name, email) in [("Grace Hopper", "grace"), ("Alan Turing", "alan")] {
        let card = NewCard {
            name: name.to_owned(),
            company: Some("Navy".to_owned()),
            identities: vec![(IdentityKind::Email, format!("{email}@example.org"))],
            ..NewCard::default()
        };
        store.import_card(&card, Moment(0), &mut ImportRun::default()).unwrap();
    }
    for (uid, (folder, at, header, text)) in (1..).zip(MAIL) {
        let folder = store.folder("home", folder).unwrap().unwrap();
        let at = moment(at);
        let date = at.timestamp().strftime("Date: %a, %d %b %Y %H:%M:%S +0000\n").to_string();
        let header = format!("{header}{date}\n");
        let mut facts = mail::facts(header.as_bytes()).unwrap();
        mail::read_text(&mut facts, header.as_bytes(), text.as_bytes(), mail::Owner::default());
        let arrival = Arrival {
            uid: Uid(uid),
            flags: Flags::default(),
            disowned: false,
            internal: Some(at),
            facts,
        };
        store.add_copy(folder.id, folder.uidvalidity, &arrival, true).unwrap();
    }
    let at = moment("2026-03-05T09:00:00Z");
    let favour = Entry::by_hand(EntryKind::Favour, at, "lent her the manual");
    store.add_entry(&favour, &[ContactId(1)], favour.at).unwrap();
    measure_dirty(&store, &policy).unwrap();
    (store, policy)
}

/// The names of an object's fields, in alphabetical order.
#[track_caller]
pub(super) fn fields(value: &Value) -> Vec<&str> {
    let mut fields: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    fields
}

/// As it reads without colour.
pub(super) fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}
