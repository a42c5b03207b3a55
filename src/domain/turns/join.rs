//! Which reference threads are one conversation by their subject (RFC 5256 base subjects).

use std::collections::{HashMap, HashSet};

use super::Touch;
use crate::domain::model::{DAY, Moment};

/// Same subject, same two people, within this time, in seconds.
const SUBJECT_REACH: i64 = 30 * DAY;

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
            let Some(subject) = touch.subject else { return touch.thread };
            let has_reply_headers = with_headers.contains(&touch.thread);
            let label =
                *label_of.entry(touch.thread).or_insert_with(|| match latest.get(&subject) {
                    Some(earlier)
                        if touch.at.0 - earlier.last.0 <= SUBJECT_REACH
                            && !(earlier.has_reply_headers && has_reply_headers) =>
                    {
                        earlier.label
                    }
                    _ => touch.thread,
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
