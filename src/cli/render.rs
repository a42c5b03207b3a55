//! How values look on a terminal: tables, bars, colour. Never decides what is shown.
//!
//! Everything coloured passes through `anstream`, which takes the colour away where nobody sees it.

mod columns;

use anstyle::{AnsiColor, Style};
use jiff::tz::TimeZone;

use crate::domain::decide::debts::Debt;
use crate::domain::measure::standing::{SideFigures, Standing};
use crate::domain::model::Moment;
use crate::domain::text::{clean, duration, short_duration};

pub(super) use columns::{Columns, beneath, terminal_height, wrapped};

pub(super) use crate::domain::text::UNKNOWN;

const STRONG: Style = Style::new().bold();
const ALARM: Style = AnsiColor::Red.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const FAINT: Style = Style::new().dimmed();

/// Ends the blocks that fill a bar, in eighths.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

pub(super) fn strong(text: &str) -> String {
    painted(text, STRONG)
}

pub(super) fn alarm(text: &str) -> String {
    painted(text, ALARM)
}

pub(super) fn good(text: &str) -> String {
    painted(text, GOOD)
}

pub(super) fn faint(text: &str) -> String {
    painted(text, FAINT)
}

fn painted(text: &str, style: Style) -> String {
    format!("{style}{text}{style:#}")
}

/// Foreign text of several lines, without what could steer the terminal.
pub(super) fn harmless(text: &str) -> String {
    text.chars().filter(|symbol| *symbol == '\n' || !symbol.is_control()).collect()
}

/// A share between 0 and 1 as a bar of so many columns.
pub(super) fn bar(share: f64, columns: usize) -> String {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let eighths = (share * columns as f64 * 8.0).round() as usize;
    let (full, rest) = (eighths / 8, eighths % 8);
    let mut bar = "█".repeat(full);
    bar.push_str(EIGHTHS.get(rest).copied().unwrap_or_default());
    let used = full + usize::from(rest > 0);
    bar.push_str(&"·".repeat(columns.saturating_sub(used)));
    bar
}

/// What a list leaves to `--json`.
pub(super) fn more(all: usize, listed: usize) -> String {
    match all.saturating_sub(listed) {
        0 => String::new(),
        unlisted => format!("  and {unlisted} more: see --json\n"),
    }
}

pub(super) fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.0} %", share * 100.0) } else { UNKNOWN.to_owned() }
}

pub(super) fn hours(hours: Option<f64>) -> String {
    hours.map_or_else(|| UNKNOWN.to_owned(), duration)
}

/// As much of a score as the evidence allows to say.
pub(super) fn score(standing: &Standing) -> String {
    standing.told_score().briefly_told(|value| format!("{value:.0}"))
}

/// As much of a median response time as the evidence allows to say.
pub(super) fn median(figures: &SideFigures) -> String {
    figures.told_median().told(duration, " – ")
}

/// The same in few letters.
pub(super) fn short_median(figures: &SideFigures) -> String {
    figures.told_median().briefly_told(short_duration)
}

/// By when an answer is owed.
pub(super) fn when_due(debt: &Debt, now: Moment) -> String {
    match debt.overdue {
        true => format!("overdue by {}", duration(now.hours_since(debt.due))),
        false => format!("due in {}", duration(debt.due.hours_since(now))),
    }
}

/// Foreign text, or the sign for what is unknown.
pub(super) fn known(text: Option<&str>) -> String {
    text.map(clean).filter(|text| !text.is_empty()).unwrap_or_else(|| UNKNOWN.to_owned())
}

pub(super) fn day(at: Option<Moment>, zone: &TimeZone) -> String {
    at.map_or_else(|| UNKNOWN.to_owned(), |at| local(at, zone, "%-d %b %Y"))
}

/// For a narrow column.
pub(super) fn short_day(at: Option<Moment>, zone: &TimeZone) -> String {
    at.map_or_else(|| UNKNOWN.to_owned(), |at| local(at, zone, "%-d %b %y"))
}

pub(super) fn time(at: Moment, zone: &TimeZone) -> String {
    local(at, zone, "%a %-d %b %Y, %H:%M")
}

fn local(at: Moment, zone: &TimeZone, form: &str) -> String {
    at.timestamp().to_zoned(zone.clone()).strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::measure::calendar::Calendar;
    use crate::domain::measure::population::Population;
    use crate::domain::measure::standing::{Record, standing};
    use crate::domain::measure::terms::Terms;
    use crate::domain::measure::turns::Turn;
    use crate::domain::model::{DAY, Side, Stance};

    #[test]
    fn bars_are_as_long_as_their_share() {
        #[track_caller]
        fn check(share: f64, bar_of_four: &str) {
            assert_eq!(bar(share, 4), bar_of_four);
        }
        check(0.0, "····");
        check(0.5, "██··");
        check(0.66, "██▋·");
        check(1.0, "████");
        check(7.0, "████");
        check(f64::NAN, "····");
    }

    #[test]
    fn what_is_unknown_is_a_dash() {
        assert_eq!(hours(None), UNKNOWN);
        assert_eq!(percent(f64::NAN), UNKNOWN);
        assert_eq!(known(Some("\u{1b}")), UNKNOWN);
        assert_eq!(day(None, &TimeZone::UTC), UNKNOWN);
    }

    /// Of a contact who answered so many questions, one a day, each after a few hours more.
    fn standing_of(answered: i64) -> Standing {
        let now = Moment(1_700_000_000);
        let turn =
            |n: i64| Turn::asked(Side::Mine, n, now - (7 + n) * DAY).answered_after(n as f64);
        let turns: Vec<Turn> = (1..=answered).map(turn).collect();
        let terms = Terms { limit_h: 48.0, calendar: Calendar::new(TimeZone::UTC) };
        let last_touch = Some(now - DAY);
        let record = Record { turns: &turns, counted: &[], last_touch, terms: &terms };
        standing(&record, &Population::default(), Stance::Neutral, now)
    }

    #[test]
    fn few_answers_make_a_range_and_fewer_nothing() {
        #[track_caller]
        fn check(answered: i64, score_told: &str, median_told: &str) {
            let standing = standing_of(answered);
            assert_eq!(
                (score(&standing).as_str(), median(&standing.them).as_str()),
                (score_told, median_told)
            );
        }
        check(2, UNKNOWN, UNKNOWN);
        check(9, "54–75", "2 h – 8 h");
        check(14, "66", "7 h");
    }
}
