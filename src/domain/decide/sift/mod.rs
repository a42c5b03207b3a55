//! The sift: whose connection the user may want to let go of, and on what grounds.
//!
//! Judges one contact at one time and returns what it found as data. Never removes anybody, never
//! asks anybody, and never knows what the user did with an earlier suggestion.

use std::collections::HashSet;

use crate::domain::measure::standing::{Terms, is_owed};
use crate::domain::measure::statistics::{Beta, Evidence};
use crate::domain::measure::turns::{Status, Turn};
use crate::domain::model::{ContactId, DAY, Moment, Side, TurnId};

mod conditions;
mod reasons;

pub use conditions::Obstacle;
pub use reasons::{Reason, WITHDRAWS_ENDORSEMENTS};

/// Turns that began longer ago, in seconds, say nothing about how they answer today.
const LOOKING_BACK: i64 = 365 * DAY;
/// Without a touch of either side for this long, in seconds, nothing was tried at all.
const UNTESTED_AFTER: i64 = 730 * DAY;
/// So many suggestions in a week, and so many untested contacts beside them.
const PER_WEEK: usize = 5;

/// What is known of a contact beside their turns.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The earliest of the day they connected, the first touch and the import.
    pub since: Option<Moment>,
    pub protected: bool,
    pub starred: bool,
    /// Mail to the address that I would write to came back, and nothing proves it alive since.
    pub address_dead_since: Option<Moment>,
    /// Out-of-office intervals: begin (included) and end (excluded).
    pub absences: &'a [(Moment, Moment)],
    /// The last human touch of theirs on any channel.
    pub last_from_them: Option<Moment>,
    /// The last touch of mine on any channel, also one that asked for nothing.
    pub last_from_me: Option<Moment>,
    /// M: the posterior mean of my own answers within the limit.
    pub i_answer: f64,
}

/// What follows for one contact.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Everything that speaks against a suggestion, most telling first; never empty.
    Keep(Vec<Obstacle>),
    /// They may never have read a word: their address is dead and nothing else came from them.
    FindNewAddress {
        dead_since: Moment,
    },
    Suggest(Suggestion),
    /// Nobody has written for two years, or ever: silence without a question.
    Untested(Untested),
}

/// "Consider removing", with receipts.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// P(p < ½), p being their probability of an answer within the limit.
    pub probability_below_half: f64,
    pub reasons: Vec<Reason>,
    /// The turns it rests on, oldest first, those answered in time included.
    pub evidence: Vec<Receipt>,
    /// The unanswered turn that was their last chance.
    pub last_chance: Receipt,
    /// Their last sign of life.
    pub silent_since: Option<Moment>,
}

/// One turn of mine, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Receipt {
    pub turn: TurnId,
    pub start: Moment,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    InTime,
    Late,
    Silence,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Untested {
    pub last_touch: Option<Moment>,
    pub known_since: Option<Moment>,
}

/// A contact that was suggested, as [`weekly`] puts them in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub contact: ContactId,
    pub suggestion: Suggestion,
}

/// Judges one contact by their turns. `prior` is that of their answers within the limit;
/// `thread_of` names the conversation that a turn belongs to.
pub fn verdict(
    turns: &[Turn],
    terms: &Terms,
    known: &Known<'_>,
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
            last_chance,
            silent_since: case.heard,
            evidence: case.asked,
        }),
        _ => Verdict::Keep(obstacles),
    }
}

/// What the conditions are judged by.
struct Case<'a> {
    known: &'a Known<'a>,
    limit_h: f64,
    now: Moment,
    /// My matured turns of the last year that asked for something, oldest first.
    asked: Vec<Receipt>,
    /// The conversations in which an answer in time was missed.
    threads_missed: usize,
    probability_below_half: f64,
    /// How many turns of theirs wait for me.
    owed: usize,
    /// Their last sign of life.
    heard: Option<Moment>,
    /// The last time that I turned to them.
    wrote: Option<Moment>,
    /// My newest unanswered turn since they were last heard of.
    last_chance: Option<Receipt>,
}

impl<'a> Case<'a> {
    fn new(
        turns: &[Turn],
        terms: &Terms,
        known: &'a Known<'a>,
        prior: Beta,
        thread_of: impl Fn(&Turn) -> i64,
        now: Moment,
    ) -> Case<'a> {
        let turns = in_order(turns, now);
        let (heard, wrote) = last_signs(&turns, known, now);
        let mine = || turns.iter().filter(|turn| turn.side == Side::Mine);
        let asked = || mine().filter(|turn| turn.status(now) != Status::Closed);
        let matured =
            || asked().filter(|turn| turn.start > now - LOOKING_BACK && terms.due(turn) <= now);
        let receipt = |turn: &Turn| receipt(turn, terms, now);
        let mut evidence = Evidence::new(prior);
        let mut threads_missed = HashSet::new();
        for turn in matured() {
            match receipt(turn).outcome {
                Outcome::InTime => evidence.in_time(1.0),
                Outcome::Late => evidence.late(1.0),
                Outcome::Silence => evidence.unanswered(turn.needs_reply, 1.0),
            }
            if receipt(turn).outcome != Outcome::InTime {
                threads_missed.insert(thread_of(turn));
            }
        }
        Case {
            known,
            limit_h: terms.limit_h,
            now,
            asked: matured().map(|turn| receipt(turn)).collect(),
            threads_missed: threads_missed.len(),
            probability_below_half: evidence.posterior().below(0.5),
            owed: turns.iter().filter(|t| t.side == Side::Theirs && is_owed(t, now)).count(),
            heard,
            wrote,
            last_chance: asked()
                .map(|turn| receipt(turn))
                .rfind(|asked| asked.outcome == Outcome::Silence && Some(asked.start) > heard),
        }
    }

    /// What they didn't answer in time, oldest first. Only this is held against them: an answer
    /// in time must never complete the evidence.
    fn missed(&self) -> impl DoubleEndedIterator<Item = &Receipt> {
        self.asked.iter().filter(|asked| asked.outcome != Outcome::InTime)
    }

    /// From the first to the last of them, in seconds.
    fn missed_over(&self) -> i64 {
        let (first, last) = (self.missed().next(), self.missed().next_back());
        first.zip(last).map_or(0, |(first, last)| last.start.0 - first.start.0)
    }

    /// When the last chance was given or repeated.
    fn last_tried(&self, chance: &Receipt) -> Moment {
        self.wrote.map_or(chance.start, |at| at.max(chance.start))
    }

    fn count(&self, outcome: Outcome) -> usize {
        self.asked.iter().filter(|asked| asked.outcome == outcome).count()
    }

    fn is_untested(&self) -> bool {
        self.heard.max(self.wrote).is_none_or(|last| last < self.now - UNTESTED_AFTER)
    }
}

/// What began by `now`, oldest first, each turn once.
fn in_order(turns: &[Turn], now: Moment) -> Vec<&Turn> {
    let mut turns: Vec<&Turn> = turns.iter().filter(|turn| turn.start <= now).collect();
    turns.sort_by_key(|turn| (turn.start, turn.id));
    turns.dedup_by_key(|turn| turn.id);
    turns
}

/// When they and I were last heard of, by the turns as well as by what else is known.
fn last_signs(turns: &[&Turn], known: &Known<'_>, now: Moment) -> (Option<Moment>, Option<Moment>) {
    let last = |side: Side, known: Option<Moment>| {
        let began = turns.iter().filter(|turn| turn.side == side).map(|turn| turn.start);
        let answers = turns.iter().filter(|turn| turn.side == side.other());
        let answered = answers.filter_map(|turn| turn.answer.map(|answer| answer.at));
        began.chain(answered).chain(known).filter(|at| *at <= now).max()
    };
    (last(Side::Theirs, known.last_from_them), last(Side::Mine, known.last_from_me))
}

fn receipt(turn: &Turn, terms: &Terms, now: Moment) -> Receipt {
    let outcome = match turn.answer.filter(|answer| answer.at <= now) {
        Some(answer) if answer.at <= terms.due(turn) => Outcome::InTime,
        Some(_) => Outcome::Late,
        None => Outcome::Silence,
    };
    Receipt { turn: turn.id, start: turn.start, outcome }
}

/// Whom to suggest this week: the surest first, then who has been silent longest; at most five in
/// a week, so many of which were shown already.
pub fn weekly(mut candidates: Vec<Candidate>, already_this_week: usize) -> Vec<Candidate> {
    candidates.sort_by(|one, other| {
        let surest = |c: &Candidate| c.suggestion.probability_below_half;
        let rest = |c: &Candidate| (c.suggestion.silent_since, c.contact);
        surest(other).total_cmp(&surest(one)).then_with(|| rest(one).cmp(&rest(other)))
    });
    candidates.truncate(PER_WEEK.saturating_sub(already_this_week));
    candidates
}

/// Whom to offer a word to this week: never touched first, then the longest ago, and among equals
/// who has been known longest.
pub fn weekly_untested(
    mut untested: Vec<(ContactId, Untested)>,
    already_this_week: usize,
) -> Vec<(ContactId, Untested)> {
    untested.sort_by_key(|(contact, found)| (found.last_touch, found.known_since, *contact));
    untested.truncate(PER_WEEK.saturating_sub(already_this_week));
    untested
}

#[cfg(test)]
mod tests;
