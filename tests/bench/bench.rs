//! What the program costs, beside what else could be had: `cargo bench` measures everything that
//! has a limit and ends with a table of what must be, what was measured and whether it is reached.
//!
//! `cargo bench -- NAME` runs one benchmark, also those that the table doesn't need. What is
//! compared is measured in turn in the same run, since a machine is never equally fast twice.
//! `REQUITE_BENCH_MESSAGES` makes every mailbox smaller or larger, `REQUITE_BENCH_ROUNDS` (3)
//! repeats what is done in rounds, `REQUITE_BINARY` measures another program, and
//! `REQUITE_BENCH_TEXT=cues` has it read texts, too.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark measures real time, prints what it finds, and fails by panicking"
)]

mod ask;
mod child;
mod daemon;
mod disk;
mod due;
mod first_sync;
mod hostile;
mod mailbox;
mod maildir;
mod measure;
mod people;
mod raw;
mod report;
mod standings;
mod stored;
#[path = "../it/support/mod.rs"]
mod support;
mod table;
mod texts;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use table::Table;

type Benchmark = (&'static str, fn(&mut Table));

const OF_THE_TABLE: [Benchmark; 7] = [
    ("first_sync", first_sync::run),
    ("texts", texts::run),
    ("maildir", maildir::run),
    ("daemon", daemon::run),
    ("peak", first_sync::peak),
    ("disk", disk::run),
    ("hostile", hostile::run),
];

/// Only run by their names.
const OTHERS: [Benchmark; 6] = [
    ("ask", ask::run),
    ("people", people::run),
    ("report", report::run),
    ("standings", |_| standings::run()),
    ("measure", |_| measure::run()),
    ("due", |_| due::run()),
];

fn main() -> ExitCode {
    // Test runners list and run benchmarks too; only `cargo bench` means it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let Some(chosen) = chosen() else { return ExitCode::FAILURE };
    let mut table = Table::default();
    let mut failed = Vec::new();
    for (name, run) in chosen {
        println!("\n== {name}");
        // The others still have something to tell.
        if catch_unwind(AssertUnwindSafe(|| run(&mut table))).is_err() {
            failed.push(name);
        }
    }
    table.print();
    if failed.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("\nfailed: {}", failed.join(", "));
    ExitCode::FAILURE
}

/// The one that is named, or all of the table.
fn chosen() -> Option<Vec<Benchmark>> {
    let Some(wanted) = arguments().next() else { return Some(OF_THE_TABLE.to_vec()) };
    let all = || OF_THE_TABLE.into_iter().chain(OTHERS);
    let found = all().find(|(name, _)| *name == wanted);
    if found.is_none() {
        let names: Vec<&str> = all().map(|(name, _)| name).collect();
        println!("no benchmark is called {wanted}; there are {}", names.join(", "));
    }
    found.map(|benchmark| vec![benchmark])
}

/// What stands after `cargo bench --`.
fn arguments() -> impl Iterator<Item = String> {
    std::env::args().skip(1).filter(|argument| argument != "--bench")
}

fn number(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).map_or(otherwise, |text| text.parse().unwrap())
}
