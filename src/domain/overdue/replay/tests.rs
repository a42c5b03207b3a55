//! Which threshold a history of alerts leads to.

use jiff::civil::date;
use proptest::prelude::*;

use super::super::super::model::HOUR;
use super::super::super::turns::Closed;
use super::*;

/// Monday, an hour after the batch of that day.
const NOW: Moment = Moment(1_795_426_200);
const LIMIT_H: f64 = 48.0;

fn policy(per_week: u32) -> Policy {
    let mut policy = Policy::default();
    policy.alerts.per_week = per_week;
    policy
}

/// Somebody's question of so many hours ago, never answered.
fn asked(hours_ago: i64, q: f64) -> Turn {
    let start = NOW - hours_ago * HOUR;
    Turn { needs_reply: q, ..Turn::asked(Side::Theirs, hours_ago, start) }
}

/// Long ago, and over before the four weeks began.
fn history() -> Turn {
    asked(3000, 0.9).answered_after(1.0)
}

fn fitted(turns: &[Turn], policy: &Policy) -> f64 {
    let mut replay = Replay::new(policy, NOW);
    turns.iter().for_each(|turn| replay.take(turn, LIMIT_H));
    replay.q_star()
}

/// How many alerts a turn would have meant, week by week back from now.
#[track_caller]
fn check_told(turn: &Turn, policy: &Policy, expect: &[usize]) {
    let batches = batches(policy, NOW);
    let weeks: Vec<usize> =
        tellings(turn, LIMIT_H, &batches).filter_map(|batch| batch.week).collect();
    assert_eq!(weeks, expect, "{turn:?}");
}

#[test]
fn a_turn_is_told_before_its_limit_and_once_more_at_twice_that() {
    let usual = policy(6);
    check_told(&asked(7 * 24, 0.9), &usual, &[0, 0]);
    check_told(&asked(9 * 24, 0.9), &usual, &[1, 0]);
    check_told(&asked(27 * 24, 0.9), &usual, &[3, 3]);
    check_told(&asked(30, 0.9), &usual, &[0]);
    check_told(&asked(10, 0.9), &usual, &[]);
}

#[test]
fn what_was_told_before_the_four_weeks_isnt_told_again_in_them() {
    check_told(&asked(29 * 24 + 12, 0.9), &policy(6), &[3]);
    check_told(&asked(700, 0.9), &policy(6), &[3]);
    check_told(&asked(33 * 24, 0.9), &policy(6), &[]);
}

#[test]
fn an_answer_ends_the_telling_from_its_own_time_on() {
    let turn = asked(150, 0.9);
    check_told(&turn.clone().answered_after(2.0), &policy(6), &[]);
    check_told(&turn.clone().answered_after(60.0), &policy(6), &[0]);
    check_told(&turn.clone().answered_after(140.0), &policy(6), &[0, 0]);
    check_told(&Turn { closed: Some(Closed::SaidDone), ..turn.clone() }, &policy(6), &[]);
    check_told(&Turn { needs_reply: 0.29, ..turn }, &policy(6), &[]);
}

#[test]
fn nothing_is_told_on_days_away() {
    let mut away = policy(6);
    away.away = vec![(date(2026, 11, 10), date(2026, 11, 20))];
    check_told(&asked(13 * 24, 0.9), &policy(6), &[1, 1]);
    check_told(&asked(13 * 24, 0.9), &away, &[0, 0]);
}

#[test]
fn the_threshold_is_the_lowest_that_keeps_to_the_budget() {
    #[track_caller]
    fn check(turns: Vec<Turn>, expect: f64) {
        assert_eq!(fitted(&[turns, vec![history()]].concat(), &policy(6)), expect);
    }
    let many = |n: i64, hours_ago: i64, q: f64| -> Vec<Turn> {
        (0..n).map(|_| asked(hours_ago, q).answered_after(50.0)).collect()
    };
    check(vec![], 0.3);
    check(
        many(7, 100, 0.99).into_iter().map(|turn| Turn { side: Side::Mine, ..turn }).collect(),
        0.3,
    );
    check(many(6, 100, 0.35), 0.3);
    check(many(7, 100, 0.35), 0.4);
    check(many(7, 600, 0.35), 0.4);
    check(many(7, 100, 0.65), 0.7);
    check(many(7, 100, 0.8), 0.8);
    check(many(7, 100, 0.99), 0.8);
    check([many(4, 100, 0.5), many(4, 300, 0.5)].concat(), 0.3);
}

#[test]
fn until_four_weeks_are_known_it_is_the_first_guess() {
    assert_eq!(fitted(&[], &policy(6)), FIRST_Q_STAR);
    assert_eq!(fitted(&[asked(28 * 24 - 1, 0.9)], &policy(6)), FIRST_Q_STAR);
    assert_eq!(fitted(&[asked(28 * 24, 0.9)], &policy(6)), 0.3);
}

fn turn() -> impl Strategy<Value = Turn> {
    let answer = prop::option::of(0_i64..900);
    (0_i64..1500, 0.0..1.0, answer, any::<bool>()).prop_map(|(hours_ago, q, answer, closed)| {
        let turn = asked(hours_ago, q);
        let turn = Turn { closed: closed.then_some(Closed::Discarded), ..turn };
        answer.map_or(turn.clone(), |after_h| turn.answered_after(after_h as f64))
    })
}

/// With enough history to fit anything.
fn turns() -> impl Strategy<Value = Vec<Turn>> {
    prop::collection::vec(turn(), 0..60).prop_map(|turns| [turns, vec![history()]].concat())
}

proptest! {
    #[test]
    fn more_budget_never_raises_it(turns in turns(), less in 0_u32..20, more in 0_u32..20) {
        prop_assert!(fitted(&turns, &policy(less + more)) <= fitted(&turns, &policy(less)));
    }

    #[test]
    fn more_mail_never_lowers_it(turns in turns(), further in turn(), budget in 0_u32..9) {
        let more = [turns.clone(), vec![further]].concat();
        prop_assert!(fitted(&more, &policy(budget)) >= fitted(&turns, &policy(budget)));
    }

    #[test]
    fn order_doesnt_matter(
        (turns, shuffled) in turns().prop_flat_map(|t| (Just(t.clone()), Just(t).prop_shuffle())),
        budget in 0_u32..9,
    ) {
        prop_assert_eq!(fitted(&turns, &policy(budget)), fitted(&shuffled, &policy(budget)));
    }

    #[test]
    fn one_pass_tells_what_going_through_the_mornings_tells(
        turn in turn(),
        limit_h in 1.0..400.0,
        quiet_days in prop::collection::vec(0_i32..60, 0..20),
    ) {
        let mut policy = policy(6);
        let day = |ago: &i32| date(2026, 11, 23).saturating_sub(jiff::Span::new().days(*ago));
        policy.away = quiet_days.iter().map(|ago| (day(ago), day(ago))).collect();
        let batches = batches(&policy, NOW);
        let mut told = Vec::new();
        for batch in batches.iter().filter(|batch| is_owed(&turn, batch.at)) {
            let age_h = batch.at.hours_since(turn.start);
            let worth = match told.len() {
                0 => age_h >= limit_h - batch.lead_h,
                1 => age_h >= 2.0 * limit_h,
                _ => false,
            };
            if worth {
                told.push(batch.at);
            }
        }
        let found: Vec<Moment> = tellings(&turn, limit_h, &batches).map(|batch| batch.at).collect();
        // Batches before the first that is looked at may have told of it as well.
        let recent = turn.start >= batches.first().map_or(NOW, |batch| batch.at);
        prop_assert!(!recent || found == told, "{:?} {:?}", found, told);
    }
}
