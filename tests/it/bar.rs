//! The line of a status bar: what a bar reads, as it changes.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use jiff::{SignedDuration, Timestamp};

use crate::support::acquaintances::{ADA, BOB, ME, max_who_knows};
use crate::support::message::Message;
use crate::support::world::World;

/// Ada asked three days ago, Bob an hour ago.
fn world() -> World {
    max_who_knows(&[ADA, BOB], |mailbox| {
        for (from, hours, id) in [(ADA, 72, "a1"), (BOB, 1, "b1")] {
            let at = Timestamp::now() - SignedDuration::from_hours(hours);
            let mail = Message::of(at).from(from).to(ME).subject("<b>The plan</b>").id(id);
            mailbox.deliver(at, &mail.body("Could you send me the plan, please?").bytes());
        }
    })
}

#[test]
fn three_bars_are_told_the_same() {
    let world = world();
    assert_eq!(world.run(&["bar"]), "2 · 1 late\n");
    assert_eq!(world.run(&["bar", "--format", "polybar"]), "%{F#e53935}2 · 1 late%{F-}\n");
    let line = world.json(&["bar", "--format", "waybar"]);
    assert_eq!((&line["text"], &line["alt"]), (&"2 · 1 late".into(), &"overdue".into()));
    assert_eq!(line["percentage"], 50);
    let tooltip = line["tooltip"].as_str().unwrap();
    assert!(
        tooltip.contains("Ada Lark, overdue by 24 h: &lt;b&gt;The plan&lt;/b&gt;"),
        "{tooltip}"
    );
}

#[test]
fn a_bar_that_follows_has_a_line_for_each_change() {
    let world = world();
    let mut bar = world.command(&["bar", "--follow"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(bar.stdout.take().unwrap()).lines();
    let mut next = || lines.next().unwrap().unwrap();
    assert_eq!(next(), "2 · 1 late");
    let ids: Vec<String> = world.json(&["status", "--json"])["i_owe"]
        .as_array()
        .unwrap()
        .iter()
        .map(|debt| debt["id"].as_str().unwrap().to_owned())
        .collect();
    world.run(&["done", &ids[0]]);
    assert_eq!(next(), "1");
    world.run(&["snooze", &ids[1], "2d"]);
    assert_eq!(next(), "0");
    bar.kill().unwrap();
    bar.wait().unwrap();
}
