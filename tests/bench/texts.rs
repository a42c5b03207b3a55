//! What the pass over texts costs, beside a first sync that reads headers alone, in turn.
//!
//! All mail is between me and contacts and a year old at most, so that every text is wanted.

use jiff::{SignedDuration, Timestamp};

use super::child::{self, Synced};
use super::first_sync::{ME, world};
use super::number;
use super::support::corpus;
use super::support::dovecot::Dovecot;
use super::support::message::Message;
use super::table::{Asked, Table};

const SINGLE: Asked = Asked::at_least(5_000.0, "texts/s", "texts: single parts");
const MULTIPART: Asked = Asked::at_least(2_000.0, "texts/s", "texts: multiparts");
const HEADERS: Asked =
    Asked::at_most(1.1, "times", "headers first: as long with texts to come, of never");
const BYTES: Asked =
    Asked::at_most(4.5, "KiB", "texts: bytes fetched for each of the corpus' owner mailboxes");
const CONTACTS: usize = 200;

pub fn run(table: &mut Table) {
    let messages = number("REQUITE_BENCH_MESSAGES", 100_000);
    for (asked, multipart) in [(SINGLE, false), (MULTIPART, true)] {
        let Some(dovecot) = Dovecot::start() else {
            table.unmeasured(asked, "no Dovecot");
            continue;
        };
        dovecot.fill("INBOX", (0..messages).map(|number| mail(number, messages, multipart)));
        dovecot.fill("Sent", std::iter::empty());
        // Brings everything into memory.
        sync(&dovecot, "cues", true);
        let (mut speeds, mut ratios) = (Vec::new(), Vec::new());
        println!("round   never s   cues s   nobody known s   texts/s   peak MiB");
        for round in 1..=number("REQUITE_BENCH_ROUNDS", 3) {
            let never = sync(&dovecot, "never", true);
            let cues = sync(&dovecot, "cues", true);
            // Without contacts no text is wanted: the way of the headers alone.
            let strangers = (sync(&dovecot, "never", false), sync(&dovecot, "cues", false));
            let texts = cues.took.saturating_sub(never.took);
            let speed = child::rate(messages, texts);
            println!(
                "{round:>5}{:>10.2}{:>9.2}{:>17.2}{speed:>10.0}{:>11.1}",
                never.took.as_secs_f64(),
                cues.took.as_secs_f64(),
                strangers.1.took.as_secs_f64(),
                cues.peak
            );
            speeds.push(speed);
            ratios.push(strangers.1.took.as_secs_f64() / strangers.0.took.as_secs_f64());
        }
        table.measured(asked, &speeds);
        if !multipart {
            table.measured(HEADERS, &ratios);
        }
    }
    bytes(table);
}

/// What a text of real mail costs, all that is fetched for it counted. Its age is made up, so that
/// all of it is wanted.
fn bytes(table: &mut Table) {
    let Some(folder) = corpus::folder() else {
        table.unmeasured(BYTES, "no REQUITE_CORPUS");
        return;
    };
    let mut each = Vec::new();
    for owner in corpus::owners::names(&folder) {
        let Some(dovecot) = Dovecot::start() else {
            table.unmeasured(BYTES, "no Dovecot");
            return;
        };
        let mailbox = corpus::owners::mailbox(&folder, &owner);
        let yesterday = Timestamp::now() - SignedDuration::from_hours(24);
        for folder in ["INBOX", "Sent"] {
            let here = mailbox.mail.iter().filter(|mail| mail.folder == folder);
            dovecot.fill(folder, here.map(|mail| (yesterday, mail.raw.clone())));
        }
        let [never, cues] = ["never", "cues"].map(|text| {
            let world = world(&dovecot, text, &mailbox.mine);
            let people = mailbox.people.iter().map(|addresses| addresses[0].clone());
            child::know(&world, people.map(|address| (address.clone(), address)));
            child::sync(&world);
            (child::fetched(&world), child::texts(&world))
        });
        let kib = (cues.0 - never.0) as f64 / cues.1 as f64 / 1024.0;
        let (messages, texts) = (mailbox.mail.len(), cues.1);
        let header = never.0 / messages as u64;
        println!("{texts} texts: {kib:.2} KiB each; {messages} headers: {header} bytes each");
        each.push(kib);
    }
    table.measured(BYTES, &each);
}

fn sync(dovecot: &Dovecot, text: &str, known: bool) -> Synced {
    let world = world(dovecot, text, &[ME.to_owned()]);
    if known {
        let people = (0..CONTACTS).map(|number| (name(number), address(number)));
        child::know(&world, people);
    }
    let synced = child::sync(&world);
    let status = world.json(&["status", "--json"]);
    assert_eq!(status["accounts"][0]["unread_texts"], 0, "{status:#}");
    synced
}

fn name(number: usize) -> String {
    format!("Person Number{number}")
}

fn address(number: usize) -> String {
    format!("person{number}@example.org")
}

fn mail(number: usize, of: usize, multipart: bool) -> (Timestamp, Vec<u8>) {
    let minutes = 365 * 24 * 60 * (of - number) / of;
    let at = Timestamp::now() - SignedDuration::from_mins(minutes as i64);
    let person = number % CONTACTS;
    let text = format!(
        "Dear Ada,\n\ncould you look at item {number}?\n\n{}",
        "It is about the hall. ".repeat(40)
    );
    let mail = Message::of(at)
        .from(&format!("{} <{}>", name(person), address(person)))
        .to("Ada Example <ada@example.com>")
        .subject(&format!("Item {number}"))
        .id(&format!("{number}@example.org"));
    let mail = match (multipart, number % 3) {
        (false, _) => mail.body(&text),
        (true, 0) => mail.multipart(&with_file(&text)),
        (true, _) => mail.alternative(&text),
    };
    (at, mail.bytes())
}

/// The parts of a mail that brings a file of 24 KiB: what it is called, only its structure tells.
fn with_file(text: &str) -> String {
    let file =
        "JVBERi0xLjcKJeLjz9MKNSAwIG9iago8PC9GaWx0ZXIvRmxhdGVEZWNvZGU+PgpzdHJlYW0K\n".repeat(340);
    format!(
        "--half\nContent-Type: text/plain; charset=utf-8\n\n{text}\n\
         --half\nContent-Type: application/pdf; name=\"plan.pdf\"\n\
         Content-Transfer-Encoding: base64\n\n{file}\n--half--\n"
    )
}
