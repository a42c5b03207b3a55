//! What does not count, on real mail, where `REQUITE_CORPUS` names its folder.
//!
//! *Machine*: the bounces and automatic replies of the set `odd`, by the kind that its index gives,
//! and Exchange's "Out of Office AutoReply:" in Enron's mailboxes, which carry no other mark.
//! *Human*: on the lists and in their readers' mailboxes, mail that answers another one there or is
//! answered; at Enron, what was sent by `first.last@enron.com`, except the notices and Exchange's
//! own accounts; of `odd`, the sets that hold people's mail alone. That mail comes over a list is no
//! mistake there, so List and Bulk are not held against a rule.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;

use requite::domain::message::facts::Facts;
use requite::domain::message::noise::{Context, Noise, verdict};
use requite::mail;

use crate::support::corpus::{self, folder, messages};

/// Sets of `odd` that hold people's mail alone.
const PEOPLE: [&str; 3] = ["redmine", "talon", "mail-mime-parser"];
/// Of the index's bounces, by eye: a parser's sample of long links.
const NOT_BOUNCES: [&str; 1] = ["flanker/long-links.eml"];
const NOTICE: &str = "Out of Office AutoReply:";
/// Accounts of Enron's Exchange that are named like people.
const EXCHANGE: [&str; 3] =
    ["exchange.administrator@enron.com", "outlook.team@enron.com", "no.address@enron.com"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Truth {
    Machine,
    Human,
}

/// How often which truth got which verdict, and the messages that were judged wrongly.
#[derive(Default)]
struct Confusion {
    counts: BTreeMap<(Truth, String), usize>,
    wrong: Vec<String>,
}

impl Confusion {
    fn add(&mut self, truth: Truth, name: &str, facts: &Facts) {
        // The most lenient light: a contact who answers me.
        let context = Context {
            from_contact: true,
            answers_mine: true,
            me_in_to: true,
            ..Context::default()
        };
        let reason = verdict(facts.traits, &context).err();
        let flagged = reason.is_some_and(|reason| !matches!(reason, Noise::List | Noise::Bulk));
        let column = reason.map_or("counts".to_owned(), |reason| format!("{reason:?}"));
        *self.counts.entry((truth, column)).or_default() += 1;
        if flagged != (truth == Truth::Machine) {
            self.wrong.push(format!("{truth:?} {name}: {} {reason:?}", facts.subject));
        }
    }

    fn total(&self, truth: Truth) -> usize {
        self.counts.iter().filter(|((is, _), _)| *is == truth).map(|(_, count)| count).sum()
    }

    fn wrong(&self, truth: Truth) -> usize {
        self.wrong.iter().filter(|line| line.starts_with(&format!("{truth:?}"))).count()
    }

    fn print(&self) {
        for ((truth, verdict), count) in &self.counts {
            eprintln!("{truth:?}  {verdict:14} {count:6}");
        }
        for line in self.wrong.iter().take(40) {
            eprintln!("  wrong: {line}");
        }
    }
}

fn add_odd(corpus: &Path, confusion: &mut Confusion) {
    let index = fs::read(corpus.join("odd/INDEX.tsv")).unwrap();
    for line in String::from_utf8_lossy(&index).lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let (path, kind) = (cells[0], cells[3]);
        let set = path.split('/').next().unwrap_or_default();
        let truth = match kind {
            _ if NOT_BOUNCES.contains(&path) => continue,
            "dsn" | "bounce" | "auto-reply" => Truth::Machine,
            "message" | "reply" if PEOPLE.contains(&set) => Truth::Human,
            _ => continue,
        };
        let Ok(facts) = mail::facts(&fs::read(corpus.join("odd").join(path)).unwrap()) else {
            continue;
        };
        confusion.add(truth, path, &facts);
    }
}

fn add_enron(folder: &Path, confusion: &mut Confusion) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            add_enron(&path, confusion);
            continue;
        }
        let Ok(facts) = mail::facts(&fs::read(&path).unwrap()) else { continue };
        let author = facts.author.as_ref().map_or("", |author| author.address.as_str());
        let person = author.strip_suffix("@enron.com").is_some_and(|local| local.contains('.'));
        let name = path.display().to_string();
        if facts.subject.starts_with(NOTICE) {
            confusion.add(Truth::Machine, &name, &facts);
        } else if person && !EXCHANGE.contains(&author) {
            confusion.add(Truth::Human, &name, &facts);
        }
    }
}

fn add_conversations(mbox: &Path, confusion: &mut Confusion) {
    let facts: Vec<Facts> = messages(mbox).iter().filter_map(|raw| mail::facts(raw).ok()).collect();
    let ids: HashSet<i64> = facts.iter().filter_map(|facts| facts.id_hash).collect();
    let answered: HashSet<i64> = facts.iter().filter_map(|facts| facts.parent).collect();
    for facts in &facts {
        let answers = facts.parent.is_some_and(|parent| ids.contains(&parent));
        if answers || facts.id_hash.is_some_and(|id| answered.contains(&id)) {
            confusion.add(Truth::Human, &mbox.display().to_string(), facts);
        }
    }
}

#[test]
fn machines_are_told_from_people() {
    let Some(corpus) = folder() else { return };
    let mut confusion = Confusion::default();
    add_odd(&corpus, &mut confusion);
    for owner in fs::read_dir(corpus.join("enron")).unwrap() {
        let owner = owner.unwrap().path();
        if owner.is_dir() {
            add_enron(&owner, &mut confusion);
        }
    }
    for list in corpus::names(&corpus.join("lists"), ".mbox") {
        add_conversations(&corpus.join("lists").join(list), &mut confusion);
    }
    for owner in corpus::owners::names(&corpus) {
        add_conversations(&corpus.join("owners").join(owner).join("INBOX.mbox"), &mut confusion);
    }
    confusion.print();
    let share = |truth| confusion.wrong(truth) as f64 / confusion.total(truth) as f64;
    assert!(confusion.total(Truth::Machine) > 200 && confusion.total(Truth::Human) > 5000);
    assert!(share(Truth::Machine) <= 0.01, "{} missed", confusion.wrong(Truth::Machine));
    assert!(share(Truth::Human) <= 0.002, "{} dropped", confusion.wrong(Truth::Human));
}

/// How many addresses a real bounce shows to be dead; `None`: it doesn't say to whom it couldn't
/// deliver. What an IMAP server is asked for of its text is all that is read.
#[test]
fn real_bounces_say_whom_they_are_about() {
    let Some(folder) = folder() else { return };
    for (name, expect) in [
        ("chatmail-core/gmail_ndn.eml", Some(1)),
        ("chatmail-core/posteo_ndn.eml", Some(1)),
        ("chatmail-core/testrun_ndn.eml", Some(1)),
        ("chatmail-core/testrun_ndn_2.eml", Some(1)),
        ("chatmail-core/tiscali_ndn.eml", Some(1)),
        ("flanker/bounce/gmail-invalid-address.eml", Some(1)),
        ("flanker/bounce/gmail-no-dns.eml", Some(1)),
        ("flanker/bounce/zed.eml", Some(1)),
        ("chatmail-core/ndn_with_attachment.eml", Some(0)),
        ("chatmail-core/dsn_relayed.eml", Some(0)),
        ("flanker/bounce/mailbox-full.eml", Some(0)),
        ("flanker/bounce/no-mx.eml", Some(0)),
        ("flanker/bounce/office365.eml", None),
        ("chatmail-core/gmx_ndn.eml", None),
    ] {
        let mail = fs::read(folder.join("odd").join(name)).unwrap();
        let end = mail.windows(2).position(|it| it == b"\n\n").map(|at| at + 2);
        let end =
            end.or(mail.windows(4).position(|it| it == b"\r\n\r\n").map(|at| at + 4)).unwrap();
        let (header, body) = mail.split_at(end);
        let mut facts = mail::facts(header).unwrap();
        let start = body.get(..mail::TEXT_START).unwrap_or(body);
        mail::read_text(&mut facts, header, start, mail::Owner::default());
        assert_eq!(facts.dead_addresses.map(|it| it.len()), expect, "{name}");
    }
}
