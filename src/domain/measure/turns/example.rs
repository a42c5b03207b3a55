//! Turns for tests that are about something else.

use super::turn::{Answer, Asked, Closed, Ended, Link, Said, Turn, UnjudgedTurn};
use crate::domain::measure::need::Features;
use crate::domain::model::{
    Channel, ContactId, EntryNumber, MessageNumber, Moment, Side, TouchId, TurnId,
};

impl Asked {
    /// Of a message of which a copy is kept.
    pub fn of(at: Moment, touch: TouchId, features: Features) -> Asked {
        Asked { at, touch, features, discarded: false, marked_answered: false }
    }
}

impl Turn {
    /// One mail, alone in its conversation with the first contact, that surely wants an answer.
    pub fn asked(side: Side, mail: i64, start: Moment) -> Turn {
        let touch = TouchId::Message(MessageNumber(mail));
        Turn {
            id: TurnId { contact: ContactId(1), touch },
            side,
            channel: Channel::Mail,
            start,
            touches: vec![touch],
            asks: Vec::new(),
            wanted: true,
            needs_reply: 1.0,
            opens_thread: true,
            answer: None,
            closed: None,
        }
    }

    /// By a reply, so many hours after it began.
    pub fn answered_after(self, hours: f64) -> Turn {
        let (TouchId::Message(MessageNumber(mail)) | TouchId::Entry(EntryNumber(mail))) =
            self.id.touch;
        let (at, touch) =
            (self.start.plus_hours(hours), TouchId::Message(MessageNumber(mail + 1_000_000)));
        Turn { answer: Some(Answer { at, touch, link: Link::Reply }), ..self }
    }

    /// As it is kept.
    pub fn unjudged(self) -> UnjudgedTurn {
        let Turn { id, side, channel, start, touches, asks, opens_thread, answer, .. } = self;
        let (said, how) = match self.closed {
            Some(Closed::SaidDone) => (Some(Said::Done), None),
            Some(Closed::AskedNothing) | None => (self.wanted.then_some(Said::Due), None),
            how => (None, how),
        };
        UnjudgedTurn {
            id,
            side,
            channel,
            start,
            touches,
            asks,
            said,
            opens_thread,
            answer,
            ended: how.map(|how| Ended { at: start, how }),
        }
    }
}
