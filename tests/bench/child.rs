//! The program as a child whose time and memory are measured, and the people it is told of.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use requite::store::Store;
use rusqlite::Connection;

use super::support::text_of;
use super::support::world::World;

const KIB: f64 = 1024.0;

/// A pass that has stored everything.
pub struct Synced {
    pub took: Duration,
    /// The most memory it held at any time, in MiB.
    pub peak: f64,
}

pub fn sync(world: &World) -> Synced {
    let log = world.home().join("sync.log");
    let begun = Instant::now();
    let mut command = world.command(&["sync"]);
    command.stdout(Stdio::null()).stderr(File::create(&log).unwrap());
    let mut child = command.spawn().unwrap();
    let (status, peak) = watch(&mut child);
    let took = begun.elapsed();
    assert!(status.success(), "sync: {status}: {}", text_of(&log));
    Synced { took, peak }
}

/// Waits for the end. The high-water mark only grows, so that looking often misses little.
pub fn watch(child: &mut Child) -> (ExitStatus, f64) {
    let mut peak: f64 = 0.0;
    loop {
        peak = peak.max(memory(child.id(), "VmHWM").unwrap_or_default());
        if let Some(status) = child.try_wait().unwrap() {
            return (status, peak);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// In MiB: `VmHWM`, `VmRSS` (proc(5)). `None` once it has ended.
pub fn memory(process: u32, kind: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(kind))?;
    let kib: f64 = line.trim_matches(|c: char| !c.is_ascii_digit()).parse().ok()?;
    Some(kib / KIB)
}

pub fn rate(messages: usize, took: Duration) -> f64 {
    messages as f64 / took.as_secs_f64()
}

/// A home of the program: built with the benchmark and so in the same profile, unless told
/// otherwise.
pub fn home() -> World {
    let named = std::env::var_os("REQUITE_BINARY").map(PathBuf::from);
    World::new(named.unwrap_or_else(|| env!("CARGO_BIN_EXE_requite").into()))
}

/// Which texts the program reads: by default none, so that headers are measured alone.
pub fn text() -> String {
    std::env::var("REQUITE_BENCH_TEXT").unwrap_or("never".to_owned())
}

/// How many texts were read.
pub fn texts(world: &World) -> u64 {
    let db = Connection::open(Store::path(&world.home().join("data"))).unwrap();
    db.query_row("SELECT count(cues) FROM message", [], |row| row.get(0)).unwrap()
}

/// Bytes that servers sent today.
pub fn fetched(world: &World) -> u64 {
    let db = Connection::open(Store::path(&world.home().join("data"))).unwrap();
    db.query_row("SELECT sum(fetched) FROM account", [], |row| row.get(0)).unwrap()
}

/// Tells it of people, each a name and an address, as vCards (RFC 6350).
pub fn know(world: &World, people: impl IntoIterator<Item = (String, String)>) {
    let card = |(name, address)| {
        format!("BEGIN:VCARD\r\nVERSION:4.0\r\nFN:{name}\r\nEMAIL:{address}\r\nEND:VCARD\r\n")
    };
    let cards: String = people.into_iter().map(card).collect();
    let file = world.write("contacts.vcf", cards);
    world.run(&["import", file.to_str().unwrap()]);
}
