//! What I asked of others, and whether and how fast it was answered.

use super::{EntryId, Finding, LedgerKind, Outbound, Strength, each_once};
use crate::domain::measure::terms::Terms;
use crate::domain::measure::turns::{Status, Turn};
use crate::domain::message::facts::Mailbox;
use crate::domain::model::{ContactId, MessageNumber, Moment, Side, TouchId};
use crate::domain::text;

/// A mail of mine that asks for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The stored message that asks.
    pub message: MessageNumber,
    /// When it was sent.
    pub at: Moment,
    /// Whom it asks: everybody in To.
    pub of: Vec<Mailbox>,
}

/// What came of an ask, counted from the start of the turn that holds it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AskOutcome {
    /// They answered.
    Answered {
        /// From the start of the turn, by the wall.
        hours: f64,
        /// Within the contact's limit.
        in_time: bool,
    },
    /// They haven't answered yet.
    Waiting {
        /// Since the start of the turn.
        hours: f64,
    },
    /// Thirty days without an answer.
    Unanswered,
    /// It needed no answer after all, or the user said so.
    Settled,
}

/// Whether a mail of mine asks for something. Several in To are each asked, but less plainly.
pub fn ask(mail: &Outbound<'_>) -> Option<Ask> {
    let mut of: Vec<Mailbox> = Vec::new();
    for person in mail.to {
        if !of.iter().any(|known| known.address == person.address) {
            of.push(person.clone());
        }
    }
    (mail.request && !of.is_empty()).then_some(Ask { message: mail.id, at: mail.at, of })
}

impl Ask {
    /// As an entry of the ledger; `contact_of` knows whose an address is.
    pub fn found(&self, contact_of: impl Fn(&str) -> Option<ContactId>) -> Finding {
        Finding {
            id: EntryId::Found { kind: LedgerKind::Ask, message: self.message, nth: 0 },
            kind: LedgerKind::Ask,
            at: self.at,
            contacts: each_once(self.of.iter().filter_map(|person| contact_of(&person.address))),
            strength: if self.of.len() == 1 { Strength::Strong } else { Strength::Medium },
            borne_out: false,
        }
    }
}

/// What became of a touch of mine, by the turns of one contact; `None` where none of mine holds
/// it.
pub fn outcome(touch: TouchId, turns: &[Turn], terms: &Terms, now: Moment) -> Option<AskOutcome> {
    let holds = |turn: &&Turn| {
        turn.side == Side::Mine && turn.start <= now && turn.touches.contains(&touch)
    };
    let turn = turns.iter().find(holds)?;
    let hours = turn.hours(now);
    Some(match turn.status(now) {
        Status::Answered => {
            let in_time = turn.answer.is_some_and(|answer| answer.at <= terms.due(turn));
            AskOutcome::Answered { hours, in_time }
        }
        Status::Open => AskOutcome::Waiting { hours },
        Status::Expired => AskOutcome::Unanswered,
        Status::Closed => AskOutcome::Settled,
    })
}

impl AskOutcome {
    /// For the user, to stand behind the ask.
    pub fn text(self) -> String {
        match self {
            AskOutcome::Answered { hours, in_time } => {
                let late = if in_time { "" } else { ", late" };
                format!("answered after {}{late}", text::duration(hours))
            }
            AskOutcome::Waiting { hours } => format!("waiting for {}", text::duration(hours)),
            AskOutcome::Unanswered => "never answered".to_owned(),
            AskOutcome::Settled => "needs no answer".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::super::tests::{mail, person};
    use super::*;
    use crate::domain::measure::calendar::Calendar;

    use crate::domain::measure::turns::Closed;

    #[test]
    fn a_request_asks_everybody_in_to() {
        let (ada, bob) = (person("Ada <ada@example.org>"), person("Bob <bob@example.org>"));
        let request = |to: &[Mailbox], cc: &[Mailbox]| {
            let found = ask(&Outbound { request: true, ..mail(3, "Could you help?", to, cc) })?;
            let contact_of = |address: &str| Some(ContactId(address.len() as i64));
            Some((found.of.len(), found.found(contact_of).strength))
        };
        assert_eq!(request(std::slice::from_ref(&ada), &[]), Some((1, Strength::Strong)));
        assert_eq!(request(&[ada.clone(), bob.clone()], &[]), Some((2, Strength::Medium)));
        assert_eq!(request(&[ada.clone(), ada.clone()], &[bob]), Some((1, Strength::Strong)));
        assert_eq!(request(&[], std::slice::from_ref(&ada)), None);
        assert_eq!(ask(&mail(3, "Thanks", &[ada], &[])), None);
    }

    /// A Tuesday.
    const ASKED: Moment = Moment(1_767_700_800);

    #[track_caller]
    fn check(answered_h: Option<f64>, closed: Option<Closed>, now_h: f64, expect: &str) {
        let asked = Turn {
            touches: vec![TouchId::Message(MessageNumber(3)), TouchId::Message(MessageNumber(4))],
            closed,
            ..Turn::asked(Side::Mine, 3, ASKED)
        };
        let turn = match answered_h {
            Some(hours) => asked.answered_after(hours),
            None => asked,
        };
        let terms = Terms { limit_h: 48.0, calendar: Calendar::new(TimeZone::UTC) };
        let now = ASKED.plus_hours(now_h);
        let turns = [turn];
        let told = |id| {
            outcome(TouchId::Message(MessageNumber(id)), &turns, &terms, now).map(AskOutcome::text)
        };
        assert_eq!(told(3).as_deref(), Some(expect));
        assert_eq!(told(4), told(3), "a reminder shares the fate of what it repeats");
        assert_eq!(told(5), None);
    }

    #[test]
    fn how_fast_an_ask_was_answered() {
        check(Some(3.0), None, 100.0, "answered after 3 h");
        check(Some(72.0), None, 100.0, "answered after 3 days, late");
        check(Some(72.0), None, 5.0, "waiting for 5 h");
        check(None, None, 720.0, "never answered");
        check(None, Some(Closed::SaidDone), 720.0, "needs no answer");
    }
}
