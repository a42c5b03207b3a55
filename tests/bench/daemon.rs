//! What the daemon costs day after day, with few messages stored and with very many.
//!
//! `REQUITE_BENCH_MAILS` (200) changes how many messages come, `REQUITE_BENCH_REST` (30) the seconds
//! of rest. New mail comes from a server that tells of it at once; all other mail is stored before,
//! under an account whose server can't be reached.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use requite::book::{learn, measure_history};
use requite::domain::model::Moment;
use requite::domain::policy::Policy;
use requite::store::Store;

use super::child::{self, memory};
use super::support::message::Message;
use super::support::scripted_imap::{Mailbox, Server};
use super::support::world::{Daemon, World};
use super::support::{dovecot, eventually};
use super::table::{Asked, Table};
use super::{mailbox, number, stored};

const GROWTH: Asked = Asked::at_most(
    1.5,
    "times",
    "a new mail with its text: processor time at 1,000,000 messages, of 10,000",
);
const AT_REST: Asked = Asked::at_most(0.1, "%", "at rest: processor");
const MEMORY: Asked = Asked::at_most(32.0, "MiB", "at rest: memory");
const READY: Asked = Asked::at_most(500.0, "ms", "start to READY=1");
const STATUS: Asked = Asked::at_most(50.0, "ms", "`status`");
const LEDGER: Asked = Asked::at_most(300.0, "ms", "`ledger`");
const SIFT: Asked = Asked::at_most(300.0, "ms", "`sift`");
const LOSING_TOUCH: Asked = Asked::at_most(300.0, "ms", "`contacts --losing-touch`");
const TOLD: Asked =
    Asked::at_most(100.0, "ms", "EXISTS to the standing, by the text: 99 of 100 mails");

const SMALL: usize = 10_000;
const WATCHED: &str = "INBOX";
const MAILS_BEFORE: u32 = 20;

pub fn run(table: &mut Table) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    println!(
        "messages   ready   status   ledger   sift   losing touch   at rest   RSS MiB   peak MiB   a mail's CPU   \
         told→stored median   p99   most"
    );
    let [few, many] = [SMALL, number("REQUITE_BENCH_MESSAGES", 1_000_000)].map(|messages| {
        let server = runtime.block_on(Server::start(&[(WATCHED, Mailbox::of(1..1))], None));
        measure(messages, &server)
    });
    table.measured(GROWTH, &[many.mail.as_secs_f64() / few.mail.as_secs_f64()]);
    table.measured(TOLD, &[ms(many.waited(0.99))]);
    table.measured(MEMORY, &[many.resident]);
    table.measured(AT_REST, &[100.0 * many.at_rest]);
    table.measured(READY, &[ms(many.ready)]);
    table.measured(STATUS, &many.status.map(ms));
    table.measured(LEDGER, &many.ledger.map(ms));
    table.measured(SIFT, &many.sift.map(ms));
    table.measured(LOSING_TOUCH, &many.losing_touch.map(ms));
}

/// What it costs with so many messages stored.
struct Costs {
    ready: Duration,
    status: [Duration; 21],
    ledger: [Duration; 21],
    sift: [Duration; 21],
    losing_touch: [Duration; 21],
    /// The processor's share.
    at_rest: f64,
    /// In MiB.
    resident: f64,
    /// The processor's time for one.
    mail: Duration,
    /// From the server's word on, shortest first.
    waits: Vec<Duration>,
}

impl Costs {
    fn waited(&self, share: f64) -> Duration {
        self.waits[((self.waits.len() - 1) as f64 * share).round() as usize]
    }
}

fn measure(messages: usize, server: &Server) -> Costs {
    let world = child::home();
    world.configure(&configuration(&world, server));
    prepare(&world.home().join("data"), messages, Timestamp::now().into());

    let begun = Instant::now();
    let mut command = world.command(&["run"]);
    // As in the unit: three minutes.
    command.env("WATCHDOG_USEC", "180000000");
    let daemon = world.daemon_with(command);
    daemon.ready();
    let ready = begun.elapsed();
    eventually(Duration::from_secs(60), "the server is watched", || {
        (server.count("IDLE") > 0).then_some(())
    });
    let db = rusqlite::Connection::open(Store::path(&world.home().join("data"))).unwrap();
    for uid in 1..=MAILS_BEFORE {
        deliver(server, &db, uid);
    }
    let rest = Duration::from_secs(number("REQUITE_BENCH_REST", 30) as u64);
    std::thread::sleep(rest);
    let before = cpu(&daemon);
    std::thread::sleep(rest);
    let at_rest = (cpu(&daemon) - before).as_secs_f64() / rest.as_secs_f64();
    let resident = memory(daemon.id(), "VmRSS").unwrap();

    let mails = number("REQUITE_BENCH_MAILS", 200) as u32;
    let before = cpu(&daemon);
    let mut waits: Vec<Duration> =
        (MAILS_BEFORE + 1..=MAILS_BEFORE + mails).map(|uid| deliver(server, &db, uid)).collect();
    let mail = (cpu(&daemon) - before) / mails;
    waits.sort();
    let (status, ledger) = (timed(&world, &["status"]), timed(&world, &["ledger"]));
    let sift = timed(&world, &["sift"]);
    let losing_touch = timed(&world, &["contacts", "--losing-touch"]);
    let costs = Costs { ready, status, ledger, sift, losing_touch, at_rest, resident, mail, waits };
    println!(
        "{messages:>8}{:>6.0} ms{:>6.0} ms{:>6.0} ms{:>5.0} ms{:>12.0} ms{:>8.3} %{resident:>10.1}{:>11.1}{:>12.1} ms{:>19.0} ms\
         {:>4.0} ms{:>4.0} ms",
        ms(ready),
        ms(costs.status[10]),
        ms(costs.ledger[10]),
        ms(costs.sift[10]),
        ms(costs.losing_touch[10]),
        100.0 * at_rest,
        memory(daemon.id(), "VmHWM").unwrap(),
        ms(mail),
        ms(costs.waited(0.5)),
        ms(costs.waited(0.99)),
        ms(costs.waited(1.0)),
    );
    assert!(daemon.terminate().success());
    costs
}

/// Shortest first.
fn timed(world: &World, command: &[&str]) -> [Duration; 21] {
    let mut times = std::array::from_fn(|_| {
        let begun = Instant::now();
        world.run(command);
        begun.elapsed()
    });
    times.sort();
    times
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
        "[me]\naddresses = [\"ada@example.com\"]\nzone = \"UTC\"\n[alerts]\ndesktop = false\n\
         {}{}",
        account("bench", dovecot::free_ports::<1>()[0]),
        account("new", server.port),
    )
}

/// Stores, measures and learns, as it stands at `now`; a contact has a hundred messages.
pub(super) fn prepare(data: &Path, messages: usize, now: Moment) {
    prepare_with(data, messages, messages / 100, now);
}

/// The same with that many contacts.
pub(super) fn prepare_with(data: &Path, messages: usize, contacts: usize, now: Moment) {
    fs::create_dir_all(data).unwrap();
    let store = Store::open(data).unwrap();
    stored::fill(&store, messages, contacts);
    measure_history(&store, &Policy::default()).unwrap();
    learn(&store, &Policy::default(), now).unwrap();
}

/// A question from one of the contacts; from the server's word to the stored and measured mail.
fn deliver(server: &Server, db: &rusqlite::Connection, uid: u32) -> Duration {
    // The last mail; none while a turn is to be computed or its text to be read.
    let measured = || -> i64 {
        db.prepare_cached(
            "SELECT iif(EXISTS (SELECT 1 FROM contact WHERE dirty = 1), 0,
                        (SELECT iif(cues IS NULL, 0, id) FROM message ORDER BY id DESC LIMIT 1))",
        )
        .unwrap()
        .query_row([], |row| row.get(0))
        .unwrap()
    };
    let before = measured();
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
    while measured() <= before {
        assert!(begun.elapsed() < Duration::from_secs(60), "the mail is not measured");
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

fn ms(time: Duration) -> f64 {
    1000.0 * time.as_secs_f64()
}
