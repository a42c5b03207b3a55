//! The stored messages and entries between me and one contact → touches.
//!
//! Decides when each message counts from and whether it counts at all; what it leaves out, it
//! leaves out with a reason.

use std::collections::HashMap;

use super::entries::{self, Entry, NOTICES};
use super::need::{Addressing, Features, Message};
use super::turns::{Author, Hindsight, Touch};
use crate::domain::message::absence::{self, Absence, Notice};
use crate::domain::message::cues::{Cues, Marks};
use crate::domain::message::noise::{self, Context, Traits};
use crate::domain::model::{Channel, MessageNumber, Moment, TouchId};
use crate::domain::policy::TimeBasis;

mod earlier;
mod letter;
mod threads;

pub use earlier::{as_of, shared_threads};
pub use letter::{Clocks, Copies, Letter};
pub use threads::ThreadMember;

/// A message that doesn't count, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// As the store numbers it.
    pub message: MessageNumber,
    /// `None`: nothing says when.
    pub at: Option<Moment>,
    /// For the user, to stand after "not counted:".
    pub why: &'static str,
}

/// What counts, and what doesn't.
#[derive(Debug, Clone, Default)]
pub struct Correspondence {
    /// What counts, in no order.
    pub touches: Vec<Touch>,
    /// What doesn't.
    pub left_out: Vec<LeftOut>,
    /// When the contact was away, by their own notices.
    pub absences: Vec<Absence>,
    /// When less was known of all this than is known now.
    pub hindsight: Hindsight,
}

/// Why a message is no touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unfit {
    Timeless,
    Draft,
    Junk,
    Unverified,
    Noise(noise::Noise),
}

impl Unfit {
    fn text(self) -> &'static str {
        match self {
            Unfit::Timeless => "it carries no time that can be believed",
            Unfit::Draft => "a draft",
            Unfit::Junk => "found in Junk",
            Unfit::Unverified => {
                "unverified: its sender's domain says that it isn't theirs (DMARC)"
            }
            Unfit::Noise(reason) => reason.text(),
        }
    }
}

/// Everything up to `until` between me and one contact.
pub fn read(
    letters: &[Letter],
    entries: &[Entry],
    basis: TimeBasis,
    until: Moment,
) -> Correspondence {
    let mut found = Correspondence {
        hindsight: earlier::hindsight(letters, basis),
        ..Correspondence::default()
    };
    let letters: Vec<(&Letter, Option<Moment>)> = letters
        .iter()
        .map(|letter| (letter, letter.time(basis)))
        .filter(|(_, at)| at.is_none_or(|at| at <= until))
        .collect();
    let mut mine: Vec<Moment> = letters
        .iter()
        .filter(|(letter, _)| letter.author == Author::Me)
        .filter_map(|(_, at)| *at)
        .collect();
    mine.sort_unstable();
    let originals = originals(&letters);
    let mut notices = Vec::new();
    for (letter, came) in letters {
        let original = likeness(letter).and_then(|likeness| originals.get(&likeness));
        let (at, copies) = match original {
            Some((at, copies)) => (Some(*at), *copies),
            None => (came, letter.copies),
        };
        found.hindsight.moved(came, at);
        match judge(letter, at, copies, &mine) {
            Ok(touch) => found.touches.push(touch),
            Err(unfit) => {
                found.left_out.push(LeftOut { message: letter.id, at, why: unfit.text() });
                if unfit == Unfit::Noise(noise::Noise::AutoReply) && letter.author == Author::Them {
                    notices.extend(at.map(|at| Notice { at, back: letter.back_on }));
                }
            }
        }
    }
    found.absences = absence::absences(&notices, &written_by_them(&found.touches));
    let beside_mail = entries::touches(entries, until, &mut found.hindsight);
    entries::fill(&mut found.touches, &beside_mail, &mut found.hindsight);
    answer_notices(&mut found.touches);
    found.touches.extend(beside_mail);
    found
}

/// When the contact wrote, in order.
fn written_by_them(touches: &[Touch]) -> Vec<Moment> {
    let theirs = touches.iter().filter(|touch| touch.author == Author::Them);
    let mut times: Vec<Moment> = theirs.map(|touch| touch.at).collect();
    times.sort_unstable();
    times
}

/// What the copies of one message have in common where a server gave each a Message-ID of its own:
/// author, `Date`, base subject, what it replies to, and how many it went to.
type Likeness = (Author, Moment, i64, Option<i64>, u32, u32);

fn likeness(letter: &Letter) -> Option<Likeness> {
    let Letter { author, base_subject, parent, to_count, recipients, .. } = *letter;
    let date = letter.date.filter(|_| author != Author::Other)?;
    Some((author, date, base_subject, parent, to_count, recipients))
}

/// When each message counts from and what all its copies say, as of one under a single Message-ID.
fn originals(letters: &[(&Letter, Option<Moment>)]) -> HashMap<Likeness, (Moment, Copies)> {
    let mut originals: HashMap<Likeness, (Moment, Copies)> = HashMap::new();
    for (letter, at) in letters {
        let (Some(likeness), Some(at)) = (likeness(letter), *at) else { continue };
        let Copies { discarded, junk, draft, disowned, answered } = letter.copies;
        let (first, all) = originals.entry(likeness).or_insert((at, letter.copies));
        *first = at.min(*first);
        all.discarded &= discarded;
        all.junk &= junk;
        all.draft &= draft;
        all.disowned &= disowned;
        all.answered |= answered;
    }
    originals
}

fn judge(
    letter: &Letter,
    at: Option<Moment>,
    copies: Copies,
    mine: &[Moment],
) -> Result<Touch, Unfit> {
    let at = at.ok_or(Unfit::Timeless)?;
    if copies.draft {
        return Err(Unfit::Draft);
    }
    if copies.disowned && !letter.through_believed_list {
        return Err(Unfit::Unverified);
    }
    let reaction = letter.traits.contains(Traits::REACTION);
    let is_notice =
        letter.author == Author::Them && letter.traits.contains(Traits::LINKEDIN_NOTICE);
    if letter.author != Author::Me {
        if copies.junk {
            return Err(Unfit::Junk);
        }
        // LinkedIn sends its notices, and a person wrote.
        if !is_notice {
            by_a_person(letter, at, mine)?;
        }
    }
    if is_notice {
        return Ok(noticed(letter, at, copies));
    }
    Ok(Touch {
        id: TouchId::Message(letter.id),
        author: letter.author,
        at,
        channel: Channel::Mail,
        thread: letter.thread,
        subject: Some(letter.base_subject),
        // Of two in the same second none may come first by the order of their arrival.
        own_id: Some(letter.own_id.unwrap_or_else(|| letter.key.number())),
        parent: letter.parent,
        references: letter.references.clone(),
        asks: is_in_to(letter),
        addressed: letter.addressing.is_some(),
        by_lists_word: letter.traits.contains(Traits::LIST_REWRITTEN),
        forward: letter.traits.contains(Traits::FORWARD),
        reaction,
        spoken: false,
        marked_answered: copies.answered,
        discarded: copies.discarded,
        retracts: letter.cues.is_some_and(|cues| cues.marks.contains(Marks::RETRACTS)),
        features: features(letter),
    })
}

/// `mine`: when I wrote, in order.
fn by_a_person(letter: &Letter, at: Moment, mine: &[Moment]) -> Result<(), Unfit> {
    let before = mine.partition_point(|sent| *sent <= at);
    let context = Context {
        from_contact: letter.author == Author::Them,
        answers_mine: letter.answers_mine,
        me_in_to: is_in_to(letter),
        list_in_recipients: letter.traits.contains(Traits::DISCUSSION_LIST),
        seconds_after_mine: before.checked_sub(1).map(|last| at.0 - mine[last].0),
    };
    match noise::verdict(letter.traits, &context) {
        Err(noise::Noise::Reaction) | Ok(()) => Ok(()),
        Err(reason) => Err(Unfit::Noise(reason)),
    }
}

/// Who answers a notice by mail answers what it tells of, though the mail goes to LinkedIn.
fn answer_notices(touches: &mut [Touch]) {
    let told = touches.iter().filter(|touch| touch.channel == Channel::Linkedin);
    let threads: HashMap<i64, i64> =
        told.filter_map(|notice| Some((notice.own_id?, notice.thread))).collect();
    for answer in touches.iter_mut().filter(|touch| touch.author == Author::Me) {
        if let Some(thread) = answer.parent.and_then(|parent| threads.get(&parent)) {
            (answer.thread, answer.channel) = (*thread, Channel::Linkedin);
            (answer.asks, answer.addressed) = (true, true);
        }
    }
}

/// What LinkedIn's own mail says: they wrote there.
fn noticed(notice: &Letter, at: Moment, copies: Copies) -> Touch {
    // The mail around it is a machine's, and may show nothing of what was said.
    let machine = Marks::MACHINE | Marks::MACHINE_OFTEN | Marks::MACHINE_MOSTLY | Marks::LINK;
    let cues = notice.cues.map(|cues| Cues { marks: cues.marks.without(machine), ..cues });
    let shown = entries::written_to_one(cues, Traits::NONE);
    let features = if shown.intersects(Features::ASKING) {
        shown
    } else {
        entries::written_to_one(None, Traits::NONE)
    };
    let id = TouchId::Message(notice.id);
    Touch {
        thread: NOTICES,
        subject: Some(notice.key.number()),
        own_id: notice.own_id,
        marked_answered: copies.answered,
        discarded: copies.discarded,
        features,
        ..Touch::elsewhere(id, Author::Them, at, Channel::Linkedin)
    }
}

fn is_in_to(letter: &Letter) -> bool {
    matches!(letter.addressing, Some(Addressing::To(_)))
}

fn features(letter: &Letter) -> Features {
    let Letter { traits, cues, addressing, to_count, recipients, .. } = *letter;
    Features::of(&Message { traits, cues, addressing, to_count, recipients })
}

#[cfg(test)]
mod tests;
