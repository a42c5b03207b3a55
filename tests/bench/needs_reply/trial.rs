//! One mailbox, foretold day by day: first tested, then learned from.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use requite::domain::correspondence;
use requite::domain::facts::Facts;
use requite::domain::model::{DAY, Moment, Side, TouchId};
use requite::domain::need::learn::{self, HORIZON};
use requite::domain::need::samples::{Sample, Samples};
use requite::domain::need::{Features, Model, needs_reply};
use requite::domain::policy::TimeBasis;
use requite::domain::turns::{Asked, Turn, turns};
use requite::mail;
use requite::store::{Arrival, IdentityKind, ImportRun, NewCard, Store};

/// A message to me, with the chance of an answer as each model saw it on the day.
pub struct Foretold {
    pub answered: bool,
    pub base_rate: f64,
    pub sole_to: f64,
    pub history: f64,
    pub by_hand: f64,
    pub learned: f64,
}

pub struct Trial {
    questions: Vec<Question>,
    turns: Vec<Turn>,
    places: HashMap<TouchId, Place>,
}

/// A message whose outcome is known.
struct Question {
    place: Place,
    features: Features,
    answered: bool,
    known_at: Moment,
}

#[derive(Clone, Copy)]
struct Place {
    at: Moment,
    thread: i64,
}

impl Trial {
    pub fn of(mine: &[String], raw: &[Vec<u8>], text: bool) -> Trial {
        let names = names(mine, raw);
        let mut arrivals = Vec::new();
        for (uid, raw) in raw.iter().enumerate() {
            let Ok(mut facts) = mail::facts(raw) else { continue };
            if text {
                let (header, body) = raw.split_at(end_of_header(raw));
                let start = &body[..body.len().min(mail::BODY_START)];
                mail::read_text(&mut facts, header, start, &names);
            }
            arrivals.push(Arrival {
                uid: uid as u64 + 1,
                answered: false,
                deleted: false,
                draft: false,
                internal: facts.date,
                facts,
            });
        }
        let store = stored(mine, &arrivals);
        let mut trial = Trial { questions: Vec::new(), turns: Vec::new(), places: HashMap::new() };
        for row in store.contacts().unwrap() {
            let letters = store.letters(row.id).unwrap();
            let end = Moment(i64::MAX);
            let read = correspondence::read(&letters, &[], TimeBasis::Date, end);
            for touch in &read.touches {
                trial.places.insert(touch.id, Place { at: touch.at, thread: touch.thread });
            }
            trial.turns.extend(turns(row.id, read.touches, &[]));
        }
        trial.turns.retain(|turn| turn.side == Side::Theirs);
        trial.questions = questions(&trial, &Answers::of(mine, &arrivals), &store, &arrivals);
        trial
    }

    /// Each question by what was known before its day.
    pub fn foretell(&self) -> Vec<Foretold> {
        let mut foretold = Vec::new();
        let by_hand = Model::BY_HAND.theirs;
        for day in self.questions.chunk_by(|a, b| a.place.at.0 / DAY == b.place.at.0 / DAY) {
            let Some(first) = day.first() else { continue };
            let morning = Moment(first.place.at.0 / DAY * DAY);
            let threads: HashSet<i64> = day.iter().map(|one| one.place.thread).collect();
            let known: Vec<&Question> = self
                .questions
                .iter()
                .take_while(|one| one.place.at < morning)
                .filter(|one| one.known_at < morning)
                .collect();
            let learned = learn::fit(&self.lessons(morning, &threads), &by_hand);
            foretold.extend(day.iter().map(|one| Foretold {
                answered: one.answered,
                base_rate: share(known.iter().copied()),
                sole_to: share(
                    known.iter().copied().filter(|k| k.features.sole_to == one.features.sole_to),
                ),
                history: logistic(one.features.hist_logit),
                by_hand: learn::answered(needs_reply(&by_hand, &one.features)),
                learned: learn::answered(needs_reply(&learned, &one.features)),
            }));
        }
        foretold
    }

    fn lessons(&self, now: Moment, without: &HashSet<i64>) -> Samples {
        let mut lessons = Samples::default();
        for turn in self.turns.iter().filter(|turn| turn.start < now) {
            for (touch, asked) in turn.touches.iter().zip(&turn.asks) {
                let Some((answered, weight)) = learn::lesson(turn, asked, false, now) else {
                    continue;
                };
                if asked.at < now && !without.contains(&self.places[touch].thread) {
                    lessons.push(Sample { features: asked.features, answered, weight });
                }
            }
        }
        lessons
    }
}

/// With one answered in three before anything is known.
fn share<'a>(known: impl Iterator<Item = &'a Question>) -> f64 {
    let (mut answered, mut all) = (1.0, 3.0);
    for one in known {
        answered += f64::from(one.answered);
        all += 1.0;
    }
    answered / all
}

fn logistic(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// Where the body begins.
fn end_of_header(raw: &[u8]) -> usize {
    let blank = |separator: &[u8]| {
        let at = raw.windows(separator.len()).position(|window| window == separator);
        at.map(|at| at + separator.len())
    };
    [blank(b"\n\n"), blank(b"\r\n\r\n")].into_iter().flatten().min().unwrap_or(raw.len())
}

/// The names under which I write.
fn names(mine: &[String], raw: &[Vec<u8>]) -> Vec<String> {
    let authors = raw.iter().filter_map(|raw| mail::facts(raw).ok()?.author);
    let own = authors.filter(|author| mine.contains(&author.address));
    own.filter_map(|author| author.name).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Everybody who writes to me is a contact.
fn stored(mine: &[String], arrivals: &[Arrival]) -> Store {
    let store = Store::in_memory().unwrap();
    store.set_accounts(&[("box".to_owned(), "maildir")]).unwrap();
    store.set_mine(mine).unwrap();
    store.set_folders("box", &[("INBOX".to_owned(), "inbox")]).unwrap();
    let folder = store.folder("box", "INBOX").unwrap().unwrap().id;
    let to_me = |facts: &Facts| facts.to.iter().any(|mailbox| mine.contains(&mailbox.address));
    let people: BTreeSet<&str> = arrivals
        .iter()
        .filter(|arrival| to_me(&arrival.facts))
        .filter_map(|arrival| arrival.facts.author.as_ref())
        .map(|author| author.address.as_str())
        .filter(|address| !mine.iter().any(|own| own == address) && !is_robot(address))
        .collect();
    let mut run = ImportRun::default();
    for address in people {
        let card = NewCard {
            name: address.to_owned(),
            identities: vec![(IdentityKind::Email, address.to_owned())],
            ..NewCard::default()
        };
        store.import_card(&card, Moment(0), &mut run).unwrap();
    }
    store
        .transaction(|store| {
            arrivals.iter().try_for_each(|arrival| store.add_copy(folder, 1, arrival, true))
        })
        .unwrap();
    store
}

/// Nobody keeps a program among their contacts.
fn is_robot(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or_default();
    ["bot", "robot", "patchwork", "lkp", "noreply", "no-reply", "daemon"]
        .iter()
        .any(|mark| local.contains(mark))
}

/// What I wrote, by what it answers: reply headers where I write any, else subject and recipient.
enum Answers {
    ByHeader(HashMap<i64, Vec<Moment>>),
    BySubject(HashMap<(i64, String), Vec<Moment>>),
}

impl Answers {
    fn of(mine: &[String], arrivals: &[Arrival]) -> Answers {
        let is_mine =
            |facts: &&Facts| facts.author.as_ref().is_some_and(|it| mine.contains(&it.address));
        let own = || arrivals.iter().map(|arrival| &arrival.facts).filter(is_mine);
        let mut by_header: HashMap<i64, Vec<Moment>> = HashMap::new();
        let mut by_subject: HashMap<(i64, String), Vec<Moment>> = HashMap::new();
        for facts in own() {
            let Some(at) = facts.date else { continue };
            if let Some(parent) = facts.parent {
                by_header.entry(parent).or_default().push(at);
            }
            for recipient in facts.to.iter().chain(&facts.cc) {
                let key = (facts.base_subject, recipient.address.clone());
                by_subject.entry(key).or_default().push(at);
            }
        }
        if by_header.is_empty() {
            Answers::BySubject(by_subject)
        } else {
            Answers::ByHeader(by_header)
        }
    }

    /// My first answer within the horizon.
    fn to(&self, facts: &Facts, at: Moment) -> Option<Moment> {
        let answers = match self {
            Answers::ByHeader(answers) => answers.get(&facts.id_hash?)?,
            Answers::BySubject(answers) => {
                let author = facts.author.as_ref()?.address.clone();
                answers.get(&(facts.base_subject, author))?
            }
        };
        answers.iter().copied().filter(|answer| (at..=at + HORIZON).contains(answer)).min()
    }
}

fn questions(
    trial: &Trial,
    answers: &Answers,
    store: &Store,
    arrivals: &[Arrival],
) -> Vec<Question> {
    let by_id: BTreeMap<&str, &Facts> = arrivals
        .iter()
        .filter_map(|arrival| Some((arrival.facts.message_id.as_deref()?, &arrival.facts)))
        .collect();
    let end = arrivals.iter().filter_map(|arrival| arrival.facts.date).max().unwrap_or_default();
    let mut questions = Vec::new();
    for turn in &trial.turns {
        for (touch, Asked { features, .. }) in turn.touches.iter().zip(&turn.asks) {
            let TouchId::Message(id) = *touch else { continue };
            let place = trial.places[touch];
            let message_id = store.headline(id).unwrap().1.unwrap_or_default();
            let Some(facts) = by_id.get(message_id.as_str()) else { continue };
            let answer = answers.to(facts, place.at);
            let known_at = answer.unwrap_or(place.at + HORIZON);
            if features.cc_only == 0.0 && known_at <= end {
                questions.push(Question {
                    place,
                    features: *features,
                    answered: answer.is_some(),
                    known_at,
                });
            }
        }
    }
    questions.sort_by_key(|one| (one.place.at, one.place.thread));
    questions
}
