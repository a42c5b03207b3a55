//! How fast a first sync is, against the ceiling of reading the same bytes from the same server
//! and doing nothing with them: `cargo bench --bench first_sync`.
//!
//! `REQUITE_BENCH_MESSAGES` (100,000) and `REQUITE_BENCH_ROUNDS` (3) change the size,
//! `REQUITE_BINARY` the program. The two are measured in turn in the same run, since a machine is
//! never equally fast twice.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark measures real time and prints what it finds"
)]

mod mailbox;
mod raw;
#[path = "../it/support/mod.rs"]
mod support;
mod timed;

use std::process::Stdio;
use std::time::{Duration, Instant};

use support::dovecot::{Dovecot, PASSWORD, USER, loopback};
use support::world::World;
use timed::{number, program, rate, vcards, watch};

const MIB: f64 = 1024.0 * 1024.0;
const CONTACTS: usize = 800;

fn main() {
    // Test runners list and run benchmarks too; only `cargo bench` means it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let messages = number("REQUITE_BENCH_MESSAGES", 100_000);
    let rounds = number("REQUITE_BENCH_ROUNDS", 3);
    let Some(dovecot) = Dovecot::start() else { return };
    let address = loopback(dovecot.ports().starttls);
    fill(&dovecot, messages);
    raw::read(address, &raw::fallback());

    dovecot.record();
    let first = sync(&dovecot, messages);
    let mut conversations: Vec<_> =
        dovecot.recorded().iter().filter_map(|spoken| raw::fetches(spoken)).collect();
    if first.is_none() || conversations.is_empty() {
        println!("requite has not stored the mail: only the raw reader is measured");
        conversations = raw::fallback();
    }

    println!("round   raw msg/s   MiB/s   requite msg/s   ratio   seconds   peak MiB");
    let mut ratios = Vec::new();
    for round in 1..=rounds {
        let reading = raw::read(address, &conversations);
        let ceiling = rate(messages, reading.took);
        let speed = reading.bytes as f64 / MIB / reading.took.as_secs_f64();
        print!("{round:>5}{ceiling:>12.0}{speed:>8.0}");
        match first.as_ref().and_then(|_| sync(&dovecot, messages)) {
            Some(Synced { took, peak }) => {
                let (rate, seconds, peak) = (rate(messages, took), took.as_secs_f64(), peak / MIB);
                println!("{rate:>16.0}{:>8.2}{seconds:>10.2}{peak:>11.1}", rate / ceiling);
                ratios.push(rate / ceiling);
            }
            None => println!("{:>16}", "-"),
        }
    }
    ratios.sort_by(f64::total_cmp);
    if let Some(median) = ratios.get(ratios.len() / 2) {
        println!("median ratio {median:.2}");
    }
}

fn fill(dovecot: &Dovecot, messages: usize) {
    let begun = Instant::now();
    for folder in ["INBOX", "Sent"] {
        let here = mailbox::messages(messages, CONTACTS).filter(|mail| mail.folder == folder);
        dovecot.fill(folder, here.map(|mail| (mail.at, mail.bytes)));
    }
    println!("{messages} messages written in {:.1} s", begun.elapsed().as_secs_f64());
}

struct Synced {
    took: Duration,
    /// The most memory it held at any time, in bytes.
    peak: f64,
}

/// A first sync into an empty home, or `None` where not every message was stored.
fn sync(dovecot: &Dovecot, messages: usize) -> Option<Synced> {
    let world = World::new(program());
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
    let contacts = world.write("contacts.vcf", vcards(CONTACTS));
    world.output(&["import", contacts.to_str().unwrap()]);

    let begun = Instant::now();
    let mut command = world.command(&["sync"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap();
    let (status, peak) = watch(&mut child);
    let took = begun.elapsed();

    let printed = world.output(&["status", "--json"]).stdout;
    let report: serde_json::Value = serde_json::from_slice(&printed).ok()?;
    let stored = report["totals"]["messages"].as_u64();
    let complete = status.success() && stored == u64::try_from(messages).ok();
    complete.then_some(Synced { took, peak })
}
