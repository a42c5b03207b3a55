//! What all contacts together teach about each: how soon people answer, and how often within the
//! limit.
//!
//! A pure function of all turns up to an instant. Never looks at a contact's score, and never
//! teaches what asks for an answer.

use serde::{Deserialize, Serialize};

use super::statistics::curve::PopulationCurve;
use super::statistics::empirical_bayes::{self, DEFAULT_PRIOR, Tally};
use super::statistics::{Beta, Waits};
use super::terms::{Outcome, Terms, observation, outcome, recency};
use super::turns::Turn;
use crate::domain::model::{DAY, Moment, Side};

/// Learned once a day, in seconds.
const REFIT: i64 = DAY;

/// What all contacts teach about each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Population {
    /// Learned from mail up to then; `None` before anything was.
    pub at: Option<Moment>,
    /// So many messages were stored then; 0 where nobody keeps it.
    #[serde(default)]
    pub messages: u64,
    /// How others answer me, and how I answer them.
    pub them: Usual,
    /// How I answer others.
    pub me: Usual,
}

/// How one direction is usually answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Usual {
    /// Of the share within the limit, for a contact about whom nothing is known.
    pub prior: Beta,
    /// How many are still waiting after how long.
    pub curve: PopulationCurve,
}

impl Default for Population {
    fn default() -> Self {
        let usual = Usual { prior: DEFAULT_PRIOR, curve: PopulationCurve::default() };
        Population { at: None, messages: 0, them: usual.clone(), me: usual }
    }
}

impl Population {
    /// Every day, and when half as much mail again has come since: a long first sync teaches
    /// early, and what it costs to learn grows with the mail and not with its square.
    pub fn is_due(&self, now: Moment, messages: u64) -> bool {
        let is_old = self.at.is_none_or(|at| at > now || now - REFIT >= at);
        is_old || messages > self.messages + self.messages / 2
    }

    /// When it is to be learned anew, if no mail comes.
    pub fn next(&self) -> Option<Moment> {
        self.at.map(|at| at + REFIT)
    }

    /// How turns of that side are usually answered.
    pub fn usual(&self, side: Side) -> &Usual {
        match side {
            Side::Mine => &self.them,
            Side::Theirs => &self.me,
        }
    }
}

/// A reading of all turns: how they were answered.
pub struct Census {
    now: Moment,
    them: Answers,
    me: Answers,
}

/// One direction.
#[derive(Debug, Clone, Default)]
struct Answers {
    tallies: Vec<Tally>,
    waits: Waits,
}

impl Census {
    /// Nobody has been counted yet; turns that began later than `now` won't be.
    pub fn new(now: Moment) -> Census {
        Census { now, them: Answers::default(), me: Answers::default() }
    }

    /// All turns of one contact.
    pub fn count(&mut self, turns: &[Turn], terms: &Terms) {
        for (side, answers) in [(Side::Mine, &mut self.them), (Side::Theirs, &mut self.me)] {
            let mut tally = Tally { in_time: 0.0, matured: 0.0 };
            for turn in turns.iter().filter(|turn| turn.side == side && turn.start <= self.now) {
                if turn.counts(self.now) {
                    answers.waits.add(&observation(turn, self.now));
                }
                let weight = recency(turn.start, self.now);
                match outcome(turn, terms, self.now) {
                    Some(Outcome::InTime) => {
                        tally.in_time += weight;
                        tally.matured += weight;
                    }
                    Some(Outcome::Late) => tally.matured += weight,
                    // Silence weighs only as much as an answer was needed.
                    Some(Outcome::Unanswered) => tally.matured += weight * turn.needs_reply,
                    None => {}
                }
            }
            answers.tallies.push(tally);
        }
    }

    /// What those teach that were counted.
    pub fn population(self) -> Population {
        Population { at: Some(self.now), messages: 0, them: self.them.usual(), me: self.me.usual() }
    }
}

impl Answers {
    fn usual(&self) -> Usual {
        let curve = PopulationCurve::of(&self.waits.curve());
        Usual { prior: empirical_bayes::prior(&self.tallies), curve }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::HOUR;

    #[test]
    fn it_is_learned_daily_and_when_much_mail_has_come() {
        const LEARNED: Moment = Moment(1_700_000_000);
        #[track_caller]
        fn check(at: Option<Moment>, later: i64, messages: u64, due: bool) {
            let population = Population { at, messages: 100, ..Population::default() };
            assert_eq!(population.is_due(LEARNED + later, messages), due, "{later} {messages}");
        }
        check(None, 0, 100, true);
        check(Some(LEARNED), 23 * HOUR, 150, false);
        check(Some(LEARNED), 24 * HOUR, 100, true);
        check(Some(LEARNED), 1, 151, true);
        check(Some(LEARNED), -1, 100, true);
    }
}
