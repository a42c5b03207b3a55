//! What the pass over texts costs, beside a first sync that reads headers alone, in turn.
//!
//! All mail is between me and contacts and a year old at most, so that every text is wanted.

use jiff::{SignedDuration, Timestamp};

use super::child::{self, Synced};
use super::number;
use super::support::dovecot::Dovecot;
use super::support::message::Message;
use super::table::{Asked, Table};

const SINGLE: Asked = Asked::at_least(5_000.0, "texts/s", "texts: single parts");
const MULTIPART: Asked = Asked::at_least(2_000.0, "texts/s", "texts: multiparts");
const HEADERS: Asked =
    Asked::at_most(1.1, "times", "headers first: as long with texts to come, of never");
const CONTACTS: usize = 200;

pub fn run(table: &mut Table) {
    let messages = number("REQUITE_BENCH_MESSAGES", 20_000);
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
}

fn sync(dovecot: &Dovecot, text: &str, known: bool) -> Synced {
    let world = super::first_sync::world(dovecot, text);
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
    let bytes = if multipart { mail.alternative(&text).bytes() } else { mail.body(&text).bytes() };
    (at, bytes)
}
