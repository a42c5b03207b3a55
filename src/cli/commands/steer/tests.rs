//! What can be decided, and that it holds until it is taken back.

use super::*;
use crate::cli::commands::log;
use crate::config;
use crate::daemon::Home;
use crate::domain::measure::touches::EntryKind;
use crate::domain::model::ContactId;
use crate::error::Kind;
use crate::store::{ImportRun, NewCard};

/// A Wednesday, 12:00 in Paris.
const NOON: &str = "2026-11-25T11:00:00Z";

#[track_caller]
fn check_until(text: &str, expect: Result<&str, &str>) {
    let now = Moment::from(NOON.parse::<jiff::Timestamp>().unwrap());
    let policy = Policy { zone: TimeZone::get("Europe/Paris").unwrap(), ..Policy::default() };
    match (until(text, now, &policy), expect) {
        (Ok(at), Ok(expect)) => assert_eq!(at.to_string(), expect, "{text}"),
        (Err(error), Err(expect)) => assert!(error.to_string().contains(expect), "{error}"),
        (found, expect) => panic!("{text}: {found:?}, not {expect:?}"),
    }
}

#[test]
fn a_snooze_ends_after_a_while_or_on_a_morning() {
    check_until("4h", Ok("2026-11-25T15:00:00Z"));
    check_until("3d", Ok("2026-11-28T11:00:00Z"));
    check_until("2w", Ok("2026-12-09T11:00:00Z"));
    check_until("monday", Ok("2026-11-30T07:30:00Z"));
    check_until("Wed", Ok("2026-12-02T07:30:00Z"));
    check_until("tomorrow", Ok("2026-11-26T07:30:00Z"));
    check_until("2026-12-01", Ok("2026-12-01T07:30:00Z"));
}

#[test]
fn a_snooze_into_the_past_or_nowhere_is_refused() {
    check_until("2026-11-01", Err("in the past"));
    check_until("-3d", Err("in the past"));
    check_until("soon", Err("no time to wait"));
}

#[track_caller]
fn check_setting(text: &str, expect: Result<Decided, &str>) {
    let row = ContactRow {
        id: ContactId(1),
        name: "Ann Lee".to_owned(),
        company: None,
        position: None,
        connected_on: None,
        last_touch: None,
        identities: vec![crate::store::Identity {
            kind: IdentityKind::Email,
            value: "ann@example.org".to_owned(),
            by_name: true,
        }],
    };
    match (setting(&row, text), expect) {
        (Ok(found), Ok(expect)) => assert_eq!(found, expect),
        (Err(error), Err(expect)) => assert!(error.to_string().contains(expect), "{error}"),
        (found, expect) => panic!("{text}: {found:?}, not {expect:?}"),
    }
}

#[test]
fn settings_are_stored_in_one_form() {
    check_setting("limit=24h", Ok(Decided::Limit(24.0)));
    check_setting("limit=2d", Ok(Decided::Limit(48.0)));
    check_setting("limit=90m", Ok(Decided::Limit(1.5)));
    check_setting("zone=europe/paris", Ok(Decided::Zone("Europe/Paris".to_owned())));
    let refused = Decided::NotTheirs("ann@example.org".to_owned());
    check_setting("not-address=<ANN@example.org>", Ok(refused));
}

#[test]
fn what_cannot_be_set_is_refused_with_the_reason() {
    check_setting("limit=31d", Err("\"31d\" is no limit"));
    check_setting("limit=soon", Err("is no limit"));
    check_setting("zone=Mars/Olympus", Err("no time zone"));
    check_setting("not-address=bob@example.org", Err("wasn't found by the name of Ann Lee"));
    check_setting("colour=red", Err("can't be set"));
    check_setting("limit", Err("sets nothing"));
}

/// A desk whose owner called Ann Lee (C1), who missed the call: C1-e1 waits.
fn desk(folder: &tempfile::TempDir) -> Desk {
    let home = Home::below(folder.path());
    let (config, now) = (config::defaults(), Moment(1_000_000));
    let desk = Desk { home, config, now, at: None, json: false, quiet: true, verbose: false };
    let store = desk.store_to_write().unwrap();
    let card = NewCard { name: "Ann Lee".to_owned(), ..NewCard::default() };
    store.import_card(&card, Moment(0), &mut ImportRun::default()).unwrap();
    let (words, at) = (["ann".to_owned()], Some(desk.now - 3600));
    log::run(&desk, EntryKind::Call, &words, at, true, false, false).unwrap();
    desk
}

fn closed(desk: &Desk) -> Option<Closed> {
    desk.store_to_write().unwrap().turns_of(ContactId(1)).unwrap()[0].closed
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
    assert!(error.to_string().contains("in no turn"), "{error}");
    assert_eq!(closed(&desk), None);
    let error = snooze(&desk, &ids("C1-e1"), false).unwrap_err();
    assert!(error.to_string().contains("for how long"), "{error}");
}

#[test]
fn what_is_no_turn_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(&folder);
    for (id, why) in [("C1-e9", "in no turn"), ("C7-1", "in no turn"), ("Ann", "no id of a turn")] {
        let error = done(&desk, &ids(id), false).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage, "{id}");
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn a_call_that_is_taken_back_leaves_no_turn() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(&folder);
    let words = ["ann".to_owned()];
    log::run(&desk, EntryKind::Call, &words, None, false, false, true).unwrap();
    assert_eq!(desk.store_to_write().unwrap().turns_of(ContactId(1)).unwrap(), []);
    let to_come = Some(desk.now + 60);
    let error = log::run(&desk, EntryKind::Call, &words, to_come, false, false, false).unwrap_err();
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
