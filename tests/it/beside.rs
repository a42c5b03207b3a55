//! Commands beside somebody else who writes: who reads doesn't wait, who writes does, and nothing
//! fails.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Stdio;

use rusqlite::Connection;

use crate::support::exports;
use crate::support::maildir::Maildir;
use crate::support::message::Message;
use crate::support::world::World;

/// A Maildir with a question of Grace's, read, and Grace known.
fn with_question() -> (World, Maildir) {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    let inbox = Maildir::create(world.home().join("Mail"));
    world.configure(&format!(
        "[me]\naddresses = [\"ada@example.com\"]\n[alerts]\ndesktop = false\n{}",
        inbox.account("box")
    ));
    deliver(&inbox, 1);
    let cards = "BEGIN:VCARD\nVERSION:3.0\nFN:Grace\nEMAIL:grace@example.org\nEND:VCARD\n";
    let cards = world.write("grace.vcf", cards);
    world.run(&["sync"]);
    world.run(&["import", cards.to_str().unwrap()]);
    (world, inbox)
}

fn deliver(inbox: &Maildir, number: usize) {
    let mail = Message::of(jiff::Timestamp::now())
        .from("Grace <grace@example.org>")
        .to("ada@example.com")
        .subject(&format!("Can you come to meeting {number}?"))
        .id(&format!("{number}@example.org"));
    inbox.deliver(mail.time(), &mail.bytes());
}

/// Somebody who writes, until it is dropped.
fn writing(world: &World) -> Connection {
    let other = world.database();
    other.execute_batch("BEGIN IMMEDIATE; UPDATE contact SET company = 'Navy'").unwrap();
    other
}

fn connections(world: &World, rows: usize) -> PathBuf {
    world.write("Connections.csv", exports::connections(rows))
}

#[test]
fn who_reads_waits_for_nobody_who_writes() {
    let (world, _) = with_question();
    let other = writing(&world);
    for command in [
        &["status", "--json"][..],
        &["contacts", "--json"],
        &["show", "Grace", "--json"],
        &["digest", "--text"],
        &["import", "--dry-run", connections(&world, 1).to_str().unwrap()],
        &["status", "--json", "--at", "2026-01-01T00:00:00Z"],
    ] {
        assert!(!world.run(command).contains("Navy"), "{command:?}");
    }
    other.execute_batch("ROLLBACK").unwrap();
}

#[test]
fn who_writes_waits_and_says_so() {
    let (world, _) = with_question();
    let other = writing(&world);
    let mut noting = world.command(&["log", "note", "Grace", "met at the fair"]);
    let mut noting =
        noting.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut told = BufReader::new(noting.stderr.take().unwrap()).lines();
    assert_eq!(told.next().unwrap().unwrap(), "another requite is writing: waiting for it");
    other.execute_batch("COMMIT").unwrap();
    assert!(noting.wait().unwrap().success());
    assert!(world.run(&["show", "Grace"]).contains("met at the fair"));
}

#[test]
fn mail_and_commands_come_through_beside_a_long_import() {
    let (world, inbox) = with_question();
    let daemon = world.daemon();
    daemon.ready();
    let csv = connections(&world, 2000);
    let mut import = world.command(&["import", csv.to_str().unwrap()]);
    let mut import = import.stdout(Stdio::null()).spawn().expect("the program starts");
    let mut commands = 0;
    while import.try_wait().unwrap().is_none() {
        commands += 1;
        deliver(&inbox, 1 + commands);
        world.run(&["log", "note", "Grace", &format!("note {commands}")]);
        world.json(&["status", "--json"]);
        world.json(&["contacts", "Grace", "--json"]);
    }
    assert!(import.wait().unwrap().success());
    assert!(commands > 1, "nothing was done beside it");
    assert!(daemon.terminate().success());
    let entries = world.json(&["contacts", "--json", "--limit", "5000"]);
    assert_eq!(entries["contacts"].as_array().unwrap().len(), 2001);
    assert_eq!(world.json(&["status", "--json"])["totals"]["messages"], 1 + commands);
    let show = world.run(&["show", "Grace"]);
    assert!(show.contains(&format!("note {commands}")), "{show}");
}

#[test]
fn an_import_that_is_killed_has_brought_all_of_a_file_or_nothing() {
    let (world, _) = with_question();
    let csv = connections(&world, 4000);
    let known = || world.json(&["status", "--json"])["totals"]["contacts"].as_u64().unwrap();
    let log = world.home().join("data/requite.db-wal");
    let written = || std::fs::metadata(&log).map_or(0, |log| log.len());
    let mut import = world.command(&["import", csv.to_str().unwrap()]);
    let mut import = import.stdout(Stdio::null()).spawn().expect("the program starts");
    let before = written();
    while written() <= before {
        assert!(import.try_wait().unwrap().is_none(), "it was done at once");
    }
    import.kill().unwrap();
    import.wait().unwrap();
    assert!([1, 4001].contains(&known()), "{}", known());
    world.run(&["import", csv.to_str().unwrap()]);
    assert_eq!(known(), 4001);
    world.run(&["import", "--undo"]);
    assert_eq!(known(), 1);
    let left = world.json(&["status", "--json"]);
    assert_eq!(left["totals"]["i_owe"], 1, "{left}");
}
