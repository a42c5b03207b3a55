//! Tables without borders, one line a row, that share the width of the terminal by need.

use std::io::IsTerminal;

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::{ALARM, FAINT, GOOD, STRONG, faint};
use crate::domain::text::{clip, cut};

/// Stand for the beginning of each style within a table's cells, where they take no room;
/// `clean` has taken them out of foreign text. Red begins as bold does: it has to be found first.
const MARKS: [(char, Style); 4] =
    [('\u{2061}', ALARM), ('\u{2062}', STRONG), ('\u{2063}', GOOD), ('\u{2064}', FAINT)];
const END: char = '\u{2060}';
/// Begins each sequence that colours.
const ESCAPE: char = '\u{1b}';

/// Between two columns, and before the first.
const GAP: usize = 2;

/// A name cut shorter tells hardly who it is: other columns are left out before.
const LEAST: usize = 16;
/// What is cut shorter could as well be left out.
const SHORTEST: usize = 4;

/// Columns without borders, one line a row.
pub(in crate::cli) struct Columns {
    /// With marks in place of colour.
    rows: Vec<Vec<String>>,
    width: Option<u16>,
    /// Those that can be done without, the least needed first.
    spare: Vec<usize>,
}

impl Columns {
    pub(in crate::cli) fn new(headings: &[&str]) -> Columns {
        let mut columns = Columns::bare();
        columns.row(headings.iter().map(|heading| faint(heading)));
        columns
    }

    /// Without headings.
    pub(in crate::cli) fn bare() -> Columns {
        Columns { rows: Vec::new(), width: terminal_width(), spare: Vec::new() }
    }

    /// Cells may carry colour.
    pub(in crate::cli) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(marked).collect());
    }

    /// Which columns are left out where there is no room for all, the least needed first.
    pub(in crate::cli) fn sparing(mut self, spare: &[usize]) -> Columns {
        self.spare = spare.to_vec();
        self
    }

    /// The table indented by two columns. On a terminal that is too narrow the columns that give
    /// way are cut, and before they tell nothing any more the spare ones left out; in a pipe
    /// everything stands there.
    pub(in crate::cli) fn finish(self, flush_right: &[usize], give_way: &[usize]) -> String {
        let needs = self.needs();
        let widths = match self.width {
            Some(width) => shared(&needs, &self.spare, give_way, usize::from(width)),
            None => needs.into_iter().map(not_empty).collect(),
        };
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (at, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let Some(width) = *width else { continue };
                let cell = cut(cell.clone(), width);
                let padding = " ".repeat(width.saturating_sub(cell.width()));
                line.push_str(&" ".repeat(GAP));
                match flush_right.contains(&at) {
                    true => line.extend([padding.as_str(), &cell]),
                    false => line.extend([&cell, padding.as_str()]),
                }
            }
            text.push_str(&unmarked(line.trim_end()));
            text.push('\n');
        }
        text
    }

    /// The same; what the last column has no room for goes on beneath.
    pub(in crate::cli) fn finish_folding(mut self) -> String {
        if let Some(width) = self.width {
            let before: usize = self.needs().iter().rev().skip(1).map(|need| GAP + need).sum();
            let room = usize::from(width).saturating_sub(before + GAP).max(LEAST);
            let rows = std::mem::take(&mut self.rows);
            self.rows = rows.into_iter().flat_map(|row| folded(row, room)).collect();
        }
        self.finish(&[], &[])
    }

    /// How wide the widest cell of each column is.
    fn needs(&self) -> Vec<usize> {
        let mut needs = Vec::new();
        for row in &self.rows {
            needs.resize(needs.len().max(row.len()), 0);
            for (need, cell) in needs.iter_mut().zip(row) {
                *need = cell.width().max(*need);
            }
        }
        needs
    }
}

fn folded(mut row: Vec<String>, room: usize) -> Vec<Vec<String>> {
    let last = row.pop().unwrap_or_default();
    let lines = textwrap::wrap(&last, room).into_iter();
    lines
        .map(|line| {
            let cells = row.iter_mut().map(std::mem::take).chain([line.into_owned()]);
            cells.collect()
        })
        .collect()
}

fn not_empty(need: usize) -> Option<usize> {
    (need > 0).then_some(need)
}

/// How wide each column becomes; `None`: it is left out.
fn shared(
    needs: &[usize],
    spare: &[usize],
    give_way: &[usize],
    width: usize,
) -> Vec<Option<usize>> {
    let mut widths: Vec<Option<usize>> = needs.iter().copied().map(not_empty).collect();
    let least =
        |at: usize, need: usize| if give_way.contains(&at) { need.min(LEAST) } else { need };
    let mut spare = spare.iter();
    loop {
        let shown = || widths.iter().enumerate().filter_map(|(at, width)| Some((at, (*width)?)));
        let taken: usize = shown().map(|(at, need)| GAP + least(at, need)).sum();
        if taken <= width {
            break;
        }
        match spare.next() {
            Some(at) => widths[*at] = None,
            None => break,
        }
    }
    let mut asking: Vec<usize> = give_way
        .iter()
        .copied()
        .filter(|at| widths.get(*at).is_some_and(Option::is_some))
        .collect();
    let fixed = widths.iter().enumerate().filter(|(at, _)| !asking.contains(at));
    let fixed: usize = fixed.filter_map(|(_, width)| Some(GAP + (*width)?)).sum();
    let mut room = width.saturating_sub(fixed);
    // Who needs least is served first; what they leave is shared by the others.
    asking.sort_by_key(|at| needs[*at]);
    for (served, at) in asking.iter().enumerate() {
        let share = room / (asking.len() - served);
        let given = needs[*at].min(share.saturating_sub(GAP)).max(needs[*at].min(SHORTEST));
        room = room.saturating_sub(given + GAP);
        widths[*at] = Some(given);
    }
    widths
}

/// Text indented by so many columns, in lines that the terminal has room for.
pub(in crate::cli) fn wrapped(text: &str, indent: usize) -> String {
    let margin = " ".repeat(indent);
    let Some(width) = terminal_width() else { return format!("{margin}{text}\n") };
    let width = usize::from(width).max(indent + LEAST);
    let options = textwrap::Options::new(width).initial_indent(&margin).subsequent_indent(&margin);
    textwrap::fill(text, options) + "\n"
}

/// How many lines the terminal shows; `None` where none does.
pub(in crate::cli) fn terminal_height() -> Option<u16> {
    let stdout = std::io::stdout();
    let size = stdout.is_terminal().then(|| rustix::termios::tcgetwinsize(&stdout).ok()).flatten();
    size.map(|size| size.ws_row).filter(|rows| *rows > 0)
}

/// A table with faint lines beneath the rows that have some, as far in as the second column stands.
pub(in crate::cli) fn beneath(table: &str, lines: &[String]) -> String {
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
            let room = width.saturating_sub(indent).max(LEAST);
            text.push_str(&format!("{}{}\n", " ".repeat(indent), faint(&clip(line, room))));
        }
    }
    text
}

/// Colour sequences take no room on a terminal but would count as text in a column.
fn marked(cell: String) -> String {
    if !cell.contains(ESCAPE) {
        return cell;
    }
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

#[cfg(test)]
mod tests {
    use super::super::{UNKNOWN, alarm};
    use super::*;

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
        assert!(narrow.contains("  C12  山田 太…"), "{narrow}");
        assert!(narrow.contains("  97"), "{narrow}");
    }

    #[test]
    fn what_has_no_room_goes_on_beneath() {
        let mut columns = Columns { width: Some(32), ..Columns::bare() };
        columns.row(["61 turns".to_owned(), "12 answered, 0 open, 5 never answered".to_owned()]);
        columns.row(["within 48 h".to_owned(), "12 of 17".to_owned()]);
        assert_eq!(
            columns.finish_folding(),
            "  61 turns     12 answered, 0\n               open, 5 never\n               answered\n  \
             within 48 h  12 of 17\n"
        );
    }

    #[test]
    fn columns_share_the_room_by_need() {
        #[track_caller]
        fn check(needs: &[usize], width: usize, expected: &[Option<usize>]) {
            assert_eq!(shared(needs, &[3, 2], &[1, 4], width), expected, "{width}");
        }
        let needs = [3, 20, 8, 9, 30];
        check(&needs, 100, &[Some(3), Some(20), Some(8), Some(9), Some(30)]);
        check(&needs, 70, &[Some(3), Some(20), Some(8), Some(9), Some(20)]);
        check(&needs, 62, &[Some(3), Some(16), Some(8), Some(9), Some(16)]);
        check(&needs, 61, &[Some(3), Some(20), Some(8), None, Some(22)]);
        check(&needs, 50, &[Some(3), Some(20), None, None, Some(21)]);
        check(&needs, 32, &[Some(3), Some(11), None, None, Some(12)]);
        check(&[3, 5, 8, 9, 30], 60, &[Some(3), Some(5), Some(8), Some(9), Some(25)]);
    }

    #[test]
    fn what_can_be_spared_is_left_out_of_a_narrow_table() {
        let table = |width| {
            let mut columns = Columns::new(&["ID", "NAME", "SINCE"]).sparing(&[2]);
            columns.width = width;
            columns.row(["C1".to_owned(), "Grace Hopper".to_owned(), "9 Nov 1906".to_owned()]);
            plain(&columns.finish(&[], &[1]))
        };
        assert_eq!(table(Some(24)), "  ID  NAME\n  C1  Grace Hopper\n");
        assert_eq!(table(None), "  ID  NAME          SINCE\n  C1  Grace Hopper  9 Nov 1906\n");
    }
}
