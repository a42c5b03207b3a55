//! What can be drawn of a contact: how long either side waited, what became of each turn, and when
//! they answer.
//!
//! Values only; how they look, `deliver` says.

use jiff::Zoned;
use jiff::tz::TimeZone;

use super::need::PERHAPS;
use super::standing::curve;
use super::statistics::KaplanMeier;
use super::terms::{Outcome, Terms, outcome};
use super::turns::{Status, Turn};
use crate::domain::model::{Moment, Side};

/// What can be drawn of a contact.
#[derive(Debug, Clone)]
pub struct Picture {
    /// How long my turns wait for them.
    pub them: KaplanMeier,
    /// How long theirs wait for me.
    pub me: KaplanMeier,
    /// Each turn that counts, oldest first.
    pub turns: Vec<DrawnTurn>,
    /// When they answer.
    pub answers: AnswerTimes,
}

/// A turn as it stands in a row of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DrawnTurn {
    /// Whose turn it is: who wrote and waits.
    pub side: Side,
    /// When it began.
    pub start: Moment,
    /// `None` while its limit hasn't passed and no answer has come.
    pub outcome: Option<Outcome>,
}

/// How many answers came in each hour of the week, by the clock of who answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AnswerTimes {
    /// Monday first, from midnight on.
    pub hours: [[u32; 24]; 7],
}

impl Picture {
    /// From a contact's judged turns, oldest first; their days begin in `zone`.
    pub fn of(turns: &[Turn], terms: &Terms, zone: &TimeZone, now: Moment) -> Picture {
        let begun = || turns.iter().filter(|turn| turn.start <= now);
        let of = |side| curve(begun().filter(move |turn| turn.side == side), now);
        Picture {
            them: of(Side::Mine),
            me: of(Side::Theirs),
            turns: begun()
                .filter(|turn| turn.counts(now))
                .map(|it| drawn(it, terms, now))
                .collect(),
            answers: AnswerTimes::of(turns, zone, now),
        }
    }

    /// The larger effective number of turns of either side.
    pub fn n_eff(&self) -> f64 {
        self.them.n_eff().max(self.me.n_eff())
    }
}

fn drawn(turn: &Turn, terms: &Terms, now: Moment) -> DrawnTurn {
    // An answer is in time as soon as it has come, not only once the limit has passed.
    let answered = turn.status(now) == Status::Answered;
    let early = || answered.then_some(Outcome::InTime);
    DrawnTurn {
        side: turn.side,
        start: turn.start,
        outcome: outcome(turn, terms, now).or_else(early),
    }
}

impl AnswerTimes {
    fn of(turns: &[Turn], zone: &TimeZone, now: Moment) -> AnswerTimes {
        let mut times = AnswerTimes::default();
        let mine =
            turns.iter().filter(|turn| turn.side == Side::Mine && turn.needs_reply >= PERHAPS);
        for answer in mine.filter_map(|turn| turn.answer).filter(|answer| answer.at <= now) {
            let local: Zoned = answer.at.timestamp().to_zoned(zone.clone());
            let day = local.weekday().to_monday_zero_offset() as usize;
            let hour = local.hour() as usize;
            if let Some(count) = times.hours.get_mut(day).and_then(|day| day.get_mut(hour)) {
                *count += 1;
            }
        }
        times
    }

    /// How many there are.
    pub fn total(&self) -> u32 {
        self.hours.iter().flatten().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::measure::calendar::Calendar;
    use crate::domain::model::{DAY, HOUR};

    /// A Tuesday, 22:13 UTC.
    const NOW: Moment = Moment(1_700_000_000);

    fn picture(turns: &[Turn]) -> Picture {
        let terms = Terms { limit_h: 48.0, calendar: Calendar::new(TimeZone::UTC) };
        Picture::of(turns, &terms, &TimeZone::get("Europe/Paris").unwrap(), NOW)
    }

    #[test]
    fn each_turn_is_drawn_by_what_became_of_it() {
        let asked = |id, start| Turn::asked(Side::Theirs, id, start);
        let drawn = picture(&[
            asked(1, NOW - 20 * DAY).answered_after(5.0),
            asked(2, NOW - 19 * DAY).answered_after(100.0),
            asked(3, NOW - 18 * DAY),
            asked(4, NOW - 5 * HOUR).answered_after(2.0),
            asked(5, NOW - 4 * HOUR),
            asked(6, NOW + DAY),
        ]);
        let outcomes: Vec<_> = drawn.turns.iter().map(|turn| turn.outcome).collect();
        let (in_time, late) = (Some(Outcome::InTime), Some(Outcome::Late));
        assert_eq!(outcomes, [in_time, late, Some(Outcome::Unanswered), in_time, None]);
        assert!((drawn.me.n_eff(), drawn.them.n_eff()) == (drawn.n_eff(), 0.0));
    }

    #[test]
    fn answers_are_counted_on_the_clock_of_who_answers() {
        let mine = Turn::asked(Side::Mine, 1, NOW - DAY).answered_after(1.0);
        let theirs = Turn::asked(Side::Theirs, 2, NOW - DAY).answered_after(2.0);
        let answers = picture(&[mine, theirs]).answers;
        // Monday 23:13 UTC is Tuesday in Paris.
        assert_eq!((answers.total(), answers.hours[1][0]), (1, 1));
    }
}
