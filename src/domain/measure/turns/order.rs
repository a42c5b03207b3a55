//! The order in which touches count: chronological, each once, copies side by side and under one
//! Message-ID, replies behind what they reply to.
//!
//! A correspondent's clock may be wrong, reply headers are not: where the two disagree by little,
//! the headers win; where they disagree by much, no time between the two is believed.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use super::hindsight::Hindsight;
use super::touch::{Author, Touch};
use crate::domain::measure::need::Features;
use crate::domain::model::Moment;

/// A clock may run ahead by this much, in seconds, before the time of an answer isn't believed.
const CLOCK_SLACK: i64 = 600;

/// How many replies in a row may each have to wait for the one before. Honest clocks need one or
/// two; the limit is for messages that claim to reply to each other.
const CLOCK_ROUNDS: usize = 8;

pub struct Ordered {
    pub touches: Vec<Touch>,
    /// The Message-IDs that the other side's reply precedes by more than any clock explains: they
    /// were answered, but nobody knows when.
    pub mistimed: HashSet<i64>,
    /// Where a touch precedes what it replies to.
    pub hindsight: Hindsight,
}

pub fn in_order(mut touches: Vec<Touch>) -> Ordered {
    touches.sort_by_key(place);
    let mut seen = HashSet::new();
    touches.retain(|touch| seen.insert(touch.id));
    call_copies_alike(&mut touches);
    let written: Vec<Moment> = touches.iter().map(|touch| touch.at).collect();
    for _ in 0..CLOCK_ROUNDS {
        let sent = Sent::of(&touches);
        let mut moved = false;
        for (touch, written) in touches.iter_mut().zip(&written) {
            match sent.parent(touch) {
                Some(at) if touch.at <= at && at.0 - written.0 <= CLOCK_SLACK => {
                    touch.at = at + 1;
                    moved = true;
                }
                _ => {}
            }
        }
        if !moved {
            break;
        }
    }
    let sent = Sent::of(&touches);
    let mut hindsight = Hindsight::default();
    for (touch, written) in touches.iter().zip(&written) {
        hindsight.learned(*written, touch.at);
        let parent = touch.parent.and_then(|parent| sent.0.get(&parent));
        parent.into_iter().for_each(|(at, _)| hindsight.learned(*written, *at));
    }
    let mistimed = touches
        .iter()
        .filter(|touch| touch.author != Author::Other && (touch.addressed || !touch.forward))
        .filter(|touch| sent.parent(touch).is_some_and(|at| touch.at <= at))
        .filter_map(|touch| touch.parent)
        .collect();
    // Stable: copies, which are called alike now, keep their order.
    touches.sort_by_key(|touch| (touch.at, touch.author, touch.subject, touch.own_id));
    Ordered { touches, mistimed, hindsight }
}

/// When each message was sent, and by which side.
struct Sent(HashMap<i64, (Moment, Author)>);

impl Sent {
    fn of(touches: &[Touch]) -> Sent {
        let mut sent: HashMap<i64, (Moment, Author)> = HashMap::with_capacity(touches.len());
        for touch in touches {
            let Some(id) = touch.own_id else { continue };
            let known = sent.entry(id).or_insert((touch.at, touch.author));
            if touch.at < known.0 {
                *known = (touch.at, touch.author);
            }
        }
        Sent(sent)
    }

    /// When the message of another side was sent that this one replies to.
    fn parent(&self, touch: &Touch) -> Option<Moment> {
        let (at, author) = self.0.get(&touch.parent?)?;
        (*author != touch.author).then_some(*at)
    }
}

/// What the copies of one message have in common where they carry different Message-IDs: author,
/// time, subject and what it replies to.
pub type Likeness = (Author, Moment, i64, Option<i64>);

/// `None` for what has no subject to be recognised by.
pub fn likeness(touch: &Touch) -> Option<Likeness> {
    let subject = touch.subject?;
    (touch.author != Author::Other).then_some((touch.author, touch.at, subject, touch.parent))
}

/// Gives all copies of a message the Message-ID of the first, also where others refer to them, so
/// that it doesn't matter which of them was replied to. `touches` are in order.
fn call_copies_alike(touches: &mut [Touch]) {
    let mut first: HashMap<Likeness, i64> = HashMap::new();
    let mut called: HashMap<i64, i64> = HashMap::new();
    for touch in touches.iter() {
        let Some((likeness, id)) = likeness(touch).zip(touch.own_id) else { continue };
        let known = *first.entry(likeness).or_insert(id);
        if known != id {
            called.insert(id, known);
        }
    }
    if called.is_empty() {
        return;
    }
    for touch in touches {
        let ids = touch.own_id.iter_mut().chain(&mut touch.parent).chain(&mut touch.references);
        for id in ids {
            *id = called.get(id).copied().unwrap_or(*id);
        }
    }
}

/// Of two touches in one second not the one that was stored first comes first. What their copies
/// have in common decides before the Message-ID, which a copy may bring anew.
fn place(touch: &Touch) -> impl Ord + use<> {
    (touch.at, touch.author, touch.subject, Reverse(tells(touch)), touch.own_id, touch.id)
}

/// Of copies that differ the one comes first that tells most of what is asked: whose text was read
/// before whose text wasn't.
fn tells(touch: &Touch) -> impl Ord + use<> {
    let Touch { asks, addressed, forward, by_lists_word, reaction, retracts, features, .. } = touch;
    let read = features.contains(Features::TEXT);
    let to_us = (*asks, *addressed, !forward, !by_lists_word, !reaction, *retracts);
    (to_us, read, features.intersects(Features::ASKING), features.0)
}
