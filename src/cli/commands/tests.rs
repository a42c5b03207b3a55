//! What can be decided, and that it holds until it is taken back.

use super::*;
use crate::config;
use crate::daemon::Home;
use crate::domain::measure::decisions::Verb;
use crate::domain::measure::entries::EntryKind;
use crate::domain::measure::turns::Closed;
use crate::domain::model::{ContactId, Moment};
use crate::error::Kind;
use crate::store::{ImportRun, NewCard};

/// A desk whose owner called Ann Lee (C1), who missed the call: C1-e1 waits.
fn desk(folder: &tempfile::TempDir) -> Desk {
    let home = Home::below(folder.path());
    let (config, now) = (config::defaults(), Moment(1_000_000));
    let desk = Desk { home, config, now, at: None, json: false, quiet: true, verbose: false };
    let store = desk.store_to_write().unwrap();
    let card = NewCard { name: "Ann Lee".to_owned(), ..NewCard::default() };
    store.import_card(&card, Moment(0), &mut ImportRun::default()).unwrap();
    let (words, at) = (vec!["ann".to_owned()], Some(desk.now - 3600));
    log::run(&desk, &log::LogArgs { missed: true, ..call(words) }, at).unwrap();
    desk
}

fn call(words: Vec<String>) -> log::LogArgs {
    log::LogArgs {
        kind: EntryKind::Call,
        words,
        missed: false,
        from_them: false,
        received: false,
        value: false,
        undo: false,
    }
}

fn done(desk: &Desk, ids: &[String], undo: bool) -> Result<()> {
    done::run(desk, &done::DoneArgs { ids: ids.to_vec(), undo })
}

fn due(desk: &Desk, ids: &[String], undo: bool) -> Result<()> {
    due::run(desk, &due::DueArgs { ids: ids.to_vec(), undo })
}

fn snooze(desk: &Desk, words: &[String], undo: bool) -> Result<()> {
    snooze::run(desk, &snooze::SnoozeArgs { words: words.to_vec(), undo })
}

fn mute(desk: &Desk, contact: &str, undo: bool) -> Result<()> {
    mute::run(desk, &mute::MuteArgs { contact: contact.to_owned(), undo })
}

fn star(desk: &Desk, contact: &str, undo: bool) -> Result<()> {
    star::run(desk, &star::StarArgs { contact: contact.to_owned(), undo })
}

fn set(desk: &Desk, contact: &str, settings: &[String], undo: bool) -> Result<()> {
    let (contact, settings) = (contact.to_owned(), settings.to_vec());
    set::run(desk, &set::SetArgs { contact, settings, undo })
}

fn closed(desk: &Desk) -> Option<Closed> {
    desk.store_to_write().unwrap().turns_of(ContactId(1)).unwrap()[0].closed()
}

fn ids(words: &str) -> Vec<String> {
    words.split(' ').map(str::to_owned).collect()
}

fn holds(desk: &Desk, verb: Verb) -> bool {
    desk.store_to_write().unwrap().decisions(None, desk.now).unwrap().has(ContactId(1), verb)
}

#[test]
fn a_turn_is_done_until_that_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(&folder);
    done(&desk, &ids("C1-e1"), false).unwrap();
    done(&desk, &ids("c1-e1"), false).unwrap();
    assert_eq!(closed(&desk), Some(Closed::SaidDone));
    done(&desk, &ids("C1-e1"), true).unwrap();
    assert_eq!(closed(&desk), None);
    let error = done(&desk, &ids("C1-e1"), true).unwrap_err();
    assert_eq!(error.kind(), Kind::Usage);
}

#[test]
fn marks_and_snoozes_hold_until_they_are_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(&folder);
    for undo in [false, true] {
        mute(&desk, "C1", undo).unwrap();
        star(&desk, "Ann Lee", undo).unwrap();
        let words = if undo { ids("C1-e1") } else { ids("C1-e1 3d") };
        snooze(&desk, &words, undo).unwrap();
        due(&desk, &ids("C1-e1"), undo).unwrap();
        set(&desk, "ann", &["limit=24h".to_owned()], undo).unwrap();
        for verb in [Verb::Mute, Verb::Star, Verb::Snooze, Verb::Due, Verb::Set] {
            assert_eq!(holds(&desk, verb), !undo, "{verb:?}");
        }
    }
}

#[test]
fn of_several_ids_all_are_decided_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(&folder);
    let error = done(&desk, &ids("C1-e1 C1-e9"), false).unwrap_err();
    assert!(error.to_string().contains("no turn C1-e9"), "{error}");
    assert_eq!(closed(&desk), None);
    let error = snooze(&desk, &ids("C1-e1"), false).unwrap_err();
    assert!(error.to_string().contains("for how long"), "{error}");
}

#[test]
fn what_is_no_turn_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(&folder);
    for (id, why) in
        [("C1-e9", "no turn C1-e9"), ("C7-1", "no turn C7-1"), ("Ann", "not a turn ID")]
    {
        let error = done(&desk, &ids(id), false).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage, "{id}");
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn a_call_that_is_taken_back_leaves_no_turn() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(&folder);
    let words = vec!["ann".to_owned()];
    log::run(&desk, &log::LogArgs { undo: true, ..call(words.clone()) }, None).unwrap();
    assert_eq!(desk.store_to_write().unwrap().turns_of(ContactId(1)).unwrap(), []);
    let to_come = Some(desk.now + 60);
    let error = log::run(&desk, &call(words), to_come).unwrap_err();
    assert!(error.to_string().contains("still to come"), "{error}");
}

#[test]
fn where_nothing_was_imported_there_is_nobody_to_name() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::below(folder.path());
    let (config, now) = (config::defaults(), Moment(1_000_000));
    let desk = Desk { home, config, now, at: None, json: false, quiet: true, verbose: false };
    let error = mute(&desk, "ann", false).unwrap_err();
    assert!(error.advice().unwrap_or_default().contains("requite import"), "{error}");
    assert!(!folder.path().join("data").exists());
}
