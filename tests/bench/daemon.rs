//! What the daemon costs day after day, with few messages stored and with very many:
//! `cargo bench --bench daemon`.
//!
//! `REQUITE_BENCH_MESSAGES` (1,000,000) changes the larger mailbox, `REQUITE_BENCH_MAILS` (200) how
//! many messages come, `REQUITE_BENCH_REST` (30) the seconds of rest. New mail comes from a server
//! that tells of it at once; all other mail is stored before, under an account whose server can't be
//! reached.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark measures real time and prints what it finds"
)]

mod mailbox;
mod stored;
#[path = "../it/support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use requite::daemon::{learn, measure_history};
use requite::domain::policy::Policy;
use requite::store::Store;

use support::message::Message;
use support::scripted_imap::{Mailbox, Server};
use support::world::{Daemon, World};

const SMALL: usize = 10_000;
const WATCHED: &str = "INBOX";
const MAILS_BEFORE: u32 = 20;

fn main() {
    // Test runners list and run benchmarks too; only `cargo bench` means it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    println!(
        "messages   ready   status   at rest   RSS MiB   peak MiB   a mail's CPU   told→stored \
         median   p99   most"
    );
    for messages in [SMALL, number("REQUITE_BENCH_MESSAGES", 1_000_000)] {
        let server = runtime.block_on(Server::start(&[(WATCHED, Mailbox::of(1..1))], None));
        report(messages, &server);
    }
}

fn report(messages: usize, server: &Server) {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    world.configure(&configuration(&world, server));
    prepare(&world.home().join("data"), messages);

    let begun = Instant::now();
    let mut command = world.command(&["run"]);
    // As in the unit: three minutes.
    command.env("WATCHDOG_USEC", "180000000");
    let daemon = world.daemon_with(command);
    daemon.ready();
    let ready = begun.elapsed();
    support::eventually(Duration::from_secs(60), "the server is watched", || {
        (server.count("IDLE") > 0).then_some(())
    });
    let db = rusqlite::Connection::open(Store::path(&world.home().join("data"))).unwrap();
    let number_of_mails = number("REQUITE_BENCH_MAILS", 200) as u32;
    for uid in 1..=MAILS_BEFORE {
        deliver(server, &db, uid);
    }
    let rest = Duration::from_secs(number("REQUITE_BENCH_REST", 30) as u64);
    std::thread::sleep(rest);
    let before = cpu(&daemon);
    std::thread::sleep(rest);
    let at_rest = (cpu(&daemon) - before).as_secs_f64() / rest.as_secs_f64();
    let resident = memory(&daemon, "VmRSS");

    let before = cpu(&daemon);
    let mut waits: Vec<Duration> = (MAILS_BEFORE + 1..=MAILS_BEFORE + number_of_mails)
        .map(|uid| deliver(server, &db, uid))
        .collect();
    let each = (cpu(&daemon) - before) / number_of_mails;
    waits.sort();
    let status = median((0..21).map(|_| {
        let begun = Instant::now();
        world.run(&["status"]);
        begun.elapsed()
    }));
    let at = |share: f64| ms(waits[((waits.len() - 1) as f64 * share).round() as usize]);
    println!(
        "{messages:>8}{:>6.0} ms{:>6.0} ms{:>8.3} %{resident:>10.1}{:>11.1}{:>12.1} ms{:>19.0} ms\
         {:>4.0} ms{:>4.0} ms",
        ms(ready),
        ms(status),
        100.0 * at_rest,
        memory(&daemon, "VmHWM"),
        ms(each),
        at(0.5),
        at(0.99),
        at(1.0),
    );
    assert!(daemon.terminate().success());
}

fn configuration(world: &World, server: &Server) -> String {
    world.write("password", "s3cret\n");
    let password = world.home().join("password");
    let account = |name: &str, port: u16| {
        format!(
            "[[account]]\nname = \"{name}\"\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\n\
             user = \"ada\"\npassword.file = \"{}\"\n",
            password.display()
        )
    };
    format!(
        "[me]\naddresses = [\"ada@example.com\"]\nzone = \"UTC\"\n[alerts]\ndesktop = false\n{}{}",
        account("bench", support::dovecot::free_ports::<1>()[0]),
        account("new", server.port),
    )
}

fn prepare(data: &Path, messages: usize) {
    fs::create_dir_all(data).unwrap();
    let store = Store::open(data).unwrap();
    stored::fill(&store, messages, messages / 100);
    measure_history(&store, &Policy::default()).unwrap();
    learn(&store, &Policy::default(), Timestamp::now().into()).unwrap();
}

/// A question from one of the contacts; from the server's word to the stored and measured mail.
fn deliver(server: &Server, db: &rusqlite::Connection, uid: u32) -> Duration {
    let last = || -> i64 {
        db.prepare_cached("SELECT max(id) FROM message")
            .unwrap()
            .query_row([], |row| row.get(0))
            .unwrap()
    };
    let before = last();
    let mail = Message::of(Timestamp::now())
        .from(&mailbox::contact(uid as usize % 50))
        .to(mailbox::ME)
        .subject("Could you have a look?")
        .id(&format!("new.{uid}@mx.example.org"));
    let header = String::from_utf8(mail.bytes()).unwrap();
    let header = format!("{}\r\n\r\n", header.split_once("\r\n\r\n").unwrap().0);
    let begun = Instant::now();
    server.change(WATCHED, |mailbox| {
        mailbox.put(uid);
        mailbox.messages.get_mut(&uid).unwrap().header = Some(header);
    });
    while last() == before {
        assert!(begun.elapsed() < Duration::from_secs(60), "the mail is not stored");
        std::thread::sleep(Duration::from_millis(1));
    }
    begun.elapsed()
}

/// Of all its threads.
fn cpu(daemon: &Daemon) -> Duration {
    let tasks = fs::read_dir(format!("/proc/{}/task", daemon.id())).unwrap();
    let spent = |task: fs::DirEntry| -> u64 {
        let stat = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        stat.split(' ').next().and_then(|spent| spent.parse().ok()).unwrap_or_default()
    };
    Duration::from_nanos(tasks.map(|task| spent(task.unwrap())).sum())
}

/// MiB.
fn memory(daemon: &Daemon, kind: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{}/status", daemon.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(kind)).unwrap();
    let kib: f64 = line.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap();
    kib / 1024.0
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.collect();
    times.sort();
    times[times.len() / 2]
}

fn ms(time: Duration) -> f64 {
    1000.0 * time.as_secs_f64()
}

fn number(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).map_or(otherwise, |text| text.parse().unwrap())
}
