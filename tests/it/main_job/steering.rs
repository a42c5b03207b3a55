//! Correcting and steering while the daemon runs, and contacts that come after the mail.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::support::eventually;
use crate::support::peers::peer;
use crate::support::world::Daemon;

/// Between a command and its effect.
const SOON: Duration = Duration::from_secs(2);
const QUESTION: &str = "Could you send the plan?";

fn with_question() -> World {
    let world = world();
    let maildir = Maildir::create(world.home().join("Mail"));
    let question = to_me(GRACE, hours_ago(30), "plan@example.org", QUESTION);
    maildir.deliver(question.time(), &question.bytes());
    world.configure(&configuration(&[SILENT, &maildir_account(&maildir)]));
    world
}

fn watched() -> (World, Daemon) {
    let world = with_question();
    import_both(&world);
    let daemon = world.daemon();
    daemon.ready();
    eventually(Duration::from_secs(30), "the question is listed", || debt(&world));
    (world, daemon)
}

/// The one thing that I owe, if I do.
fn debt(world: &World) -> Option<Value> {
    let mut status = status(world);
    let count = status["i_owe"].as_array().unwrap().len();
    assert_eq!(status["totals"]["i_owe"], count);
    (count > 0).then(|| status["i_owe"][0].take())
}

/// The command has its effect soon, and `--undo` takes it back.
#[track_caller]
fn check(world: &World, command: &[&str], undo: &[&str], has: impl Fn(Option<Value>) -> bool) {
    assert!(!has(debt(world)), "{command:?} has yet to do it");
    for (arguments, expect) in [(command, true), (undo, false)] {
        world.run(arguments);
        let what = format!("the effect of {arguments:?}");
        eventually(SOON, &what, || (has(debt(world)) == expect).then_some(()));
    }
}

#[test]
fn what_the_user_decides_about_a_turn_shows_at_once() {
    let (world, daemon) = watched();
    let id = debt(&world).unwrap()["id"].as_str().unwrap().to_owned();
    check(&world, &["done", &id], &["done", &id, "--undo"], |debt| debt.is_none());
    assert_eq!(turn_about(&world, "Grace", QUESTION)["status"], "open");
    check(&world, &["snooze", &id, "3d"], &["snooze", &id, "--undo"], |debt| {
        debt.is_some_and(|debt| debt["snoozed_until"].is_string())
    });
    check(&world, &["log", "call", "Grace"], &["log", "call", "Grace", "--undo"], |debt| {
        debt.is_none()
    });
    assert!(daemon.terminate().success());
}

#[test]
fn what_the_user_decides_about_a_contact_shows_at_once() {
    let (world, daemon) = watched();
    let set = ["set", "Grace", "limit=24h"];
    check(&world, &set, &["set", "Grace", "limit=24h", "--undo"], |debt| {
        debt.is_some_and(|debt| debt["limit_h"] == 24.0 && debt["overdue"] == true)
    });
    assert_eq!(debt(&world).unwrap()["limit_h"], 48.0);

    let starred = || world.run(&["status"]).contains("★ Grace Hopper");
    let muted = || world.run(&["show", "Grace"]).contains("(muted)");
    for (verb, shows) in [("star", &starred as &dyn Fn() -> bool), ("mute", &muted)] {
        assert!(!shows());
        for (arguments, expect) in
            [(vec![verb, "Grace"], true), (vec![verb, "Grace", "--undo"], false)]
        {
            world.run(&arguments);
            eventually(SOON, verb, || (shows() == expect).then_some(()));
        }
    }
    assert!(daemon.terminate().success());
}

#[test]
fn a_call_answers_what_was_asked() {
    let (world, daemon) = watched();
    world.run(&["log", "call", "Grace", "--at", &hours_ago(6).to_string()]);
    let turn = eventually(SOON, "the call is the answer", || {
        let turn = turn_about(&world, "Grace", QUESTION);
        (turn["status"] == "answered").then_some(turn)
    });
    assert_eq!((&turn["hours"], &turn["answered_by"]), (&json!(24.0), &Value::Null));
    assert!(daemon.terminate().success());
}

#[test]
fn contacts_that_come_later_find_their_mail() {
    let world = with_question();
    world.run(&["sync"]);
    assert_eq!((debt(&world), &status(&world)["totals"]["messages"]), (None, &json!(1)));
    import_both(&world);
    let turn = turn_about(&world, "Grace", QUESTION);
    assert_eq!((&turn["status"], &turn["side"]), (&json!("open"), &json!("theirs")));
    assert_eq!(i_owe(&world), [pair("Grace Hopper", QUESTION)]);
}

/// Where the log of the database was written and synced, and where something was printed: a letter
/// each, in that order.
fn traced(world: &World, strace: &Path, arguments: &[&str]) -> String {
    let log = world.home().join("trace");
    let command = world.command(arguments);
    let mut tracer = std::process::Command::new(strace);
    tracer.args(["-f", "-y", "-e", "trace=pwrite64,fdatasync,fsync,write", "-o"]).arg(&log);
    tracer.arg(command.get_program()).args(command.get_args());
    tracer.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = tracer.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let log = std::fs::read_to_string(log).unwrap();
    let letter = |line: &str| match line {
        _ if line.contains("pwrite64(") && line.contains("requite.db-wal>") => Some('w'),
        _ if line.contains("sync(") && line.contains("requite.db-wal>") => Some('s'),
        _ if [" write(1<", " write(2<"].iter().any(|write| line.contains(write)) => Some('p'),
        _ => None,
    };
    log.lines().filter_map(letter).collect()
}

#[test]
fn what_the_user_said_is_on_the_disk_before_it_is_reported() {
    let Some(strace) = peer("strace") else { return };
    let world = with_question();
    import_both(&world);
    world.run(&["sync"]);
    let id = debt(&world).unwrap()["id"].as_str().unwrap().to_owned();
    // As beside a daemon: the last one to close a database writes its log back.
    let beside = world.database();
    let _: i64 = beside.query_row("SELECT count(*) FROM turn", [], |row| row.get(0)).unwrap();
    for arguments in [&["done", &id][..], &["log", "call", "Grace Hopper"]] {
        let order = traced(&world, &strace, arguments);
        let reported = order.find('p').expect("it is reported");
        let before = &order[..reported];
        assert!(before.contains('w') && before.ends_with('s'), "{arguments:?}: {order}");
    }
}
