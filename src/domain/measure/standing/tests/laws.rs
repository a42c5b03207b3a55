//! What holds of a contact's standing, and of what all contacts teach, whatever their turns are.

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::super::*;
use crate::domain::measure::balance::{Counted, Deed};
use crate::domain::measure::calendar::Calendar;
use crate::domain::measure::need::Features;
use crate::domain::measure::need::model::{Model, UserLabel};
use crate::domain::measure::population::Census;
use crate::domain::measure::turns::{Asked, Closed};
use crate::domain::model::{HOUR, Stance};
use crate::domain::policy::EXPIRY_H;

const NOW: Moment = Moment(1_780_000_000);
const YEAR_H: i64 = 365 * 24;

fn any_turn() -> impl Strategy<Value = Turn> {
    let closed = prop_oneof![
        6 => Just(None),
        1 => Just(Some(Closed::SaidDone)),
        1 => Just(Some(Closed::Discarded)),
    ];
    let sides = prop::sample::select(vec![Side::Mine, Side::Theirs]);
    let answer = prop::option::of(1..1000_i64);
    let features = any::<u64>().prop_map(|bits| Features(bits >> 4));
    (0..YEAR_H, sides, answer, closed, any::<bool>(), features).prop_map(
        |(hours_ago, side, answered_after, closed, opens_thread, features)| {
            let start = NOW - hours_ago * HOUR;
            let asked = Turn::asked(side, hours_ago, start);
            let asked = match answered_after {
                Some(hours) => asked.answered_after(hours as f64),
                None => asked,
            };
            let turn = Turn {
                asks: vec![Asked::of(start, asked.id.touch, features)],
                opens_thread,
                closed: closed.filter(|_| asked.answer.is_none()),
                wanted: false,
                ..asked
            };
            turn.unjudged().judged(&Model::default())
        },
    )
}

fn any_turns() -> impl Strategy<Value = Vec<Turn>> {
    prop::collection::vec(any_turn(), 0..14)
}

fn any_counted() -> impl Strategy<Value = Counted> {
    let deed = prop::sample::select(vec![Deed::Given, Deed::Asked, Deed::Received]);
    (deed, 0..YEAR_H).prop_map(|(deed, hours_ago)| Counted { at: NOW - hours_ago * HOUR, deed })
}

fn any_ledger() -> impl Strategy<Value = Vec<Counted>> {
    prop::collection::vec(any_counted(), 0..6)
}

fn any_model() -> impl Strategy<Value = Model> {
    let said = (any_turn(), any::<bool>()).prop_map(|(turn, due)| {
        let features = turn.asks[0].features;
        UserLabel { at: turn.start, side: turn.side, contact: turn.id.contact, features, due }
    });
    prop::collection::vec(said, 0..6).prop_map(|said| Model::of(&said, true))
}

fn terms() -> Terms {
    Terms { limit_h: 48.0, calendar: Calendar::new(TimeZone::UTC) }
}

fn stands(turns: &[Turn], counted: &[Counted], now: Moment) -> Standing {
    // Also what is closed was a touch, and keeps the contact fresh.
    let last_touch = Some(NOW - 40 * HOUR);
    let record = Record { turns, counted, last_touch, terms: &terms() };
    standing(&record, &Population::default(), Stance::Neutral, now)
}

/// All figures of a standing, but for how many turns are closed.
fn figures(standing: &Standing) -> Vec<f64> {
    let Standing { them, me, inputs, score, .. } = standing;
    let side = |side: &SideFigures| {
        let within = &side.within_limit;
        let times = [side.median.hours, side.median.low, side.median.high, side.p90_h];
        let mut all = vec![
            side.answered as f64,
            side.open as f64,
            side.expired as f64,
            side.n_eff,
            within.matured as f64,
            within.answered_in_time as f64,
            within.weight,
        ];
        all.extend([within.share.mean, within.share.low, within.share.high]);
        all.extend(times.into_iter().chain([side.longest_h]).map(|it| it.unwrap_or(-1.0)));
        all
    };
    let mut all = [side(them), side(me)].concat();
    let Inputs { init_me, init_them, gives, asks_me, received, matured, .. } = *inputs;
    all.extend([init_me, init_them, gives, asks_me, received, matured]);
    all.extend([score.value.unwrap_or(-1.0), score.range.low, score.range.high, score.confidence]);
    all
}

#[track_caller]
fn same(one: &[f64], other: &[f64]) -> Result<(), TestCaseError> {
    prop_assert_eq!(one.len(), other.len());
    for (one, other) in one.iter().zip(other) {
        prop_assert!((one - other).abs() <= 1e-9 * one.abs().max(1.0), "{one} {other}");
    }
    Ok(())
}

/// What all contacts teach; each of them by their turns.
fn taught(contacts: &[Vec<Turn>]) -> Population {
    let mut census = Census::new(NOW);
    contacts.iter().for_each(|turns| census.count(turns, &terms()));
    census.population()
}

fn alike(one: &Population, other: &Population) -> Result<(), TestCaseError> {
    let numbers = |population: &Population| {
        let Population { them, me, .. } = population;
        let mut all = Vec::new();
        for usual in [them, me] {
            all.extend([usual.prior.a, usual.prior.b]);
            all.extend([1.0, 48.0, 700.0].map(|hours| usual.curve.survival(hours)));
        }
        all
    };
    for (a, b) in numbers(one).into_iter().zip(numbers(other)) {
        prop_assert!((a - b).abs() < 1e-5, "{a} {b}");
    }
    prop_assert_eq!(one.at, other.at);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_turns_and_entries_doesnt_matter(
        turns in any_turns(), ledger in any_ledger(), by in 0..14_usize,
    ) {
        let (mut other, mut others) = (turns.clone(), ledger.clone());
        other.reverse();
        others.reverse();
        other.rotate_left(by.min(turns.len()));
        let (one, other) = (stands(&turns, &ledger, NOW), stands(&other, &others, NOW));
        same(&figures(&one), &figures(&other))?;
    }

    #[test]
    fn what_is_closed_or_asks_nothing_is_in_no_figure(
        turns in any_turns(), ledger in any_ledger(),
    ) {
        let counted: Vec<Turn> =
            turns.iter().filter(|turn| turn.counts(NOW)).cloned().collect();
        let (one, other) = (stands(&turns, &ledger, NOW), stands(&counted, &ledger, NOW));
        same(&figures(&one), &figures(&other))?;
    }

    #[test]
    fn the_score_lies_in_its_range_and_every_part_between_0_and_1(
        turns in any_turns(), ledger in any_ledger(),
    ) {
        let Score { value, range, components, .. } = stands(&turns, &ledger, NOW).score;
        prop_assert!(0.0 <= range.low && range.low <= range.high && range.high <= 100.0);
        prop_assert!(value.is_none_or(|value| (0.0..=100.0).contains(&value)));
        let score::Components { r, m, x, b, v, c } = components;
        prop_assert!([r, m, x, b, v, c].iter().all(|part| (0.0..=1.0).contains(part)));
    }

    #[test]
    fn time_alone_never_makes_a_contact_fresher(turns in any_turns(), hours in 0..YEAR_H) {
        let later = NOW + hours * HOUR;
        let fresh = |now| stands(&turns, &[], now).score.components.c;
        prop_assert!(fresh(later) <= fresh(NOW));
    }

    #[test]
    fn silence_counts_as_thirty_days_however_long_it_lasts(turns in any_turns(), hours in 0..YEAR_H) {
        let later = NOW + hours * HOUR;
        for turn in turns.iter().filter(|turn| turn.answer.is_none()) {
            let seen = observation(turn, later);
            prop_assert!(!seen.answered && seen.hours <= EXPIRY_H);
            if turn.status(later) == Status::Expired {
                prop_assert_eq!(seen.hours, EXPIRY_H);
            }
        }
    }

    #[test]
    fn no_time_beyond_thirty_days_is_told(turns in any_turns()) {
        let Standing { them, me, .. } = stands(&turns, &[], NOW);
        for side in [them, me] {
            let told = [side.median.hours, side.median.low, side.median.high, side.p90_h, side.longest_h];
            prop_assert!(told.into_iter().flatten().all(|hours| hours <= EXPIRY_H), "{told:?}");
        }
    }

    #[test]
    fn what_the_user_says_never_moves_an_answer(turn in any_turn(), model in any_model()) {
        let judged = turn.clone().unjudged().judged(&model);
        let asked_nothing = |closed: Option<Closed>| closed == Some(Closed::AskedNothing) || closed.is_none();
        prop_assert!(
            judged.closed == turn.closed
                || asked_nothing(judged.closed) && asked_nothing(turn.closed)
        );
        let of_model = |turn: &Turn| Turn { needs_reply: 0.0, closed: None, ..turn.clone() };
        prop_assert_eq!(of_model(&judged), of_model(&turn));
        prop_assert_eq!(judged.unjudged().judged(&Model::default()), turn);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_order_of_contacts_and_turns_teaches_nothing(
        contacts in prop::collection::vec(any_turns(), 0..24),
    ) {
        let mut other = contacts.clone();
        other.reverse();
        other.iter_mut().for_each(|turns| turns.reverse());
        alike(&taught(&contacts), &taught(&other))?;
    }

    #[test]
    fn whoever_has_no_turns_teaches_nothing(
        contacts in prop::collection::vec(any_turns(), 0..24), at in 0..24_usize,
    ) {
        let mut more = contacts.clone();
        more.insert(at.min(contacts.len()), Vec::new());
        alike(&taught(&contacts), &taught(&more))?;
    }
}
