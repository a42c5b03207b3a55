//! What turns are made of: one human message, call or meeting.
//!
//! Plain values; which touch answers which, the pass over all of them says.

use crate::domain::measure::need::Features;
use crate::domain::model::{Channel, Moment, TouchId};

/// Who wrote or called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Author {
    /// The user.
    Me,
    /// The contact.
    Them,
    /// Somebody else to whom the contact's mail was also addressed.
    Other,
}

/// One human message, call or meeting between me and the contact.
#[derive(Debug, Clone)]
pub struct Touch {
    /// What it is stored as.
    pub id: TouchId,
    /// Who wrote or called.
    pub author: Author,
    /// When it counts from.
    pub at: Moment,
    /// By which way.
    pub channel: Channel,
    /// The reference thread, conversation or call that it belongs to.
    pub thread: i64,
    /// Hash of the base subject; 0 when empty. `None` where subjects join nothing (calls).
    pub subject: Option<i64>,
    /// Its own Message-ID, and those it refers to, as hashes.
    pub own_id: Option<i64>,
    /// Of what it answers, as a hash.
    pub parent: Option<i64>,
    /// As hashes.
    pub references: Vec<i64>,
    /// The other side stands in To, so that it may start a turn.
    pub asks: bool,
    /// The other side is among the recipients at all.
    pub addressed: bool,
    /// It hands on what another wrote.
    pub forward: bool,
    /// Nothing but a list says who wrote it: it answers what it replies to, and nothing else.
    pub by_lists_word: bool,
    /// An emoji reaction: acknowledges, says nothing.
    pub reaction: bool,
    /// A conversation in which both sides spoke: a meeting or a call that was picked up.
    pub spoken: bool,
    /// A copy carries `\Answered`.
    pub marked_answered: bool,
    /// Every copy is expunged or in the trash.
    pub discarded: bool,
    /// It takes back what its side asked before.
    pub retracts: bool,
    /// What says whether it asks for an answer.
    pub features: Features,
}

impl Touch {
    /// On another channel than mail: to the other side alone, in a thread of its own, and nothing
    /// more known of it.
    pub fn elsewhere(id: TouchId, author: Author, at: Moment, channel: Channel) -> Touch {
        Touch {
            id,
            author,
            at,
            channel,
            thread: i64::MIN,
            subject: None,
            own_id: None,
            parent: None,
            references: Vec::new(),
            asks: true,
            addressed: true,
            forward: false,
            by_lists_word: false,
            reaction: false,
            spoken: false,
            marked_answered: false,
            discarded: false,
            retracts: false,
            features: Features::NONE,
        }
    }
}
