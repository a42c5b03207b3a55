//! The labels and the mail that they judge → what is known of each message.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use requite::domain::measure::need::{self, Addressing, Features, Message};
use requite::domain::message::cues::{self, People};
use requite::domain::message::facts::{Facts, Mailbox as Party};
use requite::domain::model::Side;
use requite::mail::{self, Owner};

use super::archive;
use super::model::Set;
use crate::support::corpus;

/// Our own copy: Message-IDs and judgements only.
const LABELS: &str = "tests/fixtures/due/labels.tsv";

pub struct Case {
    pub mailbox: String,
    pub side: Side,
    pub id: String,
    /// 1 yes, .5 perhaps, 0 no.
    pub due: f64,
    pub kind: String,
    text: Features,
    header: Features,
}

impl Case {
    pub fn features(&self, set: Set) -> Features {
        match set {
            Set::Text => self.text,
            Set::Header => self.header,
        }
    }

    pub fn shipped(&self, set: Set) -> f64 {
        need::d(self.side, self.features(set))
    }
}

struct Label {
    side: Side,
    due: f64,
    kind: String,
}

/// By mailbox and Message-ID.
type Labels = BTreeMap<String, BTreeMap<String, Label>>;

/// How long it takes to read all texts.
#[derive(Default)]
pub struct Spent {
    /// From bodies as they are.
    pub in_all: Duration,
    /// By the cues, once decoded.
    pub by_cues: Duration,
}

/// The labelled messages that are at hand, and how long their texts take.
pub fn read(labels: Option<&Path>, own: &[(String, PathBuf)]) -> (Vec<Case>, Spent) {
    let labels = parse(labels.unwrap_or(Path::new(LABELS)));
    let (mut cases, mut spent) = (Vec::new(), Spent::default());
    for mailbox in mailboxes(&labels, own) {
        let Some(labels) = labels.get(&mailbox.name) else { continue };
        let names = names(&mailbox);
        let me = Owner { names: &names, addresses: &mailbox.mine };
        let mut seen = HashSet::new();
        for raw in &mailbox.mail {
            let Ok(mut facts) = mail::facts(raw) else { continue };
            let Some(id) = facts.message_id.clone() else { continue };
            let Some(label) = labels.get(&id).filter(|_| seen.insert(id.clone())) else { continue };
            let (header, body) = raw.split_at(end_of_header(raw));
            let begun = Instant::now();
            mail::read_text(&mut facts, header, &body[..body.len().min(mail::BODY_START)], me);
            spent.in_all += begun.elapsed();
            let text = String::from_utf8_lossy(&body[..body.len().min(mail::TEXT_START)]);
            let begun = Instant::now();
            std::hint::black_box(cues::read(&text, &People::default()));
            spent.by_cues += begun.elapsed();
            let (text, header) = features(&facts, label.side, &mailbox.mine);
            let Label { side, due, .. } = *label;
            let (mailbox, kind) = (mailbox.name.clone(), label.kind.clone());
            cases.push(Case { mailbox, side, id, due, kind, text, header });
        }
    }
    (cases, spent)
}

fn parse(path: &Path) -> Labels {
    let text = std::fs::read_to_string(path).unwrap();
    let mut labels = Labels::new();
    for line in text.lines() {
        let [mailbox, side, id, due, kind] = line.split('\t').collect::<Vec<_>>()[..] else {
            continue;
        };
        let due = match due {
            "2" => 1.0,
            "1" => 0.5,
            "0" => 0.0,
            _ => continue,
        };
        let side = if side == "mine" { Side::Mine } else { Side::Theirs };
        let label = Label { side, due, kind: kind.to_owned() };
        labels.entry(mailbox.to_owned()).or_default().insert(id.to_owned(), label);
    }
    labels
}

struct Mailbox {
    name: String,
    mine: Vec<String>,
    mail: Vec<Vec<u8>>,
}

/// Those that are named, else those of the corpus.
fn mailboxes(labels: &Labels, own: &[(String, PathBuf)]) -> Vec<Mailbox> {
    if !own.is_empty() {
        let named = |(me, path): &(String, PathBuf)| {
            let stem = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let known = [me.clone(), stem].into_iter().find(|name| labels.contains_key(name));
            let name = known.unwrap_or_else(|| me.clone());
            Mailbox { name, mine: vec![me.clone()], mail: archive::messages(path) }
        };
        return own.iter().map(named).collect();
    }
    let Some(folder) = corpus::folder() else { return Vec::new() };
    let (owners, users) = (corpus::owners::names(&folder), corpus::enron::names(&folder));
    let wanted = |name: &&String| labels.contains_key(*name);
    let owners = owners.iter().filter(wanted).map(|name| corpus::owners::mailbox(&folder, name));
    let enron = users.iter().filter(wanted).map(|name| corpus::enron::mailbox(&folder, name));
    let raw = |mailbox: corpus::Mailbox| {
        let mail = mailbox.mail.into_iter().map(|mail| mail.raw).collect();
        Mailbox { name: mailbox.name, mine: mailbox.mine, mail }
    };
    owners.chain(enron).map(raw).collect()
}

/// The names under which I write.
fn names(mailbox: &Mailbox) -> Vec<String> {
    let authors = mailbox.mail.iter().filter_map(|raw| mail::facts(raw).ok()?.author);
    let own = authors.filter(|author| mailbox.mine.contains(&author.address));
    own.filter_map(|author| author.name).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Where the body begins.
fn end_of_header(raw: &[u8]) -> usize {
    let blank = |separator: &[u8]| {
        let at = raw.windows(separator.len()).position(|window| window == separator);
        at.map(|at| at + separator.len())
    };
    [blank(b"\n\n"), blank(b"\r\n\r\n")].into_iter().flatten().min().unwrap_or(raw.len())
}

/// With the text and without. A mail of mine is judged for whom it speaks to, else for the first.
fn features(facts: &Facts, side: Side, mine: &[String]) -> (Features, Features) {
    let is_mine = |mailbox: &Party| mine.contains(&mailbox.address);
    let named = facts.cues.map_or(0, |cues| cues.named);
    let place = match side {
        Side::Theirs => facts.to.iter().position(is_mine),
        Side::Mine => (0..facts.to.len().min(16)).find(|place| named >> place & 1 == 1).or(Some(0)),
    };
    let place = place.and_then(|place| u16::try_from(place + 1).ok());
    let copied = facts.cc.iter().any(is_mine).then_some(Addressing::Cc);
    let distinct: BTreeSet<&str> =
        facts.to.iter().chain(&facts.cc).map(|mailbox| mailbox.address.as_str()).collect();
    let message = Message {
        traits: facts.traits,
        cues: facts.cues,
        addressing: place.map(Addressing::To).or(copied),
        to_count: facts.to.len() as u32,
        recipients: distinct.len() as u32,
    };
    (Features::of(&message), Features::of(&Message { cues: None, ..message }))
}
