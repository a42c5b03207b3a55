//! The chronological pass: keeps, per conversation and side, the turn that is running.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::join::SUBJECT_REACH;
use super::order::{Likeness, likeness};
use super::touch::{Author, Touch};
use super::turn::{Answer, Asked, Closed, Ended, Link, Said, UnjudgedTurn};
use crate::domain::measure::need::{self, PERHAPS};
use crate::domain::model::{Channel, ContactId, Moment, Side, TouchId, TurnId};
use crate::domain::policy::EXPIRY_H;

/// Where calls wait to be returned: the thread of no touch.
const CALLS: i64 = i64::MIN;

pub struct Pass {
    contact: ContactId,
    corrections: HashMap<TouchId, Correction>,
    turns: Vec<Running>,
    /// The turns of each conversation and side that have no answer yet; the last one runs.
    waiting: HashMap<(i64, Side), Vec<usize>>,
    conversations: HashSet<i64>,
    /// Message-ID → the turn that holds it.
    holder: HashMap<i64, usize>,
    /// Message-IDs that were answered nobody knows when.
    mistimed: HashSet<i64>,
    /// The latest message, and the turn that holds it.
    latest: Option<(Likeness, usize)>,
}

/// What the user said of the turn that holds a touch; what was said last holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Correction {
    /// Of the turn.
    pub touch: TouchId,
    /// When it was said.
    pub at: Moment,
    /// It asks for an answer; else it is done.
    pub due: bool,
}

/// A turn while touches may still be added to it.
struct Running {
    turn: UnjudgedTurn,
    /// What it asks, as the shipped model has it, whatever the user said since: that never moves
    /// an answer.
    shipped_d: f64,
    /// Reference threads of its touches, as against those joined by subject.
    threads: BTreeSet<i64>,
    own_ids: Vec<i64>,
    /// What its touches reply to.
    parents: Vec<i64>,
    correction: Option<Correction>,
}

impl Pass {
    pub fn new(contact: ContactId, said: &[Correction], mistimed: HashSet<i64>) -> Self {
        let mut corrections: HashMap<TouchId, Correction> = HashMap::new();
        for correction in said {
            let latest = corrections.entry(correction.touch).or_insert(*correction);
            if correction.at >= latest.at {
                *latest = *correction;
            }
        }
        Pass {
            contact,
            corrections,
            turns: Vec::new(),
            waiting: HashMap::new(),
            conversations: HashSet::new(),
            holder: HashMap::new(),
            mistimed,
            latest: None,
        }
    }

    pub fn take(&mut self, touch: &Touch, conversation: i64) {
        let side = match touch.author {
            Author::Me => Side::Mine,
            Author::Them => Side::Theirs,
            Author::Other => return self.answered_by_another(touch),
        };
        if touch.forward && !touch.addressed {
            return;
        }
        if let Some(index) = self.held_copy(touch) {
            return self.add(index, touch, false);
        }
        if touch.reaction {
            return self.acknowledge(touch.at, conversation, side.other());
        }
        let fresh = self.conversations.insert(conversation);
        // Who calls in vain calls again: all of it waits for one call back.
        let conversation = if touch.channel == Channel::Phone { CALLS } else { conversation };
        if touch.channel != Channel::Phone {
            self.answer_conversation(touch, conversation, side.other());
        }
        self.answer_other_channels(touch, side, fresh);
        self.extend_or_start(touch, conversation, side, fresh);
    }

    pub fn finish(self) -> Vec<UnjudgedTurn> {
        let mut turns: Vec<UnjudgedTurn> = self.turns.into_iter().map(Running::settled).collect();
        turns.sort_by_key(|turn| (turn.start, turn.id));
        turns
    }

    fn answered_by_another(&mut self, touch: &Touch) {
        let held = touch.parent.and_then(|id| self.holder.get(&id)).copied();
        if let Some(running) = held.and_then(|held| self.turns.get_mut(held))
            && running.turn.side == Side::Theirs
            && running.turn.answer.is_none()
        {
            running.end(touch.at, Closed::AnsweredByAnother);
        }
    }

    /// The turn that holds the copy of this message that came just before.
    fn held_copy(&self, touch: &Touch) -> Option<usize> {
        let (latest, index) = self.latest?;
        (likeness(touch)? == latest).then_some(index)
    }

    fn acknowledge(&mut self, at: Moment, conversation: i64, side: Side) {
        for index in self.waiting.remove(&(conversation, side)).unwrap_or_default() {
            self.turns[index].end(at, Closed::Acknowledged);
        }
    }

    /// Any channel answers any other: who talks has answered whatever was open on either side, who
    /// writes elsewhere, or by mail about something new, what the other side had open; and a call
    /// is returned by calling, taken or not.
    fn answer_other_channels(&mut self, touch: &Touch, side: Side, fresh: bool) {
        let starts_mail = fresh && touch.asks && touch.references.is_empty();
        let answers = |turn: &UnjudgedTurn| match touch.channel {
            _ if touch.spoken => true,
            _ if turn.side == side => false,
            Channel::Linkedin | Channel::Meeting => true,
            Channel::Phone => turn.channel == Channel::Phone,
            Channel::Mail => starts_mail && turn.channel != Channel::Mail,
        };
        let recent = self.turns.iter().enumerate().rev();
        let open: Vec<usize> = recent
            .take_while(|(_, running)| touch.at.hours_since(running.turn.start) <= EXPIRY_H)
            .filter(|(_, running)| answers(&running.turn) && running.is_open(touch.at))
            .map(|(index, _)| index)
            .collect();
        for index in open {
            self.answer(index, touch, Link::OpenTurn);
        }
    }

    fn answer_conversation(&mut self, touch: &Touch, conversation: i64, side: Side) {
        let waiting = self.waiting.remove(&(conversation, side)).unwrap_or_default();
        let mut still_waiting = Vec::new();
        for index in waiting {
            match self.turns[index].link(touch) {
                Some(link) => self.answer(index, touch, link),
                None => still_waiting.push(index),
            }
        }
        if !still_waiting.is_empty() {
            self.waiting.insert((conversation, side), still_waiting);
        }
    }

    fn answer(&mut self, index: usize, touch: &Touch, link: Link) {
        let answer = Answer { at: touch.at, touch: touch.id, link };
        self.turns[index].turn.answer.get_or_insert(answer);
    }

    fn extend_or_start(&mut self, touch: &Touch, conversation: i64, side: Side, fresh: bool) {
        let mistimed = touch.own_id.is_some_and(|id| self.mistimed.contains(&id));
        let running = self
            .waiting
            .get(&(conversation, side))
            .and_then(|waiting| waiting.last())
            .copied()
            .filter(|&index| !mistimed && self.turns[index].runs_at(touch.at));
        let index = match running {
            Some(index) => index,
            None if touch.asks => {
                let mut started = Running::start(self.contact, touch, side, fresh);
                let index = self.turns.len();
                if mistimed {
                    started.end(touch.at, Closed::Mistimed);
                }
                self.turns.push(started);
                if touch.spoken {
                    self.answer(index, touch, Link::Manual);
                } else if !mistimed {
                    self.waiting.entry((conversation, side)).or_default().push(index);
                }
                index
            }
            None => return,
        };
        self.add(index, touch, true);
        self.latest = likeness(touch).map(|likeness| (likeness, index));
    }

    /// `is_first`: of the copies of a message.
    fn add(&mut self, index: usize, touch: &Touch, is_first: bool) {
        let correction = self.corrections.get(&touch.id).copied();
        self.turns[index].add(touch, is_first, correction);
        if let Some(id) = touch.own_id {
            self.holder.entry(id).or_insert(index);
        }
    }
}

impl Running {
    fn start(contact: ContactId, touch: &Touch, side: Side, opens_thread: bool) -> Self {
        Running {
            turn: UnjudgedTurn {
                id: TurnId { contact, touch: touch.id },
                side,
                channel: touch.channel,
                start: touch.at,
                touches: Vec::new(),
                asks: Vec::new(),
                said: None,
                opens_thread,
                answer: None,
                ended: None,
            },
            shipped_d: 0.0,
            threads: BTreeSet::new(),
            own_ids: Vec::new(),
            parents: Vec::new(),
            correction: None,
        }
    }

    fn add(&mut self, touch: &Touch, is_first: bool, correction: Option<Correction>) {
        self.turn.touches.push(touch.id);
        let Touch { at, id, features, discarded, marked_answered, .. } = *touch;
        if is_first {
            let d = need::d(self.turn.side, features);
            if touch.retracts && !self.turn.asks.is_empty() && d < PERHAPS {
                self.end(at, Closed::TakenBack);
            }
            self.turn.asks.push(Asked { at, touch: id, features, discarded, marked_answered });
            self.shipped_d = self.shipped_d.max(d);
        } else if let Some(copied) = self.turn.asks.last_mut() {
            copied.discarded &= discarded;
            copied.marked_answered |= marked_answered;
        }
        self.threads.insert(touch.thread);
        self.own_ids.extend(touch.own_id);
        self.parents.extend(touch.parent);
        let earlier = self.correction.filter(|it| correction.is_none_or(|new| new.at < it.at));
        self.correction = earlier.or(correction);
    }

    /// What happened first counts.
    fn end(&mut self, at: Moment, how: Closed) {
        self.turn.ended.get_or_insert(Ended { at, how });
    }

    /// How a touch of the other side in the same conversation answers it. What it replies to
    /// itself answers nothing of it, whatever the clocks say.
    fn link(&self, touch: &Touch) -> Option<Link> {
        if touch.own_id.is_some_and(|id| self.parents.contains(&id)) {
            return None;
        }
        let refers = |id: &i64| touch.parent == Some(*id) || touch.references.contains(id);
        if self.own_ids.iter().any(refers) {
            Some(Link::Reply)
        } else if touch.by_lists_word {
            None
        } else if self.threads.contains(&touch.thread) {
            Some(Link::Thread)
        } else {
            let near = touch.at.0 - self.turn.start.0 <= SUBJECT_REACH;
            (near && touch.asks).then_some(Link::Subject)
        }
    }

    /// Whether a touch of the same side at `at` belongs to it still: a reminder after "done", or
    /// after another recipient answered, asks anew.
    fn runs_at(&self, at: Moment) -> bool {
        self.turn.answer.is_none()
            && self.turn.ended.is_none()
            && at.hours_since(self.turn.start) <= EXPIRY_H
            && self.correction.is_none_or(|correction| correction.due || at <= correction.at)
    }

    fn is_open(&self, at: Moment) -> bool {
        self.runs_at(at) && self.shipped_d >= PERHAPS
    }

    fn settled(mut self) -> UnjudgedTurn {
        let said = |correction: Correction| if correction.due { Said::Due } else { Said::Done };
        self.turn.said = self.correction.map(said);
        self.turn
    }
}
