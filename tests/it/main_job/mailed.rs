//! What the user answers the digest with from elsewhere: a mail to themself.

use std::collections::BTreeSet;
use std::time::Duration;

use super::*;
use crate::support::eventually;

const PLAN: &str = "Could you send the plan?";
const KEY: &str = "Where is the key?";
/// What an answer from a phone may take.
const SOON: Duration = Duration::from_secs(10);

/// Grace and Alan wait for an answer, in a mailbox that a daemon watches.
fn watched(dovecot: &Dovecot) -> (World, crate::support::world::Daemon) {
    let asked = [(GRACE, 60, PLAN), (ALAN, 55, KEY)];
    dovecot.fill(
        "INBOX",
        asked.map(|(from, hours, subject)| {
            let mail = to_me(from, hours_ago(hours), &format!("{hours}@example.org"), subject);
            (mail.time(), mail.bytes())
        }),
    );
    let world = world();
    let post = "[digest]\nto = \"ada@example.com\"\n";
    world.configure(&configuration(&[SILENT, post, &imap_account(&world, dovecot)]));
    import_both(&world);
    let daemon = world.daemon();
    daemon.ready();
    eventually(Duration::from_secs(30), "both are listed", || {
        (i_owe(&world).len() == 2).then_some(())
    });
    (world, daemon)
}

/// The subject of the mail that a link of the digest makes: that of the command about this turn.
fn subject(world: &World, verb: &str, turn: &str) -> String {
    let page = world.run(&["digest", "--html"]);
    let begin = format!("mailto:ada@example.com?subject=requite%20{verb}%20{turn}%20");
    let at = page.find(&begin).unwrap_or_else(|| panic!("no link {begin}"));
    let link = page[at..].split('"').next().unwrap();
    link.split_once("subject=").unwrap().1.replace("%20", " ")
}

fn turn(world: &World, subject: &str) -> String {
    let status = status(world);
    let mut owed = status["i_owe"].as_array().unwrap().iter();
    let found = owed.find(|debt| debt["subject"] == subject).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

fn mail(from: &str, to: &str, id: &str, subject: &str) -> Vec<u8> {
    Message::of(now()).from(from).to(to).id(id).subject(subject).bytes()
}

/// The names of the files, in which a Maildir keeps its flags.
fn files(dovecot: &Dovecot) -> BTreeSet<String> {
    let maildir = dovecot.maildir("INBOX");
    let parts = ["cur", "new"].map(|part| std::fs::read_dir(maildir.path().join(part)).unwrap());
    let names = parts.into_iter().flatten().map(|file| file.unwrap().file_name());
    names.map(|name| name.to_string_lossy().into_owned()).collect()
}

#[test]
fn a_tap_on_done_takes_an_entry_off_the_list_once() {
    let Some(dovecot) = Dovecot::start() else { return };
    let (world, daemon) = watched(&dovecot);
    let plan = turn(&world, PLAN);
    let done = subject(&world, "done", &plan);
    dovecot.client().append("INBOX", &mail(ME, ME, "tap@example.com", &done));
    eventually(SOON, "it is done", || (i_owe(&world) == [pair("Alan Turing", KEY)]).then_some(()));
    assert_eq!(turn_about(&world, "Grace", PLAN)["status"], "closed");
    assert!(daemon.log().contains(&format!("requite done {plan} --undo")), "{}", daemon.log());

    // Taken back here, it isn't done again by the mail's copy, nor by another such mail.
    world.run(&["done", &plan, "--undo"]);
    dovecot.client().append("Sent", &mail(ME, ME, "tap@example.com", &done));
    dovecot.client().append("INBOX", &mail(ME, ME, "tap-again@example.com", &done));
    let before = files(&dovecot);
    let key = turn(&world, KEY);
    let later = subject(&world, "snooze", &format!("{key}%203d"));
    dovecot.client().append("INBOX", &mail(ME, ME, "snooze@example.com", &later));
    let snoozed = eventually(SOON, "it is put off", || {
        let status = status(&world);
        let debt = status["i_owe"].as_array().unwrap().iter().find(|debt| debt["id"] == *key)?;
        debt["snoozed_until"].as_str().map(str::to_owned)
    });
    assert!(snoozed.parse::<Timestamp>().unwrap() > now() + SignedDuration::from_hours(71));
    assert!(i_owe(&world).contains(&pair("Grace Hopper", PLAN)), "done once, and taken back");
    // A mailbox that is only read keeps its names, but for the mail that came.
    let after = files(&dovecot);
    assert!(before.is_subset(&after) && after.len() == before.len() + 1, "{before:?} {after:?}");
    assert!(daemon.terminate().success());
}

#[test]
fn what_is_not_mine_and_not_of_a_digest_changes_nothing() {
    let Some(dovecot) = Dovecot::start() else { return };
    let (world, daemon) = watched(&dovecot);
    let (plan, key) = (turn(&world, PLAN), turn(&world, KEY));
    let done = subject(&world, "done", &plan);
    let (words, token) = done.rsplit_once(' ').unwrap();
    let old = (now() - SignedDuration::from_hours(24 * 36)).to_string();
    let of_then = world.run(&["digest", "--html", "--at", &old]);
    assert!(!of_then.contains(&token[..8]), "another week has another token");
    let wrong = [
        (ME, ME, format!("{words} AAAAAAAAAAAAAAAA")),
        (ME, ME, format!("requite done {key} {token}")),
        (ME, ME, format!("Re: {done}")),
        (ME, ME, format!("Fwd: {done}")),
        (ME, ME, format!("{done} please")),
        ("Eve <eve@evil.example>", ME, done.clone()),
        (GRACE, ME, done.clone()),
        (ME, GRACE, done.clone()),
        (ME, "ada@example.com, eve@evil.example", done.clone()),
    ];
    for (number, (from, to, subject)) in wrong.iter().enumerate() {
        let id = format!("{number}@evil.example");
        dovecot.client().append("INBOX", &mail(from, to, &id, subject));
    }
    // A digest that comes back, with all its links in it.
    let digest = world.run(&["digest", "--eml"]);
    dovecot.client().append("INBOX", digest.as_bytes());
    // What was never sent.
    let draft = mail(ME, ME, "draft@example.com", &done);
    dovecot.client().append_flagged("INBOX", "\\Draft", &draft);
    // The last of them is known.
    let last = mail(GRACE, ME, "last@example.org", "Are you there?");
    dovecot.client().append("INBOX", &last);
    eventually(SOON, "all has come", || {
        i_owe(&world).iter().any(|(_, subject)| subject == "Are you there?").then_some(())
    });
    let owed: BTreeSet<_> = i_owe(&world).into_iter().collect();
    assert!(owed.contains(&pair("Grace Hopper", PLAN)), "{owed:?}");
    assert!(owed.contains(&pair("Alan Turing", KEY)), "{owed:?}");
    let log = daemon.log();
    for why in ["its token is wrong", "it isn't from you", "it isn't to you alone"] {
        assert!(log.contains(why), "{why}: {log}");
    }
    assert!(daemon.terminate().success());
}
