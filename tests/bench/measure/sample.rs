//! Answered turns drawn for a reader: who, when, under which subject, and what both wrote.

use std::collections::HashMap;
use std::fmt::Write;

use requite::domain::model::{Moment, TouchId};

use crate::support::corpus::{Mail, Mailbox, Measured};

/// So many characters of each message are shown.
const EXCERPT: usize = 1200;

/// Every answered turn, told.
#[derive(Default)]
pub struct Sample {
    turns: Vec<(u64, String)>,
}

impl Sample {
    pub fn add(&mut self, mailbox: &Mailbox, measured: &Measured) {
        let id = |mail: &Mail| mail.facts.message_id.clone().unwrap_or_default();
        let mail: HashMap<String, &Mail> =
            mailbox.mail.iter().map(|mail| (id(mail), mail)).collect();
        for addresses in &mailbox.people {
            for turn in &measured.people[&addresses[0]] {
                let Some(answer) = turn.answer else { continue };
                let (side, link) = (turn.side.name(), answer.link.name());
                let hours = answer.at.hours_since(turn.start);
                let mut text = format!(
                    "{}, {side} turn with {}, {link} after {hours:.1} h\n",
                    mailbox.name, addresses[0]
                );
                let start = measured.id(turn.id.touch);
                let mut shown = |label: &str, id: &str| {
                    let told = mail.get(id).map(|mail| told(mail)).unwrap_or_default();
                    write!(text, "--- {label}\n{told}\n").unwrap();
                };
                shown("TURN", start);
                shown("ANSWER", measured.id(answer.touch));
                self.turns.push((draw(start, answer.touch, turn.start), text));
            }
        }
    }

    /// That many of them, drawn at random but always the same.
    pub fn text(mut self, count: usize) -> String {
        self.turns.sort();
        let all = self.turns.len();
        let mut text = format!("{count} of {all} answered turns\n");
        for (number, (_, turn)) in self.turns.into_iter().take(count).enumerate() {
            write!(text, "\n======== {} {turn}", number + 1).unwrap();
        }
        text
    }
}

/// A number that has nothing to do with what the turn is about (FNV-1a).
fn draw(start: &str, answer: TouchId, at: Moment) -> u64 {
    let key = format!("{start} {answer} {at}");
    key.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn told(mail: &Mail) -> String {
    let facts = &mail.facts;
    let list = |mailboxes: &[requite::domain::message::facts::Mailbox]| {
        mailboxes.iter().map(|mailbox| mailbox.address.as_str()).collect::<Vec<_>>().join(" ")
    };
    let body = mail.body();
    let body: String = body.trim().chars().take(EXCERPT).collect();
    let author = facts.author.as_ref().map_or("?", |author| &author.address);
    let date = facts.date.unwrap_or(Moment(0));
    format!(
        "{date}  {author} to {} cc {}\nSubject: {}\n\n{body}\n",
        list(&facts.to),
        list(&facts.cc),
        facts.subject
    )
}
