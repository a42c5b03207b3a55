//! Who owes whom an answer, and which of it is worth a word now.

use std::cmp::Reverse;

use jiff::tz::TimeZone;

use super::overdue::{self, late_tail};
use super::schedule;
use crate::domain::measure::need::Likelihood;
use crate::domain::measure::standing::{self, is_owed};
use crate::domain::measure::statistics::KaplanMeier;
use crate::domain::measure::statistics::curve::{self, PopulationCurve};
use crate::domain::measure::terms::Terms;
use crate::domain::measure::turns::Turn;
use crate::domain::model::{Moment, Side, TouchId, TurnId};
use crate::domain::policy::EXPIRY_H;

/// An open turn, seen from the side that owes the answer.
#[derive(Debug, Clone)]
pub struct Debt {
    /// The turn that waits.
    pub turn: Turn,
    /// On the clock that counts for it: the wall's where I owe, their working days where they do.
    pub due: Moment,
    /// When twice the limit has passed on that clock.
    pub due_twice: Moment,
    /// The limit has passed.
    pub overdue: bool,
    /// Wall hours since the turn began.
    pub age_h: f64,
    /// Hours, on the clock that counts.
    pub limit_h: f64,
    /// `None` where it isn't put off, or no longer.
    pub snoozed_until: Option<Moment>,
}

/// Where a debt stands in a list: the least comes first.
pub type Rank = (Unlikely, Unstarred, Reverse<Urgency>, Reverse<u32>, Moment, TurnId);
type Unlikely = Reverse<Likelihood>;
type Unstarred = Reverse<bool>;

/// What falls due today can still be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Due the day after tomorrow or later.
    Later,
    /// Due on the next local day.
    Tomorrow,
    /// The limit has passed: the promise is broken already.
    Overdue,
    /// Due on this local day.
    Today,
}

impl Debt {
    /// Whether an answer is due, or only may be.
    pub fn likelihood(&self) -> Likelihood {
        self.turn.likelihood()
    }

    /// By the calendar in `zone`.
    pub fn urgency(&self, now: Moment, zone: &TimeZone) -> Urgency {
        if self.overdue {
            return Urgency::Overdue;
        }
        let today = schedule::local_date(now, zone);
        let due = schedule::local_date(self.due, zone);
        if due <= today {
            Urgency::Today
        } else if today.tomorrow().is_ok_and(|tomorrow| due == tomorrow) {
            Urgency::Tomorrow
        } else {
            Urgency::Later
        }
    }

    /// What is due before what may be; starred before others; then what is most urgent, most
    /// likely, and due first.
    pub fn rank(&self, starred: bool, now: Moment, zone: &TimeZone) -> Rank {
        (
            Reverse(self.likelihood()),
            Reverse(starred),
            Reverse(self.urgency(now, zone)),
            // To the hundredth: what differs by less is as likely.
            Reverse((self.turn.needs_reply * 100.0).round() as u32),
            self.due,
            self.turn.id,
        )
    }
}

/// What is still owed at `now` among the turns of one contact.
pub fn debts<'a>(
    turns: &'a [Turn],
    terms: &'a Terms,
    snoozed: impl Fn(&[TouchId]) -> Option<Moment> + 'a,
    now: Moment,
) -> impl Iterator<Item = Debt> + 'a {
    turns.iter().filter(move |turn| is_owed(turn, now)).map(move |turn| {
        let due = terms.due(turn);
        Debt {
            due,
            due_twice: terms.after_limits(turn, 2.0),
            overdue: now >= due,
            age_h: now.hours_since(turn.start),
            limit_h: terms.limit_h,
            snoozed_until: snoozed(&turn.touches).filter(|until| *until > now),
            turn: turn.clone(),
        }
    })
}

/// A debt with the name and the words to show beside it.
#[derive(Debug, Clone)]
pub struct NamedDebt {
    /// What is owed.
    pub debt: Debt,
    /// Of the contact, as it is shown.
    pub name: String,
    /// One of the contact's, if any is known.
    pub address: Option<String>,
    /// Of the turn's first message; `None` for a call, and where subjects aren't kept.
    pub subject: Option<String>,
    /// Of the turn's first message, with its angle brackets.
    pub message_id: Option<String>,
    /// In which of my accounts that message lies; known where it is told how to open it.
    pub account: Option<String>,
    /// Why an answer is, or may be, due.
    pub because: Vec<&'static str>,
    /// The contact's answers must not be late.
    pub starred: bool,
    /// The contact is never alerted about.
    pub muted: bool,
    /// They take longer than they nearly ever did; never of what I owe.
    pub unusual: bool,
}

impl NamedDebt {
    /// Whether it is of the turn that is named so, by whichever of its touches.
    pub fn is_of(&self, named: TurnId) -> bool {
        let turn = &self.debt.turn;
        turn.id.contact == named.contact && turn.touches.contains(&named.touch)
    }
}

/// How long one side usually takes to answer a contact or to be answered by them: S̃.
pub struct Habit<'a> {
    own: KaplanMeier,
    population: &'a PopulationCurve,
}

impl<'a> Habit<'a> {
    /// From one contact's `turns` of one side, drawn towards `population`, S_pop of that side.
    pub fn of<'t>(
        turns: impl Iterator<Item = &'t Turn>,
        population: &'a PopulationCurve,
        now: Moment,
    ) -> Habit<'a> {
        let own = standing::curve(turns.filter(|turn| turn.start <= now), now);
        Habit { own, population }
    }

    pub(super) fn survival(&self, hours: f64) -> f64 {
        curve::contact(&self.own, self.population.survival(hours), hours)
    }
}

/// Whether their silence is longer than nearly all of their answers took. `habit`: how they answer
/// my turns.
pub fn is_unusual(debt: &Debt, habit: &Habit<'_>) -> bool {
    let tail = late_tail(habit.survival(debt.age_h), habit.survival(EXPIRY_H));
    debt.turn.side == Side::Mine && overdue::unusual(debt.overdue, debt.turn.needs_reply, tail)
}

#[cfg(test)]
mod tests;
