//! What became of each reply that the truth knows, and what was found beyond it.

use std::collections::{HashMap, HashSet};

use requite::domain::measure::turns::{Link, Turn};
use requite::domain::model::Side;

use super::{Mail, Mailbox, Measured, Pair};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    Found,
    WrongLatency { seconds: i64 },
    Missed(String),
}

pub struct Judged<'a> {
    pub fates: Vec<(&'a Pair, Fate)>,
    /// Answered turns whose exchange the truth doesn't know, by contact.
    pub extra: Vec<(&'a str, &'a Turn)>,
    pub answered: usize,
}

impl Judged<'_> {
    pub fn wrong(&self) -> usize {
        self.fates.iter().filter(|(_, fate)| matches!(fate, Fate::WrongLatency { .. })).count()
    }
}

pub fn judge<'a>(mailbox: &'a Mailbox, measured: &'a Measured) -> Judged<'a> {
    let court = Court::new(mailbox, measured);
    let fates = mailbox.pairs.iter().map(|pair| (pair, court.fate(pair))).collect();
    let known: HashSet<(&str, &str)> = mailbox
        .exchanges
        .iter()
        .map(|(parent, child)| (court.same(parent), court.same(child)))
        .collect();
    let mut answered = 0;
    let mut extra = Vec::new();
    for addresses in &mailbox.people {
        for turn in &measured.people[&addresses[0]] {
            let Some(answer) = turn.answer else { continue };
            answered += 1;
            let child = court.same(measured.id(answer.touch));
            let parents = turn.touches.iter().map(|touch| court.same(measured.id(*touch)));
            if !parents.into_iter().any(|parent| known.contains(&(parent, child))) {
                extra.push((addresses[0].as_str(), turn));
            }
        }
    }
    Judged { fates, extra, answered }
}

struct Court<'a> {
    measured: &'a Measured,
    mail: HashMap<&'a str, &'a Mail>,
    tolerance: i64,
    /// The name under which a contact's address was entered.
    name_of: HashMap<&'a str, &'a str>,
    mine: &'a [String],
}

impl<'a> Court<'a> {
    fn new(mailbox: &'a Mailbox, measured: &'a Measured) -> Self {
        let id = |mail: &'a Mail| mail.facts.message_id.as_deref().unwrap_or_default();
        let addresses = mailbox.people.iter().flat_map(|addresses| {
            addresses.iter().map(|address| (address.as_str(), addresses[0].as_str()))
        });
        Court {
            measured,
            mail: mailbox.mail.iter().rev().map(|mail| (id(mail), mail)).collect(),
            tolerance: mailbox.tolerance,
            name_of: addresses.collect(),
            mine: &mailbox.mine,
        }
    }

    /// What all copies of a message have in common.
    fn same(&self, id: &'a str) -> &'a str {
        self.mail.get(id).map_or(id, |mail| mail.copies.as_str())
    }

    fn fate(&self, pair: &'a Pair) -> Fate {
        let (parent, child) = (self.same(&pair.parent), self.same(&pair.child));
        let name = self.name_of[pair.contact.as_str()];
        let turns = &self.measured.people[name];
        let holds = |turn: &&Turn, wanted: &str| {
            turn.touches.iter().any(|touch| self.same(self.measured.id(*touch)) == wanted)
        };
        let Some(turn) = turns.iter().find(|turn| holds(turn, parent)) else {
            return Fate::Missed(self.uncounted("the parent", name, pair, &pair.parent));
        };
        if turn.side != pair.side {
            return Fate::Missed("the parent is taken for the other side's".into());
        }
        let Some(answer) = turn.answer else {
            let side = pair.side.other();
            let counted = turns.iter().any(|turn| turn.side == side && holds(&turn, child))
                || turns.iter().any(|turn| {
                    turn.answer
                        .is_some_and(|answer| self.same(self.measured.id(answer.touch)) == child)
                });
            return Fate::Missed(if let Some(closed) = turn.closed {
                format!("closed: {}", closed.text())
            } else if counted {
                "the reply stands in another conversation".into()
            } else {
                self.uncounted("the reply", name, pair, &pair.child)
            });
        };
        let sent = self.mail.get(pair.child.as_str()).and_then(|mail| mail.facts.date);
        let by = self.same(self.measured.id(answer.touch));
        if by != child && sent.is_some_and(|sent| answer.at.0 > sent.0 + self.tolerance) {
            return Fate::Missed(format!("answered later ({})", Link::name(answer.link)));
        }
        let exact = self.same(self.measured.id(turn.id.touch)) == parent && by == child;
        let seconds = answer.at.0 - turn.start.0;
        if exact && (seconds - pair.latency).abs() > self.tolerance {
            return Fate::WrongLatency { seconds };
        }
        Fate::Found
    }

    /// Why a message of the pair stands in no turn.
    fn uncounted(&self, which: &str, name: &str, pair: &Pair, id: &str) -> String {
        let key = (name.to_owned(), id.to_owned());
        if let Some(why) = self.measured.left_out.get(&key) {
            return format!("{which} doesn't count: {why}");
        }
        let Some(mail) = self.mail.get(id) else {
            return format!("{which} can't be read");
        };
        let address = |mailbox: &requite::domain::message::facts::Mailbox| mailbox.address.clone();
        let to: Vec<String> = mail.facts.to.iter().map(address).collect();
        let cc: Vec<String> = mail.facts.cc.iter().map(address).collect();
        let theirs = |address: &String| self.name_of.get(address.as_str()) == Some(&name);
        let mine = |address: &String| self.mine.contains(address);
        let asks_me = (which == "the parent") == (pair.side == Side::Theirs);
        let in_list = |list: &[String]| {
            if asks_me { list.iter().any(mine) } else { list.iter().any(theirs) }
        };
        if in_list(&to) {
            format!("{which} stands in no turn")
        } else if in_list(&cc) {
            format!("{which} has the other side in Cc only")
        } else {
            format!("{which} doesn't name the other side")
        }
    }
}
