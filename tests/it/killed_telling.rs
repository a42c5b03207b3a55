//! Power cuts while something is told: a digest at any byte of its way, alerts at any moment. None
//! is told twice, and no digest is lost.
//!
//! `REQUITE_KILLS=300 cargo nextest run killed_telling` tries three hundred of each.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rustix::process::{Pid, Signal, kill_process};

use crate::support::desktop::bus_in;
use crate::support::exchange::{complaints, number};
use crate::support::maildir::Maildir;
use crate::support::message::Message;
use crate::support::mocked_desktop::MockedDesktop;
use crate::support::world::World;
use crate::support::{PATIENCE, eventually};

/// Of these many homes two are at work at once.
const AT_ONCE: usize = 2;

/// When the power is cut on the way of a digest.
#[derive(Debug, Clone, Copy)]
enum Cut {
    /// Once so many bytes have come from the daemon.
    Heard(usize),
    /// So many microseconds after this reply was given, the greeting being the first.
    Replied(usize, u64),
}

/// What a conversation about one digest has: replies, and about so many bytes from the daemon.
const REPLIES: usize = 7;
const BYTES: usize = 9_000;

/// Every third after a reply, the others at bytes that lie evenly from the first to the last.
fn cuts(count: usize) -> Vec<Cut> {
    let cut = |n: usize| match n % 3 {
        0 => Cut::Replied(1 + n / 3 % REPLIES, (n as u64 * 379) % 20_000),
        _ => Cut::Heard(1 + n * BYTES / count.max(1)),
    };
    (0..count).map(cut).collect()
}

/// A mail server that delivers into a Maildir before it says so, and that can cut the power.
struct Post {
    port: u16,
    armed: Arc<Mutex<Option<(Cut, i32)>>>,
    fired: Arc<AtomicU32>,
}

impl Post {
    fn open(maildir: Maildir) -> Post {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (armed, fired) = (Arc::new(Mutex::new(None)), Arc::new(AtomicU32::new(0)));
        let (cut, count) = (Arc::clone(&armed), Arc::clone(&fired));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Whoever is killed says no goodbye.
                let _ = converse(stream, &maildir, &cut, &count);
            }
        });
        Post { port, armed, fired }
    }
}

fn kill_at(
    armed: &Mutex<Option<(Cut, i32)>>,
    fired: &AtomicU32,
    reached: impl Fn(Cut) -> Option<u64>,
) {
    let mut armed = armed.lock().unwrap();
    if let Some((cut, pid)) = *armed
        && let Some(delay) = reached(cut)
    {
        *armed = None;
        std::thread::sleep(Duration::from_micros(delay));
        kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
        fired.fetch_add(1, Ordering::Relaxed);
    }
}

fn converse(
    mut stream: TcpStream,
    maildir: &Maildir,
    armed: &Mutex<Option<(Cut, i32)>>,
    fired: &AtomicU32,
) -> std::io::Result<()> {
    let mut lines = BufReader::with_capacity(1, stream.try_clone()?);
    let (mut heard, mut replies) = (0, 0);
    let mut reply = |text: &str| {
        stream.write_all(text.as_bytes())?;
        replies += 1;
        kill_at(armed, fired, |cut| match cut {
            Cut::Replied(after, delay) if after == replies => Some(delay),
            _ => None,
        });
        std::io::Result::Ok(())
    };
    let mut line = Vec::new();
    let mut next = |line: &mut Vec<u8>| -> std::io::Result<bool> {
        line.clear();
        while !line.ends_with(b"\n") {
            let Some(&byte) = lines.fill_buf()?.first() else { return Ok(false) };
            lines.consume(1);
            line.push(byte);
            heard += 1;
            kill_at(armed, fired, |cut| match cut {
                Cut::Heard(bytes) if bytes == heard => Some(0),
                _ => None,
            });
        }
        Ok(true)
    };
    reply("220 post ready\r\n")?;
    while next(&mut line)? {
        let verb = String::from_utf8_lossy(&line).to_uppercase();
        match verb.get(..4) {
            Some("DATA") => {
                reply("354 go on\r\n")?;
                let mut mail = Vec::new();
                while next(&mut line)? && line != b".\r\n" {
                    mail.extend_from_slice(&line);
                }
                if line != b".\r\n" {
                    return Ok(());
                }
                maildir.deliver(Timestamp::now(), &mail);
                reply("250 taken\r\n")?;
            }
            Some("QUIT") => return reply("221 bye\r\n"),
            _ => reply("250 ok\r\n")?,
        }
    }
    Ok(())
}

/// A home whose digest of this week is to be sent by this server.
fn with_digest_due(post: &Post, maildir: &Maildir) -> World {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    let today = Timestamp::now().to_zoned(TimeZone::UTC);
    let day = today.strftime("%A").to_string().to_lowercase();
    world.configure(&format!(
        "[me]\naddresses = [\"ada@example.com\"]\nzone = \"UTC\"\n[alerts]\ndesktop = false\n\
         [digest]\nto = \"ada@example.com\"\nday = \"{day}\"\ntime = \"00:00\"\n\
         [smtp]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n\
         {}",
        post.port,
        maildir.account("home")
    ));
    world.run(&["sync"]);
    world.leave_digest("planned", Timestamp::now());
    world
}

fn mails(maildir: &Maildir) -> usize {
    let count = |part: &str| std::fs::read_dir(maildir.path().join(part)).unwrap().count();
    count("new") + count("cur")
}

#[test]
fn a_digest_that_is_killed_on_its_way_comes_once() {
    let cuts = cuts(number("REQUITE_KILLS", 9) as usize);
    let (all, met) = (cuts.len(), AtomicU32::new(0));
    let wrong = complaints(cuts, AT_ONCE, |cut| {
        let folder = tempfile::tempdir().unwrap();
        let maildir = Maildir::create(folder.path().join("Mail"));
        let post = Post::open(maildir.clone());
        let world = with_digest_due(&post, &maildir);
        let mut daemon = world.daemon();
        *post.armed.lock().unwrap() = Some((cut, i32::try_from(daemon.id()).unwrap()));
        let is_sent = || (world.digests_sent() == 1).then_some(());
        // A cut beyond the end of the conversation meets nobody.
        eventually(PATIENCE, "it is sent or killed", || {
            (daemon.has_ended() || is_sent().is_some()).then_some(())
        });
        std::thread::sleep(Duration::from_millis(30));
        met.fetch_add(post.fired.load(Ordering::Relaxed), Ordering::Relaxed);
        if !daemon.has_ended() {
            daemon.kill();
        }
        let daemon = world.daemon();
        daemon.ready();
        eventually(PATIENCE, "it is sent", is_sent);
        daemon.forget_notices();
        (0..3).for_each(|_| drop(daemon.notice("WATCHDOG=1")));
        assert!(daemon.terminate().success());
        let came = mails(&maildir);
        (came != 1).then(|| format!("{cut:?}: it came {came} times"))
    });
    let met = met.into_inner();
    eprintln!("{all} digests, {met} killed on their way: {} wrong", wrong.len());
    assert_eq!(wrong, Vec::<String>::new());
    assert!(met as usize >= all / 2, "only {met} of {all} were killed");
}

/// Four debts that are told this morning, and another one that was late before.
fn with_alerts_due() -> World {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    let maildir = Maildir::create(world.home().join("Mail"));
    let now = Timestamp::now();
    let batch = now.to_zoned(TimeZone::UTC).strftime("%H:%M");
    let mut cards = String::new();
    for (number, hours) in [(1, 30), (2, 31), (3, 32), (4, 33), (5, 60)] {
        let at = now - jiff::SignedDuration::from_hours(hours);
        let mail = Message::of(at)
            .from(&format!("Friend {number} <friend{number}@example.org>"))
            .to("ada@example.com")
            .id(&format!("{number}@example.org"))
            .subject("Could you send the plan?");
        maildir.deliver(at, &mail.bytes());
        cards += &format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Friend {number}\r\n\
             EMAIL:friend{number}@example.org\r\nEND:VCARD\r\n"
        );
    }
    world.configure(&format!(
        "[me]\naddresses = [\"ada@example.com\"]\nzone = \"UTC\"\n\
         [alerts]\nbatch = \"{batch}\"\nquiet = \"never\"\n\
         {}",
        maildir.account("home")
    ));
    let cards = world.write("people.vcf", cards);
    world.run(&["import", cards.to_str().unwrap()]);
    world
}

#[tokio::test]
async fn alerts_that_are_killed_at_any_moment_come_once() {
    let folder = tempfile::tempdir().unwrap();
    let address = bus_in(folder.path());
    let Some(desktop) = MockedDesktop::start_at(address.clone(), &[]).await else { return };
    let kills = number("REQUITE_KILLS", 12);
    let trials = tokio::task::spawn_blocking(move || alert_trials(&address, &desktop, kills));
    let (told, wrong) = trials.await.unwrap();
    assert_eq!(wrong, Vec::<String>::new());
    assert!(told > 0, "nothing was told at all");
}

/// So many kills, a few on each home; how much was told, and what was told twice.
fn alert_trials(address: &str, desktop: &MockedDesktop, kills: u32) -> (usize, Vec<String>) {
    const EACH: u32 = 4;
    let (mut told, mut wrong) = (0, Vec::new());
    for home in 0..kills.div_ceil(EACH) {
        let world = with_alerts_due();
        desktop.asked().shown.clear();
        let daemon = || {
            let mut command = world.command(&["run"]);
            command.env("DBUS_SESSION_BUS_ADDRESS", address).env("DISPLAY", ":0");
            command.env("DBUS_SYSTEM_BUS_ADDRESS", address);
            world.daemon_with(command)
        };
        for kill in 0..EACH {
            // From before it begins to when all is told, and each time a little later.
            let moment = u64::from((home * EACH + kill) * 7919 % 400);
            let killed = daemon();
            std::thread::sleep(Duration::from_millis(moment));
            killed.kill();
        }
        let last = daemon();
        last.ready();
        last.forget_notices();
        (0..4).for_each(|_| drop(last.notice("WATCHDOG=1")));
        assert!(last.terminate().success());
        let shown = std::mem::take(&mut desktop.asked().shown).into_iter();
        let mut alerts: Vec<String> =
            shown.map(|alert| format!("{}: {}", alert.title, alert.body)).collect();
        told += alerts.len();
        alerts.sort();
        let twice = alerts.windows(2).filter(|pair| pair[0] == pair[1]);
        wrong.extend(twice.map(|pair| format!("home {home}: {}", pair[0])));
    }
    eprintln!("{kills} kills, {told} alerts told: {} twice", wrong.len());
    (told, wrong)
}
