//! How large the report is, how soon it is written, and how soon a browser has sorted and searched
//! it: `cargo bench -- report`.
//!
//! Asked are 3 s for 10,000 contacts with 1,000,000 messages; with 30,000 contacts 15 MB, and 2 s
//! until it is of use. That takes node, chromium, and playwright-core below `REQUITE_NPM`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use super::support::peers;
use super::support::world::World;
use super::table::{Asked, Table};
use super::{ask, daemon, number, stored};

const WRITTEN: Asked = Asked::at_most(3.0, "s", "a report of 10,000 contacts is written");
const SIZE: Asked = Asked::at_most(15.0, "MB", "the report of 30,000 contacts");
const USABLE: Asked = Asked::at_most(2.0, "s", "it is sorted and searched in a browser");

pub fn run(table: &mut Table) {
    let world = home_with(number("REQUITE_BENCH_MESSAGES", 1_000_000), 10_000);
    table.measured(WRITTEN, &in_rounds(|| seconds(|| page(&world))));
    drop(world);
    let world = home_with(300_000, 30_000);
    let page = page(&world);
    table.measured(SIZE, &[page.metadata().unwrap().len() as f64 / 1e6]);
    match in_rounds(|| usable(&page)).into_iter().collect::<Option<Vec<f64>>>() {
        Some(figures) => table.measured(USABLE, &figures),
        None => table.unmeasured(USABLE, "there is no browser"),
    }
}

fn home_with(messages: usize, contacts: usize) -> World {
    let world = ask::configured();
    daemon::prepare_with(&world.home().join("data"), messages, contacts, stored::NOW);
    world
}

fn in_rounds<T>(measure: impl FnMut() -> T) -> Vec<T> {
    std::iter::repeat_with(measure).take(number("REQUITE_BENCH_ROUNDS", 3)).collect()
}

fn seconds<T>(work: impl FnOnce() -> T) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_secs_f64()
}

fn page(world: &World) -> PathBuf {
    let file = world.home().join("report.html");
    world.run(&["report", file.to_str().unwrap()]);
    file
}

/// Seconds from opening it until it has been sorted and searched.
fn usable(page: &Path) -> Option<f64> {
    let modules = std::env::var_os("REQUITE_NPM")?;
    let (node, chromium) = (peers::optional("node")?, peers::optional("chromium")?);
    let output = Command::new(node)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/browser.mjs"))
        .args([&chromium, page])
        .args(["mira", "speed"])
        .env("REQUITE_NPM", modules)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let seen: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    seen["usable_ms"].as_f64().map(|usable| usable / 1e3)
}
