//! How fast a Maildir is read for the first time, against a program that only opens each file and
//! reads its header block, and how fast it is looked at again: `cargo bench --bench maildir`.
//!
//! `REQUITE_BENCH_MESSAGES` (100,000) and `REQUITE_BENCH_ROUNDS` (3) change the size,
//! `REQUITE_BINARY` the program. Both are measured in turn in the same run, since a machine is
//! never equally fast twice. Where `mu` and `notmuch` are installed, they index the same Maildir
//! once, for orientation: they read bodies, too.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark measures real time and prints what it finds"
)]

mod mailbox;
#[path = "../it/support/mod.rs"]
mod support;
mod timed;

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::maildir::Maildir;
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
    let home = tempfile::tempdir().unwrap();
    let root = home.path().join("Mail");
    fill(&root, messages);
    // The first reading brings the files into memory, for whoever reads them next.
    open_all(&root);

    println!("round   opener msg/s   requite msg/s   ratio   seconds   peak MiB   again   10 new");
    let mut ratios = Vec::new();
    for round in 1..=rounds {
        let begun = Instant::now();
        assert_eq!(open_all(&root), messages + 10 * (round - 1));
        let ceiling = begun.elapsed();
        let world = world(&root);
        let first = sync(&world);
        let again = sync(&world);
        deliver(&root, round);
        let ten = sync(&world);
        let ratio = ceiling.as_secs_f64() / first.took.as_secs_f64();
        println!(
            "{round:>5}{:>15.0}{:>16.0}{ratio:>8.2}{:>10.2}{:>11.1}{:>8.2}{:>9.2}",
            rate(messages, ceiling),
            rate(messages, first.took),
            first.took.as_secs_f64(),
            first.peak / MIB,
            again.took.as_secs_f64(),
            ten.took.as_secs_f64()
        );
        ratios.push(ratio);
    }
    ratios.sort_by(f64::total_cmp);
    println!("median ratio {:.2}", ratios[ratios.len() / 2]);
    others(&root, home.path());
}

fn fill(root: &Path, messages: usize) {
    let begun = Instant::now();
    let inbox = Maildir::create(root);
    let sent = inbox.folder("Sent");
    for mail in mailbox::messages(messages, CONTACTS) {
        let folder = if mail.folder == "Sent" { &sent } else { &inbox };
        folder.keep(mail.at, "S", &mail.bytes);
    }
    println!("{messages} messages written in {:.1} s", begun.elapsed().as_secs_f64());
}

/// Ten more, which no earlier round has brought.
fn deliver(root: &Path, round: usize) {
    for (number, mail) in mailbox::messages(10, CONTACTS).enumerate() {
        let name = format!("{}.R{round}N{number}.late", mail.at.as_second());
        let new = [format!("X-Round: {round}\r\n").as_bytes(), &mail.bytes].concat();
        fs::write(root.join("new").join(name), new).unwrap();
    }
}

/// Opens each file, reads to its blank line, and forgets it; how many there were.
fn open_all(root: &Path) -> usize {
    let mut count = 0;
    let mut buffer = vec![0; 8 << 10];
    for folder in ["new", "cur", ".Sent/new", ".Sent/cur"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let mut file = File::open(entry.unwrap().path()).unwrap();
            let mut filled = 0;
            loop {
                let read = file.read(&mut buffer[filled..]).unwrap();
                let from = filled.saturating_sub(3);
                filled += read;
                let blank = |at: &[u8]| at == b"\r\n\r\n";
                if read == 0 || buffer[from..filled].windows(4).any(blank) {
                    break;
                }
                if filled == buffer.len() {
                    buffer.resize(2 * filled, 0);
                }
            }
            count += 1;
        }
    }
    count
}

fn world(root: &Path) -> World {
    let world = World::new(program());
    world.configure(&format!(
        "[me]\nnames = [\"Ada Example\"]\naddresses = [\"ada@example.com\"]\nzone = \"UTC\"\n\
         [[account]]\nname = \"home\"\nkind = \"maildir\"\npath = {root:?}\n"
    ));
    let contacts = world.write("contacts.vcf", vcards(CONTACTS));
    world.run(&["import", contacts.to_str().unwrap()]);
    world
}

struct Synced {
    took: Duration,
    /// The most memory it held at any time, in bytes.
    peak: f64,
}

fn sync(world: &World) -> Synced {
    let begun = Instant::now();
    let mut command = world.command(&["sync"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let (status, peak) = watch(&mut child);
    assert!(status.success());
    Synced { took: begun.elapsed(), peak }
}

/// Programs that index a Maildir, where they are installed.
fn others(root: &Path, home: &Path) {
    let mail = root.display();
    let index = home.display();
    let notmuch = format!("[database]\npath={mail}\n[new]\ntags=new\n");
    fs::write(home.join("notmuch-config"), notmuch).unwrap();
    for (name, script) in [
        (
            "mu",
            format!("mu init --muhome={index}/mu --maildir={mail} && mu index --muhome={index}/mu"),
        ),
        ("notmuch", format!("NOTMUCH_CONFIG={index}/notmuch-config notmuch new")),
    ] {
        let is_there = Command::new(name).arg("--version").output().is_ok();
        if !is_there {
            println!("{name} is not installed");
            continue;
        }
        let begun = Instant::now();
        let status = Command::new("sh").args(["-c", &script]).stdout(Stdio::null()).status();
        let took = begun.elapsed().as_secs_f64();
        println!("{name}: {took:.1} s, {}", status.unwrap());
    }
}
