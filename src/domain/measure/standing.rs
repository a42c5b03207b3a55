//! Where a contact stands: both response times, the shares within the limit and the score, as a
//! pure function of their turns, what counts in the ledger and `now`.

use std::cmp::Ordering;

use super::balance::{Balance, Counted};
use super::need::PERHAPS;
use super::population::Population;
use super::score::{self, Claim, Inputs, Score, Share};
use super::statistics::{Beta, Evidence, KaplanMeier, Observation, Quantile};
use super::terms::{Outcome, Terms, observation, outcome, recency};
use super::turns::{Status, Turn};
use crate::domain::model::{Moment, Side, Stance};
use crate::domain::text::UNKNOWN;

/// How one side's turns were answered.
#[derive(Debug, Clone)]
pub struct SideFigures {
    /// Turns that count and have an answer.
    pub answered: usize,
    /// Turns that count and still wait.
    pub open: usize,
    /// Turns that count and got no answer in thirty days.
    pub expired: usize,
    /// All others: what asked for nothing, answered or not, and what needed no answer any more.
    pub closed: usize,
    /// Effective number of answered, open and expired turns after recency weights.
    pub n_eff: f64,
    /// Hours; the point is `None` below three effective turns or where it isn't reached.
    pub median: Quantile,
    /// Hours in which nine of ten are answered; `None` as for the median.
    pub p90_h: Option<f64>,
    /// The longest that anybody waited, answered or not: where the median isn't reached, it is
    /// more than that.
    pub longest_h: Option<f64>,
    /// How many of the matured ones were answered in time.
    pub within_limit: WithinLimit,
}

/// The share of answers that come within the limit.
#[derive(Debug, Clone)]
pub struct WithinLimit {
    /// Drawn towards what is usual where little is known.
    pub share: Share,
    /// What the share was made from.
    pub evidence: Evidence,
    /// Turns whose limit has passed.
    pub matured: usize,
    /// Of those, answered within it.
    pub answered_in_time: usize,
    /// Σ of the recency weights of the matured turns, silence as far as an answer was due.
    pub weight: f64,
}

/// What was counted beside the turns, decayed by age.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// Conversations that I began.
    pub init_me: f64,
    /// Conversations that they began.
    pub init_them: f64,
    /// What was given, asked and received.
    pub balance: Balance,
}

/// Where a contact stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// How they answer my turns.
    pub them: SideFigures,
    /// How I answer theirs.
    pub me: SideFigures,
    /// What the score counts beside the turns.
    pub counts: Counts,
    /// What the score was made from.
    pub inputs: Inputs,
    /// With its range and its parts.
    pub score: Score,
    /// Of either side; `None`: there was none.
    pub last_touch: Option<Moment>,
}

/// As much of a figure as the evidence allows to say to a person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Estimate {
    /// Nothing.
    Unknown,
    /// What it is.
    Point(f64),
    /// Between which it lies.
    Range(f64, f64),
    /// What it isn't below.
    AtLeast(f64),
    /// What nobody has reached yet who was waited for.
    SoFar(f64),
}

impl Estimate {
    /// Where it stands among others, lowest first: a range by its middle, and what has only a lower
    /// bound behind all that have an upper one.
    pub fn rank(self) -> Option<(bool, f64)> {
        match self {
            Estimate::Unknown => None,
            Estimate::Point(it) => Some((false, it)),
            Estimate::Range(low, high) => Some((false, f64::midpoint(low, high))),
            Estimate::AtLeast(it) | Estimate::SoFar(it) => Some((true, it)),
        }
    }

    /// Lowest first, what is unknown last.
    pub fn rising(self, other: Estimate) -> Ordering {
        unknown_last(self.rank(), other.rank())
    }

    /// Highest first, what is unknown last.
    pub fn falling(self, other: Estimate) -> Ordering {
        let highest = |estimate: Estimate| estimate.rank().map(|(_, it)| -it);
        unknown_last(highest(self), highest(other))
    }

    /// In words, each number as `figure` puts it and a range with `to` in between.
    pub fn told(self, figure: impl Fn(f64) -> String, to: &str) -> String {
        match self {
            Estimate::Unknown => UNKNOWN.to_owned(),
            Estimate::Point(value) => figure(value),
            Estimate::Range(low, high) => format!("{}{to}{}", figure(low), figure(high)),
            Estimate::AtLeast(value) => format!("≥ {}", figure(value)),
            Estimate::SoFar(value) => format!("≥ {} so far", figure(value)),
        }
    }

    /// The same in few letters.
    pub fn briefly_told(self, figure: impl Fn(f64) -> String) -> String {
        match self {
            Estimate::SoFar(value) => Estimate::AtLeast(value).told(figure, "–"),
            estimate => estimate.told(figure, "–"),
        }
    }
}

/// Smallest first.
fn unknown_last<T: PartialOrd>(a: Option<T>, b: Option<T>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

impl Standing {
    /// The score, as far as it may be named.
    pub fn told_score(&self) -> Estimate {
        let range = &self.score.range;
        match (self.figure(), score::claim(self.inputs.matured)) {
            (Some(figure), _) => Estimate::Point(figure),
            (None, Claim::Nothing) => Estimate::Unknown,
            (None, _) => Estimate::Range(range.low, range.high),
        }
    }

    /// The score where enough is known to show people a point; elsewhere only its range.
    pub fn figure(&self) -> Option<f64> {
        self.score.value.filter(|_| score::claim(self.inputs.matured) == Claim::Figure)
    }
}

impl WithinLimit {
    /// The share, 0…1, as far as it may be named.
    pub fn told(&self) -> Estimate {
        match score::claim(self.weight) {
            Claim::Nothing => Estimate::Unknown,
            Claim::Range => Estimate::Range(self.share.low, self.share.high),
            Claim::Figure => Estimate::Point(self.share.mean),
        }
    }

    /// The same in words: `83 %`, `40–90 %`.
    pub fn in_percent(&self) -> String {
        match self.told() {
            Estimate::Unknown => UNKNOWN.to_owned(),
            share => share.told(|share| format!("{:.0}", share * 100.0), "–") + " %",
        }
    }
}

impl SideFigures {
    /// The median in hours, as far as it may be named.
    pub fn told_median(&self) -> Estimate {
        let SideFigures { median, longest_h, .. } = self;
        match (score::claim(self.n_eff), median.hours, median.low, median.high) {
            (Claim::Nothing, ..) => Estimate::Unknown,
            (_, None, ..) => longest_h.map_or(Estimate::Unknown, Estimate::SoFar),
            (Claim::Figure, Some(hours), ..) => Estimate::Point(hours),
            (Claim::Range, _, Some(low), Some(high)) => Estimate::Range(low, high),
            (Claim::Range, _, Some(low), None) if low > 0.0 => Estimate::AtLeast(low),
            (Claim::Range, ..) => Estimate::Unknown,
        }
    }

    /// All of them, those that don't count among them.
    pub fn turns(&self) -> usize {
        self.answered + self.open + self.expired + self.closed
    }
}

/// What is known of one contact.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Judged, of either side.
    pub turns: &'a [Turn],
    /// What counts in the ledger, in any order.
    pub counted: &'a [Counted],
    /// Of all that is stored, whatever `now` is.
    pub last_touch: Option<Moment>,
    /// The limit, and the clock on which theirs runs.
    pub terms: &'a Terms,
}

/// At an earlier `now`, what came later is left out: as they stood then, as far as later mail hasn't
/// moved the starts of turns.
pub fn standing(
    record: &Record<'_>,
    population: &Population,
    stance: Stance,
    now: Moment,
) -> Standing {
    let Record { turns, counted, terms, .. } = *record;
    let last_touch = last_touch(record, now);
    let figures = |of| side(turns, of, terms, population.usual(of).prior, now);
    let (them, me) = (figures(Side::Mine), figures(Side::Theirs));
    let counts = counts(turns, counted, now);
    let inputs = Inputs {
        them: them.within_limit.share,
        me: me.within_limit.share,
        init_me: counts.init_me,
        init_them: counts.init_them,
        gives: counts.balance.gives,
        asks_me: counts.balance.asks_me,
        received: counts.balance.received,
        days_since_touch: last_touch.map(|at| now.days_since(at).max(0.0)),
        matured: them.within_limit.weight + me.within_limit.weight,
    };
    let score = score::measure(&inputs, stance);
    Standing { them, me, counts, inputs, score, last_touch }
}

/// The last touch of all hides the last one of an earlier `now`; the turns remember most of them.
fn last_touch(record: &Record<'_>, now: Moment) -> Option<Moment> {
    let of_turn = |turn: &Turn| [Some(turn.start), turn.answer.map(|answer| answer.at)];
    let known = || record.turns.iter().flat_map(of_turn).flatten().filter(|at| *at <= now).max();
    record.last_touch.filter(|at| *at <= now).or_else(known)
}

/// The figures of one side; `turns` may hold the other side's too.
pub fn side(turns: &[Turn], side: Side, terms: &Terms, prior: Beta, now: Moment) -> SideFigures {
    let turns = || turns.iter().filter(|turn| turn.side == side && turn.start <= now);
    let counted = || turns().filter(|turn| turn.counts(now));
    let count = |status| counted().filter(|turn| turn.status(now) == status).count();
    let curve = curve(turns(), now);
    let enough = curve.n_eff() >= score::ENOUGH;
    let median = curve.quantile(0.5);
    SideFigures {
        answered: count(Status::Answered),
        open: count(Status::Open),
        expired: count(Status::Expired),
        closed: turns().count() - counted().count(),
        n_eff: curve.n_eff(),
        median: Quantile { hours: median.hours.filter(|_| enough), ..median },
        p90_h: curve.reached(0.9).filter(|_| enough),
        longest_h: curve.follow_up(),
        within_limit: within_limit(turns(), terms, prior, now),
    }
}

/// How long answers take, silence counted as censored time.
pub fn curve<'a>(turns: impl Iterator<Item = &'a Turn>, now: Moment) -> KaplanMeier {
    let counted = turns.filter(|turn| turn.counts(now));
    let observations: Vec<Observation> = counted.map(|turn| observation(turn, now)).collect();
    KaplanMeier::fit(&observations)
}

fn within_limit<'a>(
    turns: impl Iterator<Item = &'a Turn>,
    terms: &Terms,
    prior: Beta,
    now: Moment,
) -> WithinLimit {
    let mut evidence = Evidence::new(prior);
    let (mut matured, mut answered_in_time, mut weight) = (0, 0, 0.0);
    for turn in turns {
        let Some(outcome) = outcome(turn, terms, now) else { continue };
        let w = recency(turn.start, now);
        matured += 1;
        // Silence weighs only as much as an answer was needed.
        weight += if outcome == Outcome::Unanswered { w * turn.needs_reply } else { w };
        match outcome {
            Outcome::InTime => {
                answered_in_time += 1;
                evidence.in_time(w);
            }
            Outcome::Late => evidence.late(w),
            Outcome::Unanswered => evidence.unanswered(turn.needs_reply, w),
        }
    }
    let share = Share::from(&evidence.posterior());
    WithinLimit { share, evidence, matured, answered_in_time, weight }
}

fn counts(turns: &[Turn], counted: &[Counted], now: Moment) -> Counts {
    let mut counts = Counts { balance: Balance::of(counted, now), ..Counts::default() };
    let begun = turns.iter().filter(|turn| turn.opens_thread && turn.start <= now);
    for turn in begun.filter(|turn| turn.counts(now)) {
        let w = recency(turn.start, now);
        match turn.side {
            Side::Mine => counts.init_me += w,
            Side::Theirs => counts.init_them += w,
        }
    }
    counts
}

/// Whether a turn is still owed an answer at `now`: open, and likely enough to expect one.
pub fn is_owed(turn: &Turn, now: Moment) -> bool {
    turn.start <= now && turn.status(now) == Status::Open && turn.needs_reply >= PERHAPS
}

#[cfg(test)]
mod tests;
