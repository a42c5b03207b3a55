//! What one contact is judged by: my questions of the last year and what came of them, and the last
//! signs of either.
//!
//! Weighs nothing against anybody; that is for the conditions.

use std::collections::HashSet;

use crate::domain::measure::standing::is_owed;
use crate::domain::measure::statistics::{Beta, Evidence};
use crate::domain::measure::terms::{Outcome, Terms};
use crate::domain::measure::turns::Turn;
use crate::domain::model::{DAY, Moment, Side, TurnId};

/// Turns that began longer ago, in seconds, say nothing about how they answer today.
pub(super) const LOOKING_BACK: i64 = 365 * DAY;
/// Without a touch of either side for this long, in seconds, nothing was tried at all.
const UNTESTED_AFTER: i64 = 730 * DAY;

/// What is known of a contact beside their turns.
#[derive(Debug, Clone, Copy)]
pub struct Background<'a> {
    /// The earliest of the day they connected, the first touch and the import.
    pub since: Option<Moment>,
    /// The user said that they are kept.
    pub kept_since: Option<Moment>,
    /// The user has let go of them already.
    pub archived_since: Option<Moment>,
    /// Their answers must not be late.
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

/// One turn of mine, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Receipt {
    /// What commands name it by.
    pub turn: TurnId,
    /// When it began.
    pub start: Moment,
    /// Whether it was answered, and in time.
    pub outcome: Outcome,
}

/// What the conditions are judged by.
pub(super) struct Case<'a> {
    pub known: &'a Background<'a>,
    pub limit_h: f64,
    pub now: Moment,
    /// My matured turns of the last year that asked for something, oldest first.
    pub asked: Vec<Receipt>,
    /// The conversations in which an answer in time was missed.
    pub threads_missed: usize,
    pub probability_below_half: f64,
    /// They asked me for something.
    pub they_asked: bool,
    /// How many turns of theirs wait for me.
    pub owed: usize,
    /// Their last sign of life.
    pub heard: Option<Moment>,
    /// The last time that I turned to them.
    pub wrote: Option<Moment>,
    /// My newest unanswered turn since they were last heard of.
    pub last_chance: Option<Receipt>,
}

impl<'a> Case<'a> {
    pub fn new(
        turns: &[Turn],
        terms: &Terms,
        known: &'a Background<'a>,
        prior: Beta,
        thread_of: impl Fn(&Turn) -> i64,
        now: Moment,
    ) -> Case<'a> {
        let turns = in_order(turns, now);
        let (heard, wrote) = last_signs(&turns, known, now);
        let mine = || turns.iter().filter(|turn| turn.side == Side::Mine);
        let asked = || mine().filter(|turn| turn.counts(now));
        let matured =
            || asked().filter(|turn| turn.start > now - LOOKING_BACK && terms.due(turn) <= now);
        let receipt = |turn: &Turn| receipt(turn, terms, now);
        let mut evidence = Evidence::new(prior);
        let mut threads_missed = HashSet::new();
        for turn in matured() {
            match receipt(turn).outcome {
                Outcome::InTime => evidence.in_time(1.0),
                Outcome::Late => evidence.late(1.0),
                Outcome::Unanswered => evidence.unanswered(turn.needs_reply, 1.0),
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
            they_asked: turns.iter().any(|t| t.side == Side::Theirs && t.counts(now)),
            owed: turns.iter().filter(|t| t.side == Side::Theirs && is_owed(t, now)).count(),
            heard,
            wrote,
            last_chance: asked()
                .map(|turn| receipt(turn))
                .rfind(|asked| asked.outcome == Outcome::Unanswered && Some(asked.start) > heard),
        }
    }

    /// What they didn't answer in time, oldest first. Only this is held against them: an answer
    /// in time must never complete the evidence.
    pub fn missed(&self) -> impl DoubleEndedIterator<Item = &Receipt> {
        self.asked.iter().filter(|asked| asked.outcome != Outcome::InTime)
    }

    /// From the first to the last of them, in seconds.
    pub fn missed_over(&self) -> i64 {
        let (first, last) = (self.missed().next(), self.missed().next_back());
        first.zip(last).map_or(0, |(first, last)| last.start.0 - first.start.0)
    }

    /// When the last chance was given or repeated.
    pub fn last_tried(&self, chance: &Receipt) -> Moment {
        self.wrote.map_or(chance.start, |at| at.max(chance.start))
    }

    pub fn count(&self, outcome: Outcome) -> usize {
        self.asked.iter().filter(|asked| asked.outcome == outcome).count()
    }

    pub fn is_untested(&self) -> bool {
        is_untested(self.heard.max(self.wrote), self.now)
    }
}

/// Whether nothing was tried with them at all; `last_touch`: of either side.
pub(super) fn is_untested(last_touch: Option<Moment>, now: Moment) -> bool {
    last_touch.is_none_or(|last| last < now - UNTESTED_AFTER)
}

/// What began by `now`, oldest first, each turn once.
fn in_order(turns: &[Turn], now: Moment) -> Vec<&Turn> {
    let mut turns: Vec<&Turn> = turns.iter().filter(|turn| turn.start <= now).collect();
    turns.sort_by_key(|turn| (turn.start, turn.id));
    turns.dedup_by_key(|turn| turn.id);
    turns
}

/// When they and I were last heard of, by the turns as well as by what else is known.
fn last_signs(
    turns: &[&Turn],
    known: &Background<'_>,
    now: Moment,
) -> (Option<Moment>, Option<Moment>) {
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
        None => Outcome::Unanswered,
    };
    Receipt { turn: turn.id, start: turn.start, outcome }
}
