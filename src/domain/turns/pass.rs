//! The chronological pass: keeps, per conversation and side, the turn that is running.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::history::History;
use super::join::SUBJECT_REACH;
use super::order::{Likeness, likeness};
use super::{Answer, Asked, Author, Closed, Done, Link, Touch, Turn};
use crate::domain::model::{Channel, ContactId, DAY, Moment, Side, TouchId, TurnId};
use crate::domain::need::{self, Features, Model};
use crate::domain::policy::{EXPIRY_H, NEEDS_REPLY_FLOOR};

/// A fresh mail may answer an open turn within this time, in seconds.
const OPEN_TURN_REACH: i64 = 14 * DAY;

pub struct Pass {
    contact: ContactId,
    done: HashMap<TouchId, Moment>,
    turns: Vec<Running>,
    /// The turns of each conversation and side that have no answer yet; the last one runs.
    waiting: HashMap<(i64, Side), Vec<usize>>,
    conversations: HashSet<i64>,
    /// Message-ID → where it stands.
    holder: HashMap<i64, Held>,
    /// Message-IDs that were answered nobody knows when.
    mistimed: HashSet<i64>,
    /// The latest message, and the turn that holds it.
    latest: Option<(Likeness, usize)>,
    history: [History; 2],
    met: bool,
}

/// Where a message stands: its turn, and its place in it.
#[derive(Clone, Copy)]
struct Held {
    turn: usize,
    asked: usize,
}

/// A turn while touches may still be added to it.
struct Running {
    turn: Turn,
    /// Reference threads of its touches, as against those joined by subject.
    threads: BTreeSet<i64>,
    own_ids: Vec<i64>,
    /// What its touches reply to.
    parents: Vec<i64>,
    done: Option<Moment>,
    every_copy_gone: bool,
    marked_answered: bool,
}

impl Pass {
    pub fn new(contact: ContactId, done: &[Done], mistimed: HashSet<i64>) -> Self {
        Pass {
            contact,
            done: done.iter().map(|done| (done.touch, done.at)).collect(),
            turns: Vec::new(),
            waiting: HashMap::new(),
            conversations: HashSet::new(),
            holder: HashMap::new(),
            mistimed,
            latest: None,
            history: [History::default(), History::default()],
            met: false,
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
            return self.add(index, touch, None);
        }
        for history in &mut self.history {
            history.settle(touch.at);
        }
        if touch.reaction {
            return self.acknowledge(conversation, side.other());
        }
        self.reply(touch, side.other());
        let fresh = self.conversations.insert(conversation);
        // What goes to several people is hardly the answer to what one of them asked.
        let to_me_alone = touch.asks && touch.features.sole_to > 0.0;
        if touch.spoken {
            self.answer_everything_open(touch, &[Side::Mine, Side::Theirs]);
        } else if touch.channel == Channel::Linkedin {
            self.answer_everything_open(touch, &[side.other()]);
        }
        let answers = self.answer_conversation(touch, conversation, side.other());
        if fresh && side == Side::Theirs && to_me_alone && touch.references.is_empty() {
            self.answer_the_one_open_turn(touch);
        }
        let features = self.features(touch, side, answers);
        self.extend_or_start(touch, features, conversation, side, fresh);
        self.met = true;
    }

    pub fn finish(self) -> Vec<Turn> {
        let mut turns: Vec<Turn> = self.turns.into_iter().map(Running::settled).collect();
        turns.sort_by_key(|turn| (turn.start, turn.id));
        turns
    }

    fn answered_by_another(&mut self, touch: &Touch) {
        let held = touch.parent.and_then(|id| self.holder.get(&id)).copied();
        if let Some(running) = held.and_then(|held| self.turns.get_mut(held.turn))
            && running.turn.side == Side::Theirs
            && running.turn.answer.is_none()
        {
            running.turn.closed.get_or_insert(Closed::AnsweredByAnother);
        }
    }

    /// The turn that holds the copy of this message that came just before.
    fn held_copy(&self, touch: &Touch) -> Option<usize> {
        let (latest, index) = self.latest?;
        (likeness(touch)? == latest).then_some(index)
    }

    /// Marks the message that it names as the one that it replies to.
    fn reply(&mut self, touch: &Touch, side: Side) {
        let held = touch.parent.and_then(|id| self.holder.get(&id)).copied();
        let turn = held.and_then(|held| self.turns.get_mut(held.turn)).map(|it| &mut it.turn);
        let turn = turn.filter(|turn| turn.side == side);
        let asked = held.zip(turn).and_then(|(held, turn)| turn.asks.get_mut(held.asked));
        if let Some(asked) = asked {
            asked.replied_at.get_or_insert(touch.at);
        }
    }

    fn acknowledge(&mut self, conversation: i64, side: Side) {
        for index in self.waiting.remove(&(conversation, side)).unwrap_or_default() {
            self.turns[index].turn.closed = Some(Closed::Acknowledged);
        }
    }

    fn answer_everything_open(&mut self, touch: &Touch, sides: &[Side]) {
        let open = self.open_turns(touch.at, sides);
        for index in open {
            self.answer(index, touch, Link::Manual);
        }
    }

    fn open_turns(&self, at: Moment, sides: &[Side]) -> Vec<usize> {
        let recent = self.turns.iter().enumerate().rev();
        recent
            .take_while(|(_, running)| at.hours_since(running.turn.start) <= EXPIRY_H)
            .filter(|(_, running)| sides.contains(&running.turn.side) && running.is_open(at))
            .map(|(index, _)| index)
            .collect()
    }

    /// Whether there was anything to answer.
    fn answer_conversation(&mut self, touch: &Touch, conversation: i64, side: Side) -> bool {
        let waiting = self.waiting.remove(&(conversation, side)).unwrap_or_default();
        let (before, mut still_waiting) = (waiting.len(), Vec::new());
        for index in waiting {
            match self.turns[index].link(touch) {
                Some(link) => self.answer(index, touch, link),
                None => still_waiting.push(index),
            }
        }
        let answered = still_waiting.len() < before;
        if !still_waiting.is_empty() {
            self.waiting.insert((conversation, side), still_waiting);
        }
        answered
    }

    /// Lenient to others: their new mail may be the answer to the only thing that I asked. Never
    /// the other way round.
    fn answer_the_one_open_turn(&mut self, touch: &Touch) {
        if let [index] = self.open_turns(touch.at, &[Side::Mine])[..]
            && touch.at.0 - self.turns[index].turn.start.0 <= OPEN_TURN_REACH
        {
            self.answer(index, touch, Link::OpenTurn);
        }
    }

    fn answer(&mut self, index: usize, touch: &Touch, link: Link) {
        let running = &mut self.turns[index];
        if running.turn.answer.is_none() {
            running.turn.answer = Some(Answer { at: touch.at, touch: touch.id, link });
            // Without reply headers it means the last; with them it says what it means.
            let unsaid = touch.references.is_empty();
            if let Some(last) = running.turn.asks.last_mut().filter(|_| unsaid) {
                last.replied_at.get_or_insert(touch.at);
            }
            self.history[running.turn.side as usize].answered(index, touch.at);
        }
    }

    /// What was known when it was sent, with what only those before it tell.
    fn features(&self, touch: &Touch, side: Side, answers: bool) -> Features {
        let mut features = Features {
            hist_logit: self.history[side as usize].logit(),
            introduced_or_first_contact: if self.met { 0.0 } else { 1.0 },
            ..touch.features
        };
        // Mail programs that write no reply headers.
        if answers && touch.references.is_empty() {
            features.reply_to_mine = 1.0;
            features.reply_to_other = 0.0;
        }
        features.rounded()
    }

    fn extend_or_start(
        &mut self,
        touch: &Touch,
        features: Features,
        conversation: i64,
        side: Side,
        fresh: bool,
    ) {
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
                    started.turn.closed = Some(Closed::Mistimed);
                } else {
                    self.history[side as usize].asked(index, touch.at);
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
        self.add(index, touch, Some(features));
        self.latest = likeness(touch).map(|likeness| (likeness, index));
    }

    /// `features`: of a message, not of its copies.
    fn add(&mut self, index: usize, touch: &Touch, features: Option<Features>) {
        let done = self.done.get(&touch.id).copied();
        self.turns[index].add(touch, features, done);
        if let Some(id) = touch.own_id {
            let asked = self.turns[index].turn.asks.len().saturating_sub(1);
            self.holder.entry(id).or_insert(Held { turn: index, asked });
        }
    }
}

impl Running {
    fn start(contact: ContactId, touch: &Touch, side: Side, opens_thread: bool) -> Self {
        Running {
            turn: Turn {
                id: TurnId { contact, touch: touch.id },
                side,
                channel: touch.channel,
                start: touch.at,
                touches: Vec::new(),
                asks: Vec::new(),
                needs_reply: 0.0,
                opens_thread,
                answer: None,
                closed: None,
            },
            threads: BTreeSet::new(),
            own_ids: Vec::new(),
            parents: Vec::new(),
            done: None,
            every_copy_gone: true,
            marked_answered: false,
        }
    }

    fn add(&mut self, touch: &Touch, features: Option<Features>, done: Option<Moment>) {
        self.turn.touches.push(touch.id);
        if let Some(features) = features {
            self.turn.asks.push(Asked { at: touch.at, features, replied_at: None });
            // By hand, whatever was learned since: learning never moves an answer.
            let asked = need::needs_reply(Model::BY_HAND.of(self.turn.side), &features);
            self.turn.needs_reply = self.turn.needs_reply.max(asked);
        }
        self.threads.insert(touch.thread);
        self.own_ids.extend(touch.own_id);
        self.parents.extend(touch.parent);
        self.done = self.done.max(done);
        self.every_copy_gone &= touch.discarded;
        self.marked_answered |= touch.marked_answered;
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
        } else if self.threads.contains(&touch.thread) {
            Some(Link::Thread)
        } else {
            (touch.at.0 - self.turn.start.0 <= SUBJECT_REACH).then_some(Link::Subject)
        }
    }

    /// Whether a touch of the same side at `at` belongs to it still: a reminder after "done", or
    /// after another recipient answered, asks anew.
    fn runs_at(&self, at: Moment) -> bool {
        self.turn.answer.is_none()
            && self.turn.closed.is_none()
            && at.hours_since(self.turn.start) <= EXPIRY_H
            && self.done.is_none_or(|done| at <= done)
    }

    fn is_open(&self, at: Moment) -> bool {
        self.runs_at(at) && self.turn.needs_reply >= NEEDS_REPLY_FLOOR
    }

    fn settled(mut self) -> Turn {
        if self.turn.answer.is_none() {
            let found = if self.done.is_some() {
                Some(Closed::SaidDone)
            } else if self.every_copy_gone {
                Some(Closed::Discarded)
            } else if self.marked_answered && self.turn.side == Side::Theirs {
                Some(Closed::MarkedAnswered)
            } else {
                None
            };
            self.turn.closed = found.or(self.turn.closed);
        }
        self.turn.judge(&Model::BY_HAND);
        self.turn
    }
}
