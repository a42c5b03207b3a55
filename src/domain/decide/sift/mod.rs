//! The sift: whose connection the user may want to let go of, and on what grounds.
//!
//! Judges one contact at one time and returns what it found as data. Never removes anybody, never
//! asks anybody.

use crate::domain::measure::decisions::SiftList;
use crate::domain::measure::statistics::Beta;
use crate::domain::measure::terms::Terms;
use crate::domain::measure::turns::Turn;
use crate::domain::model::{ContactId, Moment};

mod case;
mod conditions;
pub mod reasons;

use case::Case;
pub use case::{Background, Receipt};
pub use conditions::Obstacle;
pub use reasons::Reason;

/// So many suggestions in a week, and so many untested contacts beside them.
pub const PER_WEEK: usize = 5;

/// What the last signs alone say of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstLook {
    /// Heard of lately: on no list.
    Settled,
    /// Nothing was tried: no turn has anything to say.
    Untested,
    /// On a list only if they missed at least so many turns of mine that began after that, or their
    /// address is dead. No clock of theirs gives less time than the one on the wall.
    Asked {
        /// After that.
        since: Moment,
        /// So many.
        at_least: usize,
    },
}

/// A first look spares most contacts the second.
pub fn first_look(
    last_from_them: Option<Moment>,
    last_from_me: Option<Moment>,
    now: Moment,
) -> FirstLook {
    if last_from_them.is_some_and(|at| at > now - conditions::SILENT_FOR) {
        FirstLook::Settled
    } else if case::is_untested(last_from_them.max(last_from_me), now) {
        FirstLook::Untested
    } else {
        FirstLook::Asked { since: now - case::LOOKING_BACK, at_least: conditions::MISSED_TURNS }
    }
}

/// What follows for one contact.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Everything that speaks against a suggestion, most telling first; never empty.
    Keep(Vec<Obstacle>),
    /// They may never have read a word: their address is dead and nothing else came from them.
    FindNewAddress {
        /// When mail to it came back first.
        dead_since: Moment,
    },
    /// The user may want to let go of them.
    Suggest(Suggestion),
    /// Nobody has written for two years, or ever: silence without a question.
    Untested(Untested),
}

/// How a last chance stands that is all that keeps a contact from being suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastChance {
    /// It is still to be given: write once more, and decide in fourteen days.
    ToGive,
    /// It was given.
    Runs {
        /// Until then it can be taken.
        until: Moment,
    },
}

impl Verdict {
    /// On which list it puts a contact.
    pub fn list(&self) -> SiftList {
        match self {
            Verdict::Keep(_) => SiftList::None,
            Verdict::FindNewAddress { .. } => SiftList::FindAddress,
            Verdict::Suggest(_) => SiftList::Suggested,
            Verdict::Untested(_) => SiftList::Untested,
        }
    }

    /// The last chance, where nothing else keeps them.
    pub fn last_chance(&self) -> Option<LastChance> {
        match self {
            Verdict::Keep(obstacles) => match obstacles[..] {
                [Obstacle::NoLastChance] => Some(LastChance::ToGive),
                [Obstacle::LastChanceRuns { until }] => Some(LastChance::Runs { until }),
                _ => None,
            },
            _ => None,
        }
    }

    /// What speaks against a suggestion, in words.
    pub fn obstacles(&self) -> Vec<String> {
        match self {
            Verdict::Keep(obstacles) => obstacles.iter().map(Obstacle::text).collect(),
            _ => Vec::new(),
        }
    }
}

/// "Consider removing", with receipts.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// P(p < ½), p being their probability of an answer within the limit.
    pub probability_below_half: f64,
    /// In the order in which they are told.
    pub reasons: Vec<Reason>,
    /// The turns it rests on, oldest first, those answered in time included.
    pub evidence: Vec<Receipt>,
    /// The unanswered turn that was their last chance.
    pub last_chance: Receipt,
    /// When it was over.
    pub last_chance_ended: Moment,
    /// Their last sign of life.
    pub silent_since: Option<Moment>,
}

/// A contact of whom nothing was asked for two years.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Untested {
    /// Of either side; `None`: there never was one.
    pub last_touch: Option<Moment>,
    /// `None` where nobody knows.
    pub known_since: Option<Moment>,
}

impl Untested {
    /// How long nothing was tried; `day` tells a day as the reader knows it.
    pub fn text(&self, day: impl Fn(Moment) -> String) -> String {
        match (self.last_touch, self.known_since) {
            (Some(at), _) => format!("last in touch on {}", day(at)),
            (None, Some(since)) => format!("never in touch, known since {}", day(since)),
            (None, None) => "never in touch".to_owned(),
        }
    }
}

/// A contact that was suggested, as [`weekly`] puts them in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Who.
    pub contact: ContactId,
    /// On what grounds.
    pub suggestion: Suggestion,
}

/// Judges one contact by their turns. `prior` is that of their answers within the limit;
/// `thread_of` names the conversation that a turn belongs to.
pub fn verdict(
    turns: &[Turn],
    terms: &Terms,
    known: &Background<'_>,
    prior: Beta,
    thread_of: impl Fn(&Turn) -> i64,
    now: Moment,
) -> Verdict {
    let case = Case::new(turns, terms, known, prior, thread_of, now);
    let obstacles = conditions::obstacles(&case);
    if let Some(dead_since) = known.address_dead_since
        && !obstacles.iter().any(Obstacle::is_sign_of_life)
    {
        return Verdict::FindNewAddress { dead_since };
    }
    if case.is_untested() {
        let spared: Vec<Obstacle> =
            obstacles.into_iter().filter(Obstacle::spares_the_untested).collect();
        return if spared.is_empty() {
            let last_touch = case.heard.max(case.wrote);
            Verdict::Untested(Untested { last_touch, known_since: known.since })
        } else {
            Verdict::Keep(spared)
        };
    }
    match case.last_chance {
        Some(last_chance) if obstacles.is_empty() => Verdict::Suggest(Suggestion {
            probability_below_half: case.probability_below_half,
            reasons: reasons::reasons(&case, &last_chance),
            last_chance_ended: conditions::last_chance_until(&case, &last_chance),
            last_chance,
            silent_since: case.heard,
            evidence: case.asked,
        }),
        _ => Verdict::Keep(obstacles),
    }
}

/// Whom to suggest: the surest first, then who has been silent longest; so many at most.
pub fn weekly(mut candidates: Vec<Candidate>, most: usize) -> Vec<Candidate> {
    candidates.sort_by(|one, other| {
        let surest = |c: &Candidate| c.suggestion.probability_below_half;
        let rest = |c: &Candidate| (c.suggestion.silent_since, c.contact);
        surest(other).total_cmp(&surest(one)).then_with(|| rest(one).cmp(&rest(other)))
    });
    candidates.truncate(most);
    candidates
}

/// Whom to offer a word to: never touched first, then the longest ago, and among equals who has been
/// known longest; so many at most.
pub fn weekly_untested(
    mut untested: Vec<(ContactId, Untested)>,
    most: usize,
) -> Vec<(ContactId, Untested)> {
    untested.sort_by_key(|(contact, found)| (found.last_touch, found.known_since, *contact));
    untested.truncate(most);
    untested
}

#[cfg(test)]
mod tests;
