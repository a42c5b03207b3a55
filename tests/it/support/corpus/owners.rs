//! Mailboxes of participants of public lists, with real reply headers.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use requite::domain::model::Side;
use requite::mail;

use super::{Mail, Mailbox, Pair, document, known, table};

/// Whose mailboxes there are.
pub fn names(corpus: &Path) -> Vec<String> {
    super::names(&corpus.join("owners"), "")
}

pub fn mailbox(corpus: &Path, owner: &str) -> Mailbox {
    let mut mail = Vec::new();
    for folder in ["INBOX", "Sent"] {
        for raw in super::messages(&corpus.join(format!("owners/{owner}/{folder}.mbox"))) {
            let facts = mail::facts(&raw).unwrap();
            let copies = facts.message_id.clone().unwrap();
            mail.push(Mail { folder, raw, facts, copies });
        }
    }
    let all = pairs(corpus, owner);
    let pairs = asked_first(&all, owner, &mail);
    let contacts: BTreeSet<&String> = pairs.iter().map(|pair| &pair.contact).collect();
    let truth = document(&corpus.join(format!("truth/owners/{owner}.json")));
    Mailbox {
        name: owner.to_owned(),
        mine: vec![owner.to_owned()],
        people: contacts.into_iter().map(|contact| vec![contact.clone()]).collect(),
        mail,
        exchanges: all.into_iter().map(|(_, pair)| (pair.parent, pair.child)).collect(),
        pairs,
        known: known(&truth["owners"][0]["contacts"]),
        tolerance: 0,
    }
}

/// Those that are the first reply to their parent, within 30 days, the parent having the other
/// side in To.
fn asked_first(all: &[(bool, Pair)], owner: &str, mail: &[Mail]) -> Vec<Pair> {
    let by_id: HashMap<&str, &Mail> =
        mail.iter().rev().map(|mail| (mail.copies.as_str(), mail)).collect();
    let asked = |pair: &Pair| {
        let other = if pair.side == Side::Mine { &pair.contact } else { owner };
        by_id[pair.parent.as_str()].is_to(other)
    };
    all.iter()
        .filter(|(first, pair)| *first && (0..=720 * 3600).contains(&pair.latency) && asked(pair))
        .map(|(_, pair)| Pair { asked: true, ..pair.clone() })
        .collect()
}

/// Every reply between the owner and somebody else, and whether it is the first to its parent.
fn pairs(corpus: &Path, owner: &str) -> Vec<(bool, Pair)> {
    table(&corpus.join(format!("truth/owners/{owner}.pairs.tsv")))
        .into_iter()
        .filter(|cells| cells[2] == owner || cells[3] == owner)
        .map(|cells| {
            let mine = cells[2] == owner;
            let pair = Pair {
                latency: cells[1].parse().unwrap(),
                contact: cells[if mine { 3 } else { 2 }].clone(),
                side: if mine { Side::Mine } else { Side::Theirs },
                parent: cells[6].clone(),
                child: cells[7].clone(),
                asked: false,
            };
            (cells[0] == "1", pair)
        })
        .collect()
}
