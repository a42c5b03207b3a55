//! Real mailboxes with ground truth, where `REQUITE_CORPUS` names their folder.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use requite::config::{self, AccountKind, Environment};
use requite::daemon::book::{AsOf, Book};
use requite::daemon::clock::Clock;
use requite::daemon::{Home, sync};
use requite::domain::facts::Facts;
use requite::domain::model::{Moment, TouchId};
use requite::domain::turns::Turn;
use requite::mail;
use requite::store::{IdentityKind, ImportRun, NewCard, Store};

use crate::support::maildir::Maildir;

pub fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("REQUITE_CORPUS").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: REQUITE_CORPUS is not set");
    }
    folder
}

/// The messages of an mboxrd file.
pub fn messages(path: &Path) -> Vec<Vec<u8>> {
    let bytes = fs::read(path).unwrap();
    let mut found: Vec<Vec<u8>> = Vec::new();
    let mut after_blank = true;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if after_blank && line.starts_with(b"From mboxrd@z ") {
            found.push(Vec::new());
            continue;
        }
        after_blank = line == b"\n" || line == b"\r\n";
        let quotes = line.iter().take_while(|byte| **byte == b'>').count();
        let line =
            if quotes > 0 && line[quotes..].starts_with(b"From ") { &line[1..] } else { line };
        found.last_mut().unwrap().extend_from_slice(line);
    }
    found
}

struct Pair {
    latency: i64,
    contact: String,
    parent: String,
    child: String,
}

/// First replies between the owner and somebody else, within 30 days.
fn first_pairs(corpus: &Path, owner: &str) -> Vec<Pair> {
    let text = fs::read_to_string(corpus.join(format!("truth/owners/{owner}.pairs.tsv"))).unwrap();
    text.lines()
        .skip(1)
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(|cells| cells[0] == "1" && (cells[2] == owner || cells[3] == owner))
        .map(|cells| Pair {
            latency: cells[1].parse().unwrap(),
            contact: if cells[2] == owner { cells[3] } else { cells[2] }.to_owned(),
            parent: cells[6].to_owned(),
            child: cells[7].to_owned(),
        })
        .filter(|pair| (0..=720 * 3600).contains(&pair.latency))
        .collect()
}

fn check_owner(owner: &str) {
    let Some(corpus) = corpus() else { return };
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("mail");
    let inbox = Maildir::create(&root);
    let sent = inbox.folder("Sent");
    let mut facts: HashMap<String, Facts> = HashMap::new();
    for (name, maildir) in [("INBOX", &inbox), ("Sent", &sent)] {
        for raw in messages(&corpus.join(format!("owners/{owner}/{name}.mbox"))) {
            let read = mail::facts(&raw).unwrap();
            let at = read.date.unwrap_or(Moment(0));
            maildir.keep(at.timestamp(), "S", &raw);
            facts.entry(read.message_id.clone().unwrap()).or_insert(read);
        }
    }
    let pairs: Vec<Pair> = first_pairs(&corpus, owner)
        .into_iter()
        .filter(|pair| {
            let parent = &facts[&pair.parent];
            let other = if parent.author.as_ref().is_some_and(|author| author.address == owner) {
                &pair.contact
            } else {
                owner
            };
            parent.to.iter().any(|mailbox| mailbox.address == other)
        })
        .collect();
    let home = Home::below(folder.path());
    let text = format!(
        "[me]\naddresses = [\"{owner}\"]\n[measure]\ntime = \"date\"\n\
         [[account]]\nname = \"box\"\nkind = \"maildir\"\npath = \"{}\"\n",
        root.display()
    );
    let environment =
        Environment { system_zone: jiff::tz::TimeZone::UTC, home: folder.path().to_owned() };
    let config = config::parse(&text, Path::new("config.toml"), &environment).unwrap();
    assert!(matches!(config.accounts[0].kind, AccountKind::Maildir { .. }));
    let store = Store::open(&home.data).unwrap();
    let mut run = ImportRun::default();
    for contact in pairs.iter().map(|pair| pair.contact.as_str()).collect::<BTreeSet<_>>() {
        let card = NewCard {
            name: contact.to_owned(),
            identities: vec![(IdentityKind::Email, contact.to_owned())],
            ..NewCard::default()
        };
        store.import_card(&card, Moment(0), &mut run).unwrap();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(sync(&home, &config, Clock::System, |_| {})).unwrap();
    let book = Book::open(&store, &config.policy, AsOf::Now(Clock::System.now())).unwrap();
    let people: HashMap<String, Vec<Turn>> =
        book.people().unwrap().into_iter().map(|person| (person.row.name, person.turns)).collect();
    let id_of = |touch: TouchId| match touch {
        TouchId::Message(id) => store.headline(id).unwrap().1.unwrap_or_default(),
        TouchId::Entry(_) => String::new(),
    };
    let (mut found, mut wrong, mut missed) = (0, 0, Vec::new());
    for pair in &pairs {
        let turn = people[&pair.contact].iter().find(|turn| {
            turn.answer.is_some() && turn.touches.iter().any(|touch| id_of(*touch) == pair.parent)
        });
        let Some(turn) = turn else {
            missed.push(format!("{} <- {}", pair.parent, pair.child));
            continue;
        };
        found += 1;
        let answer = turn.answer.unwrap();
        let exact = id_of(turn.id.touch) == pair.parent && id_of(answer.touch) == pair.child;
        if exact && answer.at.0 - turn.start.0 != pair.latency {
            wrong += 1;
            eprintln!("wrong latency: {} {}", pair.parent, pair.latency);
        }
    }
    let share = found as f64 / pairs.len() as f64;
    eprintln!(
        "{owner}: {found} of {} pairs found ({:.2} %), {wrong} wrong",
        pairs.len(),
        100.0 * share
    );
    for miss in missed.iter().take(20) {
        eprintln!("  missed {miss}");
    }
    assert_eq!(wrong, 0);
    assert!(share >= 0.98);
}

#[test]
fn every_first_reply_of_the_maintainer_is_measured() {
    check_owner("kzak@redhat.com");
}

#[test]
fn every_first_reply_of_the_developer_is_measured() {
    check_owner("sven@narfation.org");
}
