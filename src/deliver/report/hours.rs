//! When somebody answers: the hours of their week.

use super::line::Line;
use crate::domain::measure::picture::AnswerTimes;
use crate::domain::text::count;

const LEFT: i32 = 34;
const TOP: i32 = 6;
const CELL: i32 = 12;
/// Fewer answers make no habit.
const ENOUGH: u32 = 5;
/// So many at the same time of the same day.
const HABIT: u32 = 3;
const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/// By name and first hour.
const PARTS: [(&str, usize); 4] =
    [("night", 0), ("morning", 6), ("afternoon", 12), ("evening", 18)];

/// A week of hours, the darker the more answers.
pub(super) struct HoursPicture {
    pub title: String,
    pub description: String,
    /// Few, more, most.
    pub levels: [Line; 3],
    /// Day by day: answers in the night, in the morning, in the afternoon, in the evening.
    pub rows: Vec<(&'static str, [u32; 4])>,
}

impl HoursPicture {
    /// `None` where there are too few.
    pub fn of(times: &AnswerTimes, name: &str) -> Option<HoursPicture> {
        let total = times.total();
        if total < ENOUGH {
            return None;
        }
        let rows: Vec<(&str, [u32; 4])> = DAYS
            .into_iter()
            .zip(&times.hours)
            .map(|(day, hours)| (day, PARTS.map(|(_, from)| hours[from..from + 6].iter().sum())))
            .collect();
        let most = rows
            .iter()
            .flat_map(|(day, counts)| counts.iter().zip(PARTS).map(move |(n, part)| (n, day, part)))
            .reduce(|most, next| if next.0 > most.0 { next } else { most });
        let most =
            most.filter(|(n, ..)| **n >= HABIT).map_or(String::new(), |(n, day, (part, _))| {
                format!(", most often on {day} {part}s ({n})").replace("nights", "at night")
            });
        Some(HoursPicture {
            title: format!("When {name} answers"),
            description: format!("{}{most}.", count(u64::from(total), "answer", "answers")),
            levels: levels(times),
            rows,
        })
    }
}

fn levels(times: &AnswerTimes) -> [Line; 3] {
    let most = times.hours.iter().flatten().copied().max().unwrap_or(0);
    let level = |count: u32| (count * 3).div_ceil(most.max(1)) as usize;
    let mut lines: [Line; 3] = std::array::from_fn(|_| Line::default());
    for (day, hours) in (0..).zip(&times.hours) {
        let mut hour = 0;
        for run in hours.chunk_by(|a, b| level(*a) == level(*b)) {
            let long = run.len() as i32;
            let line = run.first().and_then(|count| lines.get_mut(level(*count).checked_sub(1)?));
            if let Some(line) = line {
                line.from(LEFT + hour * CELL, TOP + day * CELL).across(long * CELL - 1);
            }
            hour += long;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_with_more_answers_are_darker() {
        let mut times = AnswerTimes::default();
        assert!(HoursPicture::of(&times, "Grace").is_none());
        times.hours[0][9] = 9;
        times.hours[0][10] = 9;
        times.hours[6][23] = 1;
        let picture = HoursPicture::of(&times, "Grace").unwrap();
        assert_eq!(
            picture.levels.each_ref().map(|line| line.0.as_str()),
            ["M310 78h11", "", "M142 6h23"]
        );
        assert_eq!(picture.description, "19 answers, most often on Monday mornings (18).");
        assert_eq!(picture.rows[6], ("Sunday", [0, 0, 0, 1]));
    }
}
