//! How my promise was kept, week by week.

use super::line::Line;
use crate::deliver::local_clock::LocalClock;
use crate::domain::decide::digest::KeptWeek;
use crate::domain::model::DAY;
use crate::domain::text::count;

const WIDTH: i32 = 20;
const HEIGHT: i32 = 64;
const TOP: i32 = 4;

/// Weeks as bars, the one that ends now on the right.
pub(super) struct WeekPicture {
    pub description: String,
    /// Of what fell due, what was kept and what wasn't; broad lines from the ground.
    pub kept: Line,
    pub broken: Line,
    pub width: i32,
    /// Those in which any fell due, the newest first: until when, how many fell due, and how many were answered in time.
    pub rows: Vec<(String, KeptWeek)>,
}

impl WeekPicture {
    /// From the first in which any fell due; `None` where none did.
    pub fn of(weeks: &[KeptWeek], clock: &LocalClock<'_>) -> Option<WeekPicture> {
        let first = weeks.iter().position(|week| week.matured > 0)?;
        let weeks = weeks.get(first..)?;
        let due: usize = weeks.iter().map(|week| week.matured).sum();
        let in_time: usize = weeks.iter().map(|week| week.in_time.min(week.matured)).sum();
        let (mut kept, mut broken) = (Line::default(), Line::default());
        for (place, week) in (0..).zip(weeks).filter(|(_, week)| week.matured > 0) {
            let x = place * WIDTH + WIDTH / 2;
            let share = week.in_time.min(week.matured) as f64 / week.matured as f64;
            let full = (share * f64::from(HEIGHT)).round() as i32;
            if full > 0 {
                kept.from(x, TOP + HEIGHT).down(-full);
            }
            if full < HEIGHT {
                broken.from(x, TOP).down(HEIGHT - full);
            }
        }
        let ends = |ago: usize| clock.day(clock.now - ago as i64 * 7 * DAY);
        let rows = weeks.iter().rev().enumerate().filter(|(_, week)| week.matured > 0);
        Some(WeekPicture {
            description: format!(
                "In {} {} fell due; you gave {in_time} in time.",
                count(weeks.len() as u64, "week", "weeks"),
                count(due as u64, "answer", "answers"),
            ),
            kept,
            broken,
            width: weeks.len() as i32 * WIDTH,
            rows: rows.map(|(ago, week)| (ends(ago), *week)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::Moment;
    use crate::domain::policy::Policy;

    #[test]
    fn a_week_is_as_high_as_its_share_and_an_empty_one_is_none() {
        let policy = Policy::default();
        let clock = LocalClock { policy: &policy, now: Moment(1_700_000_000) };
        let week = |matured, in_time| KeptWeek { matured, in_time };
        let picture =
            WeekPicture::of(&[week(0, 0), week(4, 1), week(0, 0), week(2, 2)], &clock).unwrap();
        assert_eq!((&*picture.kept.0, &*picture.broken.0), ("M10 68v-16M50 68v-64", "M10 4v48"));
        assert_eq!(picture.rows[0], ("14 November 2023".to_owned(), week(2, 2)));
        assert!(WeekPicture::of(&[week(0, 0)], &clock).is_none());
    }
}
