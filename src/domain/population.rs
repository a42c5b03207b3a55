//! What all contacts together teach about each: how soon people answer, how often within the
//! limit, what asks for an answer, and from when on an alert is worth it.
//!
//! A pure function of all turns up to an instant. Never looks at a contact's score.

use serde::{Deserialize, Serialize};

use super::model::{DAY, Moment, Side};
use super::need::Model;
use super::need::learn;
use super::need::samples::{Sample, Samples};
use super::overdue::Replay;
use super::policy::{FIRST_Q_STAR, Policy};
use super::standing::{self, Outcome, Terms};
use super::statistics::curve::PopulationCurve;
use super::statistics::empirical_bayes::{self, DEFAULT_PRIOR, Tally};
use super::statistics::{Beta, Waits, weights};
use super::turns::{Closed, Status, Turn};

/// Learned once a day, in seconds.
const REFIT: i64 = DAY;
/// So many turns teach what there is to learn of needs-reply. Of more, some stand for all: what a
/// million taught would hardly differ, and the daemon has no room for it.
const ENOUGH: u64 = 200_000;

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
    /// One turn in so many is heard, and counts for as many.
    one_in: u32,
    theirs: Samples,
    mine: Samples,
}

impl Lessons {
    /// `turns`: how many there are to hear.
    pub fn new(now: Moment, turns: u64) -> Lessons {
        let one_in = u32::try_from(turns.div_ceil(ENOUGH)).unwrap_or(u32::MAX).max(1);
        Lessons { now, one_in, theirs: Samples::default(), mine: Samples::default() }
    }

    /// `wanted`: the user said that it asks for an answer, by putting it off.
    pub fn hear(&mut self, turn: &Turn, wanted: bool) {
        let said = wanted || turn.closed == Some(Closed::SaidDone);
        if !said && !self.stands_for_others(turn) {
            return;
        }
        let likes = if said { 1.0 } else { f64::from(self.one_in) };
        let samples = match turn.side {
            Side::Theirs => &mut self.theirs,
            Side::Mine => &mut self.mine,
        };
        let lessons = learn::samples(turn, wanted, self.now);
        samples.extend(lessons.map(|sample| Sample { weight: sample.weight * likes, ..sample }));
    }

    /// Chosen by its instant, scattered (Knuth, The Art of Computer Programming, vol. 3, §6.4: by
    /// the golden ratio): the same turns, in whatever order they are heard.
    fn stands_for_others(&self, turn: &Turn) -> bool {
        let scattered = turn.start.0.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        scattered.is_multiple_of(self.one_in.into())
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
    use crate::domain::need::Features;
    use crate::domain::turns::Asked;

    /// Theirs of long ago, which was never answered.
    fn silence(number: i64, closed: Option<Closed>) -> Turn {
        let start = Moment(1_600_000_000 + 7_919 * number);
        let asks = vec![Asked { at: start, features: Features::default(), replied_at: None }];
        Turn { asks, closed, ..Turn::asked(Side::Theirs, number, start) }
    }

    #[test]
    fn of_a_million_turns_some_stand_for_all_but_what_the_user_said_is_always_heard() {
        let now = Moment(1_700_000_000);
        let weight = |turns: u64, closed| {
            let mut lessons = Lessons::new(now, turns);
            (0..10_000).for_each(|number| lessons.hear(&silence(number, closed), false));
            let heard = lessons.theirs.iter();
            heard.fold((0, 0.0), |(count, sum), seen| (count + 1, sum + seen.weight))
        };
        assert_eq!(weight(200_000, None), (10_000, 5_000.0));
        let (count, sum) = weight(1_000_000, None);
        assert!((1_900..2_100).contains(&count), "{count}");
        assert!((4_750.0..5_250.0).contains(&sum), "{sum}");
        assert_eq!(weight(1_000_000, Some(Closed::SaidDone)), (10_000, 50_000.0));
    }

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
