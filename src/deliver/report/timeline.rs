//! What became of each turn, in the order of time: a lane for what they wrote, and one for what I
//! wrote.

use super::line::Line;
use crate::deliver::local_clock::LocalClock;
use crate::domain::measure::picture::DrawnTurn;
use crate::domain::measure::terms::Outcome;
use crate::domain::model::{DAY, Moment, Side};
use crate::domain::text::count;

const LEFT: f64 = 84.0;
const RIGHT: f64 = 596.0;
/// The tops of the lanes.
const LANES: [(Side, i32); 2] = [(Side::Theirs, 4), (Side::Mine, 34)];
const HEIGHT: i32 = 20;
/// What is longer ago, in seconds, isn't drawn.
const LOOKING_BACK: i64 = 2 * 365 * DAY;
/// A shorter time is drawn as if it were as long.
const SHORTEST: i64 = 28 * DAY;

/// Turns of either side in a row.
pub(super) struct TimelinePicture {
    pub title: String,
    pub description: String,
    /// Of one look each: the class, and where they stand.
    pub marks: Vec<(&'static str, Line)>,
    pub from: String,
    /// Quarter by quarter: when, who wrote, and how many were answered in time, late, not at all,
    /// and wait.
    pub rows: Vec<TimelineRow>,
}

pub(super) struct TimelineRow {
    pub quarter: String,
    pub who: &'static str,
    pub counts: [usize; 4],
}

/// In time, late, never, not yet: as classes of the style.
const LOOKS: [(Option<Outcome>, &str); 4] = [
    (Some(Outcome::InTime), "i"),
    (Some(Outcome::Late), "l"),
    (Some(Outcome::Unanswered), "u"),
    (None, "w"),
];

impl TimelinePicture {
    pub fn of(turns: &[DrawnTurn], name: &str, clock: &LocalClock<'_>) -> TimelinePicture {
        let oldest = clock.now - LOOKING_BACK;
        let drawn: Vec<&DrawnTurn> = turns.iter().filter(|turn| turn.start >= oldest).collect();
        let first = drawn.first().map_or(clock.now, |turn| turn.start);
        let from = first.min(clock.now - SHORTEST);
        let from_day = clock.short_day(from);
        let scale = Scale { from, now: clock.now };
        let look = |(outcome, class): (Option<Outcome>, &'static str)| {
            let mut line = Line::default();
            for (side, top) in LANES {
                let mut last = None;
                let of_lane = drawn.iter().filter(|it| it.side == side && it.outcome == outcome);
                for x in of_lane.map(|turn| scale.x(turn.start)) {
                    if last.replace(x) != Some(x) {
                        mark(&mut line, class, x, top);
                    }
                }
            }
            (class, line)
        };
        TimelinePicture {
            title: format!("What became of what you and {name} wrote"),
            description: description(&drawn, &from_day),
            marks: LOOKS.into_iter().map(look).filter(|(_, line)| !line.is_empty()).collect(),
            from: from_day,
            rows: rows(&drawn, clock),
        }
    }
}

struct Scale {
    from: Moment,
    now: Moment,
}

impl Scale {
    fn x(&self, at: Moment) -> i32 {
        let all = (self.now.0 - self.from.0).max(1) as f64;
        (LEFT + (RIGHT - LEFT) * (at.0 - self.from.0) as f64 / all).round() as i32
    }
}

/// Told apart by their form, not by their colour alone.
fn mark(line: &mut Line, class: &str, x: i32, top: i32) {
    match class {
        "i" => line.from(x, top).down(HEIGHT),
        "l" => line.from(x, top + HEIGHT / 2).down(HEIGHT / 2),
        "u" => line.from(x - 2, top + 4).by(4, 4).from(x - 2, top + 8).by(4, -4),
        _ => line.from(x, top + HEIGHT - 3).across(0),
    };
}

fn tally<'a>(turns: impl Iterator<Item = &'a DrawnTurn>) -> [usize; 4] {
    let mut counts = [0; 4];
    for turn in turns {
        let place = LOOKS.iter().position(|(outcome, _)| *outcome == turn.outcome);
        if let Some(counted) = place.and_then(|place| counts.get_mut(place)) {
            *counted += 1;
        }
    }
    counts
}

fn description(drawn: &[&DrawnTurn], since: &str) -> String {
    let of = |side| {
        let [in_time, late, never, waiting] =
            tally(drawn.iter().copied().filter(move |turn| turn.side == side));
        let all = count((in_time + late + never + waiting) as u64, "message", "messages");
        format!("{all}, {in_time} answered in time, {late} late, {never} not at all")
    };
    format!("Since {since}, theirs: {}. Yours: {}.", of(Side::Theirs), of(Side::Mine))
}

fn rows(drawn: &[&DrawnTurn], clock: &LocalClock<'_>) -> Vec<TimelineRow> {
    let quarter = |turn: &&DrawnTurn| {
        let date = clock.date(turn.start);
        (date.year(), (date.month() - 1) / 3 + 1)
    };
    let mut rows = Vec::new();
    for group in drawn.chunk_by(|a, b| quarter(a) == quarter(b)) {
        let Some((year, number)) = group.first().map(quarter) else { continue };
        for (side, who) in [(Side::Theirs, "They"), (Side::Mine, "You")] {
            let counts = tally(group.iter().copied().filter(|turn| turn.side == side));
            if counts.iter().any(|count| *count > 0) {
                rows.push(TimelineRow { quarter: format!("{year} Q{number}"), who, counts });
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::Policy;

    const NOW: Moment = Moment(1_700_000_000);

    fn turn(side: Side, days_ago: i64, outcome: Option<Outcome>) -> DrawnTurn {
        DrawnTurn { side, start: NOW - days_ago * DAY, outcome }
    }

    #[test]
    fn each_outcome_has_a_form_of_its_own() {
        let policy = Policy::default();
        let clock = LocalClock { policy: &policy, now: NOW };
        let turns = [
            turn(Side::Theirs, 900, Some(Outcome::Late)),
            turn(Side::Theirs, 28, Some(Outcome::InTime)),
            turn(Side::Mine, 14, Some(Outcome::Unanswered)),
            turn(Side::Mine, 0, None),
        ];
        let picture = TimelinePicture::of(&turns, "Grace", &clock);
        let marks: Vec<(&str, &str)> =
            picture.marks.iter().map(|(class, line)| (*class, line.0.as_str())).collect();
        assert_eq!(marks, [("i", "M84 4v20"), ("u", "M338 38l4 4M338 42l4-4"), ("w", "M596 51h0")]);
        assert_eq!(
            picture.description,
            "Since 17 Oct 2023, theirs: 1 message, 1 answered in time, 0 late, 0 not at all. \
             Yours: 2 messages, 0 answered in time, 0 late, 1 not at all."
        );
        let rows: Vec<_> = picture.rows.iter().map(|row| (&*row.quarter, row.who)).collect();
        assert_eq!(rows, [("2023 Q4", "They"), ("2023 Q4", "You")]);
    }
}
