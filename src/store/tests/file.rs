//! The file itself, and what leaves the house.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::domain::decide::outbox::{Delivery, DeliveryKind, DeliveryMark, DeliveryState};
use crate::domain::message::mailbox::MailboxKind;
use crate::domain::model::{MessageNumber, TouchId, TurnId};
use crate::error::Kind;

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn nobody_else_may_read_the_database() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("data");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let store = Store::open(&folder).unwrap();
    store.set_mine(&[ME.to_owned()]).unwrap();
    assert_eq!(mode(&folder), 0o700);
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let place = tempfile::tempdir().unwrap();
    drop(Store::open(place.path()).unwrap());
    let path = Store::path(place.path());
    let db = rusqlite::Connection::open(&path).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    let before = fs::read(&path).unwrap();
    for refused in [Store::open(place.path()).err(), Store::open_to_read(place.path()).err()] {
        let error = refused.unwrap();
        assert_eq!(error.kind(), Kind::Failed);
        assert!(error.to_string().contains("newer requite (version 99"), "{error}");
    }
    assert_eq!(fs::read(&path).unwrap(), before);
}

/// Every table and index with its columns, as SQLite understood them.
fn shape(db: &rusqlite::Connection) -> Vec<(String, String)> {
    let mut statement = db
        .prepare(
            "SELECT m.type || ' ' || m.name, c.name || ' ' || c.type || ' ' || c.\"notnull\"
             FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) c
             UNION ALL SELECT m.type || ' ' || m.name, c.seqno || ' ' || coalesce(c.name, '')
             FROM sqlite_schema m JOIN pragma_index_xinfo(m.name) c ORDER BY 1, 2",
        )
        .unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_database_of_the_first_version_is_brought_up_to_date() {
    let place = tempfile::tempdir().unwrap();
    let path = Store::path(place.path());
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(include_str!("schema_1.sql")).unwrap();
    old.execute_batch(
        "INSERT INTO contact (name, created_at, dirty) VALUES ('Ann Lee', 0, 0);
         INSERT INTO address (email) VALUES ('ann@example.org');
         INSERT INTO identity VALUES (1, 'email', 'ann@example.org', 'import', 1);
         INSERT INTO message (key, key_version, author, date, base_subject, thread, traits,
                              to_count, recipients) VALUES (x'00', 1, 1, 1700000000, 0, 1, 0, 1, 1);
         PRAGMA user_version = 1;",
    )
    .unwrap();
    drop(old);
    let store = Store::open_to_read(place.path()).unwrap().unwrap();
    assert_eq!(shape(&store.db), shape(&Store::in_memory().unwrap().db));
    assert_eq!(store.dirty_contacts().unwrap(), [ContactId(1)], "measured again");
    let letters = store.letters(ContactId(1)).unwrap();
    assert_eq!((letters.len(), letters[0].back_on), (1, None));
}

#[test]
fn what_was_stored_is_there_when_it_is_opened_again() {
    let place = tempfile::tempdir().unwrap();
    assert!(Store::open_to_read(place.path()).unwrap().is_none());
    ann(&Store::open(place.path()).unwrap());
    let store = Store::open_to_read(place.path()).unwrap().unwrap();
    assert_eq!(store.contact_count().unwrap(), 1);
    assert_eq!(store.damage().unwrap(), None);
}

#[test]
fn a_failed_transaction_leaves_nothing() {
    let store = store();
    let failed = store.transaction(|store| {
        ann(store);
        Err::<(), _>(crate::error::Error::failed("the lights went out"))
    });
    assert!(failed.is_err());
    assert_eq!(store.contact_count().unwrap(), 0);
}

#[test]
fn everything_leaves_once_per_kind_subject_and_period() {
    let store = store();
    let plan = |what: &Delivery| store.plan(what, DeliveryMark::Plain, at(1)).unwrap();
    let turn = TurnId { contact: ContactId(1), touch: TouchId::Message(MessageNumber(1)) };
    let alert = |time| Delivery::Alert { turn, time };
    assert!(plan(&alert(1)));
    assert!(!plan(&alert(1)));
    assert!(plan(&alert(2)));
    assert!(plan(&Delivery::Digest { week: "2026-W48".to_owned() }));
    let waiting = store.unsent(DeliveryKind::Alert).unwrap();
    let periods: Vec<String> = waiting.iter().map(|item| item.what.period()).collect();
    assert_eq!(periods, ["1", "2"]);
    store.set_delivery_state(waiting[0].id, DeliveryState::Sent, at(2)).unwrap();
    assert_eq!(store.unsent(DeliveryKind::Alert).unwrap().len(), 1);
    assert!(!plan(&alert(1)));
    assert_eq!(store.planned_since(DeliveryKind::Alert, at(2)).unwrap(), 1);
}

#[test]
fn what_was_fetched_is_counted_by_the_day_of_utc() {
    let place = tempfile::tempdir().unwrap();
    let midnight = Moment(BEGIN - BEGIN % 86_400 + 86_400);
    let store = Store::open(place.path()).unwrap();
    store
        .set_accounts(&[
            ("work".to_owned(), MailboxKind::Imap),
            ("home".to_owned(), MailboxKind::Imap),
        ])
        .unwrap();
    let evening = midnight - 1;
    assert_eq!(store.fetched_today("work", evening).unwrap(), 0);
    for bytes in [700, 300] {
        store.add_fetched("work", bytes, evening).unwrap();
    }
    drop(store);
    let store = Store::open(place.path()).unwrap();
    assert_eq!(store.fetched_today("work", evening).unwrap(), 1000);
    assert_eq!(store.fetched_today("home", evening).unwrap(), 0);
    assert_eq!(store.fetched_today("work", midnight).unwrap(), 0);
    store.add_fetched("work", 5, midnight).unwrap();
    assert_eq!(store.fetched_today("work", midnight).unwrap(), 5);
}
