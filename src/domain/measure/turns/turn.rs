//! A turn, how it was answered or closed, and what it asks.
//!
//! Says what follows from one turn at one time; how turns come about, the pass over touches says.

use crate::domain::measure::need::model::Model;
use crate::domain::measure::need::{self, Features, Likelihood, PERHAPS};
use crate::domain::model::{Channel, Moment, Side, TouchId, TurnId};
use crate::domain::policy::EXPIRY_H;

/// How a touch was found to answer a turn, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// It says itself what it replies to.
    Reply,
    /// It stands in the same thread of references.
    Thread,
    /// It bears the same subject.
    Subject,
    /// It is the next that was written, or said.
    OpenTurn,
    /// The user entered it as one.
    Manual,
}

impl Link {
    /// Strongest first.
    pub const ALL: [Link; 5] =
        [Link::Reply, Link::Thread, Link::Subject, Link::OpenTurn, Link::Manual];

    /// As JSON, the command line and the database spell it.
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

/// What ended a turn's waiting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer {
    /// When.
    pub at: Moment,
    /// By which touch.
    pub touch: TouchId,
    /// How that is known.
    pub link: Link,
}

/// Why a turn without an answer needs none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// Nobody would expect an answer.
    AskedNothing,
    /// The user said so.
    SaidDone,
    /// Every copy is deleted.
    Discarded,
    /// A mail program noted that it was answered.
    MarkedAnswered,
    /// With a reaction.
    Acknowledged,
    /// By somebody else to whom it was addressed.
    AnsweredByAnother,
    /// The answer precedes the question by more than a clock may run ahead.
    Mistimed,
    /// A later touch of the same side took it back.
    TakenBack,
    /// A mail system returned it.
    CameBack,
}

impl Closed {
    /// In the order of the numbers under which they are stored.
    pub const ALL: [Closed; 9] = [
        Closed::AskedNothing,
        Closed::SaidDone,
        Closed::Discarded,
        Closed::MarkedAnswered,
        Closed::Acknowledged,
        Closed::AnsweredByAnother,
        Closed::Mistimed,
        Closed::TakenBack,
        Closed::CameBack,
    ];

    /// For the user.
    pub fn text(self) -> &'static str {
        match self {
            Closed::AskedNothing => "didn't ask for an answer",
            Closed::SaidDone => "you marked it as done",
            Closed::Discarded => "every copy is deleted",
            Closed::MarkedAnswered => "your mail program marked it as answered",
            Closed::Acknowledged => "acknowledged with a reaction",
            Closed::AnsweredByAnother => "another recipient answered",
            Closed::Mistimed => "answered, by a clock that is wrong",
            Closed::TakenBack => "taken back later",
            Closed::CameBack => "bounced: it reached nobody",
        }
    }
}

/// How far a turn is at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It has an answer.
    Answered,
    /// It needs none.
    Closed,
    /// Thirty days have passed without one.
    Expired,
    /// It waits.
    Open,
}

impl Status {
    /// As JSON, the command line and the database spell it.
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
    /// When it was sent.
    pub at: Moment,
    /// Which it is.
    pub touch: TouchId,
    /// What says whether it asks for an answer.
    pub features: Features,
    /// Every copy is expunged or in the trash.
    pub discarded: bool,
    /// A copy carries `\Answered`.
    pub marked_answered: bool,
}

/// What the user said of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It asks for an answer.
    Due,
    /// It is done.
    Done,
}

/// What ended a turn that wasn't answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at: Moment,
    /// How.
    pub how: Closed,
}

/// A turn as the touches alone make it, and as it is kept: what it asks for, the model of the day
/// has yet to say.
#[derive(Debug, Clone, PartialEq)]
pub struct UnjudgedTurn {
    /// What commands name it by.
    pub id: TurnId,
    /// Whose turn it is: who wrote and waits.
    pub side: Side,
    /// Of its first touch.
    pub channel: Channel,
    /// When its first touch was.
    pub start: Moment,
    /// Oldest first; the first is the start.
    pub touches: Vec<TouchId>,
    /// Its messages, oldest first; a copy under another Message-ID isn't another.
    pub asks: Vec<Asked>,
    /// What the user said of it last.
    pub said: Option<Said>,
    /// It holds the first human touch of its conversation.
    pub opens_thread: bool,
    /// `None`: there was none up to now.
    pub answer: Option<Answer>,
    /// What happened to it instead of an answer.
    pub ended: Option<Ended>,
}

impl UnjudgedTurn {
    /// Why it needs no answer, whatever it asks for.
    pub fn closed(&self) -> Option<Closed> {
        let ended = self.ended.map(|ended| ended.how);
        match self.said {
            Some(Said::Due) => ended.filter(|how| *how == Closed::Mistimed),
            _ if self.answer.is_some() => ended,
            Some(Said::Done) => Some(Closed::SaidDone),
            None if self.asks.iter().all(|asked| asked.discarded) => Some(Closed::Discarded),
            None if self.is_marked_answered() => Some(Closed::MarkedAnswered),
            None => ended,
        }
    }

    fn is_marked_answered(&self) -> bool {
        self.side == Side::Theirs && self.asks.iter().any(|asked| asked.marked_answered)
    }

    /// What was known of it at `then`, unless that has been learned otherwise since; `None` where
    /// it hadn't begun.
    #[must_use]
    pub fn as_of(mut self, then: Moment) -> Option<UnjudgedTurn> {
        if self.start > then {
            return None;
        }
        self.answer = self.answer.filter(|answer| answer.at <= then);
        self.ended = self.ended.filter(|ended| ended.at <= then);
        let known = self.asks.partition_point(|asked| asked.at <= then);
        if let Some(later) = self.asks.get(known) {
            // Copies stand beside what they are copies of.
            let known = self.touches.iter().position(|touch| *touch == later.touch);
            self.touches.truncate(known.unwrap_or(self.touches.len()));
        }
        self.asks.truncate(known);
        Some(self)
    }

    /// The message of it that most likely asks for an answer, as the shipped model has it.
    pub fn strongest(&self) -> Option<&Asked> {
        strongest(&self.asks, |asked| need::d(self.side, asked.features))
    }

    /// Whether it is mine and requests something.
    pub fn requests(&self) -> bool {
        let requests = |asked: &Asked| asked.features.intersects(Features::REQUESTING);
        self.side == Side::Mine && self.asks.iter().any(requests)
    }

    /// Judges what it asks. That decides whether it counts, never which touch answers which.
    pub fn judged(self, model: &Model) -> Turn {
        let closed = self.closed();
        let UnjudgedTurn {
            id,
            side,
            channel,
            start,
            touches,
            asks,
            said,
            opens_thread,
            answer,
            ..
        } = self;
        let d = |asked: &Asked| model.d(side, id.contact, asked.features);
        let most = asks.iter().map(d).fold(0.0, f64::max);
        let wanted = said == Some(Said::Due);
        let needs_reply = if wanted { 1.0 } else { most };
        let asked_nothing = needs_reply < PERHAPS && answer.is_none();
        Turn {
            id,
            side,
            channel,
            start,
            touches,
            asks,
            wanted,
            needs_reply,
            opens_thread,
            answer,
            closed: closed.or(asked_nothing.then_some(Closed::AskedNothing)),
        }
    }
}

fn strongest(asks: &[Asked], d: impl Fn(&Asked) -> f64) -> Option<&Asked> {
    asks.iter().max_by(|a, b| d(a).total_cmp(&d(b)))
}

/// A turn, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// What commands name it by.
    pub id: TurnId,
    /// Whose turn it is: who wrote and waits.
    pub side: Side,
    /// Of its first touch.
    pub channel: Channel,
    /// When its first touch was.
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
    /// `None`: there was none up to now.
    pub answer: Option<Answer>,
    /// Why it needs no answer; `None`: it does, or has one.
    pub closed: Option<Closed>,
}

impl Turn {
    /// The message of it that most likely asks for an answer.
    pub fn strongest(&self, model: &Model) -> Option<&Asked> {
        strongest(&self.asks, |asked| model.d(self.side, self.id.contact, asked.features))
    }

    /// Whether an answer is due, only may be, or isn't.
    pub fn likelihood(&self) -> Likelihood {
        Likelihood::of(self.needs_reply)
    }

    /// Whether it is in the figures. That depends on what it asks alone, never on whether or when
    /// it was answered: one that asks nothing is neither a promise kept nor one broken.
    pub fn counts(&self, now: Moment) -> bool {
        self.needs_reply >= PERHAPS && self.status(now) != Status::Closed
    }

    /// Where no answer has come: a mail system returned it.
    pub fn came_back(self) -> Turn {
        let came_back = self.answer.is_none().then_some(Closed::CameBack);
        Turn { closed: self.closed.or(came_back), ..self }
    }

    /// How far it is at `now`.
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
