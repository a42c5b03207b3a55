//! The score in one sentence: why it is what it is, and what would change it.
//!
//! Every figure in it can be counted in the evidence, or comes from computing the score again with
//! one thing changed. Never advises; says what would follow.

use crate::domain::measure::score::{self, Claim, Components, Inputs, Share};
use crate::domain::measure::standing::{SideFigures, Standing, WithinLimit};
use crate::domain::model::Stance;
use crate::domain::text::{count, duration};

/// "Answering the next so many in time": enough to see a promise kept.
const NEXT: usize = 5;
/// Less than this is no reason to do anything, in points of the score.
const WORTH_SAYING: f64 = 1.0;

/// Without its facts the sentence would be a verdict: it always begins with them.
pub fn explanation(name: &str, standing: &Standing, stance: Stance, limit_h: f64) -> String {
    let facts = facts(name, standing, limit_h);
    if score::claim(standing.inputs.matured) == Claim::Nothing {
        return format!(
            "{facts}: not enough for a score, which takes {:.0} that came due recently.",
            score::ENOUGH
        );
    }
    let cost = dearest(standing, stance);
    let cost =
        cost.map(|(what, points)| format!("; the biggest cost is {what} ({points:.0} of 100)"));
    let gain = best_change(standing, stance);
    let gain = gain.map(|(what, points)| format!(", and {what} would add {points:.0}"));
    format!("{facts}{}{}.", cost.unwrap_or_default(), gain.unwrap_or_default())
}

fn facts(name: &str, standing: &Standing, limit_h: f64) -> String {
    let (them, me) = (&standing.them, &standing.me);
    let mine = format!("within {}", duration(limit_h));
    // Their limit runs on another clock than mine.
    let theirs = format!("{mine} on working days");
    let kept = |side: &SideFigures| {
        let WithinLimit { matured, answered_in_time, .. } = side.within_limit;
        format!("{answered_in_time} of {matured}")
    };
    match (them.within_limit.matured, me.within_limit.matured) {
        (0, 0) => format!("Nothing between you and {name} has come due yet{}", last(standing)),
        (0, _) => format!(
            "You answered {} of {name}'s messages {mine}, and nothing that you asked has come due \
             yet",
            kept(me)
        ),
        (_, 0) => format!(
            "{name} answered {} of your messages {theirs}, and nothing of theirs has come due yet",
            kept(them)
        ),
        _ => format!(
            "{name} answered {} of your messages {theirs}, and you {} of theirs {mine}",
            kept(them),
            kept(me)
        ),
    }
}

fn last(standing: &Standing) -> String {
    standing.last_touch.map_or(String::new(), |at| {
        format!(" (last in touch on {})", at.timestamp().strftime("%-d %B %Y"))
    })
}

/// The part that takes most from a full score, and how much.
fn dearest(standing: &Standing, stance: Stance) -> Option<(String, f64)> {
    let full = score::score(&standing.score.components, stance);
    let without = |change: fn(&mut Components)| {
        let mut components = standing.score.components;
        change(&mut components);
        score::score(&components, stance) - full
    };
    let silence = format!("the silence{}", last(standing));
    let Inputs { gives, asks_me, .. } = standing.inputs;
    let more = if gives > asks_me { "little" } else { "no" };
    let balance = format!("that you've given {more} more than you asked for");
    let parts = [
        ("what they left unanswered or answered late".to_owned(), without(|c| c.r = 1.0)),
        ("what you left unanswered or answered late".to_owned(), without(|c| c.m = 1.0)),
        ("that they rarely start a conversation".to_owned(), without(|c| c.x = 1.0)),
        (balance, without(|c| c.b = 1.0)),
        ("that they have given little".to_owned(), without(|c| c.v = 1.0)),
        (silence, without(|c| c.c = 1.0)),
    ];
    most(parts)
}

/// The one thing that would raise it most, and by how much.
fn best_change(standing: &Standing, stance: Stance) -> Option<(String, f64)> {
    let full = score::score(&standing.score.components, stance);
    let with = |inputs: Inputs| score::score(&score::components(&inputs), stance) - full;
    let inputs = standing.inputs;
    let in_time = |side: &SideFigures| {
        let mut evidence = side.within_limit.evidence.clone();
        evidence.in_time(NEXT as f64);
        Share::from(&evidence.posterior())
    };
    let next = count(NEXT as u64, "message", "messages");
    most([
        (
            format!("answering their next {next} in time"),
            with(Inputs { me: in_time(&standing.me), ..inputs }),
        ),
        (
            format!("their answering your next {next} in time"),
            with(Inputs { them: in_time(&standing.them), ..inputs }),
        ),
        (
            "an introduction or a favour".to_owned(),
            with(Inputs { gives: inputs.gives + 1.0, ..inputs }),
        ),
        ("a word today".to_owned(), with(Inputs { days_since_touch: Some(0.0), ..inputs })),
    ])
}

/// The first of the largest, if it is worth a word.
fn most(parts: impl IntoIterator<Item = (String, f64)>) -> Option<(String, f64)> {
    let largest = parts.into_iter().reduce(|most, next| if next.1 > most.1 { next } else { most });
    largest.filter(|(_, points)| *points >= WORTH_SAYING)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::measure::calendar::Calendar;
    use crate::domain::measure::population::Population;
    use crate::domain::measure::standing::{Record, standing};
    use crate::domain::measure::terms::Terms;
    use crate::domain::measure::turns::Turn;
    use crate::domain::model::{DAY, Moment, Side};

    const NOW: Moment = Moment(1_700_000_000);

    /// One a week, each answered after so many hours or never.
    fn turns(side: Side, answered_after: &[Option<i64>]) -> Vec<Turn> {
        let turn = |(week, hours): (usize, &Option<i64>)| {
            let asked = Turn::asked(side, week as i64, NOW - (week as i64 * 7 + 5) * DAY);
            match *hours {
                Some(hours) => asked.answered_after(hours as f64),
                None => asked,
            }
        };
        answered_after.iter().enumerate().map(turn).collect()
    }

    #[track_caller]
    fn check(mine: &[Option<i64>], theirs: &[Option<i64>], stance: Stance, expect: &str) {
        let turns = [turns(Side::Mine, mine), turns(Side::Theirs, theirs)].concat();
        let terms = Terms { limit_h: 48.0, calendar: Calendar::new(TimeZone::UTC) };
        let last_touch = (!turns.is_empty()).then_some(NOW - 30 * DAY);
        let record = Record { turns: &turns, counted: &[], last_touch, terms: &terms };
        let standing = standing(&record, &Population::default(), stance, NOW);
        assert_eq!(explanation("Grace", &standing, stance, 48.0), expect);
    }

    #[test]
    fn it_says_what_was_counted_what_costs_and_what_would_help() {
        let (prompt, silent) = ([Some(5); 12], [None; 6]);
        check(
            &prompt,
            &silent,
            Stance::Resource,
            "Grace answered 12 of 12 of your messages within 48 h on working days, and you 0 of 6 \
             of theirs within 48 h; the biggest cost is what you left unanswered or answered late (22 of 100), and answering their \
             next 5 messages in time would add 8.",
        );
        check(
            &silent,
            &prompt,
            Stance::Tool,
            "Grace answered 0 of 6 of your messages within 48 h on working days, and you 12 of 12 \
             of theirs within 48 h; the biggest cost is what they left unanswered or answered late (49 of 100), and their answering \
             your next 5 messages in time would add 30.",
        );
    }

    #[test]
    fn it_says_how_little_was_given() {
        check(
            &[Some(5); 6],
            &[Some(5); 6],
            Stance::Resource,
            "Grace answered 6 of 6 of your messages within 48 h on working days, and you 6 of 6 of \
             theirs within 48 h; the biggest cost is that you've given no more than you asked for \
             (12 of 100), and an introduction or a favour would add 3.",
        );
    }

    #[test]
    fn it_claims_nothing_from_two_answers() {
        check(
            &[Some(5)],
            &[Some(60)],
            Stance::Neutral,
            "Grace answered 1 of 1 of your messages within 48 h on working days, and you 0 of 1 of \
             theirs within 48 h: not enough for a score, which takes 3 that came due recently.",
        );
        check(
            &[],
            &[],
            Stance::Neutral,
            "Nothing between you and Grace has come due yet: not enough for a score, \
             which takes 3 that came due recently.",
        );
    }
}
