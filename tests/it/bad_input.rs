//! What goes wrong at a user's: a configuration with a slip, a wrong password, odd mail, broken
//! contact files. Each is told plainly, and what is good comes in.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use requite::mail;
use serde_json::Value;

use crate::support::dovecot::{Dovecot, PASSWORD, USER};
use crate::support::maildir::Maildir;
use crate::support::world::World;
use crate::support::{PATIENCE, eventually};

fn world() -> World {
    World::new(env!("CARGO_BIN_EXE_requite"))
}

fn maildir_account(path: &Path) -> String {
    format!(
        "[me]\naddresses = [\"ada@example.com\"]\n[alerts]\ndesktop = false\n[[account]]\nname = \"box\"\n\
         kind = \"maildir\"\npath = \"{}\"\n",
        path.display()
    )
}

fn imap_account(world: &World, dovecot: &Dovecot, password: &str) {
    let password = world.write("password", password);
    world.configure(&format!(
        "[alerts]\ndesktop = false\n[[account]]\nname = \"work\"\nkind = \"imap\"\n\
         host = \"localhost\"\nport = {}\nuser = \"{USER}\"\nca = \"{}\"\npassword.file = \"{}\"\n",
        dovecot.ports().implicit,
        dovecot.ca().display(),
        password.display()
    ));
}

#[track_caller]
fn no_panic(complaint: &str) {
    for sign in ["panicked", "unexpectedly", "RUST_BACKTRACE", "please report"] {
        assert!(!complaint.contains(sign), "{complaint}");
    }
}

/// A run that fails with this code, and says all of this.
#[track_caller]
fn check_failure(world: &World, arguments: &[&str], code: i32, said: &[&str]) {
    let (found, complaint) = world.fails(arguments);
    no_panic(&complaint);
    for part in said {
        assert!(complaint.contains(part), "{arguments:?} doesn't say {part:?}:\n{complaint}");
    }
    assert_eq!(found, code, "{complaint}");
}

#[test]
fn a_slip_in_the_configuration_is_shown_where_it_stands() {
    #[track_caller]
    fn check(toml: &str, said: &[&str]) {
        let world = world();
        world.configure(toml);
        for command in ["status", "sync", "run"] {
            check_failure(&world, &[command], 78, said);
        }
        let report = world.output(&["check", "--json"]);
        assert_eq!(report.status.code(), Some(78));
        let report: Value = serde_json::from_slice(&report.stdout).unwrap();
        assert_eq!(report["ok"], false);
        let detail = report["parts"][0]["detail"].as_str().unwrap();
        assert!(said.iter().any(|part| detail.contains(part)), "{detail}");
    }
    check("stanse = \"tool\"", &["config.toml:1:1", "^^^^^^", "did you mean `stance`?"]);
    check(
        "limit = \"48h\"\n[alerts]\nper_week = \"six\"",
        &["config.toml:3:12", "^^^^^", "number"],
    );
    check("[measure]\nholidays = [\"none.ics\"]", &["config.toml:2:13", "none.ics", ".ics"]);
    check("[me]\nzone = \"Europe/Pariss\"", &["config.toml:2:8", "^^^", "Europe/Paris"]);
}

#[test]
fn a_configuration_that_is_missing_says_how_to_begin() {
    check_failure(&world(), &["sync"], 78, &["config.toml", "requite config example"]);
}

#[test]
fn without_an_account_there_is_nothing_to_do_but_add_one() {
    let world = world();
    world.configure("[me]\naddresses = [\"ada@example.com\"]\n");
    for command in ["run", "sync"] {
        let said = ["no account is configured", "help:", "requite config example"];
        check_failure(&world, &[command], 78, &said);
    }
}

#[test]
fn a_password_command_that_is_missing_is_a_mistake_in_the_configuration() {
    let Some(dovecot) = Dovecot::start() else { return };
    let world = world();
    world.configure(&format!(
        "[[account]]\nname = \"work\"\nkind = \"imap\"\nhost = \"localhost\"\nport = {}\n\
         user = \"{USER}\"\nca = \"{}\"\npassword.command = [\"no-such-keeper\", \"mail\"]\n",
        dovecot.ports().implicit,
        dovecot.ca().display()
    ));
    check_failure(&world, &["sync"], 78, &["`no-such-keeper` can't be run", "help:", "install it"]);
    assert_eq!(dovecot.refusals(), 0);
}

#[test]
fn a_wrong_password_is_tried_once_by_a_command_and_once_an_hour_by_the_daemon() {
    let Some(dovecot) = Dovecot::start() else { return };
    let world = world();
    imap_account(&world, &dovecot, "not-the-horse");

    let report = world.output(&["check"]);
    assert_eq!(report.status.code(), Some(77));
    let report = String::from_utf8(report.stdout).unwrap();
    assert!(report.contains("refused the login of ada@example.com"), "{report}");
    assert!(report.contains("help:"), "{report}");
    assert_eq!(dovecot.refusals(), 1);
    check_failure(&world, &["sync"], 77, &["refused the login", "help:"]);
    assert_eq!(dovecot.refusals(), 2);

    let daemon = world.daemon();
    daemon.ready();
    let account = eventually(PATIENCE, "the daemon was refused", || {
        let account = world.json(&["status", "--json"])["accounts"][0].clone();
        let detail = account["detail"].as_str().unwrap();
        detail.contains("next attempt in 3600 s").then_some(account)
    });
    assert_eq!(account["state"], "auth_failed");
    assert_eq!(dovecot.refusals(), 2 + 1);
    assert_eq!(dovecot.logins(), 0);
    let log = daemon.log();
    let told = log.lines().find(|line| line.contains("WARN")).unwrap_or(&log);
    for part in ["work", "refused the login of ada@example.com", "password"] {
        assert!(told.contains(part), "{log}");
    }
    assert!(daemon.terminate().success());
    let printed = world.run(&["status"]);
    assert!(printed.contains("login refused"), "{printed}");

    imap_account(&world, &dovecot, PASSWORD);
    world.run(&["sync"]);
    assert_eq!(world.json(&["status", "--json"])["accounts"][0]["state"], "idle");
}

/// The files of the odd set, or `None` where there is no corpus.
fn odd_mail() -> Option<Vec<Vec<u8>>> {
    let Some(corpus) = std::env::var_os("REQUITE_CORPUS").map(PathBuf::from) else {
        eprintln!("skipped: REQUITE_CORPUS is not set");
        return None;
    };
    let odd = corpus.join("odd");
    let index = fs::read_to_string(odd.join("INDEX.tsv")).unwrap();
    let names = index.lines().skip(1).map(|line| line.split('\t').next().unwrap());
    Some(names.map(|name| fs::read(odd.join(name)).unwrap()).collect())
}

/// How many messages are distinct, where another subject under the same id is another message, and
/// how many have no header field before their first empty line.
fn distinct_and_unreadable(mails: &[Vec<u8>]) -> (usize, usize) {
    let read: Vec<_> = mails.iter().filter_map(|raw| mail::facts(header(raw)).ok()).collect();
    let distinct: BTreeSet<_> =
        read.iter().map(|facts| (facts.key.0, facts.base_subject)).collect();
    (distinct.len(), mails.len() - read.len())
}

fn header(raw: &[u8]) -> &[u8] {
    let is_empty_line =
        |at: &usize| raw[*at..].starts_with(b"\n\n") || raw[*at..].starts_with(b"\n\r\n");
    &raw[..(0..raw.len()).find(is_empty_line).map_or(raw.len(), |at| at + 1)]
}

/// Reads everything; returns the account's line.
#[track_caller]
fn reads_all(world: &World, mails: &[Vec<u8>]) -> Value {
    let output = world.output(&["sync"]);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    no_panic(&complaint);
    let status = world.json(&["status", "--json"]);
    let account = &status["accounts"][0];
    let (messages, quarantined) = (number(&account["messages"]), number(&account["quarantined"]));
    let copies: usize = account["folders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|folder| number(&folder["messages"]))
        .sum();
    assert_eq!(copies + quarantined, mails.len(), "{account}");
    assert_eq!(status["totals"]["messages"], messages, "{account}");
    let printed = world.run(&["check"]);
    assert!(printed.contains(&format!("{quarantined} messages left aside")), "{printed}");
    account.clone()
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

#[test]
fn odd_mail_in_a_maildir_is_counted_or_left_aside() {
    let Some(mails) = odd_mail() else { return };
    let world = world();
    let inbox = Maildir::create(world.home().join("Mail"));
    world.configure(&maildir_account(inbox.path()));
    for raw in &mails {
        inbox.deliver("2026-03-01T09:00:00Z".parse().unwrap(), raw);
    }
    let account = reads_all(&world, &mails);
    let found = (number(&account["messages"]), number(&account["quarantined"]));
    assert_eq!(found, distinct_and_unreadable(&mails), "{account}");
    assert_eq!(reads_all(&world, &mails), account, "read again, all is as it was");
}

#[test]
fn odd_mail_on_a_server_is_counted_or_left_aside() {
    let Some(mails) = odd_mail() else { return };
    let Some(dovecot) = Dovecot::start() else { return };
    let world = world();
    imap_account(&world, &dovecot, PASSWORD);
    for raw in &mails {
        dovecot.deliver_at("INBOX", "2026-03-01T09:00:00Z".parse().unwrap(), raw);
    }
    reads_all(&world, &mails);
}

#[test]
fn good_rows_come_in_and_bad_ones_are_named() {
    let world = world();
    world.configure("");
    let csv = world.write(
        "Connections.csv",
        "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n\
         Grace,Hopper,https://www.linkedin.com/in/grace,grace@example.org,Navy,Admiral,02 Mar 2026\n\
         Alan,Turing,https://www.linkedin.com/in/alan,,NPL,Fellow,42 Nov 2026\n\
         ,,,,,,\n\
         Edsger,Dijkstra,https://www.linkedin.com/in/edsger,edsger@example.org,TU,Prof,03 Mar 2026\n",
    );
    let cards = world.write(
        "cards.vcf",
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Barbara Liskov\r\nEMAIL:barbara@example.org\r\n\
         END:VCARD\r\nBEGIN:VCARD\r\nVERSION:3.0\r\nNOTE:nobody at all\r\nEND:VCARD\r\n\
         BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Donald Knuth\r\nEMAIL:donald@example.org\r\n",
    );
    let files = [csv.to_str().unwrap(), cards.to_str().unwrap()];
    let report = world.json(&["import", files[0], files[1], "--json"]);
    let named: Vec<Vec<u64>> = report["files"].as_array().unwrap().iter().map(lines).collect();
    assert_eq!(named, [vec![3, 4], vec![6, 10]], "{report}");
    let contacts = world.json(&["contacts", "--json"]);
    let names: BTreeSet<&str> = contacts["contacts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|contact| contact["name"].as_str().unwrap())
        .collect();
    for name in ["Grace Hopper", "Alan Turing", "Edsger Dijkstra", "Barbara Liskov"] {
        assert!(names.contains(name), "{names:?}");
    }
}

/// Where something was left out; each with a reason.
fn lines(file: &Value) -> Vec<u64> {
    let skipped = file["skipped"].as_array().unwrap();
    assert!(skipped.iter().all(|row| row["why"].as_str().is_some_and(|why| !why.is_empty())));
    skipped.iter().map(|row| row["line"].as_u64().unwrap()).collect()
}

#[test]
fn a_mail_that_can_be_read_after_all_is_no_longer_left_aside() {
    let world = world();
    let inbox = Maildir::create(world.home().join("Mail"));
    world.configure(&maildir_account(inbox.path()));
    let late = inbox.path().join("cur/1772442000.1.host:2,S");
    let account = || {
        world.run(&["sync"]);
        let account = world.json(&["status", "--json"])["accounts"][0].clone();
        (number(&account["messages"]), number(&account["quarantined"]))
    };
    // Nothing of it is written yet.
    fs::write(&late, "").unwrap();
    assert_eq!(account(), (0, 1));
    fs::write(&late, "From: ann@example.org\nSubject: Late\n\n").unwrap();
    assert_eq!(account(), (1, 0));
}
