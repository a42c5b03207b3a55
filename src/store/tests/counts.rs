//! How much lies where: the counts that are kept are those that counting gives.

use proptest::prelude::*;

use super::*;
use crate::domain::message::mailbox::{AccountState, Role, Uid, UidValidity};

#[derive(Debug, Clone)]
enum Step {
    /// Message, folder, UID.
    Arrives(u64, usize, u64),
    Goes(usize, u64),
    StartsOver(usize, u64),
    IsComplete(usize),
    /// Only these folders are still there.
    Folders(Vec<bool>),
}

const FOLDERS: [(&str, Role); 3] =
    [("INBOX", Role::Inbox), ("Sent", Role::Sent), ("Trash", Role::Trash)];

fn step() -> impl Strategy<Value = Step> {
    let place = 0..FOLDERS.len();
    prop_oneof![
        6 => (0..6_u64, place.clone(), 1..8_u64).prop_map(|(id, at, uid)| Step::Arrives(id, at, uid)),
        2 => (place.clone(), 1..8_u64).prop_map(|(at, uid)| Step::Goes(at, uid)),
        1 => (place.clone(), 1..4_u64).prop_map(|(at, validity)| Step::StartsOver(at, validity)),
        1 => place.prop_map(Step::IsComplete),
        1 => prop::collection::vec(any::<bool>(), FOLDERS.len()).prop_map(Step::Folders),
    ]
}

fn take(store: &Store, step: &Step) {
    let row = |at: usize| store.folder("work", FOLDERS[at].0).unwrap().unwrap();
    match step {
        Step::Arrives(id, at, uid) => {
            let arrival = mail(*id, ANN, ME, 0).arrival(*uid);
            store.add_copy(row(*at).id, row(*at).uidvalidity, &arrival, true).unwrap();
        }
        Step::Goes(at, uid) => {
            store.remove_copy(row(*at).id, row(*at).uidvalidity, Uid(*uid)).unwrap();
        }
        Step::StartsOver(at, validity) => {
            store.start_folder_over(row(*at).id, UidValidity(*validity)).unwrap()
        }
        Step::IsComplete(at) => store.set_complete(row(*at).id).unwrap(),
        Step::Folders(kept) => {
            let kept = FOLDERS.iter().zip(kept).filter(|(_, kept)| **kept);
            let kept: Vec<_> = kept.map(|((name, role), _)| ((*name).to_owned(), *role)).collect();
            store.set_folders("work", &kept).unwrap();
        }
    }
}

fn count(store: &Store, sql: &str) -> Vec<u64> {
    let mut statement = store.db.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

proptest! {
    #[test]
    fn whatever_comes_and_goes_the_counts_hold(steps in prop::collection::vec(step(), 0..40)) {
        let store = store();
        for step in &steps {
            take(&store, step);
        }
        let account = store.accounts().unwrap().remove(0);
        let distinct = count(
            &store,
            "SELECT count(DISTINCT i.message) FROM instance i JOIN folder f ON f.id = i.folder
             WHERE f.retired = 0",
        );
        prop_assert_eq!(vec![account.messages], distinct);
        let copies = count(
            &store,
            "SELECT (SELECT count(*) FROM instance i
                     WHERE i.folder = f.id AND i.uidvalidity = f.uidvalidity)
             FROM folder f WHERE f.retired = 0 ORDER BY f.id",
        );
        let kept: Vec<u64> = account.folders.iter().map(|folder| folder.messages).collect();
        prop_assert_eq!(kept, copies);
    }
}

#[test]
fn an_account_was_reached_until_it_failed() {
    let store = Store::in_memory().unwrap();
    store.set_accounts(&[("work".to_owned(), MailboxKind::Imap)]).unwrap();
    let reached = |state, detail, at| {
        store.set_account_state("work", state, detail, None, Moment(at)).unwrap();
        store.accounts().unwrap()[0].reached
    };
    assert_eq!(reached(AccountState::Offline, "no route", 1), None, "never");
    assert_eq!(reached(AccountState::Syncing, "connecting", 2), None);
    assert_eq!(reached(AccountState::Watching, "", 3), Some(Moment(3)));
    assert_eq!(reached(AccountState::Offline, "no route", 9), Some(Moment(9)));
    assert_eq!(reached(AccountState::Syncing, "connecting", 10), Some(Moment(9)));
    assert_eq!(reached(AccountState::Offline, "refused", 11), Some(Moment(9)));
}

#[test]
fn an_account_that_is_configured_again_waits_for_no_attempt_of_before() {
    let store = Store::in_memory().unwrap();
    let work = [("work".to_owned(), MailboxKind::Imap)];
    store.set_accounts(&work).unwrap();
    let next = Some(Moment(60));
    store.set_account_state("work", AccountState::Offline, "no route", next, Moment(1)).unwrap();
    assert_eq!(store.accounts().unwrap()[0].next_attempt, next);
    store.set_accounts(&[]).unwrap();
    store.set_accounts(&work).unwrap();
    assert_eq!(store.accounts().unwrap()[0].next_attempt, None);
}
