//! Invents the mailbox of somebody with many contacts: threads with replies both ways, and the
//! headers that mail collects on its way. The same number always makes the same mail.

use jiff::{SignedDuration, Timestamp};

use super::support::message::Message;

pub const ME: &str = "Ada Example <ada@example.com>";

const FIRST: [&str; 20] = [
    "Alba", "Bram", "Chidi", "Dora", "Emre", "Freya", "Goran", "Hana", "Ines", "Jonas", "Kaya",
    "Liam", "Mira", "Nils", "Olga", "Pablo", "Rosa", "Sami", "Tuva", "Yusuf",
];
const LAST: [&str; 40] = [
    "Abel", "Brandt", "Costa", "Demir", "Eklund", "Fischer", "Garcia", "Horvat", "Ito", "Jansen",
    "Keller", "Lopez", "Moreau", "Novak", "Okafor", "Petrov", "Quinn", "Rossi", "Silva", "Tanaka",
    "Ueda", "Vogel", "Weber", "Xu", "Yilmaz", "Zeman", "Andersen", "Bianchi", "Cruz", "Dubois",
    "Evans", "Ferrari", "Gruber", "Haas", "Ivanov", "Jensen", "Kowal", "Lang", "Meyer", "Nagy",
];
const TOPICS: [&str; 8] = [
    "Offer for the spring fair",
    "Could you look at this?",
    "Lunch next week",
    "Minutes of Tuesday's call",
    "Introduction: two people who should meet",
    "Invoice 2026-114",
    "Question about the roof in Lyon",
    "Thank you",
];

/// One mail and where it lies.
pub struct Filed {
    pub folder: &'static str,
    pub at: Timestamp,
    pub bytes: Vec<u8>,
}

pub fn contact(number: usize) -> String {
    let (first, last) = (FIRST[number % FIRST.len()], LAST[number / FIRST.len() % LAST.len()]);
    let domain = number % 97;
    let local = format!("{first}.{last}").to_lowercase();
    format!("{first} {last} <{local}@company{domain}.example.org>")
}

/// That many people, each a name and an address.
pub fn contacts(count: usize) -> impl Iterator<Item = (String, String)> {
    (0..count).map(|number| {
        let mailbox = contact(number);
        let (name, address) = mailbox.split_once(" <").unwrap();
        (name.to_owned(), address.trim_end_matches('>').to_owned())
    })
}

/// That many messages with that many contacts, thread after thread.
pub fn messages(count: usize, contacts: usize) -> impl Iterator<Item = Filed> {
    let start: Timestamp = "2022-01-03T06:00:00Z".parse().unwrap();
    let mut chance = Chance(7);
    let threads = (0..).flat_map(move |thread| {
        // Four years, whatever the number of threads: about three messages each.
        let hours = 35_000 * 3 * thread / count.max(1);
        let begun = start + SignedDuration::from_hours(i64::try_from(hours).unwrap());
        self::thread(thread, begun, contacts, &mut chance)
    });
    threads.take(count)
}

/// Both sides in turn, each after minutes or days.
fn thread(number: usize, begun: Timestamp, contacts: usize, chance: &mut Chance) -> Vec<Filed> {
    let them = contact(chance.below(contacts));
    let topic = TOPICS[chance.below(TOPICS.len())];
    let mine_first = chance.below(2) == 0;
    let mut at = begun;
    let mut earlier: Vec<String> = Vec::new();
    let mut filed = Vec::new();
    for turn in 0..=chance.below(5) {
        at += SignedDuration::from_mins(5 << chance.below(10));
        let mine = (turn % 2 == 0) == mine_first;
        let (from, to) = if mine { (ME, them.as_str()) } else { (them.as_str(), ME) };
        let id = format!("{number}.{turn}.{:016x}@mx.example.org", chance.next());
        let prefix = if turn == 0 { "" } else { "Re: " };
        let mut mail =
            Message::of(at).from(from).to(to).subject(&format!("{prefix}{topic}")).id(&id);
        if let Some(parent) = earlier.last() {
            mail = mail.header("In-Reply-To", parent).header("References", &earlier.join("\r\n "));
        }
        earlier.push(format!("<{id}>"));
        mail = if mine { mail.sent() } else { travelled(mail, chance) };
        mail = mail.body(&"I have looked at it and will write again on Monday.\n".repeat(4));
        let folder = if mine { "Sent" } else { "INBOX" };
        filed.push(Filed { folder, at, bytes: mail.bytes() });
    }
    filed
}

/// What relays, filters and signers add: about two KiB.
fn travelled(mut mail: Message, chance: &mut Chance) -> Message {
    let at = mail.time();
    let date = jiff::fmt::rfc2822::to_string(&at.to_zoned(jiff::tz::TimeZone::UTC)).unwrap();
    for hop in 0..5 {
        let id = chance.next();
        let relay = format!(
            "from relay{hop}.example.net (relay{hop}.example.net [192.0.2.{hop}])\r\n\
             \tby relay{}.example.net (Postfix) with ESMTPS id {id:016X}\r\n\
             \tfor <ada@example.com>; {date}",
            hop + 1
        );
        mail = mail.header("Received", &relay);
    }
    let signature = |chance: &mut Chance, lines| -> String {
        (0..lines)
            .map(|_| {
                let half = format!("{:016x}{:016x}", chance.next(), chance.next());
                format!("\r\n\t {half}{half}")
            })
            .collect()
    };
    let dkim = format!(
        "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=mail;\r\n\t\
         h=from:to:cc:subject:date:message-id:in-reply-to:references; b={}",
        signature(chance, 6)
    );
    mail.header("DKIM-Signature", &dkim)
        .header("X-Spam-Report", &signature(chance, 5))
        .header("Authentication-Results", "mail.example.com; dkim=pass; spf=pass; dmarc=pass")
        .header("Return-Path", "<bounce@example.org>")
        .header("Delivered-To", "ada@example.com")
        .header("X-Mailer", "Example Mail 16.4 (build 20260114)")
}

/// SplitMix64: the same numbers each time.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }
}
