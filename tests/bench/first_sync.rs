//! How fast a first sync is, against the ceiling of reading the same bytes from the same server
//! and doing nothing with them, and against a script that pairs replies in memory; and how much
//! memory it takes at most.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use requite::mail::fields_read;

use super::child::{self, Synced, rate};
use super::support::dovecot::{Dovecot, PASSWORD, USER, loopback};
use super::support::peers::python_with;
use super::support::world::World;
use super::table::{Asked, Table};
use super::{mailbox, number, raw};

const OF_RAW: Asked =
    Asked::at_least(0.6, "", "first sync: speed, of a reader's that parses nothing");
const OF_PYTHON: Asked =
    Asked::at_least(4.0, "times", "first sync: speed, of a Python script's that pairs in memory");
const PEAK: Asked =
    Asked::at_most(64.0, "MiB", "first sync of 1,000,000 messages, 50,000 texts: memory at most");

const MIB: f64 = 1024.0 * 1024.0;
pub const ME: &str = "ada@example.com";
const CONTACTS: usize = 800;
/// With these only, some 50,000 of a million messages are with a contact and not too old to be read.
const KNOWN: usize = 133;

pub fn run(table: &mut Table) {
    let messages = number("REQUITE_BENCH_MESSAGES", 100_000);
    let (Some(dovecot), Some(python)) = (Dovecot::start(), python_with("imaplib")) else {
        table.unmeasured(OF_RAW, "no Dovecot or Python");
        table.unmeasured(OF_PYTHON, "no Dovecot or Python");
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

    println!(
        "round   raw msg/s   MiB/s   requite msg/s   seconds   peak MiB   of raw   python seconds   \
         of python"
    );
    let (mut of_raw, mut of_python, mut said) = (Vec::new(), Vec::new(), String::new());
    for round in 1..=number("REQUITE_BENCH_ROUNDS", 3) {
        let reading = raw::read(address, &conversations);
        let speed = reading.bytes as f64 / MIB / reading.took.as_secs_f64();
        let Synced { took, peak } = sync(&dovecot, messages);
        let script = pairs(&python, &dovecot);
        let of = |other: Duration| other.as_secs_f64() / took.as_secs_f64();
        println!(
            "{round:>5}{:>12.0}{speed:>8.0}{:>16.0}{:>10.2}{peak:>11.1}{:>9.2}{:>17.2}{:>12.2}",
            rate(messages, reading.took),
            rate(messages, took),
            took.as_secs_f64(),
            of(reading.took),
            script.took.as_secs_f64(),
            of(script.took)
        );
        assert!(script.said.starts_with(&format!("{messages} messages")), "{}", script.said);
        of_raw.push(of(reading.took));
        of_python.push(of(script.took));
        said = script.said;
    }
    println!("the Python script has found {said}");
    table.measured(OF_RAW, &of_raw);
    table.measured(OF_PYTHON, &of_python);
}

/// One sync of a very large mailbox, which the server, too, reads for the first time; nothing is
/// compared.
pub fn peak(table: &mut Table) {
    let messages = number("REQUITE_BENCH_MESSAGES", 1_000_000);
    // Its cache of so many headers is far larger than its usual limit of address space.
    let Some(dovecot) = Dovecot::with("default_vsz_limit = 8G\n") else {
        table.unmeasured(PEAK, "no Dovecot");
        return;
    };
    fill(&dovecot, messages);
    let world = self::world(&dovecot, "cues", &[ME.to_owned()]);
    child::know(&world, mailbox::contacts(KNOWN));
    let Synced { took, peak } = child::sync(&world);
    println!(
        "{messages} messages and {} texts in {:.1} s, {peak:.1} MiB at most",
        child::texts(&world),
        took.as_secs_f64()
    );
    table.measured(PEAK, &[peak]);
}

struct Script {
    took: Duration,
    said: String,
}

/// What somebody would write in an evening.
fn pairs(python: &Path, dovecot: &Dovecot) -> Script {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bench/pairs.py");
    let port = dovecot.ports().starttls.to_string();
    let fields: Vec<&str> = fields_read().collect();
    let begun = Instant::now();
    let output = Command::new(python)
        .arg(script)
        .args(["127.0.0.1", &port, USER, PASSWORD, &fields.join(" "), "INBOX", "Sent"])
        .output()
        .unwrap();
    let took = begun.elapsed();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Script { took, said: String::from_utf8(output.stdout).unwrap().trim().to_owned() }
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
    let world = world(dovecot, &child::text(), &[ME.to_owned()]);
    child::know(&world, mailbox::contacts(CONTACTS));
    let synced = child::sync(&world);
    let stored = world.json(&["status", "--json"])["totals"]["messages"].as_u64();
    assert_eq!(stored, u64::try_from(messages).ok());
    synced
}

/// A home with an empty store and that server's account.
pub fn world(dovecot: &Dovecot, text: &str, me: &[String]) -> World {
    let world = child::home();
    let password = world.write("password", PASSWORD);
    world.configure(&format!(
        r#"
[me]
names = ["Ada Example"]
addresses = {me:?}
zone = "UTC"
[privacy]
text = "{text}"
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
    world
}
