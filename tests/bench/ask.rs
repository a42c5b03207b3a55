//! How soon questions are answered that go through everybody, or back in time:
//! `cargo bench -- ask`.
//!
//! Asked are 100,000 messages with 1,000 contacts within 100 ms, and 1,000,000 with 10,000 within
//! 300. `REQUITE_BENCH_ASK` (3) changes how often each is asked; `REQUITE_BENCH_MESSAGES` the larger
//! of the two mailboxes.

use std::time::{Duration, Instant};

use super::support::world::World;
use super::table::{Asked, Table};
use super::{child, daemon, number, stored};

const FEW: Asked = Asked::at_most(100.0, "ms", "a question, 100,000 messages: the slowest");
const MANY: Asked = Asked::at_most(300.0, "ms", "a question, 1,000,000 messages: the slowest");

/// The last is long before the newest mail.
const INSTANTS: [&str; 3] = ["2025-12-31", "2025-12-01", "2024-12-31"];
const QUESTIONS: [&[&str]; 6] =
    [&["status"], &["contacts"], &["show", "C7"], &["digest"], &["ledger"], &["sift"]];

pub fn run(table: &mut Table) {
    for (messages, asked) in [(100_000, FEW), (number("REQUITE_BENCH_MESSAGES", 1_000_000), MANY)] {
        let world = configured();
        daemon::prepare(&world.home().join("data"), messages, stored::NOW);
        println!("{messages} messages");
        let mut slowest = Duration::ZERO;
        for question in QUESTIONS {
            let mut line = format!("  {:<10}", question[0]);
            for at in [None].into_iter().chain(INSTANTS.map(Some)) {
                let took = asked_for(&world, question, at);
                slowest = slowest.max(took);
                line += &format!("{:>9.0} ms{}", 1e3 * took.as_secs_f64(), at.map_or("", |_| " @"));
                line += at.unwrap_or_default();
            }
            println!("{line}");
        }
        table.measured(asked, &[1e3 * slowest.as_secs_f64()]);
    }
}

/// A home of whoever owns the mail of these benchmarks.
pub(super) fn configured() -> World {
    let world = child::home();
    world.configure(&format!(
        "[me]\naddresses = [\"ada@example.com\"]\nzone = \"UTC\"\n[[account]]\nname = \"bench\"\n\
         kind = \"maildir\"\npath = \"{}\"\n",
        world.home().join("mail").display()
    ));
    world
}

/// The median.
fn asked_for(world: &World, question: &[&str], at: Option<&str>) -> Duration {
    let mut command = question.to_vec();
    command.extend(at.iter().flat_map(|at| ["--at", at]));
    let mut times: Vec<Duration> = (0..number("REQUITE_BENCH_ASK", 3))
        .map(|_| {
            let begun = Instant::now();
            world.run(&command);
            begun.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}
