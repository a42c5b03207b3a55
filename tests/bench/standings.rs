//! How fast standings are computed from stored mail: one contact's, and everybody's from scratch:
//! `cargo bench -- standings`.
//!
//! `REQUITE_BENCH_MESSAGES` (1,000,000) and `REQUITE_BENCH_CONTACTS` (10,000) change the size of
//! the mailbox, which is written once before anything is measured.

use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};
use std::time::Instant;

use divan::Bencher;
use requite::book::{AsOf, Book, Person};
use requite::book::{learn, measure_history};
use requite::domain::measure::need::model::Model;
use requite::domain::measure::population::Population;
use requite::domain::measure::standing::{Record, Standing, standing};
use requite::domain::measure::{touches, turns};
use requite::domain::model::ContactId;
use requite::domain::policy::Policy;
use requite::store::Store;
use tempfile::TempDir;

use super::stored::NOW;
use super::{number, stored};

pub fn run() {
    divan::Divan::default().run_benches();
    // Statics aren't dropped, and nobody wants to keep half a gigabyte.
    FOLDER.lock().unwrap().take();
}

/// Standings as the program shows them, nothing being known but the mail.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn everybody(bencher: Bencher<'_, '_>) {
    let store = stored();
    let policy = Policy::default();
    bencher.with_inputs(forget_turns).bench_local_values(|()| {
        measure_history(store, &policy).unwrap();
        learn(store, &policy, NOW).unwrap();
        let book = Book::open(store, &policy, AsOf::Now(NOW)).unwrap();
        let mut scored = 0;
        let is_scored = |person: Person| person.standing.score.value.is_some();
        book.each_person(is_scored, |is| scored += usize::from(is)).unwrap();
        scored
    });
}

/// From the letters to the standing, in memory.
#[divan::bench(args = [0.5, 0.99])]
fn one_contact(bencher: Bencher<'_, '_>, busier_than: f64) {
    let (store, policy, population) = (stored(), Policy::default(), Population::default());
    let terms = Book::open(store, &policy, AsOf::Now(NOW)).unwrap().terms(ContactId(1));
    let mut letters: Vec<_> =
        (1..=200).map(|contact| store.letters(ContactId(contact)).unwrap()).collect();
    letters.sort_by_key(Vec::len);
    let letters = &letters[(letters.len() as f64 * busier_than) as usize];
    bencher.counter(divan::counter::ItemsCount::new(letters.len())).bench_local(|| -> Standing {
        let read = touches::read(letters, &[], policy.time, NOW);
        let last_touch = read.touches.iter().map(|touch| touch.at).max();
        let turns = turns::turns(ContactId(1), read.touches, &[]).0.into_iter();
        let turns: Vec<_> = turns.map(|turn| turn.judged(&Model::default())).collect();
        let record = Record { turns: &turns, counted: &[], last_touch, terms: &terms };
        standing(&record, &population, policy.stance, NOW)
    });
}

static FOLDER: Mutex<Option<TempDir>> = Mutex::new(None);

fn folder() -> PathBuf {
    let mut folder = FOLDER.lock().unwrap();
    folder.get_or_insert_with(|| tempfile::tempdir().unwrap()).path().to_owned()
}

fn stored() -> &'static Store {
    static FILLED: OnceLock<()> = OnceLock::new();
    thread_local! {
        static STORE: &'static Store = {
            let store = Box::leak(Box::new(Store::open(&folder()).unwrap()));
            FILLED.get_or_init(|| fill(store));
            store
        };
    }
    STORE.with(|store| *store)
}

/// As after a first sync: nothing was measured or learned yet.
fn forget_turns() {
    let db = rusqlite::Connection::open(Store::path(&folder())).unwrap();
    db.execute_batch(
        "DELETE FROM turn; DELETE FROM absence; UPDATE contact SET dirty = 1, last_touch = NULL;
         PRAGMA wal_checkpoint (TRUNCATE);",
    )
    .unwrap();
}

fn fill(store: &Store) {
    let begun = Instant::now();
    let (messages, contacts) =
        (number("REQUITE_BENCH_MESSAGES", 1_000_000), number("REQUITE_BENCH_CONTACTS", 10_000));
    stored::fill(store, messages, contacts);
    println!("{messages} messages with {contacts} contacts stored in {:.1?}", begun.elapsed());
}
