//! Which reference threads are one conversation: by their subject (RFC 5256 base subjects), as
//! copies of one message, and as the parts of one series of changes.

use std::collections::HashMap;

use super::hindsight::Hindsight;
use super::order::{Likeness, likeness};
use super::touch::Touch;
use crate::domain::measure::need::Features;
use crate::domain::model::{DAY, Moment};

/// Mails of the same subject between the same two belong together within this time, in seconds.
pub const SUBJECT_REACH: i64 = 30 * DAY;

/// The parts of a series are sent one after the other, within so many seconds.
const SERIES_GAP: i64 = 10 * 60;
/// What a series may begin with.
const OFFERED: Features = Features::PATCH_SUBJECT.with(Features::SERIES_PART);

struct Conversation {
    /// The label that its touches carry.
    label: i64,
    last: Moment,
    /// Since when it is known to have some.
    reply_headers: Option<Moment>,
}

/// The conversation of each touch, in the order given (chronological). A thread joins the latest
/// conversation of its subject unless both already have reply headers: those know better.
pub fn by_subject(touches: &[Touch], hindsight: &mut Hindsight) -> Vec<i64> {
    let mut with_headers: HashMap<i64, Moment> = HashMap::new();
    for touch in touches.iter().filter(|touch| !touch.references.is_empty()) {
        with_headers.entry(touch.thread).or_insert(touch.at);
    }
    let mut label_of: HashMap<i64, i64> = HashMap::new();
    let mut latest: HashMap<i64, Conversation> = HashMap::new();
    touches
        .iter()
        .map(|touch| {
            let thread = touch.thread;
            let Some(subject) = touch.subject else { return thread };
            let reply_headers = with_headers.get(&thread).copied();
            let label = *label_of.entry(thread).or_insert_with(|| match latest.get(&subject) {
                Some(earlier) if touch.at.0 - earlier.last.0 <= SUBJECT_REACH => {
                    match earlier.reply_headers.zip(reply_headers) {
                        Some((theirs, own)) => {
                            hindsight.learned(touch.at, theirs.max(own));
                            thread
                        }
                        None => earlier.label,
                    }
                }
                _ => thread,
            });
            latest
                .entry(subject)
                .and_modify(|known| {
                    let before = known.reply_headers.filter(|_| known.label == label);
                    known.reply_headers = earliest(reply_headers, before);
                    known.label = label;
                    known.last = touch.at;
                })
                .or_insert(Conversation { label, last: touch.at, reply_headers });
            label
        })
        .collect()
}

/// Makes the threads of a message's copies one, whichever of them was replied to.
pub fn copies(touches: &mut [Touch], hindsight: &mut Hindsight) {
    let mut same = Joined::of(touches);
    let mut thread_of: HashMap<Likeness, i64> = HashMap::new();
    for touch in touches.iter() {
        let Some(likeness) = likeness(touch) else { continue };
        let known = *thread_of.entry(likeness).or_insert(touch.thread);
        hindsight.extend(same.join(known, touch.thread, touch.at));
    }
    touches.iter_mut().for_each(|touch| touch.thread = same.followed(touch.thread));
}

/// Makes the threads of a series one, where its parts don't refer to the first: who answers one
/// part has answered the series.
pub fn series(touches: &mut [Touch], hindsight: &mut Hindsight) {
    let mut same = Joined::of(touches);
    for pair in touches.windows(2) {
        let [earlier, later] = pair else { continue };
        let goes_on = later.features.contains(Features::SERIES_PART)
            && later.references.is_empty()
            && earlier.features.intersects(OFFERED)
            && earlier.author == later.author
            && later.at.0 - earlier.at.0 <= SERIES_GAP;
        if goes_on {
            hindsight.extend(same.join(earlier.thread, later.thread, later.at));
        }
    }
    touches.iter_mut().for_each(|touch| touch.thread = same.followed(touch.thread));
}

/// Threads that are one.
struct Joined {
    same: HashMap<i64, i64>,
    /// The first touch of each.
    begin: HashMap<i64, Moment>,
}

impl Joined {
    /// `touches` are in order.
    fn of(touches: &[Touch]) -> Joined {
        let mut begin = HashMap::new();
        for touch in touches {
            begin.entry(touch.thread).or_insert(touch.at);
        }
        Joined { same: HashMap::new(), begin }
    }

    fn followed(&self, mut thread: i64) -> i64 {
        while let Some(next) = self.same.get(&thread) {
            thread = *next;
        }
        thread
    }

    /// Makes the other thread part of the kept one, as is known from `at` on.
    fn join(&mut self, kept: i64, other: i64, at: Moment) -> Hindsight {
        let mut hindsight = Hindsight::default();
        let (kept, other) = (self.followed(kept), self.followed(other));
        if kept != other {
            self.same.insert(other, kept);
            let begin = |thread| self.begin.get(&thread).copied().unwrap_or(at);
            let (first, second) = (begin(kept), begin(other));
            hindsight.learned(first.max(second), at);
            self.begin.insert(kept, first.min(second));
        }
        hindsight
    }
}

fn earliest(one: Option<Moment>, other: Option<Moment>) -> Option<Moment> {
    one.into_iter().chain(other).min()
}
