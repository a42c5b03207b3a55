//! How much disk a message of real mailboxes takes, with all the evidence kept.

use std::fs;

use requite::store::Store;
use rusqlite::Connection;

use super::child;
use super::support::corpus::{self, Mailbox};
use super::support::world::World;
use super::table::{Asked, Table};

const EACH: Asked =
    Asked::at_most(700.0, "bytes", "disk: a message of the corpus' owner mailboxes, evidence kept");
const BEYOND: Asked =
    Asked::for_orientation("bytes", "  beyond what a database without mail takes");

/// So many tables and indexes are shown, the largest.
const SHOWN: usize = 8;

pub fn run(table: &mut Table) {
    let Some(folder) = corpus::folder() else {
        table.unmeasured(EACH, "no REQUITE_CORPUS");
        return;
    };
    let (mut each, mut beyond) = (Vec::new(), Vec::new());
    for owner in corpus::owners::names(&folder) {
        let mailbox = corpus::owners::mailbox(&folder, &owner);
        let world = world(&mailbox);
        let empty = used(&world).0;
        child::sync(&world);
        let stored = world.json(&["status", "--json"])["totals"]["messages"].as_f64().unwrap();
        let (all, free) = used(&world);
        each.push(all / stored);
        beyond.push((all - empty) / stored);
        println!(
            "{stored} messages, {} contacts: {:.0} bytes each, {:.0} without free pages, {:.0} \
             beyond the {:.0} KiB of a database without mail; bytes each of the largest:",
            mailbox.people.len(),
            all / stored,
            (all - free) / stored,
            (all - empty) / stored,
            empty / 1024.0
        );
        for (name, bytes) in largest(&world) {
            println!("{:>8.0} {name}", bytes / stored);
        }
    }
    // Each mailbox has to do with so little.
    let most = |figures: Vec<f64>| figures.into_iter().fold(0.0, f64::max);
    table.measured(EACH, &[most(each)]);
    table.measured(BEYOND, &[most(beyond)]);
}

fn world(mailbox: &Mailbox) -> World {
    let world = child::home();
    let root = world.home().join("Mail");
    mailbox.file(&root);
    world.configure(&format!(
        "[me]\naddresses = {:?}\nzone = \"UTC\"\n\
         [[account]]\nname = \"box\"\nkind = \"maildir\"\npath = {root:?}\n",
        mailbox.mine
    ));
    let people = mailbox.people.iter().map(|addresses| addresses[0].clone());
    child::know(&world, people.map(|address| (address.clone(), address)));
    world
}

/// The bytes of the database's files, once the log is written back, and of its free pages.
fn used(world: &World) -> (f64, f64) {
    let file = Store::path(&world.home().join("data"));
    let db = Connection::open(&file).unwrap();
    let pragma =
        |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, f64>(0)).unwrap();
    db.query_row("PRAGMA wal_checkpoint (TRUNCATE)", [], |_| Ok(())).unwrap();
    let free = pragma("freelist_count") * pragma("page_size");
    let log = fs::metadata(file.with_extension("db-wal")).map_or(0, |file| file.len());
    ((fs::metadata(&file).unwrap().len() + log) as f64, free)
}

/// Tables and indexes with the bytes of their pages.
fn largest(world: &World) -> Vec<(String, f64)> {
    let db = Connection::open(Store::path(&world.home().join("data"))).unwrap();
    let mut sizes = db
        .prepare(
            "SELECT name, CAST(sum(pgsize) AS REAL) FROM dbstat GROUP BY name
             ORDER BY sum(pgsize) DESC LIMIT ?1",
        )
        .unwrap();
    let rows = sizes.query_map([SHOWN], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}
