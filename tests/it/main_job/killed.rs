//! Power cuts at any moment: nothing is lost, nothing counts twice.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::*;

const MESSAGES: i64 = 3000;
const KILLS: u32 = 12;
const PEOPLE: [&str; 6] = ["Ann Lee", "Ben Oak", "Cleo Ray", "Dan Fox", "Eve Hill", "Finn Ash"];

fn address(name: &str) -> String {
    format!("{}@example.org", name.split(' ').next().unwrap().to_lowercase())
}

/// Two mails of three came to me, and each second of those was answered. Each tenth mail also
/// lies in Archive.
fn exchange() -> Vec<(&'static str, Message)> {
    let mut mails = Vec::new();
    for number in 0..MESSAGES / 3 {
        let name = PEOPLE[usize::try_from(number).unwrap() % PEOPLE.len()];
        let person = format!("{name} <{}>", address(name));
        let at = hours_ago(3 * (MESSAGES - number));
        let subject = format!("Could you look at item {number}?");
        let id = |part: &str| format!("{part}{number}@example.org");
        let before = at - SignedDuration::from_mins(47);
        let note = to_me(&person, before, &id("note"), &format!("About item {number}"));
        let question = to_me(&person, at, &id("question"), &subject);
        let after = at + SignedDuration::from_mins(30 + number % 400);
        let answer = by_me(&person, after, &id("answer"), &format!("Re: {subject}"));
        mails.push(("INBOX", note));
        if number % 10 == 0 {
            mails.push(("Archive", question.clone()));
        }
        mails.push(("INBOX", question));
        mails.push(match number % 2 {
            0 => ("Sent", answer.in_reply_to(&id("question"))),
            _ => ("Sent", answer),
        });
    }
    mails
}

fn filled() -> Option<Dovecot> {
    let dovecot = Dovecot::start()?;
    let mails = exchange();
    for folder in ["INBOX", "Sent", "Archive"] {
        let there = mails.iter().filter(|(name, _)| *name == folder);
        dovecot.fill(folder, there.map(|(_, mail)| (mail.time(), mail.bytes())));
    }
    Some(dovecot)
}

fn home_of(dovecot: &Dovecot) -> World {
    let world = world();
    world.configure(&configuration(&[SILENT, &imap_account(&world, dovecot)]));
    let addresses = PEOPLE.map(address);
    let people: Vec<_> = PEOPLE.into_iter().zip(addresses.iter().map(String::as_str)).collect();
    let file = world.write("people.vcf", vcard(&people));
    world.run(&["import", file.to_str().unwrap()]);
    world
}

/// Kills a `sync` after this time; whether it was still running.
fn sync_killed_after(world: &World, time: Duration) -> bool {
    let mut command = world.command(&["sync"]);
    let mut sync = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(time);
    sync.kill().unwrap();
    !sync.wait().unwrap().success()
}

/// All that is known of everybody, but for row numbers, which follow the order of arrival.
fn known(world: &World, at: &str) -> Vec<Value> {
    let mut all = vec![world.json(&["contacts", "--json", "--at", at])];
    for name in PEOPLE {
        all.push(world.json(&["show", name, "--json", "--at", at]));
        all.push(json!(turns(world, name)));
    }
    all.iter_mut().for_each(forget_turn_ids);
    all
}

fn forget_turn_ids(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(forget_turn_ids),
        Value::Object(fields) => {
            if fields.contains_key("message_ids") {
                fields.remove("id");
            }
            fields.values_mut().for_each(forget_turn_ids);
        }
        _ => {}
    }
}

#[test]
fn a_sync_that_is_killed_again_and_again_ends_like_one_that_was_not() {
    let Some(dovecot) = filled() else { return };
    let clean = home_of(&dovecot);
    let began = Instant::now();
    clean.run(&["sync"]);
    let whole = began.elapsed();
    let at = Timestamp::now().to_string();
    let expect = known(&clean, &at);
    assert_eq!(status(&clean)["totals"]["messages"], MESSAGES);
    assert_eq!(expect[0]["contacts"].as_array().unwrap().len(), PEOPLE.len());
    assert!(expect[1]["turns"].as_array().unwrap().len() > 100, "there is something to compare");

    let mut killed = 0;
    for moments in [[1, 5, 9], [2, 6, 10], [3, 7, 11], [4, 8, 12]] {
        let world = home_of(&dovecot);
        for moment in moments {
            // What was read stays, so that the three share the time of one; and some is spare,
            // for a machine that was busier when it was measured.
            killed += u32::from(sync_killed_after(&world, whole * moment / (KILLS * 3)));
        }
        world.run(&["sync"]);
        let totals = &status(&world)["totals"];
        assert_eq!((&totals["messages"], &totals["contacts"]), (&json!(MESSAGES), &json!(6)));
        assert!(known(&world, &at) == expect, "killed at {moments:?} of {KILLS}");
    }
    assert!(killed >= KILLS / 2, "only {killed} of {KILLS} met a sync at work");
}
