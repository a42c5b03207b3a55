//! How fast a Maildir is read for the first time, against a program that only opens each file and
//! reads its header block, and how fast it is looked at again.
//!
//! Where `mu` and `notmuch` are installed, they index the same Maildir once, for orientation: they
//! read bodies, too.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::child::{self, rate};
use super::support::maildir::Maildir;
use super::support::world::World;
use super::table::{Asked, Table};
use super::{mailbox, number};

const OF_OPENER: Asked =
    Asked::at_least(0.5, "", "first scan of a Maildir: speed, of one that only opens files");
const TIMES_MU: Asked =
    Asked::for_orientation("times", "  as fast as `mu index`, which reads bodies");
const TIMES_NOTMUCH: Asked =
    Asked::for_orientation("times", "  as fast as `notmuch new`, which reads bodies");
const CONTACTS: usize = 800;

pub fn run(table: &mut Table) {
    let messages = number("REQUITE_BENCH_MESSAGES", 100_000);
    let home = tempfile::tempdir().unwrap();
    let root = home.path().join("Mail");
    fill(&root, messages);
    // The first reading brings the files into memory, for whoever reads them next.
    open_all(&root);

    println!("round   opener msg/s   requite msg/s   ratio   seconds   peak MiB   again   10 new");
    let (mut of_opener, mut took) = (Vec::new(), Vec::new());
    for round in 1..=number("REQUITE_BENCH_ROUNDS", 3) {
        let begun = Instant::now();
        assert_eq!(open_all(&root), messages + 10 * (round - 1));
        let ceiling = begun.elapsed();
        let world = world(&root);
        let first = child::sync(&world);
        let again = child::sync(&world);
        deliver(&root, round);
        let ten = child::sync(&world);
        let ratio = ceiling.as_secs_f64() / first.took.as_secs_f64();
        println!(
            "{round:>5}{:>15.0}{:>16.0}{ratio:>8.2}{:>10.2}{:>11.1}{:>8.2}{:>9.2}",
            rate(messages, ceiling),
            rate(messages, first.took),
            first.took.as_secs_f64(),
            first.peak,
            again.took.as_secs_f64(),
            ten.took.as_secs_f64()
        );
        of_opener.push(ratio);
        took.push(first.took);
    }
    table.measured(OF_OPENER, &of_opener);
    for (asked, indexed) in [(TIMES_MU, mu(&root)), (TIMES_NOTMUCH, notmuch(&root))] {
        match indexed {
            Some(indexed) => {
                let times = |took: &Duration| indexed.as_secs_f64() / took.as_secs_f64();
                table.measured(asked, &took.iter().map(times).collect::<Vec<_>>());
            }
            None => table.unmeasured(asked, "not installed"),
        }
    }
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
    let world = child::home();
    world.configure(&format!(
        "[me]\nnames = [\"Ada Example\"]\naddresses = [\"ada@example.com\"]\nzone = \"UTC\"\n\
         [[account]]\nname = \"home\"\nkind = \"maildir\"\npath = {root:?}\n"
    ));
    child::know(&world, mailbox::contacts(CONTACTS));
    world
}

fn mu(root: &Path) -> Option<Duration> {
    let index = tempfile::tempdir().unwrap();
    let command = |name: &str| {
        let mut mu = Command::new("mu");
        mu.args([name, "--quiet", "--muhome"]).arg(index.path());
        mu
    };
    done(command("init").arg("--maildir").arg(root))?;
    done(&mut command("index"))
}

fn notmuch(root: &Path) -> Option<Duration> {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config");
    let index = folder.path().display();
    fs::write(&config, format!("[database]\npath={index}\nmail_root={}\n", root.display()))
        .unwrap();
    done(Command::new("notmuch").arg("new").env("NOTMUCH_CONFIG", config))
}

/// How long it took; `None` where there is no such program.
fn done(command: &mut Command) -> Option<Duration> {
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn().ok()?;
    let status = child.wait().unwrap();
    let took = begun.elapsed();
    println!("{command:?}: {:.1} s", took.as_secs_f64());
    assert!(status.success(), "{status}");
    Some(took)
}
