//! Useful without any import: whom the user writes with, made contacts.

use jiff::{SignedDuration, Timestamp};

use crate::support::maildir::Maildir;
use crate::support::message::Message;
use crate::support::world::World;

const ADA: &str = "Ada Example <ada@example.com>";
const GRACE: &str = "Grace Hopper <grace@navy.example>";
const ALAN: &str = "Alan Turing <alan@kings.example>";

/// Grace wrote four times and was answered twice, the last question two days ago is open; Alan
/// wrote once and was answered; a shop and a list wrote and were written to.
fn world() -> World {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    let inbox = Maildir::create(world.home().join("Mail"));
    world.configure(&format!(
        "[me]\naddresses = [\"ada@example.com\"]\nzone = \"UTC\"\n{}",
        inbox.account("home")
    ));
    let now: Timestamp = Timestamp::now();
    let write = |from: &str, to: &str, days_ago: i64, id: &str, answers: Option<&str>| {
        let at = now - SignedDuration::from_hours(24 * days_ago + 1);
        let mail = Message::of(at).from(from).to(to).subject("Could you send me the plan?").id(id);
        let mail = mail.body("Could you send me the plan, please?");
        let mail = answers.map_or(mail.clone(), |id| mail.in_reply_to(id));
        inbox.deliver(at, &mail.bytes());
    };
    for (n, days) in [(1, 40), (2, 30), (3, 20)] {
        write(GRACE, ADA, days, &format!("g{n}"), None);
        write(ADA, GRACE, days - 1, &format!("a{n}"), Some(&format!("g{n}")));
    }
    write(GRACE, ADA, 3, "g4", None);
    write(ALAN, ADA, 10, "t1", None);
    write(ADA, ALAN, 9, "a9", Some("t1"));
    for (n, other) in
        ["Shop <info@shop.example>", "Board <board@lists.example.org>"].iter().enumerate()
    {
        write(other, ADA, 8, &format!("o{n}"), None);
        write(ADA, other, 7, &format!("p{n}"), None);
    }
    world
}

fn suggested(world: &World) -> Vec<String> {
    let found = world.json(&["contacts", "--suggest", "--json"]);
    let found = found["suggestions"].as_array().unwrap();
    found
        .iter()
        .map(|one| {
            format!("{} {} {} {}", one["number"], one["name"], one["from_them"], one["from_me"])
        })
        .collect()
}

#[test]
fn three_commands_lead_to_a_true_status() {
    let world = world();
    world.run(&["sync"]);
    let empty = world.output(&["status"]);
    assert!(String::from_utf8_lossy(&empty.stdout).contains("requite contacts --suggest"));
    world.run(&["contacts", "--suggest", "--add", "all"]);
    let status = world.json(&["status", "--json"]);
    let owed: Vec<&str> = status["i_owe"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|owed| owed["likelihood"] == "due")
        .map(|owed| owed["contact"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(owed, ["Grace Hopper"]);
    assert_eq!(status["totals"]["contacts"], 2);
}

#[test]
fn people_are_suggested_best_first_and_roles_never() {
    let world = world();
    world.run(&["sync"]);
    assert_eq!(suggested(&world), ["1 \"Grace Hopper\" 4 3", "2 \"Alan Turing\" 1 1"]);
    let table = world.run(&["contacts", "--suggest"]);
    assert!(table.contains("SINCE") && table.contains("grace@navy.example"), "{table}");
}

#[test]
fn who_was_added_can_be_taken_back() {
    let world = world();
    world.run(&["sync"]);
    world.run(&["contacts", "--suggest", "--add", "2"]);
    assert_eq!(suggested(&world), ["1 \"Grace Hopper\" 4 3"]);
    world.run(&["contacts", "--add", "Grace@navy.example", "Grace", "Hopper"]);
    assert_eq!(suggested(&world), [""; 0]);
    world.run(&["contacts", "--add", "alan@kings.example", "--undo"]);
    assert_eq!(suggested(&world), ["1 \"Alan Turing\" 1 1"]);
    world.run(&["contacts", "--add", "--undo"]);
    assert_eq!(suggested(&world).len(), 2);
    let (code, complaint) = world.fails(&["contacts", "--add", "--undo"]);
    assert_eq!(code, 2, "{complaint}");
    world.run(&["contacts", "--suggest", "--add", "all"]);
    world.run(&["contacts", "--suggest", "--add", "all", "--undo"]);
    assert_eq!(suggested(&world).len(), 2);
    world.run(&["contacts", "--suggest", "--add", "all"]);
    world.run(&["contacts", "--add", "alan@kings.example", "--undo"]);
    assert_eq!(suggested(&world), ["1 \"Alan Turing\" 1 1"], "Grace stays");
    assert_eq!(world.fails(&["contacts", "--suggest", "--add", "2", "--undo"]).0, 2);
    assert_eq!(world.fails(&["contacts", "--add", "ada@example.com"]).0, 2);
    assert_eq!(world.fails(&["contacts", "--add", "nobody"]).0, 2);
    assert_eq!(world.fails(&["contacts", "--suggest", "--add", "17"]).0, 2);
}

#[test]
fn what_somebody_is_recognised_by_is_said_and_taken_back() {
    let world = world();
    world.run(&["sync"]);
    world.run(&["contacts", "--suggest", "--add", "1"]);
    let identities = || {
        let shown = world.json(&["show", "C1", "--json"]);
        let mut all = vec![shown["name"].as_str().unwrap().to_owned()];
        let identities = shown["identities"].as_array().unwrap().iter();
        all.extend(identities.map(|it| it["value"].as_str().unwrap().to_owned()));
        all
    };
    let before = identities();
    world.run(&["set", "grace", "address=Grace@Example.org", "phone=+1 (555) 010-0999"]);
    world.run(&["set", "grace", "url=https://linkedin.com/in/Grace/", "name=Grace Murray"]);
    assert_eq!(
        identities(),
        [
            "Grace Murray",
            "grace@example.org",
            "grace@navy.example",
            "Grace Hopper",
            "+15550100999",
            "https://www.linkedin.com/in/grace",
        ]
    );
    for key in ["name", "url", "phone=+15550100999", "address"] {
        world.run(&["set", "C1", key, "--undo"]);
    }
    assert_eq!(identities(), before);
    assert_eq!(world.fails(&["set", "C1", "address", "--undo"]).0, 2);
    assert_eq!(world.fails(&["set", "C1", "phone=soon"]).0, 2);
}
