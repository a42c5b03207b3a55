//! Why somebody is suggested, as data and as words.

use super::case::{Case, Receipt};
use crate::domain::measure::terms::Outcome;
use crate::domain::model::{DAY, Moment};
use crate::domain::text;

/// What to say below every list from which LinkedIn connections may be removed.
pub const WITHDRAWS_ENDORSEMENTS: &str = "Leaving a LinkedIn connection also withdraws the \
    endorsements and recommendations that you gave each other.";

/// One ground for a suggestion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reason {
    /// What I asked within the last year and what came of it.
    Asked {
        /// Answered within the limit.
        in_time: usize,
        /// Answered later.
        late: usize,
        /// Not answered.
        silence: usize,
        /// On their working days.
        limit_h: f64,
    },
    /// They missed it in so many conversations, over so many days.
    Spread {
        /// In which they missed one.
        conversations: usize,
        /// From the first to the last.
        days: f64,
    },
    /// Their last sign of life; `None`: there never was one.
    Silent {
        /// When it came.
        since: Option<Moment>,
    },
    /// When I last wrote or called, and the days since.
    LastChance {
        /// When I did.
        at: Moment,
        /// Since then.
        days: f64,
    },
    /// I owe them nothing, and answer this share of theirs in time.
    MyPart {
        /// 0…1; `None`: they asked for nothing.
        share: Option<f64>,
    },
}

impl Reason {
    /// As a sentence without its full stop, of "you" and "they".
    pub fn text(&self) -> String {
        match *self {
            Reason::Asked { in_time: 0, late: 0, silence, .. } => {
                format!(
                    "they answered none of your {}",
                    text::count(silence as u64, "message", "messages")
                )
            }
            Reason::Asked { in_time, late, silence, limit_h } => format!(
                "of {} they answered {in_time} within {} on working days, {late} later and \
                 {silence} not at all",
                text::count((in_time + late + silence) as u64, "message", "messages"),
                text::duration(limit_h)
            ),
            Reason::Spread { conversations, days } => format!(
                "what they missed lies in {} over {days:.0} days",
                text::count(conversations as u64, "conversation", "conversations")
            ),
            Reason::Silent { since: Some(since) } => {
                format!("nothing has come from them since {}", day(since))
            }
            Reason::Silent { since: None } => "they have never written".to_owned(),
            Reason::LastChance { at, days } => {
                format!("you last tried on {}, {days:.0} days ago", day(at))
            }
            Reason::MyPart { share: Some(share) } => {
                format!("you owe them nothing and answer {:.0} % of theirs in time", share * 100.0)
            }
            Reason::MyPart { share: None } => "you owe them nothing".to_owned(),
        }
    }
}

pub(super) fn reasons(case: &Case<'_>, last_chance: &Receipt) -> Vec<Reason> {
    let tried = case.last_tried(last_chance);
    vec![
        Reason::Asked {
            in_time: case.count(Outcome::InTime),
            late: case.count(Outcome::Late),
            silence: case.count(Outcome::Unanswered),
            limit_h: case.limit_h,
        },
        Reason::Spread {
            conversations: case.threads_missed,
            days: case.missed_over() as f64 / DAY as f64,
        },
        Reason::Silent { since: case.heard },
        Reason::LastChance { at: tried, days: case.now.days_since(tried) },
        Reason::MyPart { share: case.they_asked.then_some(case.known.i_answer) },
    ]
}

/// `3 March 2026`
pub(super) fn day(at: Moment) -> String {
    at.timestamp().strftime("%-d %B %Y").to_string()
}
