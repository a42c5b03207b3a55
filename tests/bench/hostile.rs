//! What a stranger's mail and a large import cost: how much memory mails to thousands take, and how
//! long an import is at work.

use std::fmt::Write as _;
use std::fs;
use std::time::Instant;

use super::child;
use super::number;
use super::support::exports::connections;
use super::support::maildir::Maildir;
use super::table::{Asked, Table};

const MEMORY: Asked = Asked::at_most(64.0, "MiB", "peak while mails of 10,000 recipients are read");
const IMPORT: Asked = Asked::at_most(3.0, "s", "an import of 30,000 connections");

pub fn run(table: &mut Table) {
    let mails = number("REQUITE_BENCH_MESSAGES", 400).min(400);
    let world = child::home();
    let inbox = Maildir::create(world.home().join("Mail"));
    for mail in 0..mails {
        let path = inbox.path().join(format!("cur/1772442000.{mail}.host:2,S"));
        fs::write(path, to_thousands(mail)).unwrap();
    }
    world.configure(&format!("[me]\naddresses = [\"ada@example.com\"]\n{}", inbox.account("box")));
    let synced = child::sync(&world);
    println!("{mails} mails: {:.1} MiB, {:.2?}", synced.peak, synced.took);
    table.measured(MEMORY, &[synced.peak]);

    let world = child::home();
    world.configure("");
    let rows = connections(30_000);
    let file = world.write("Connections.csv", rows);
    let begun = Instant::now();
    world.run(&["import", file.to_str().unwrap()]);
    table.measured(IMPORT, &[begun.elapsed().as_secs_f64()]);
}

fn to_thousands(mail: usize) -> String {
    let mut to = format!("n{mail}@example.net");
    for recipient in 0..10_000 {
        let _ = write!(to, ",\r\n n{recipient}x{mail}@e{}.example", recipient % 997);
    }
    format!(
        "From: Eve <eve@evil.example>\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n\
         Message-ID: <{mail}@evil.example>\r\nTo: {to}\r\n\r\nHello.\r\n"
    )
}
