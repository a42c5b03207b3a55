//! A stored message between me and one contact, and when it counts from.
//!
//! Says nothing of whether it counts.

use crate::domain::measure::need::Addressing;
use crate::domain::measure::turns::Author;
use crate::domain::message::cues::Cues;
use crate::domain::message::facts::MessageKey;
use crate::domain::message::noise::Traits;
use crate::domain::model::{DAY, MessageNumber, Moment};
use crate::domain::policy::TimeBasis;

/// An INTERNALDATE this close to my own Date, in seconds, is the better clock.
const DATE_SLACK: i64 = 600;

/// A stored message, as far as it matters between me and one contact.
#[derive(Debug, Clone)]
pub struct Letter {
    /// As the store numbers it.
    pub id: MessageNumber,
    /// Wherever its copies lie.
    pub key: MessageKey,
    /// Which of us wrote it.
    pub author: Author,
    /// How the other side is addressed: the contact by me, I by anybody else; `None`: named
    /// nowhere.
    pub addressing: Option<Addressing>,
    /// By its header.
    pub date: Option<Moment>,
    /// By the line that my own server wrote.
    pub received: Option<Moment>,
    /// By the server or the file: the earliest of its copies.
    pub internal: Option<Moment>,
    /// A hash; 0 where it is empty.
    pub base_subject: i64,
    /// A hash of its Message-ID.
    pub own_id: Option<i64>,
    /// A hash of the Message-ID that it answers.
    pub parent: Option<i64>,
    /// Hashes of the Message-IDs that it names.
    pub references: Vec<i64>,
    /// The thread that its references make, as the store numbers it.
    pub thread: i64,
    /// What its header says of how it came about.
    pub traits: Traits,
    /// What its text says; `None` where it wasn't read.
    pub cues: Option<Cues>,
    /// How many stand in To.
    pub to_count: u32,
    /// Distinct addresses in To and Cc.
    pub recipients: u32,
    /// Its reply headers name a message of mine.
    pub answers_mine: bool,
    /// What my server and I say of when that was sent, where it is no letter between us.
    pub answered: Option<Clocks>,
    /// It came through a list that is believed.
    pub through_believed_list: bool,
    /// What its copies have in common.
    pub copies: Copies,
    /// The first local day of presence that it names as a notice of absence.
    pub back_on: Option<jiff::civil::Date>,
}

/// What every copy of a message says; a flag counts only where all copies carry it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Copies {
    /// In the trash, marked as deleted, or no copy left at all.
    pub discarded: bool,
    /// Every one lies in Junk.
    pub junk: bool,
    /// Every one is a draft.
    pub draft: bool,
    /// My server says that the domain of its sender disowns it.
    pub disowned: bool,
    /// One copy is enough for this one.
    pub answered: bool,
}

impl Letter {
    /// τ, as of [`Clocks::time`].
    pub fn time(&self, basis: TimeBasis) -> Option<Moment> {
        let Letter { date, received, internal, .. } = *self;
        Clocks { by_me: self.author == Author::Me, date, received, internal }.time(basis)
    }
}

/// What each clock said of one message.
#[derive(Debug, Clone, Copy)]
pub struct Clocks {
    /// Written by me.
    pub by_me: bool,
    /// By its header.
    pub date: Option<Moment>,
    /// By the line that my own server wrote.
    pub received: Option<Moment>,
    /// By the server or the file.
    pub internal: Option<Moment>,
}

impl Clocks {
    /// τ, the time from which a message counts: never the correspondent's clock (unless the archive
    /// has nothing better).
    pub fn time(self, basis: TimeBasis) -> Option<Moment> {
        let Clocks { by_me, date, received, internal } = self;
        if basis == TimeBasis::Date {
            return date;
        }
        // Imported mail carries the time of its import.
        let internal_believed = internal.filter(|internal| {
            received.is_none_or(|received| (internal.0 - received.0).abs() <= DAY)
        });
        if by_me {
            let close = date.zip(internal_believed).and_then(|(date, internal)| {
                ((date.0 - internal.0).abs() <= DATE_SLACK).then_some(internal)
            });
            return close.or(date).or(internal_believed).or(received);
        }
        received.or(internal_believed).or(date)
    }
}
