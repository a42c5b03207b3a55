//! How values look on a terminal: tables, bars, colour. Never decides what is shown.
//!
//! Everything coloured passes through `anstream`, which takes the colour away where nobody sees it.

use std::io::IsTerminal;

use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Row, Table, Width};
use jiff::tz::TimeZone;

use crate::domain::measure::score::{Claim, claim};
use crate::domain::measure::standing::{SideFigures, Standing};
use crate::domain::model::Moment;
use crate::domain::text::{clean, clip, duration};

/// What is unknown.
pub(super) const UNKNOWN: &str = "—";

const STRONG: Style = Style::new().bold();
const ALARM: Style = AnsiColor::Red.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const FAINT: Style = Style::new().dimmed();

/// Stand for the beginning of each style within a table's cells, where they take no room;
/// `clean` has taken them out of foreign text. Red begins as bold does: it has to be found first.
const MARKS: [(char, Style); 4] =
    [('\u{2061}', ALARM), ('\u{2062}', STRONG), ('\u{2063}', GOOD), ('\u{2064}', FAINT)];
const END: char = '\u{2060}';

/// A name cut shorter tells nobody who it is.
const LEAST: u16 = 10;

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

/// Columns without borders, one line a row.
pub(super) struct Columns {
    table: Table,
    width: Option<u16>,
}

impl Columns {
    pub(super) fn new(headings: &[&str]) -> Columns {
        let mut columns = Columns::bare();
        let cells: Vec<String> = headings.iter().map(|heading| marked(faint(heading))).collect();
        let mut row = Row::from(cells);
        row.max_height(1);
        columns.table.set_header(row);
        columns
    }

    /// Without headings.
    pub(super) fn bare() -> Columns {
        let mut table = Table::new();
        table.load_preset(comfy_table::presets::NOTHING).set_truncation_indicator("…");
        Columns { table, width: terminal_width() }
    }

    /// Cells may carry colour.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let mut row = Row::from(cells.into_iter().map(marked).collect::<Vec<_>>());
        row.max_height(1);
        self.table.add_row(row);
    }

    /// The table indented by two columns. On a terminal that is too narrow the columns that give
    /// way are cut; in a pipe nothing is.
    pub(super) fn finish(mut self, flush_right: &[usize], give_way: &[usize]) -> String {
        if let Some(width) = self.width {
            self.table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        }
        for (at, column) in self.table.column_iter_mut().enumerate() {
            column.set_padding((2, 0));
            if !give_way.contains(&at) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            } else if self.width.is_some() {
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(LEAST)));
            }
            if flush_right.contains(&at) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        self.table.lines().map(|line| unmarked(line.trim_end()) + "\n").collect()
    }
}

/// A table with faint lines beneath the rows that have some, as far in as the second column stands.
pub(super) fn beneath(table: &str, lines: &[String]) -> String {
    let mut text = String::new();
    let plain: Vec<String> =
        table.lines().map(|row| anstream::adapter::strip_str(row).to_string()).collect();
    let second = |row: &String| {
        let first = row.len() - row.trim_start().len();
        let rest = row.get(first..)?;
        let end = rest.find("  ")?;
        let gap = rest.get(end..)?;
        Some(first + end + (gap.len() - gap.trim_start().len()))
    };
    let indent = plain.iter().filter_map(second).next().unwrap_or(2);
    for (row, line) in table.lines().zip(lines) {
        text.push_str(row);
        text.push('\n');
        for line in line.lines() {
            let width = terminal_width().map_or(usize::MAX, usize::from);
            let room = width.saturating_sub(indent).max(usize::from(LEAST));
            text.push_str(&format!("{}{}\n", " ".repeat(indent), faint(&clip(line, room))));
        }
    }
    text
}

/// Colour sequences take no room on a terminal but would count as text in a column.
fn marked(cell: String) -> String {
    MARKS.iter().fold(cell, |cell, (mark, style)| {
        cell.replace(&style.render().to_string(), mark.encode_utf8(&mut [0; 4]))
            .replace(&style.render_reset().to_string(), END.encode_utf8(&mut [0; 4]))
    })
}

fn unmarked(line: &str) -> String {
    let mut text = String::with_capacity(line.len() + 16);
    let mut open = None;
    for symbol in line.chars() {
        if let Some((_, style)) = MARKS.iter().find(|(mark, _)| *mark == symbol) {
            text.push_str(&style.render().to_string());
            open = Some(*style);
        } else if symbol == END {
            let style = open.take().unwrap_or_default();
            text.push_str(&style.render_reset().to_string());
        } else {
            text.push(symbol);
        }
    }
    // The end was cut off.
    if let Some(style) = open {
        text.push_str(&style.render_reset().to_string());
    }
    text
}

/// As `COLUMNS` says, else the terminal; `None` where no terminal shows it.
fn terminal_width() -> Option<u16> {
    const USUAL: u16 = 80;
    let wanted = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    if let Some(columns) = wanted.filter(|columns| *columns > 0) {
        return Some(columns);
    }
    let stdout = std::io::stdout();
    stdout.is_terminal().then(|| match rustix::termios::tcgetwinsize(&stdout) {
        Ok(size) if size.ws_col > 0 => size.ws_col,
        _ => USUAL,
    })
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
    let range = &standing.score.range;
    match (standing.figure(), claim(standing.inputs.matured)) {
        (Some(figure), _) => format!("{figure:.0}"),
        (None, Claim::Nothing) => UNKNOWN.to_owned(),
        (None, _) => format!("{:.0}–{:.0}", range.low, range.high),
    }
}

/// As much of a median response time as the evidence allows to say.
pub(super) fn median(figures: &SideFigures) -> String {
    let SideFigures { median, longest_h, .. } = figures;
    let at_least = |hours: &f64| format!("≥ {}", duration(*hours));
    match (claim(figures.n_eff), median.hours, median.low, median.high) {
        (Claim::Nothing, ..) => UNKNOWN.to_owned(),
        (_, None, ..) => {
            let so_far = longest_h.as_ref().map(|hours| format!("{} so far", at_least(hours)));
            so_far.unwrap_or_else(|| UNKNOWN.to_owned())
        }
        (Claim::Figure, Some(hours), ..) => duration(hours),
        (Claim::Range, _, Some(low), Some(high)) => {
            format!("{} – {}", duration(low), duration(high))
        }
        (Claim::Range, _, Some(low), None) if low > 0.0 => at_least(&low),
        (Claim::Range, ..) => UNKNOWN.to_owned(),
    }
}

/// Foreign text, or the sign for what is unknown.
pub(super) fn known(text: Option<&str>) -> String {
    text.map(clean).filter(|text| !text.is_empty()).unwrap_or_else(|| UNKNOWN.to_owned())
}

pub(super) fn day(at: Option<Moment>, zone: &TimeZone) -> String {
    at.map_or_else(|| UNKNOWN.to_owned(), |at| local(at, zone, "%-d %b %Y"))
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

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    fn people(width: Option<u16>) -> String {
        let mut columns = Columns::new(&["ID", "NAME", "SCORE"]);
        columns.width = width;
        columns.row(["C1".to_owned(), alarm("Grace Hopper"), "97".to_owned()]);
        columns.row(["C12".to_owned(), "山田 太郎".to_owned(), UNKNOWN.to_owned()]);
        columns.finish(&[2], &[1])
    }

    #[test]
    fn columns_stand_in_line_whatever_is_coloured_or_wide() {
        assert_eq!(
            plain(&people(None)),
            "  ID   NAME          SCORE\n  C1   Grace Hopper     97\n  C12  山田 太郎         —\n"
        );
    }

    #[test]
    fn colour_covers_its_cell_and_ends_there() {
        assert!(people(None).contains(&alarm("Grace Hopper")));
        let cut = people(Some(20));
        assert_eq!(cut.matches(&ALARM.render_reset().to_string()).count(), 3 + 1, "{cut:?}");
    }

    #[test]
    fn a_narrow_terminal_gets_one_line_a_row() {
        let narrow = plain(&people(Some(22)));
        assert_eq!(narrow.lines().count(), 3, "{narrow}");
        assert!(narrow.contains("  C12  山田…"), "{narrow}");
        assert!(narrow.contains("  97"), "{narrow}");
    }

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
