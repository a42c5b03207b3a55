//! What I asked of others, and whether and how fast it was answered.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::{EntryId, Finding, LedgerKind, Strength, each_once};
use crate::domain::measure::need::{DUE, Features};
use crate::domain::measure::terms::Terms;
use crate::domain::measure::turns::{Closed, Status, Turn};
use crate::domain::model::{ContactId, MessageNumber, Moment, Side, TouchId};
use crate::domain::text;

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
    /// It reached nobody.
    CameBack,
}

/// What turns of mine ask for in so many words, each message once, whatever turns hold it. Several
/// who are asked by one message are each asked, but less plainly.
pub fn asks<'a>(turns: impl IntoIterator<Item = &'a Turn>) -> Vec<Finding> {
    let mut found: BTreeMap<MessageNumber, (Moment, Vec<ContactId>)> = BTreeMap::new();
    for turn in turns {
        if let Some((message, at)) = asked_in(turn) {
            found.entry(message).or_insert((at, Vec::new())).1.push(turn.id.contact);
        }
    }
    let findings = found.into_iter().map(|(message, (at, contacts))| {
        let contacts = each_once(contacts.into_iter());
        Finding {
            id: EntryId::Found { kind: LedgerKind::Ask, message, nth: 0 },
            kind: LedgerKind::Ask,
            at,
            strength: if contacts.len() == 1 { Strength::Strong } else { Strength::Medium },
            contacts,
            borne_out: false,
        }
    });
    findings.collect()
}

/// The first message of a turn of mine that requests something, where an answer is due.
fn asked_in(turn: &Turn) -> Option<(MessageNumber, Moment)> {
    let is_mine = turn.side == Side::Mine && turn.needs_reply >= DUE;
    turn.asks.iter().filter(|_| is_mine).find_map(|asked| match asked.touch {
        TouchId::Message(message) if asked.features.intersects(Features::REQUESTING) => {
            Some((message, asked.at))
        }
        _ => None,
    })
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
        Status::Closed if turn.closed == Some(Closed::CameBack) => AskOutcome::CameBack,
        Status::Closed => AskOutcome::Settled,
    })
}

impl AskOutcome {
    /// As JSON spells it.
    pub fn name(self) -> &'static str {
        match self {
            AskOutcome::Answered { .. } => "answered",
            AskOutcome::Waiting { .. } => "waiting",
            AskOutcome::Unanswered => "unanswered",
            AskOutcome::Settled | AskOutcome::CameBack => "nothing",
        }
    }

    /// Of several who were asked, the soonest answer tells what came of it; without one, that
    /// somebody may still give it.
    pub fn rank(&self, other: &AskOutcome) -> Ordering {
        let rank = |outcome: &AskOutcome| match outcome {
            AskOutcome::Answered { hours, .. } => (0, *hours),
            AskOutcome::Waiting { hours } => (1, *hours),
            AskOutcome::Unanswered => (2, 0.0),
            AskOutcome::Settled | AskOutcome::CameBack => (3, 0.0),
        };
        let ((one, hours), (other, others)) = (rank(self), rank(other));
        one.cmp(&other).then(hours.total_cmp(&others))
    }

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
            AskOutcome::CameBack => "came back".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::measure::calendar::Calendar;
    use crate::domain::measure::turns::{Asked, Closed};
    use crate::domain::model::TurnId;

    fn request(contact: i64, features: Features) -> Turn {
        let turn = Turn::asked(Side::Mine, 3, ASKED);
        let asks = vec![Asked::of(turn.start, turn.id.touch, features)];
        let id = TurnId { contact: ContactId(contact), ..turn.id };
        Turn { id, asks, needs_reply: 0.8, ..turn }
    }

    #[test]
    fn a_request_asks_everybody_whose_turns_hold_it() {
        let found = |turns: &[Turn]| -> Vec<(String, usize, Strength)> {
            let found = asks(turns).into_iter();
            found.map(|it| (it.id.to_string(), it.contacts.len(), it.strength)).collect()
        };
        let to = |contact| request(contact, Features::REQUEST);
        assert_eq!(found(&[to(1)]), vec![("a3".to_owned(), 1, Strength::Strong)]);
        assert_eq!(found(&[to(1), to(2)]), vec![("a3".to_owned(), 2, Strength::Medium)]);
        assert_eq!(found(&[request(1, Features::QUESTION)]), [], "a question is no ask");
        assert_eq!(found(&[Turn { needs_reply: 0.4, ..to(1) }]), [], "only perhaps");
        assert_eq!(found(&[Turn { side: Side::Theirs, ..to(1) }]), [], "theirs");
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
