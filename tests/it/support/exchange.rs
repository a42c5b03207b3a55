//! A year of mail between Ada and six people on a real server, and all that the program knows of
//! it: what has to be the same however it was read.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use super::dovecot::{Dovecot, PASSWORD, USER};
use super::message::Message;
use super::world::World;

const PEOPLE: [&str; 6] = ["Ann Lee", "Ben Oak", "Cleo Ray", "Dan Fox", "Eve Hill", "Finn Ash"];
const FOLDERS: [&str; 3] = ["INBOX", "Sent", "Archive"];
const ADA: &str = "Ada Example <ada@example.com>";

/// Known by name alone: the mail has to tell the address.
const BY_NAME: &str = PEOPLE[1];
/// Distinct messages; a few lie in two folders.
pub const MESSAGES: usize = 600;
/// The day after the last of them: yesterday, since no server is asked for the texts of old mail.
static AT: LazyLock<Timestamp> = LazyLock::new(|| {
    let day = SignedDuration::from_hours(24);
    let now = Timestamp::now().as_second();
    Timestamp::from_second(now - now % day.as_secs()).unwrap() - day
});

/// How a client speaks to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    Plain,
    StartTls,
    Tls,
}

impl Wire {
    pub const ALL: [Wire; 3] = [Wire::Plain, Wire::StartTls, Wire::Tls];

    pub fn port(self, dovecot: &Dovecot) -> u16 {
        match self {
            Wire::Plain | Wire::StartTls => dovecot.ports().starttls,
            Wire::Tls => dovecot.ports().implicit,
        }
    }

    fn setting(self) -> &'static str {
        match self {
            Wire::Plain => "none",
            Wire::StartTls => "starttls",
            Wire::Tls => "implicit",
        }
    }
}

/// The server with all the mail.
pub fn server() -> Option<Dovecot> {
    let dovecot = Dovecot::start()?;
    let mails = mails();
    for folder in FOLDERS {
        let there = mails.iter().filter(|(name, _)| *name == folder);
        dovecot.fill(folder, there.map(|(_, mail)| (mail.time(), mail.bytes())));
    }
    Some(dovecot)
}

/// Two mails of three came to me, and each second of those was answered. Each tenth question also
/// lies in Archive.
fn mails() -> Vec<(&'static str, Message)> {
    let mut mails = Vec::new();
    let rounds = MESSAGES / 3;
    for (number, name) in PEOPLE.into_iter().cycle().take(rounds).enumerate() {
        let person = format!("{name} <{}>", address(name));
        let hours = i64::try_from(24 * (rounds - number)).unwrap();
        let asked = *AT - SignedDuration::from_hours(hours);
        let subject = format!("Could you look at item {number}?");
        let id = |part: &str| format!("{part}{number}@example.org");
        let to_me = |at: Timestamp, part: &str, subject: &str| {
            Message::of(at).from(&person).to(ADA).subject(subject).id(&id(part))
        };
        let before = asked - SignedDuration::from_mins(47);
        let note = to_me(before, "note", &format!("About item {number}"));
        mails.push(("INBOX", if number % 4 == 0 { with_a_file(note) } else { note }));
        let question = to_me(asked, "question", &subject);
        let question = if number % 5 == 0 { behind_a_picture(question) } else { question };
        if number % 10 == 0 {
            mails.push(("Archive", question.clone()));
        }
        mails.push(("INBOX", question));
        let minutes = 30 + i64::try_from(number % 400).unwrap();
        let answer = Message::of(asked + SignedDuration::from_mins(minutes)).sent();
        let answer = answer.from(ADA).to(&person).subject(&format!("Re: {subject}"));
        let answer = answer.id(&id("answer"));
        mails.push(match number % 2 {
            0 => ("Sent", answer.in_reply_to(&id("question"))),
            _ => ("Sent", answer),
        });
    }
    mails
}

/// Its file stands behind the beginning that is fetched of a body, so that the structure tells it.
fn with_a_file(mail: Message) -> Message {
    let text = "Here is the plan.\n".repeat(300);
    mail.multipart(&format!(
        "--half\nContent-Type: text/plain\n\n{text}\n\
         --half\nContent-Type: application/pdf; name=plan.pdf\n\nJVBERi0x\n--half--\n"
    ))
}

fn behind_a_picture(mail: Message) -> Message {
    let picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ\n".repeat(120);
    mail.multipart(&format!(
        "--half\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n{picture}\n\
         --half\nContent-Type: text/plain\n\nCould you look at it?\n--half--\n"
    ))
}

fn address(name: &str) -> String {
    format!("{}@example.org", name.split(' ').next().unwrap().to_lowercase())
}

/// A home that knows the six people and the account behind this port, and has read nothing yet.
pub fn home(dovecot: &Dovecot, wire: Wire, port: u16) -> World {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    let password = world.write("password", PASSWORD);
    world.configure(&format!(
        "[me]\naddresses = [\"ada@example.com\"]\nzone = \"UTC\"\n[alerts]\ndesktop = false\n\
         [[account]]\nname = \"work\"\nkind = \"imap\"\nhost = \"localhost\"\nport = {port}\n\
         tls = \"{}\"\nuser = \"{USER}\"\npassword.file = \"{}\"\nca = \"{}\"\n",
        wire.setting(),
        password.display(),
        dovecot.ca().display(),
    ));
    let card = |name| {
        let email = match name {
            BY_NAME => String::new(),
            name => format!("EMAIL:{}\r\n", address(name)),
        };
        format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\n{email}END:VCARD\r\n")
    };
    let file = world.write("people.vcf", PEOPLE.map(card).concat());
    world.run(&["import", file.to_str().unwrap()]);
    world
}

/// Contact, first message, side, when it was answered, and whether it is closed.
type StoredTurn = (String, String, i64, Option<i64>, Option<i64>);

type StoredText = (String, Option<i64>, Option<i64>, Option<String>);

/// Everything that is known after reading.
#[derive(Debug, PartialEq)]
pub struct Known {
    /// Copies as folder and UID, with the Message-ID.
    copies: Vec<(String, u64, String)>,
    /// How many messages there are by Message-ID.
    messages: BTreeMap<String, usize>,
    turns: Vec<StoredTurn>,
    /// What stayed of the texts, by Message-ID: marks, who is named, what is attached.
    texts: Vec<StoredText>,
    /// Status, contacts, and somebody's turns, measured afresh.
    standings: Vec<Value>,
}

impl Known {
    /// Row numbers are left out: they follow the order of arrival.
    pub fn of(world: &World) -> Self {
        let at = AT.to_string();
        let mut standings = vec![
            world.json(&["status", "--json", "--at", &at]),
            world.json(&["contacts", "--json", "--at", &at]),
        ];
        // The figures of all are those of the contacts; turn by turn, one speaks for them.
        standings.push(world.json(&["show", PEOPLE[0], "--json", "--at", &at]));
        standings.iter_mut().for_each(forget_turn_ids);
        let file = world.home().join("data/requite.db");
        let db = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let mut copies = db
            .prepare(
                "SELECT folder.name, uid, message_id FROM instance
                 JOIN folder ON folder.id = folder JOIN message ON message.id = message
                 ORDER BY 1, 2, 3",
            )
            .unwrap();
        let copies = copies.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        let mut turns = db
            .prepare(
                "SELECT contact.name, message_id, side, answered_at, closed FROM turn
                 JOIN contact ON contact.id = contact JOIN message ON message.id = touch
                 ORDER BY 1, 2",
            )
            .unwrap();
        let turns = turns.query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        });
        let mut messages =
            db.prepare("SELECT message_id, count(*) FROM message GROUP BY message_id").unwrap();
        let messages = messages.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        let mut texts = db
            .prepare("SELECT message_id, cues, named, attachments FROM message ORDER BY 1")
            .unwrap();
        let texts =
            texts.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
        Known {
            texts: texts.unwrap().map(Result::unwrap).collect(),
            copies: copies.unwrap().map(Result::unwrap).collect(),
            messages: messages.unwrap().map(Result::unwrap).collect(),
            turns: turns.unwrap().map(Result::unwrap).collect(),
            standings,
        }
    }

    /// Panics unless this is a reading of the whole exchange.
    #[track_caller]
    pub fn is_whole(&self) {
        assert_eq!(self.messages.len(), MESSAGES);
        assert_eq!(self.standings[0]["totals"]["messages"], MESSAGES);
        assert_eq!(self.standings[1]["contacts"].as_array().unwrap().len(), PEOPLE.len());
        assert!(self.standings[2]["turns"].as_array().unwrap().len() > 25);
        assert!(self.turns.iter().filter(|(contact, ..)| contact == BY_NAME).count() > 25);
        assert_eq!(self.texts.iter().filter(|(_, cues, ..)| cues.is_some()).count(), MESSAGES);
        let with_file = |(.., files): &&StoredText| files.as_deref() == Some("plan.pdf");
        assert_eq!(self.texts.iter().filter(with_file).count(), MESSAGES / 12);
        let copies = self.copies.len();
        assert_eq!(copies, MESSAGES + MESSAGES / 30);
    }

    /// What is missing, double or otherwise not as in the `clean` one; `None` if nothing is.
    pub fn differs(&self, clean: &Known) -> Option<String> {
        if self == clean {
            return None;
        }
        let lost = clean.copies.iter().filter(|copy| !self.copies.contains(copy)).count();
        let surplus = self.copies.iter().filter(|copy| !clean.copies.contains(copy)).count();
        let missing = clean.messages.keys().filter(|id| !self.messages.contains_key(*id)).count();
        let double = self.messages.values().map(|times| times - 1).sum::<usize>();
        let turns = |one: &Known, other: &Known| {
            one.turns.iter().filter(|turn| !other.turns.contains(turn)).count()
        };
        let texts = self.texts.iter().filter(|text| !clean.texts.contains(text)).count();
        let (untold, wrong) = (turns(clean, self), turns(self, clean));
        let standings = self.standings.iter().zip(&clean.standings);
        let other: Vec<String> = standings
            .filter(|(here, there)| here != there)
            .map(|(here, there)| first_difference("", here, there))
            .collect();
        Some(format!(
            "{missing} messages missing, {double} double; {lost} copies missing, {surplus} too \
             many; {untold} turns missing, {wrong} wrong; {texts} texts differ; standings: {}",
            other.join("; ")
        ))
    }
}

fn forget_turn_ids(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(forget_turn_ids),
        Value::Object(fields) => {
            if fields.contains_key("message_ids") || fields.contains_key("message_id") {
                fields.remove("id");
            }
            fields.values_mut().for_each(forget_turn_ids);
        }
        _ => {}
    }
}

fn first_difference(path: &str, here: &Value, there: &Value) -> String {
    let below: Vec<(String, &Value, &Value)> = match (here, there) {
        (Value::Object(here), Value::Object(there)) if here.len() == there.len() => {
            let pairs = here.iter().zip(there.values());
            pairs.map(|((key, here), there)| (format!("{path}/{key}"), here, there)).collect()
        }
        (Value::Array(here), Value::Array(there)) if here.len() == there.len() => {
            let pairs = here.iter().zip(there).enumerate();
            pairs.map(|(at, (here, there))| (format!("{path}/{at}"), here, there)).collect()
        }
        _ => Vec::new(),
    };
    let different = below.into_iter().find(|(_, here, there)| here != there);
    match different {
        Some((path, here, there)) => first_difference(&path, here, there),
        None => format!("{path} is {here}, not {there}"),
    }
}

/// The environment's number, for a longer run than usual.
pub fn number(variable: &str, usual: u32) -> u32 {
    std::env::var(variable).map_or(usual, |text| text.parse().expect("a number"))
}

/// All of them, so many at a time, and what each complained of.
pub fn complaints<T: Send>(
    trials: Vec<T>,
    at_once: usize,
    attempt: impl Fn(T) -> Option<String> + Sync,
) -> Vec<String> {
    let (trials, complaints) = (Mutex::new(trials.into_iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                loop {
                    let next = trials.lock().unwrap().next();
                    let Some(trial) = next else { return };
                    let complaint = attempt(trial);
                    complaints.lock().unwrap().extend(complaint);
                }
            });
        }
    });
    complaints.into_inner().unwrap()
}
