//! A contact in a report: a row of the table, and a part with pictures.

use askama::Template;

use super::curve::CurvePicture;
use super::hours::HoursPicture;
use super::timeline::TimelinePicture;
use super::{NAME_COLUMNS, described, work};
use crate::deliver::digest::network::balance_line;
use crate::deliver::digest::phrases::percent;
use crate::deliver::local_clock::LocalClock;
use crate::domain::decide::explanation::explanation;
use crate::domain::decide::report::ReportedContact;
use crate::domain::measure::balance::Balance;
use crate::domain::measure::score;
use crate::domain::measure::standing::{Estimate, SideFigures};
use crate::domain::measure::statistics::KaplanMeier;
use crate::domain::text::{clip, short_duration};

/// What the table says of a contact.
pub(super) struct TableRow {
    pub id: String,
    pub name: String,
    pub work: Option<String>,
    pub starred: bool,
    /// There is a part that it leads to.
    pub drawn: bool,
    pub score: Cell,
    /// How long they take, and how often they answer in time; the same of me.
    pub sides: [[Cell; 2]; 2],
    pub last: String,
    /// Seconds since 1970, to sort by.
    pub last_at: i64,
}

/// A figure, as it is told and as it is sorted.
pub(super) struct Cell {
    pub text: String,
    /// `None`: behind all others.
    pub rank: Option<String>,
    /// Of the bar beneath it, 0…100.
    pub percent: Option<u32>,
}

impl TableRow {
    pub fn of(contact: &ReportedContact, drawn: bool, clock: &LocalClock<'_>) -> TableRow {
        let standing = &contact.standing;
        let score = standing.told_score();
        let side = |figures: &SideFigures| {
            let median = figures.told_median();
            let within = &figures.within_limit;
            let share = Cell::of(within.told(), within.in_percent());
            let mean = percent(within.share.mean * 100.0);
            let percent = share.rank.is_some().then_some(mean);
            [Cell::of(median, median.briefly_told(short_duration)), Cell { percent, ..share }]
        };
        TableRow {
            id: contact.id.to_string(),
            name: clip(&contact.name, NAME_COLUMNS),
            work: work(contact),
            starred: contact.starred,
            drawn,
            score: Cell {
                percent: score.rank().map(|(_, value)| percent(value)),
                ..Cell::of(score, score.briefly_told(|value| format!("{value:.0}")))
            },
            sides: [side(&standing.them), side(&standing.me)],
            last: standing.last_touch.map_or_else(String::new, |at| clock.short_day(at)),
            last_at: standing.last_touch.map_or(0, |at| at.0),
        }
    }

    /// Score, and both of either side.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        [&self.score].into_iter().chain(self.sides.iter().flatten())
    }
}

impl Cell {
    fn of(estimate: Estimate, text: String) -> Cell {
        // What has only a lower bound stands behind all that is known.
        const BEYOND: f64 = 1e6;
        let place = |(beyond, value): (bool, f64)| if beyond { BEYOND + value } else { value };
        let rank = estimate.rank().map(|rank| format!("{:.3}", place(rank)));
        Cell { text, rank, percent: None }
    }
}

/// The pictures of a contact, with what they are told by.
#[derive(Template)]
#[template(path = "report_contact.html", config = "src/deliver/templates/askama.toml")]
pub(super) struct ContactPart {
    id: String,
    title: String,
    explanation: String,
    curves: Vec<CurvePicture>,
    timeline: TimelinePicture,
    hours: Option<HoursPicture>,
    balance: Option<String>,
}

impl ContactPart {
    /// `None` where too little is known.
    pub fn of(contact: &ReportedContact, clock: &LocalClock<'_>) -> Option<ContactPart> {
        let picture = contact.picture.as_ref()?;
        let (standing, limit_h) = (&contact.standing, contact.limit_h);
        let name = clip(&contact.name, NAME_COLUMNS);
        let curve = |curve: &KaplanMeier, title, side, figures: &SideFigures| {
            let turns = figures.answered + figures.open + figures.expired;
            let drawn = CurvePicture::of(curve, title, side, turns, limit_h);
            drawn.filter(|_| curve.n_eff() >= score::ENOUGH)
        };
        let theirs = format!("How long {name} takes to answer you");
        let mine = format!("How long you take to answer {name}");
        let curves = [
            curve(&picture.them, theirs, "them", &standing.them),
            curve(&picture.me, mine, "me", &standing.me),
        ];
        let balance = standing.counts.balance;
        Some(ContactPart {
            id: contact.id.to_string(),
            title: described(contact),
            explanation: explanation(&name, standing, clock.policy.stance, limit_h),
            curves: curves.into_iter().flatten().collect(),
            timeline: TimelinePicture::of(&picture.turns, &name, clock),
            hours: HoursPicture::of(&picture.answers, &name),
            balance: (balance != Balance::default()).then(|| balance_line(&balance)),
        })
    }
}
