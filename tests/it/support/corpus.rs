//! Real mailboxes with ground truth, read from the folder that `REQUITE_CORPUS` names, measured by
//! the program itself and compared with what is known of them.
//!
//! Nothing of the mail is kept anywhere but in a temporary folder.

pub mod enron;
pub mod owners;
pub mod verdict;

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use requite::book::{AsOf, Book, Person};
use requite::config::{self, Config, Environment};
use requite::daemon::clock::Clock;
use requite::daemon::{Home, sync};
use requite::domain::measure::turns::Turn;
use requite::domain::message::facts::Facts;
use requite::domain::model::{MessageNumber, Moment, Side, TouchId};
use requite::source::mbox::{Mbox, MboxMail};
use requite::store::{IdentityKind, ImportRun, NewCard, Store};

use super::maildir::Maildir;

/// The folder of the corpus; says so where there is none.
pub fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("REQUITE_CORPUS").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: REQUITE_CORPUS is not set");
    }
    folder
}

/// What a folder of it holds whose name ends so, in order; nothing where there is no such folder.
pub fn names(folder: &Path, ending: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> =
        names.filter(|name| name.ends_with(ending) && !name.ends_with(".md")).collect();
    names.sort();
    names
}

/// The messages of an mbox file.
pub fn messages(path: &Path) -> Vec<Vec<u8>> {
    let file = BufReader::new(File::open(path).unwrap());
    let whole = |letter: MboxMail| [letter.header, letter.body].concat();
    Mbox::new(file, usize::MAX).map(|letter| whole(letter.unwrap())).collect()
}

/// One message of a mailbox.
pub struct Mail {
    pub folder: &'static str,
    pub raw: Vec<u8>,
    pub facts: Facts,
    /// What its copies under other Message-IDs have in common with it.
    pub copies: String,
}

impl Mail {
    pub fn body(&self) -> String {
        let text = String::from_utf8_lossy(&self.raw).replace("\r\n", "\n");
        text.split_once("\n\n").map(|(_, body)| body.to_owned()).unwrap_or_default()
    }

    pub fn is_to(&self, address: &str) -> bool {
        self.facts.to.iter().any(|mailbox| mailbox.address == address)
    }
}

/// A reply between the owner and somebody else, as the truth has it. Messages by Message-ID.
#[derive(Debug, Clone)]
pub struct Pair {
    /// Seconds from the parent's `Date` to the child's.
    pub latency: i64,
    pub contact: String,
    /// Whose turn the parent is.
    pub side: Side,
    pub parent: String,
    pub child: String,
    /// The parent has the other side in To, so that it begins or continues a turn.
    pub asked: bool,
}

/// What the truth says of one contact and direction.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    pub answers: u64,
    pub median_s: f64,
    pub p90_s: f64,
    pub share_48h: f64,
}

/// A mailbox with what is known of it.
pub struct Mailbox {
    pub name: String,
    pub mine: Vec<String>,
    /// The addresses of each contact; the first is its name.
    pub people: Vec<Vec<String>>,
    pub mail: Vec<Mail>,
    /// Replies that must be measured.
    pub pairs: Vec<Pair>,
    /// Every reply that the truth knows, parent and child, whether it must be measured or not.
    pub exchanges: Vec<(String, String)>,
    /// Those with the most answers first: contact, how they answer me, how I answer them.
    pub known: Vec<(String, [Option<Known>; 2])>,
    /// Seconds by which a response time may differ from the truth's.
    pub tolerance: i64,
}

/// What the program found in a mailbox.
pub struct Measured {
    pub people: HashMap<String, Vec<Turn>>,
    /// Why a message doesn't count with a contact, by contact and Message-ID.
    pub left_out: HashMap<(String, String), &'static str>,
    ids: HashMap<MessageNumber, String>,
}

impl Measured {
    /// The Message-ID of a touch; empty for none.
    pub fn id(&self, touch: TouchId) -> &str {
        match touch {
            TouchId::Message(id) => self.ids.get(&id).map_or("", String::as_str),
            TouchId::Entry(_) => "",
        }
    }
}

impl Mailbox {
    /// Files the mail in a Maildir.
    pub fn file(&self, root: &Path) {
        let inbox = Maildir::create(root);
        for mail in &self.mail {
            let at = mail.facts.date.unwrap_or(Moment(0));
            inbox.folder(mail.folder).keep(at.timestamp(), "S", &mail.raw);
        }
    }

    pub fn measure(&self) -> Measured {
        let folder = tempfile::tempdir().unwrap();
        let (store, config) = self.stored(folder.path());
        read(&store, &config)
    }

    /// Synchronises the mail in a Maildir, with everybody in the pairs as contacts.
    pub fn stored(&self, folder: &Path) -> (Store, Config) {
        let root = folder.join("mail");
        self.file(&root);
        let home = Home::below(folder);
        let config = self.config(&root, folder);
        let store = Store::open(&home.data).unwrap();
        let mut run = ImportRun::default();
        for addresses in &self.people {
            let email = |address: &String| (IdentityKind::Email, address.clone());
            let card = NewCard {
                name: addresses[0].clone(),
                identities: addresses.iter().map(email).collect(),
                ..NewCard::default()
            };
            store.import_card(&card, Moment(0), &mut run).unwrap();
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(sync(&home, &config, Clock::System, |_| {})).unwrap();
        (store, config)
    }

    fn config(&self, root: &Path, home: &Path) -> Config {
        let text = format!(
            "[me]\naddresses = {:?}\n[measure]\ntime = \"date\"\n\
             [[account]]\nname = \"box\"\nkind = \"maildir\"\npath = {:?}\n",
            self.mine,
            root.to_str().unwrap()
        );
        let environment = Environment {
            system_zone: jiff::tz::TimeZone::UTC,
            home: home.to_owned(),
            dates: requite::domain::dates::DateStyle::default(),
        };
        config::parse(&text, Path::new("config.toml"), &environment).unwrap()
    }
}

fn read(store: &Store, config: &Config) -> Measured {
    let book = Book::open(store, &config.policy, AsOf::Now(Clock::System.now())).unwrap();
    let mut found =
        Measured { people: HashMap::new(), left_out: HashMap::new(), ids: HashMap::new() };
    let take = |person: Person| {
        let name = person.row.name;
        let touches = person.turns.iter().flat_map(|turn| {
            turn.touches.iter().copied().chain(turn.answer.map(|answer| answer.touch))
        });
        for touch in touches {
            if let TouchId::Message(id) = touch {
                let id_of = || store.headline(id).unwrap().1.unwrap_or_default();
                found.ids.entry(id).or_insert_with(id_of);
            }
        }
        for left in book.left_out(person.row.id).unwrap() {
            let id = store.headline(left.message).unwrap().1.unwrap_or_default();
            found.left_out.insert((name.clone(), id), left.why);
        }
        found.people.insert(name, person.turns);
    };
    book.each_person(|person| person, take).unwrap();
    found
}

/// The rows of a table with a heading, cell by cell.
fn table(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let cells = |line: &str| line.split('\t').map(str::to_owned).collect();
    text.lines().skip(1).map(cells).collect()
}

fn document(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// A truth document's `contacts`.
fn known(contacts: &serde_json::Value) -> Vec<(String, [Option<Known>; 2])> {
    let side = |value: &serde_json::Value| {
        let answers = value["n"].as_u64().filter(|n| *n > 0)?;
        let number = |key: &str| value[key].as_f64().unwrap_or(f64::NAN);
        let (median_s, p90_s) = (number("median_s"), number("p90_s"));
        Some(Known { answers, median_s, p90_s, share_48h: number("share_48h") })
    };
    let contact = |value: &serde_json::Value| {
        let sides = ["contact_answers_owner", "owner_answers_contact"];
        (value["contact"].as_str().unwrap().to_owned(), sides.map(|key| side(&value[key])))
    };
    contacts.as_array().unwrap().iter().map(contact).collect()
}
