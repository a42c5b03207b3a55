//! Which reference threads are one conversation: by their subject (RFC 5256 base subjects), as
//! copies of one message, and as the parts of one series of changes.

use std::collections::{HashMap, HashSet};

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
    has_reply_headers: bool,
}

/// The conversation of each touch, in the order given (chronological). A thread joins the latest
/// conversation of its subject unless both already have reply headers: those know better.
pub fn by_subject(touches: &[Touch]) -> Vec<i64> {
    let with_headers: HashSet<i64> = touches
        .iter()
        .filter(|touch| !touch.references.is_empty())
        .map(|touch| touch.thread)
        .collect();
    let mut label_of: HashMap<i64, i64> = HashMap::new();
    let mut latest: HashMap<i64, Conversation> = HashMap::new();
    touches
        .iter()
        .map(|touch| {
            let thread = touch.thread;
            let Some(subject) = touch.subject else { return thread };
            let has_reply_headers = with_headers.contains(&thread);
            let label = *label_of.entry(thread).or_insert_with(|| match latest.get(&subject) {
                Some(earlier)
                    if touch.at.0 - earlier.last.0 <= SUBJECT_REACH
                        && !(earlier.has_reply_headers && has_reply_headers) =>
                {
                    earlier.label
                }
                _ => thread,
            });
            latest
                .entry(subject)
                .and_modify(|known| {
                    known.has_reply_headers =
                        has_reply_headers || known.label == label && known.has_reply_headers;
                    known.label = label;
                    known.last = touch.at;
                })
                .or_insert(Conversation { label, last: touch.at, has_reply_headers });
            label
        })
        .collect()
}

/// Makes the threads of a message's copies one, whichever of them was replied to.
pub fn copies(touches: &mut [Touch]) {
    let mut same: HashMap<i64, i64> = HashMap::new();
    let mut thread_of: HashMap<Likeness, i64> = HashMap::new();
    for touch in touches.iter() {
        let Some(likeness) = likeness(touch) else { continue };
        let thread = followed(&same, touch.thread);
        let known = followed(&same, *thread_of.entry(likeness).or_insert(thread));
        if known != thread {
            same.insert(thread, known);
        }
    }
    touches.iter_mut().for_each(|touch| touch.thread = followed(&same, touch.thread));
}

/// Makes the threads of a series one, where its parts don't refer to the first: who answers one
/// part has answered the series.
pub fn series(touches: &mut [Touch]) {
    let mut same: HashMap<i64, i64> = HashMap::new();
    for pair in touches.windows(2) {
        let [earlier, later] = pair else { continue };
        let goes_on = later.features.contains(Features::SERIES_PART)
            && later.references.is_empty()
            && earlier.features.intersects(OFFERED)
            && earlier.author == later.author
            && later.at.0 - earlier.at.0 <= SERIES_GAP;
        let threads = (followed(&same, earlier.thread), followed(&same, later.thread));
        if goes_on && threads.0 != threads.1 {
            same.insert(threads.1, threads.0);
        }
    }
    touches.iter_mut().for_each(|touch| touch.thread = followed(&same, touch.thread));
}

fn followed(same: &HashMap<i64, i64>, mut thread: i64) -> i64 {
    while let Some(next) = same.get(&thread) {
        thread = *next;
    }
    thread
}
