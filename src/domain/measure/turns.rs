//! The touches between me and one contact → turns and their answers.
//!
//! A pure function of the set of touches and of what the user said about them: the order of
//! arrival doesn't matter, and the same touches always give the same turns. One chronological
//! pass keeps, per conversation and side, the turn that is running.

use super::need::said::Model;
use super::need::{Features, Likelihood, PERHAPS};
use crate::domain::model::{Channel, ContactId, Moment, Side, TouchId, TurnId};
use crate::domain::policy::EXPIRY_H;

use order::{Ordered, in_order};

#[cfg(test)]
mod example;
mod join;
mod order;
mod pass;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Author {
    Me,
    Them,
    /// Somebody else to whom the contact's mail was also addressed.
    Other,
}

/// One human message, call or meeting between me and the contact.
#[derive(Debug, Clone)]
pub struct Touch {
    pub id: TouchId,
    pub author: Author,
    pub at: Moment,
    pub channel: Channel,
    /// The reference thread, conversation or call that it belongs to.
    pub thread: i64,
    /// Hash of the base subject; 0 when empty. `None` where subjects join nothing (calls).
    pub subject: Option<i64>,
    /// Its own Message-ID, and those it refers to, as hashes.
    pub own_id: Option<i64>,
    pub parent: Option<i64>,
    pub references: Vec<i64>,
    /// The other side stands in To, so that it may start a turn.
    pub asks: bool,
    /// The other side is among the recipients at all.
    pub addressed: bool,
    pub forward: bool,
    /// Nothing but a list says who wrote it: it answers what it replies to, and nothing else.
    pub by_lists_word: bool,
    /// An emoji reaction: acknowledges, says nothing.
    pub reaction: bool,
    /// A conversation in which both sides spoke: a meeting or a call that was picked up.
    pub spoken: bool,
    /// A copy carries `\Answered`.
    pub marked_answered: bool,
    /// Every copy is expunged or in the trash.
    pub discarded: bool,
    /// It takes back what its side asked before.
    pub retracts: bool,
    /// What says whether it asks for an answer.
    pub features: Features,
}

/// How a touch was found to answer a turn, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    Reply,
    Thread,
    Subject,
    OpenTurn,
    Manual,
}

impl Link {
    pub const ALL: [Link; 5] =
        [Link::Reply, Link::Thread, Link::Subject, Link::OpenTurn, Link::Manual];

    pub fn name(self) -> &'static str {
        match self {
            Link::Reply => "reply",
            Link::Thread => "thread",
            Link::Subject => "subject",
            Link::OpenTurn => "open_turn",
            Link::Manual => "manual",
        }
    }

    /// How sure it is, 0…1.
    pub fn confidence(self) -> f64 {
        match self {
            Link::Reply => 1.0,
            Link::Thread => 0.95,
            Link::Subject | Link::OpenTurn | Link::Manual => 0.8,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer {
    pub at: Moment,
    pub touch: TouchId,
    pub link: Link,
}

/// Why a turn without an answer needs none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    AskedNothing,
    SaidDone,
    Discarded,
    MarkedAnswered,
    Acknowledged,
    AnsweredByAnother,
    /// The answer precedes the question by more than a clock may run ahead.
    Mistimed,
    /// A later touch of the same side took it back.
    TakenBack,
}

impl Closed {
    pub const ALL: [Closed; 8] = [
        Closed::AskedNothing,
        Closed::SaidDone,
        Closed::Discarded,
        Closed::MarkedAnswered,
        Closed::Acknowledged,
        Closed::AnsweredByAnother,
        Closed::Mistimed,
        Closed::TakenBack,
    ];

    pub fn text(self) -> &'static str {
        match self {
            Closed::AskedNothing => "asked for no answer",
            Closed::SaidDone => "you said it is done",
            Closed::Discarded => "every copy is deleted",
            Closed::MarkedAnswered => "your mail program marked it as answered",
            Closed::Acknowledged => "acknowledged with a reaction",
            Closed::AnsweredByAnother => "another recipient answered",
            Closed::Mistimed => "answered, by a clock that is wrong",
            Closed::TakenBack => "taken back later",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Answered,
    Closed,
    Expired,
    Open,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Status::Answered => "answered",
            Status::Closed => "closed",
            Status::Expired => "expired",
            Status::Open => "open",
        }
    }
}

/// One message of a turn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Asked {
    pub at: Moment,
    pub touch: TouchId,
    pub features: Features,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    pub id: TurnId,
    pub side: Side,
    pub channel: Channel,
    pub start: Moment,
    /// Oldest first; the first is the start.
    pub touches: Vec<TouchId>,
    /// Its messages, oldest first; a copy under another Message-ID isn't another.
    pub asks: Vec<Asked>,
    /// The user said that it asks for an answer.
    pub wanted: bool,
    /// d, the probability that an answer is owed: the largest of its messages'.
    pub needs_reply: f64,
    /// It holds the first human touch of its conversation.
    pub opens_thread: bool,
    pub answer: Option<Answer>,
    pub closed: Option<Closed>,
}

impl Turn {
    /// Judges what it asks. That decides whether it counts, never which touch answers which.
    pub fn judge(&mut self, model: &Model) {
        let (side, contact) = (self.side, self.id.contact);
        let d = |asked: &Asked| model.d(side, contact, asked.features);
        let most = self.asks.iter().map(d).fold(0.0, f64::max);
        self.needs_reply = if self.wanted { 1.0 } else { most };
        if self.closed.is_none_or(|why| why == Closed::AskedNothing) {
            let asked_nothing = self.needs_reply < PERHAPS && self.answer.is_none();
            self.closed = asked_nothing.then_some(Closed::AskedNothing);
        }
    }

    /// The message of it that most likely asks for an answer.
    pub fn strongest(&self, model: &Model) -> Option<&Asked> {
        let d = |asked: &&Asked| model.d(self.side, self.id.contact, asked.features);
        self.asks.iter().max_by(|a, b| d(a).total_cmp(&d(b)))
    }

    pub fn likelihood(&self) -> Likelihood {
        Likelihood::of(self.needs_reply)
    }

    /// Whether it is in the figures. That depends on what it asks alone, never on whether or when
    /// it was answered: one that asks nothing is neither a promise kept nor one broken.
    pub fn counts(&self, now: Moment) -> bool {
        self.needs_reply >= PERHAPS && self.status(now) != Status::Closed
    }

    pub fn status(&self, now: Moment) -> Status {
        if self.answer.is_some_and(|answer| answer.at <= now) {
            Status::Answered
        } else if self.closed.is_some() {
            Status::Closed
        } else if now.hours_since(self.start) >= EXPIRY_H {
            Status::Expired
        } else {
            Status::Open
        }
    }

    /// Wall hours to the answer, or of silence so far, censored at 30 days.
    pub fn hours(&self, now: Moment) -> f64 {
        match self.answer.filter(|answer| answer.at <= now) {
            Some(answer) => answer.at.hours_since(self.start),
            None => now.hours_since(self.start).min(EXPIRY_H),
        }
    }
}

/// What the user said of the turn that holds a touch; the latest word holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    pub touch: TouchId,
    pub at: Moment,
    /// It asks for an answer; else it is done.
    pub due: bool,
}

/// The turns of one contact, oldest first, judged by the model that is shipped.
pub fn turns(contact: ContactId, touches: Vec<Touch>, said: &[Said]) -> Vec<Turn> {
    let Ordered { mut touches, mistimed } = in_order(touches);
    join::copies(&mut touches);
    join::series(&mut touches);
    let conversations = join::by_subject(&touches);
    let mut pass = pass::Pass::new(contact, said, mistimed);
    for (touch, conversation) in touches.iter().zip(conversations) {
        pass.take(touch, conversation);
    }
    pass.finish()
}

#[cfg(test)]
mod tests;
