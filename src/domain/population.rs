//! What all contacts together teach about each: how soon people answer, how often within the
//! limit, what asks for an answer, and from when on an alert is worth it.
//!
//! A pure function of all turns up to an instant. Never looks at a contact's score.

use serde::{Deserialize, Serialize};

use super::model::{DAY, Moment, Side};
use super::need::Model;
use super::need::learn;
use super::need::samples::Samples;
use super::overdue::Replay;
use super::policy::{FIRST_Q_STAR, Policy};
use super::standing::{self, Outcome, Terms};
use super::statistics::curve::PopulationCurve;
use super::statistics::empirical_bayes::{self, DEFAULT_PRIOR, Tally};
use super::statistics::{Beta, Waits, weights};
use super::turns::{Status, Turn};

/// Learned once a day, in seconds.
const REFIT: i64 = DAY;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Population {
    /// Learned from mail up to then; `None` before anything was.
    pub at: Option<Moment>,
    /// So many messages were stored then; 0 where nobody keeps it.
    #[serde(default)]
    pub messages: u64,
    pub need: Model,
    /// How others answer me, and how I answer them.
    pub them: Usual,
    pub me: Usual,
    /// Turns below this needs-reply are listed, never alerted.
    pub q_star: f64,
}

/// How one direction is usually answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Usual {
    /// Of the share within the limit, for a contact about whom nothing is known.
    pub prior: Beta,
    pub curve: PopulationCurve,
}

impl Default for Population {
    fn default() -> Self {
        let usual = Usual { prior: DEFAULT_PRIOR, curve: PopulationCurve::default() };
        Population {
            at: None,
            messages: 0,
            need: Model::BY_HAND,
            them: usual.clone(),
            me: usual,
            q_star: FIRST_Q_STAR,
        }
    }
}

impl Population {
    /// Every day, and when half as much mail again has come since: a long first sync teaches
    /// early, and what it costs to learn grows with the mail and not with its square.
    pub fn is_due(&self, now: Moment, messages: u64) -> bool {
        let is_old = self.at.is_none_or(|at| at > now || now - REFIT >= at);
        is_old || messages > self.messages + self.messages / 2
    }

    /// How turns of that side are usually answered.
    pub fn usual(&self, side: Side) -> &Usual {
        match side {
            Side::Mine => &self.them,
            Side::Theirs => &self.me,
        }
    }
}

/// The first reading of all turns: what asks for an answer.
#[derive(Debug, Clone)]
pub struct Lessons {
    now: Moment,
    theirs: Samples,
    mine: Samples,
}

impl Lessons {
    pub fn new(now: Moment) -> Lessons {
        Lessons { now, theirs: Samples::default(), mine: Samples::default() }
    }

    /// `wanted`: the user said that it asks for an answer, by putting it off.
    pub fn hear(&mut self, turn: &Turn, wanted: bool) {
        let samples = match turn.side {
            Side::Theirs => &mut self.theirs,
            Side::Mine => &mut self.mine,
        };
        samples.extend(learn::samples(turn, wanted, self.now));
    }

    pub fn learned(&self) -> Model {
        let Model { theirs, mine } = Model::BY_HAND;
        Model { theirs: learn::fit(&self.theirs, &theirs), mine: learn::fit(&self.mine, &mine) }
    }
}

/// The second reading, of turns judged by what was learned: how they were answered.
pub struct Census {
    now: Moment,
    need: Model,
    them: Answers,
    me: Answers,
    alerts: Replay,
}

/// One direction.
#[derive(Debug, Clone, Default)]
struct Answers {
    tallies: Vec<Tally>,
    waits: Waits,
}

impl Census {
    pub fn new(policy: &Policy, need: Model, now: Moment) -> Census {
        let alerts = Replay::new(policy, now);
        Census { now, need, them: Answers::default(), me: Answers::default(), alerts }
    }

    /// All turns of one contact.
    pub fn count(&mut self, turns: &[Turn], terms: &Terms) {
        for (side, answers) in [(Side::Mine, &mut self.them), (Side::Theirs, &mut self.me)] {
            let mut tally = Tally { in_time: 0.0, matured: 0.0 };
            for turn in turns.iter().filter(|turn| turn.side == side && turn.start <= self.now) {
                self.alerts.take(turn, terms.limit_h);
                if turn.status(self.now) != Status::Closed {
                    answers.waits.add(&standing::observation(turn, self.now));
                }
                let weight = weights::recency(self.now.days_since(turn.start));
                match standing::outcome(turn, terms, self.now) {
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

    pub fn population(self) -> Population {
        Population {
            at: Some(self.now),
            messages: 0,
            need: self.need,
            them: self.them.usual(),
            me: self.me.usual(),
            q_star: self.alerts.q_star(),
        }
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
