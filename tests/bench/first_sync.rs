//! How fast a first sync is, against the ceiling of reading the same bytes from the same server
//! and doing nothing with them.

use std::time::Instant;

use super::child::{self, Synced, rate};
use super::support::dovecot::{Dovecot, PASSWORD, USER, loopback};
use super::support::world::World;
use super::table::{Asked, Table};
use super::{mailbox, number, raw};

const OF_RAW: Asked =
    Asked::at_least(0.6, "", "first sync: speed, of a reader's that parses nothing");

const MIB: f64 = 1024.0 * 1024.0;
const CONTACTS: usize = 800;

pub fn run(table: &mut Table) {
    let messages = number("REQUITE_BENCH_MESSAGES", 100_000);
    let Some(dovecot) = Dovecot::start() else {
        table.unmeasured(OF_RAW, "no Dovecot");
        return;
    };
    fill(&dovecot, messages);
    let address = loopback(dovecot.ports().starttls);
    raw::read(address, &raw::fallback());
    // The first sync says what has to be read, and brings everything into memory.
    dovecot.record();
    sync(&dovecot, messages);
    let conversations: Vec<_> =
        dovecot.recorded().iter().filter_map(|spoken| raw::fetches(spoken)).collect();

    println!("round   raw msg/s   MiB/s   requite msg/s   ratio   seconds   peak MiB");
    let mut of_raw = Vec::new();
    for round in 1..=number("REQUITE_BENCH_ROUNDS", 3) {
        let reading = raw::read(address, &conversations);
        let ceiling = rate(messages, reading.took);
        let speed = reading.bytes as f64 / MIB / reading.took.as_secs_f64();
        let Synced { took, peak } = sync(&dovecot, messages);
        let rate = rate(messages, took);
        println!(
            "{round:>5}{ceiling:>12.0}{speed:>8.0}{rate:>16.0}{:>8.2}{:>10.2}{peak:>11.1}",
            rate / ceiling,
            took.as_secs_f64()
        );
        of_raw.push(rate / ceiling);
    }
    table.measured(OF_RAW, &of_raw);
}

fn fill(dovecot: &Dovecot, messages: usize) {
    let begun = Instant::now();
    for folder in ["INBOX", "Sent"] {
        let here = mailbox::messages(messages, CONTACTS).filter(|mail| mail.folder == folder);
        dovecot.fill(folder, here.map(|mail| (mail.at, mail.bytes)));
    }
    println!("{messages} messages written in {:.1} s", begun.elapsed().as_secs_f64());
}

/// A first sync into an empty home, which has to store every message.
fn sync(dovecot: &Dovecot, messages: usize) -> Synced {
    let world = world(dovecot);
    let synced = child::sync(&world);
    let stored = world.json(&["status", "--json"])["totals"]["messages"].as_u64();
    assert_eq!(stored, u64::try_from(messages).ok());
    synced
}

fn world(dovecot: &Dovecot) -> World {
    let world = child::home();
    let password = world.write("password", PASSWORD);
    world.configure(&format!(
        r#"
[me]
names = ["Ada Example"]
addresses = ["ada@example.com"]
zone = "UTC"
[[account]]
name = "work"
kind = "imap"
host = "127.0.0.1"
port = {}
tls = "none"
user = "{USER}"
password.file = "{}"
folders = ["INBOX", "Sent"]
"#,
        dovecot.ports().starttls,
        password.display()
    ));
    child::know(&world, mailbox::contacts(CONTACTS));
    world
}
