//! What exports of people cost: as many connections as LinkedIn allows, alone and beside a large
//! mailbox that has to be matched again, and a table of a million rows.
//!
//! `REQUITE_BENCH_MESSAGES` (1,000,000) is the size of the mailbox.

use std::fmt::Write as _;
use std::fs::File;
use std::process::Stdio;
use std::time::{Duration, Instant};

use requite::store::Store;

use super::support::exports;
use super::support::world::World;
use super::table::{Asked, Table};
use super::{child, mailbox, number, stored};

/// LinkedIn's cap.
const CONNECTIONS: usize = 30_000;
const ROWS: usize = 1_000_000;

const IMPORTED: Asked = Asked::at_most(3.0, "s", "people: 30,000 connections imported");
const MATCHED: Asked =
    Asked::at_most(30.0, "s", "people: and a mailbox of a million messages matched again");
const SUGGESTED: Asked = Asked::for_orientation("s", "  before that, whom it suggests");
const TABLE: Asked = Asked::at_most(64.0, "MiB", "people: a table of a million rows, at most held");
const TABLE_TIME: Asked = Asked::for_orientation("s", "  and how long it takes");

pub fn run(table: &mut Table) {
    let world = home();
    let connections = world.write("Connections.csv", exports::connections(CONNECTIONS));
    let (took, _) = timed(&world, &["import", connections.to_str().unwrap()]);
    table.measured(IMPORTED, &[took.as_secs_f64()]);

    let world = home();
    let (messages, people) = (number("REQUITE_BENCH_MESSAGES", 1_000_000), 10_000);
    let store = Store::open(&world.home().join("data")).unwrap();
    stored::fill_mail(&store, messages, people);
    drop(store);
    let (took, _) = timed(&world, &["contacts", "--suggest"]);
    table.measured(SUGGESTED, &[took.as_secs_f64()]);
    let connections = world.write("Connections.csv", of_the_mailbox(people));
    let (took, peak) = timed(&world, &["import", connections.to_str().unwrap()]);
    println!("{messages} messages matched with {CONNECTIONS} connections: {peak:.0} MiB held");
    table.measured(MATCHED, &[took.as_secs_f64()]);

    let world = home();
    let rows = world.write("people.csv", million());
    let (took, peak) = timed(&world, &["import", rows.to_str().unwrap()]);
    table.measured(TABLE, &[peak]);
    table.measured(TABLE_TIME, &[took.as_secs_f64()]);
}

fn home() -> World {
    let world = child::home();
    world.configure("[me]\naddresses = [\"ada@example.com\"]\nzone = \"UTC\"\n");
    world
}

/// How long it ran, and the most memory that it held, in MiB.
fn timed(world: &World, arguments: &[&str]) -> (Duration, f64) {
    let log = world.home().join("bench.log");
    let begun = Instant::now();
    let mut command = world.command(arguments);
    command.stdout(Stdio::null()).stderr(File::create(&log).unwrap());
    let mut child = command.spawn().unwrap();
    let (status, peak) = child::watch(&mut child);
    let took = begun.elapsed();
    assert!(status.success(), "{arguments:?}: {status}: {}", super::support::text_of(&log));
    println!("{arguments:?}: {took:.1?}, {peak:.0} MiB");
    (took, peak)
}

/// As many as LinkedIn allows, the people of the mailbox among them.
fn of_the_mailbox(people: usize) -> String {
    let mut rows = exports::connections(CONNECTIONS - people);
    for (number, (name, address)) in mailbox::contacts(people).enumerate() {
        let (first, last) = name.split_once(' ').unwrap();
        let link = format!("https://www.linkedin.com/in/m{number}");
        let _ = writeln!(rows, "{first},{last},{link},{address},Company,Engineer,06 Mar 2024");
    }
    rows
}

fn million() -> String {
    let mut rows = "Name,Email,Company\n".to_owned();
    for row in 0..ROWS {
        let _ =
            writeln!(rows, "First{} Last{row},p{row}@example.net,Company {}", row % 700, row % 99);
    }
    rows
}
