//! Turns for tests that are about something else.

use super::turn::{Answer, Closed, Link, Turn, UnjudgedTurn};
use crate::domain::model::{
    Channel, ContactId, EntryNumber, MessageNumber, Moment, Side, TouchId, TurnId,
};

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
        let Turn { id, side, channel, start, touches, asks, wanted, opens_thread, .. } = self;
        let closed = self.closed.filter(|closed| *closed != Closed::AskedNothing);
        let answer = self.answer;
        UnjudgedTurn {
            id,
            side,
            channel,
            start,
            touches,
            asks,
            wanted,
            opens_thread,
            answer,
            closed,
        }
    }
}
