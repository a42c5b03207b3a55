//! What has to hold before anybody is suggested: one small function each.
//!
//! A condition that doesn't hold is returned with what it found, so that it can be told.

use super::case::{Case, Receipt};
use super::reasons::day;
use crate::domain::model::{DAY, Moment};
use crate::domain::text;

/// P(p < ½) from which on they are believed to miss more than they answer.
const SURE: f64 = 0.90;
pub(super) const MISSED_TURNS: usize = 4;
const MISSED_THREADS: usize = 3;
/// One bad month is none: the first and the last missed turn lie this far apart, in seconds.
const APART: i64 = 60 * DAY;
pub(super) const SILENT_FOR: i64 = 90 * DAY;
const KNOWN_FOR: i64 = 90 * DAY;
/// Whoever answers less surely than this has no one to blame.
const MY_PART: f64 = 0.5;
/// How long a last message or call has to answer, in seconds.
const LAST_CHANCE_FOR: i64 = 14 * DAY;

/// Why a contact is not suggested.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Obstacle {
    /// The user has let go of them already.
    Archived {
        /// Since then.
        since: Moment,
    },
    /// The user said that they are kept.
    Kept {
        /// Since then.
        since: Moment,
    },
    /// The user starred them.
    Starred,
    /// They gave a sign of life not long ago.
    HeardLately {
        /// The last one.
        at: Moment,
    },
    /// Nobody knows whether they got any of it.
    AddressDead {
        /// When mail to them came back first.
        since: Moment,
    },
    /// They are away, and have said so.
    Away {
        /// By their notice.
        until: Moment,
    },
    /// They haven't been known for long.
    New {
        /// `None` where nobody knows.
        since: Option<Moment>,
    },
    /// I owe them answers myself.
    IOwe {
        /// So many.
        turns: usize,
    },
    /// I keep my own promise too seldom to blame anybody.
    IAnswerBadly {
        /// Of their turns that I answer in time, 0…1.
        share: f64,
    },
    /// Too little was asked of them.
    FewTurns {
        /// Turns that they didn't answer in time.
        missed: usize,
    },
    /// All of it was about the same.
    FewThreads {
        /// Conversations in which they didn't answer in time.
        missed: usize,
    },
    /// They may have had a bad month.
    CloseTogether {
        /// From the first to the last that they missed.
        days: f64,
    },
    /// They answer often enough.
    MayAnswer {
        /// That they answer less than half in time, 0…1.
        probability_below_half: f64,
    },
    /// No question of mine waits for them.
    NoLastChance,
    /// They can still answer it.
    LastChanceRuns {
        /// When that is over.
        until: Moment,
    },
}

type Condition = fn(&Case<'_>) -> Option<Obstacle>;

/// In the order in which they are worth telling.
const CONDITIONS: [Condition; 14] = [
    not_archived,
    not_kept,
    not_starred,
    silent,
    reachable,
    present,
    known_long_enough,
    i_owe_nothing,
    i_answer,
    asked_often,
    asked_about_several_things,
    asked_over_a_while,
    surely_missing,
    had_a_last_chance,
];

pub(super) fn obstacles(case: &Case<'_>) -> Vec<Obstacle> {
    CONDITIONS.iter().filter_map(|condition| condition(case)).collect()
}

impl Obstacle {
    pub(super) fn is_sign_of_life(&self) -> bool {
        matches!(self, Obstacle::HeardLately { .. })
    }

    /// Holds also where nothing was ever asked.
    pub(super) fn spares_the_untested(&self) -> bool {
        matches!(
            self,
            Obstacle::Archived { .. }
                | Obstacle::Kept { .. }
                | Obstacle::Starred
                | Obstacle::New { .. }
                | Obstacle::Away { .. }
        )
    }

    /// As a sentence without its full stop, of "you" and "they".
    pub fn text(&self) -> String {
        match *self {
            Obstacle::Archived { since } => format!("you archived them on {}", day(since)),
            Obstacle::Kept { since } => {
                format!("you said on {} to keep them for a year", day(since))
            }
            Obstacle::Starred => "you starred them".to_owned(),
            Obstacle::HeardLately { at } => format!("you last heard from them on {}", day(at)),
            Obstacle::AddressDead { since } => {
                format!("mail to them has come back since {}: find a new address", day(since))
            }
            Obstacle::Away { until } => format!("they are out of office until {}", day(until)),
            Obstacle::New { since: Some(since) } => {
                format!("you have known them only since {}", day(since))
            }
            Obstacle::New { since: None } => "it isn't known since when you know them".to_owned(),
            Obstacle::IOwe { turns } => {
                format!("you owe them {}", text::count(turns as u64, "answer", "answers"))
            }
            Obstacle::IAnswerBadly { share } => {
                format!("you answer only {:.0} % of their messages in time", share * 100.0)
            }
            Obstacle::FewTurns { missed } => format!(
                "they left {} without an answer in time; it takes {MISSED_TURNS}",
                text::count(missed as u64, "message", "messages")
            ),
            Obstacle::FewThreads { missed } => format!(
                "what they missed lies in {}; it takes {MISSED_THREADS}",
                text::count(missed as u64, "conversation", "conversations")
            ),
            Obstacle::CloseTogether { days } => {
                format!("what they missed lies within {days:.0} days; it takes {}", APART / DAY)
            }
            Obstacle::MayAnswer { probability_below_half } => format!(
                "the chance that they miss more than half is only {:.0} %",
                // Rounded up, 89.9 % would look like enough.
                (probability_below_half * 100.0).floor()
            ),
            Obstacle::NoLastChance => {
                "you haven't written or called since they were last heard of".to_owned()
            }
            Obstacle::LastChanceRuns { until } => {
                format!("your last message has until {} to be answered", day(until))
            }
        }
    }
}

fn not_archived(case: &Case<'_>) -> Option<Obstacle> {
    case.known.archived_since.map(|since| Obstacle::Archived { since })
}

fn not_kept(case: &Case<'_>) -> Option<Obstacle> {
    case.known.kept_since.map(|since| Obstacle::Kept { since })
}

fn not_starred(case: &Case<'_>) -> Option<Obstacle> {
    case.known.starred.then_some(Obstacle::Starred)
}

fn silent(case: &Case<'_>) -> Option<Obstacle> {
    let lately = case.heard.filter(|at| *at > case.now - SILENT_FOR);
    lately.map(|at| Obstacle::HeardLately { at })
}

fn reachable(case: &Case<'_>) -> Option<Obstacle> {
    case.known.address_dead_since.map(|since| Obstacle::AddressDead { since })
}

fn present(case: &Case<'_>) -> Option<Obstacle> {
    let current =
        case.known.absences.iter().filter(|(begin, end)| *begin <= case.now && case.now < *end);
    current.map(|(_, end)| *end).max().map(|until| Obstacle::Away { until })
}

fn known_long_enough(case: &Case<'_>) -> Option<Obstacle> {
    let since = case.known.since;
    since.is_none_or(|since| since > case.now - KNOWN_FOR).then_some(Obstacle::New { since })
}

fn i_owe_nothing(case: &Case<'_>) -> Option<Obstacle> {
    (case.owed > 0).then_some(Obstacle::IOwe { turns: case.owed })
}

fn i_answer(case: &Case<'_>) -> Option<Obstacle> {
    let share = case.known.i_answer;
    (share < MY_PART).then_some(Obstacle::IAnswerBadly { share })
}

fn asked_often(case: &Case<'_>) -> Option<Obstacle> {
    let missed = case.missed().count();
    (missed < MISSED_TURNS).then_some(Obstacle::FewTurns { missed })
}

/// Few turns can't be about much.
fn asked_about_several_things(case: &Case<'_>) -> Option<Obstacle> {
    let missed = case.threads_missed;
    (asked_often(case).is_none() && missed < MISSED_THREADS)
        .then_some(Obstacle::FewThreads { missed })
}

fn asked_over_a_while(case: &Case<'_>) -> Option<Obstacle> {
    let seconds = case.missed_over();
    let days = seconds as f64 / DAY as f64;
    (asked_often(case).is_none() && seconds < APART).then_some(Obstacle::CloseTogether { days })
}

fn surely_missing(case: &Case<'_>) -> Option<Obstacle> {
    let probability_below_half = case.probability_below_half;
    // Written so that no number at all is an obstacle, too.
    let sure = probability_below_half >= SURE;
    (!sure).then_some(Obstacle::MayAnswer { probability_below_half })
}

/// A reminder gives as much time as the question it repeats.
pub(super) fn last_chance_until(case: &Case<'_>, chance: &Receipt) -> Moment {
    case.last_tried(chance) + LAST_CHANCE_FOR
}

fn had_a_last_chance(case: &Case<'_>) -> Option<Obstacle> {
    let Some(chance) = case.last_chance else {
        return Some(Obstacle::NoLastChance);
    };
    let until = last_chance_until(case, &chance);
    (until > case.now).then_some(Obstacle::LastChanceRuns { until })
}
