//! How many still wait after how long: the Kaplan–Meier curve with its band, from full to none,
//! over a logarithmic time that begins at 0.
//!
//! Half of the width is the first half day: most answers come on it.

use super::line::Line;
use crate::domain::measure::statistics::KaplanMeier;
use crate::domain::policy::EXPIRY_H;
use crate::domain::text::{count, duration, short_duration};

const LEFT: f64 = 34.0;
const RIGHT: f64 = 296.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 104.0;
/// From where on time is logarithmic.
const LINEAR_H: f64 = 0.5;
/// The times that are marked, in hours.
const TICKS_H: [f64; 6] = [1.0, 4.0, 12.0, 48.0, 168.0, EXPIRY_H];
const SHARES: [f64; 3] = [1.0, 0.5, 0.0];

/// What all curves stand on; drawn once.
pub(super) struct Axes;

/// A mark on an axis.
pub(super) struct Tick {
    pub at: i32,
    pub label: String,
}

impl Axes {
    pub fn times(&self) -> impl Iterator<Item = Tick> {
        TICKS_H.into_iter().map(|hours| Tick { at: x(hours), label: short_duration(hours) })
    }

    pub fn shares(&self) -> impl Iterator<Item = Tick> {
        SHARES.into_iter().map(|share| Tick { at: y(share), label: percent(share) })
    }
}

/// The curve of one side.
pub(super) struct CurvePicture {
    pub title: String,
    pub description: String,
    /// `me` or `them`.
    pub side: &'static str,
    pub band: Line,
    pub curve: Line,
    /// Where the limit lies.
    pub limit: i32,
    /// After how long, how many still wait, and between which shares that lies.
    pub rows: Vec<[String; 3]>,
}

impl CurvePicture {
    /// From so many turns; `None` where nothing is known.
    pub fn of(
        curve: &KaplanMeier,
        title: String,
        side: &'static str,
        turns: usize,
        limit_h: f64,
    ) -> Option<CurvePicture> {
        if curve.steps().is_empty() {
            return None;
        }
        Some(CurvePicture {
            description: description(curve, turns, limit_h),
            title,
            side,
            band: band(curve),
            curve: stairs(curve),
            limit: x(limit_h),
            rows: TICKS_H.into_iter().map_while(|hours| row(curve, hours)).collect(),
        })
    }
}

fn x(hours: f64) -> i32 {
    let place = |hours: f64| (1.0 + hours.clamp(0.0, EXPIRY_H) / LINEAR_H).ln();
    (LEFT + (RIGHT - LEFT) * place(hours) / place(EXPIRY_H)).round() as i32
}

fn y(share: f64) -> i32 {
    (BOTTOM - (BOTTOM - TOP) * share.clamp(0.0, 1.0)).round() as i32
}

/// Only where it moves by a unit.
fn stairs(curve: &KaplanMeier) -> Line {
    let mut line = Line::default();
    let mut at = (x(0.0), y(1.0));
    line.from(at.0, at.1);
    for step in curve.steps() {
        let next = (x(step.hours), y(step.survival()));
        if next.1 != at.1 {
            line.across_to(next.0).down_to(next.1);
            at = next;
        }
    }
    let end = curve.follow_up().map_or(at.0, x);
    if end > at.0 {
        line.across_to(end);
    }
    line
}

/// Forth along the upper ends of the intervals, and back along the lower ones.
fn band(curve: &KaplanMeier) -> Line {
    // At full and at none the band of many events is no wider than the curve.
    let corner = |hours: f64| {
        let share = curve.survival(hours);
        let between = curve.interval(hours, curve.band());
        let (low, high) = between.map_or((share, share), |it| (it.low, it.high));
        (x(hours), y(low), y(high))
    };
    let steps = curve.steps().iter().map(|step| step.hours);
    let mut corners: Vec<_> = std::iter::once(0.0).chain(steps).map(corner).collect();
    corners.dedup_by_key(|&mut (_, low, high)| (low, high));
    let mut line = Line::default();
    for (place, &(at, _, high)) in corners.iter().enumerate() {
        match place {
            0 => line.from(at, high),
            _ => line.across_to(at).down_to(high),
        };
    }
    line.across_to(x(curve.follow_up().unwrap_or_default()));
    for &(at, low, _) in corners.iter().rev() {
        line.down_to(low).across_to(at);
    }
    line.close();
    line
}

/// `None` beyond what was seen.
fn row(curve: &KaplanMeier, hours: f64) -> Option<[String; 3]> {
    let seen = curve.follow_up().is_some_and(|longest| longest >= hours);
    let between = curve.interval(hours, curve.band());
    seen.then(|| {
        let between = between.map(|it| format!("{:.0}–{}", it.low * 100.0, percent(it.high)));
        [duration(hours), percent(curve.survival(hours)), between.unwrap_or_default()]
    })
}

fn description(curve: &KaplanMeier, turns: usize, limit_h: f64) -> String {
    let half = match curve.reached(0.5) {
        Some(hours) => format!("Half are answered within {}", duration(hours)),
        None => "Fewer than half are answered".to_owned(),
    };
    let waiting = percent(curve.survival(limit_h));
    let turns = count(turns as u64, "message", "messages");
    format!("{half}; after {} {waiting} still wait. From {turns}.", duration(limit_h))
}

/// Never parted at the end of a line.
fn percent(share: f64) -> String {
    format!("{:.0}\u{a0}%", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::measure::statistics::Observation;

    fn fit(observations: &[(f64, bool)]) -> KaplanMeier {
        let observation = |&(hours, answered)| Observation { hours, answered, weight: 1.0 };
        KaplanMeier::fit(&observations.iter().map(observation).collect::<Vec<_>>())
    }

    #[test]
    fn a_curve_is_a_stair_within_its_band_and_a_table_behind_it() {
        let curve = fit(&[(1.0, true), (4.0, true), (4.0, true), (48.0, false)]);
        let picture = CurvePicture::of(&curve, "How long".to_owned(), "them", 4, 48.0).unwrap();
        assert_eq!(picture.curve.0, "M34 8H74V32H113V80H199");
        assert_eq!(
            picture.description,
            "Half are answered within 4 h; after 48 h 25\u{a0}% still wait. From 4 messages."
        );
        assert_eq!(picture.rows.len(), 4);
        assert_eq!(picture.rows[1][..2], ["4 h", "25\u{a0}%"]);
        assert!(picture.band.0.starts_with("M34 8H") && picture.band.0.ends_with('z'));
        assert!(CurvePicture::of(&fit(&[]), String::new(), "me", 0, 48.0).is_none());
    }

    #[test]
    fn many_answers_draw_no_longer_line_than_the_picture_is_wide() {
        let many: Vec<(f64, bool)> = (0..10_000).map(|n| (f64::from(n) * 0.07, true)).collect();
        let picture = CurvePicture::of(&fit(&many), String::new(), "me", 10_000, 48.0).unwrap();
        assert!(picture.curve.0.len() + picture.band.0.len() < 4_500);
    }
}
