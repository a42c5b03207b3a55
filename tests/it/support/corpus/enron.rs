//! Whole mailboxes without reply headers, most mail in several folders under different
//! Message-IDs, some people under several addresses.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use requite::domain::model::Side;
use requite::mail;

use super::{Mail, Mailbox, Pair, document, known, table};

/// Whose mailboxes there are.
pub fn names(corpus: &Path) -> Vec<String> {
    super::names(&corpus.join("enron"), "")
}

pub fn mailbox(corpus: &Path, user: &str) -> Mailbox {
    let mail = messages(&corpus.join("enron").join(user));
    let truth = document(&corpus.join(format!("truth/enron/{user}.json")));
    let addresses = truth["owner_addresses"].as_array().unwrap();
    let directory = Directory::of(&mail);
    let mine: Vec<String> = addresses
        .iter()
        .flat_map(|address| directory.addresses(address.as_str().unwrap()))
        .collect();
    let proved = table(&corpus.join(format!("truth/enron/{user}.pairs.tsv")));
    let mut pairs: Vec<Pair> = proved
        .iter()
        .filter(|cells| cells[0] == "reply" && mine.contains(&cells[2]) != mine.contains(&cells[3]))
        .map(|cells| pair(cells, &mine))
        .collect();
    let people = people(&pairs, &directory);
    for pair in &mut pairs {
        let theirs = people.iter().find(|addresses| addresses.contains(&pair.contact));
        let others = if pair.side == Side::Mine { theirs.unwrap() } else { &mine };
        let parent = mail.iter().find(|mail| mail.facts.message_id.as_ref() == Some(&pair.parent));
        pair.asked = parent.is_some_and(|mail| others.iter().any(|other| mail.is_to(other)));
    }
    Mailbox {
        name: user.to_owned(),
        people,
        mine,
        mail,
        pairs,
        exchanges: proved.iter().map(|cells| (cells[6].clone(), cells[7].clone())).collect(),
        known: known(&truth["contacts"]),
        tolerance: 60,
    }
}

/// A row of the truth: kind, latency, authors, paths and Message-IDs of parent and child.
fn pair(cells: &[String], mine: &[String]) -> Pair {
    let by_me = mine.contains(&cells[2]);
    Pair {
        latency: cells[1].parse().unwrap(),
        contact: cells[if by_me { 3 } else { 2 }].clone(),
        side: if by_me { Side::Mine } else { Side::Theirs },
        parent: cells[6].clone(),
        child: cells[7].clone(),
        asked: false,
    }
}

/// Every file below a user's folder.
fn messages(root: &Path) -> Vec<Mail> {
    let mut files = Vec::new();
    let mut waiting: Vec<PathBuf> = vec![root.to_owned()];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            files.push(path);
        }
    }
    files.sort();
    let read = |path: &PathBuf| {
        let raw = fs::read(path).unwrap();
        let facts = mail::facts(&raw).ok()?;
        let mut mail = Mail { folder: "INBOX", raw, facts, copies: String::new() };
        let author = mail.facts.author.as_ref().map_or("", |author| &author.address);
        let body: String = mail.body().split_whitespace().flat_map(str::chars).take(4000).collect();
        mail.copies = format!("{author} {:?} {} {body}", mail.facts.date, mail.facts.base_subject);
        Some(mail)
    };
    files.iter().filter_map(read).collect()
}

/// Which addresses belong to one person, going by the directory of their company: the archive's
/// copy of the mail writes one person's address in several ways.
struct Directory {
    entry_of: BTreeMap<String, String>,
    addresses_of: BTreeMap<String, Vec<String>>,
}

impl Directory {
    fn of(mail: &[Mail]) -> Directory {
        let mut directory = Directory { entry_of: BTreeMap::new(), addresses_of: BTreeMap::new() };
        for mail in mail {
            let Some(author) = &mail.facts.author else { continue };
            let Some(entry) = directory_entry(&mail.raw) else { continue };
            let address = author.address.clone();
            if directory.entry_of.contains_key(&address) {
                continue;
            }
            let addresses = directory
                .addresses_of
                .entry(entry.clone())
                .or_insert_with(|| DOMAINS.map(|domain| format!("{entry}@{domain}")).to_vec());
            addresses.insert(0, address.clone());
            directory.entry_of.insert(address, entry);
        }
        directory
    }

    /// All addresses of whoever has this one, which stands first.
    fn addresses(&self, address: &str) -> Vec<String> {
        let entry = self.entry_of.get(address);
        let others = entry.into_iter().flat_map(|entry| &self.addresses_of[entry]);
        let others = others.filter(|other| *other != address).cloned();
        std::iter::once(address.to_owned()).chain(others).collect()
    }
}

/// The company's own domains, where everybody has the name of their directory entry.
const DOMAINS: [&str; 2] = ["enron.com", "ect.enron.com"];

/// `jdoe` of `X-From: Doe, Jane </O=…/CN=RECIPIENTS/CN=JDOE>`.
fn directory_entry(raw: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&raw[..raw.len().min(8192)]).into_owned();
    let line = head.lines().find_map(|line| line.strip_prefix("X-From:"))?;
    let (_, entry) = line.rsplit_once("CN=RECIPIENTS/CN=")?;
    Some(entry.trim_end_matches(['>', ' ']).to_lowercase())
}

/// Everybody in the pairs, once.
fn people(pairs: &[Pair], directory: &Directory) -> Vec<Vec<String>> {
    let mut people: Vec<Vec<String>> = Vec::new();
    for pair in pairs {
        if !people.iter().any(|known| known.contains(&pair.contact)) {
            people.push(directory.addresses(&pair.contact));
        }
    }
    people
}
