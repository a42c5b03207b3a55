//! Who is suggested and who is not: one plain case, and what a single difference makes of it.

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::domain::measure::calendar::Calendar;
use crate::domain::measure::statistics::empirical_bayes::DEFAULT_PRIOR;
use crate::domain::measure::turns::Closed;
use crate::domain::model::{DAY, HOUR, MessageNumber, Side, TouchId};

/// A Tuesday.
const NOW: Moment = Moment(1_767_700_800);

fn days_ago(days: f64) -> Moment {
    NOW.plus_hours(-24.0 * days)
}

/// A question, alone in its conversation.
fn turn(side: Side, days: f64) -> Turn {
    Turn::asked(side, (days * 1000.0) as i64, days_ago(days))
}

/// My question of so many days ago.
fn asked(days: f64) -> Turn {
    turn(Side::Mine, days)
}

/// A contact and their turns, each with its conversation.
#[derive(Debug, Clone)]
struct Story {
    turns: Vec<(Turn, i64)>,
    known: Background<'static>,
    prior: Beta,
}

impl Story {
    /// Five questions over half a year, each in a conversation of its own, none answered.
    fn of_silence() -> Story {
        Story {
            turns: Story::asking(&[200.0, 150.0, 120.0, 60.0, 20.0]),
            known: Background {
                since: Some(days_ago(900.0)),
                kept_since: None,
                archived_since: None,
                starred: false,
                address_dead_since: None,
                absences: &[],
                last_from_them: Some(days_ago(400.0)),
                last_from_me: Some(days_ago(20.0)),
                i_answer: 0.8,
            },
            prior: DEFAULT_PRIOR,
        }
    }

    fn asking(days: &[f64]) -> Vec<(Turn, i64)> {
        days.iter().zip(1..).map(|(days, thread)| (asked(*days), thread)).collect()
    }

    fn verdict(&self) -> Verdict {
        let terms = Terms { limit_h: 48.0, calendar: Calendar::new(TimeZone::UTC) };
        let turns: Vec<Turn> = self.turns.iter().map(|(turn, _)| turn.clone()).collect();
        let thread_of = |turn: &Turn| {
            self.turns.iter().find(|(known, _)| known.id == turn.id).map_or(0, |(_, t)| *t)
        };
        verdict(&turns, &terms, &self.known, self.prior, thread_of, NOW)
    }

    fn is_suggested(&self) -> bool {
        matches!(self.verdict(), Verdict::Suggest(_))
    }
}

fn told(verdict: &Verdict) -> Vec<String> {
    match verdict {
        Verdict::Keep(obstacles) => obstacles.iter().map(Obstacle::text).collect(),
        Verdict::FindNewAddress { dead_since } => vec![format!("new address: {dead_since}")],
        Verdict::Suggest(suggestion) => suggestion.reasons.iter().map(Reason::text).collect(),
        Verdict::Untested(_) => vec!["untested".to_owned()],
    }
}

/// The plain case with one difference.
#[track_caller]
fn check(change: impl FnOnce(&mut Story), expect: &[&str]) {
    let mut story = Story::of_silence();
    change(&mut story);
    assert_eq!(told(&story.verdict()), expect);
}

#[test]
fn five_questions_and_no_answer_suggest_with_receipts() {
    check(
        |_| {},
        &[
            "they answered none of your 5 messages",
            "what they missed lies in 5 conversations over 180 days",
            "nothing has come from them since 2 December 2024",
            "you last tried on 17 December 2025, 20 days ago",
            "you owe them nothing",
        ],
    );
    let Verdict::Suggest(suggestion) = Story::of_silence().verdict() else {
        panic!("five silences suggest");
    };
    assert!((suggestion.probability_below_half - 0.9211).abs() < 1e-4);
    let starts: Vec<Moment> = suggestion.evidence.iter().map(|receipt| receipt.start).collect();
    assert_eq!(starts, [200.0, 150.0, 120.0, 60.0, 20.0].map(days_ago));
    assert_eq!(suggestion.last_chance.start, days_ago(20.0));
    assert_eq!(suggestion.last_chance_ended, days_ago(6.0));
    assert_eq!(suggestion.silent_since, Some(days_ago(400.0)));
}

#[test]
fn every_condition_alone_spares_them() {
    check(
        |story| story.known.kept_since = Some(days_ago(6.0)),
        &["you said on 31 December 2025 to keep them for a year"],
    );
    check(
        |story| story.known.archived_since = Some(days_ago(6.0)),
        &["you archived them on 31 December 2025"],
    );
    check(|story| story.known.starred = true, &["you starred them"]);
    check(
        |story| story.known.absences = &[(Moment(NOW.0 - HOUR), Moment(NOW.0 + DAY))],
        &["they are out of office until 7 January 2026"],
    );
    check(
        |story| story.known.since = Some(days_ago(89.0)),
        &["you have known them only since 9 October 2025"],
    );
    check(|story| story.known.since = None, &["it isn't known since when you know them"]);
    check(|story| story.known.i_answer = 0.49, &["you answer only 49 % of their messages in time"]);
    check(
        |story| story.turns.iter_mut().for_each(|(_, thread)| *thread %= 2),
        &["what they missed lies in 2 conversations; it takes 3"],
    );
    check(
        |story| story.turns = Story::asking(&[79.0, 70.0, 60.0, 40.0, 20.0]),
        &["what they missed lies within 59 days; it takes 60"],
    );
    check(
        |story| story.turns = Story::asking(&[200.0, 150.0, 120.0, 20.0]),
        &["the chance that they miss more than half is only 86 %"],
    );
}

#[test]
fn three_questions_are_too_few_however_little_is_expected_of_people() {
    check(
        |story| {
            story.prior = Beta::new(0.4, 1.6);
            story.turns = Story::asking(&[200.0, 150.0, 20.0]);
        },
        &["they left 3 messages without an answer in time; it takes 4"],
    );
}

#[test]
fn a_sign_of_life_on_any_channel_spares_them() {
    let lately = "you last heard from them on 9 October 2025";
    check(|story| story.known.last_from_them = Some(days_ago(89.0)), &[lately]);
    let note = Turn { closed: Some(Closed::AskedNothing), ..turn(Side::Theirs, 89.0) };
    check(|story| story.turns.push((note, 9)), &[lately]);
    let late = |story: &mut Story| {
        let (first, _) = &mut story.turns[0];
        *first = first.clone().answered_after(24.0 * 111.0);
    };
    check(late, &[lately]);
}

#[test]
fn what_i_owe_comes_first() {
    check(
        |story| story.turns.push((turn(Side::Theirs, 5.0), 9)),
        &[
            "you last heard from them on 1 January 2026",
            "you owe them 1 answer",
            "you haven't written or called since they were last heard of",
        ],
    );
}

#[test]
fn a_dead_address_explains_the_silence() {
    let dead = Some(days_ago(130.0));
    check(|story| story.known.address_dead_since = dead, &["new address: 2025-08-29T12:00:00Z"]);
    check(
        |story| {
            story.known.address_dead_since = dead;
            story.known.last_from_them = Some(days_ago(30.0));
        },
        &[
            "you last heard from them on 7 December 2025",
            "mail to them has come back since 29 August 2025: find a new address",
        ],
    );
}

#[test]
fn the_last_chance_gets_its_fortnight() {
    check(
        |story| story.turns = Story::asking(&[200.0, 150.0, 120.0, 60.0, 13.0]),
        &["your last message has until 7 January 2026 to be answered"],
    );
    check(
        |story| story.known.last_from_me = Some(days_ago(3.0)),
        &["your last message has until 17 January 2026 to be answered"],
    );
    check(
        |story| story.known.last_from_them = Some(days_ago(95.0)),
        &[
            "they answered none of your 5 messages",
            "what they missed lies in 5 conversations over 180 days",
            "nothing has come from them since 3 October 2025",
            "you last tried on 17 December 2025, 20 days ago",
            "you owe them nothing",
        ],
    );
    check(
        |story| {
            story.turns = Story::asking(&[300.0, 280.0, 250.0, 200.0, 150.0]);
            story.known.last_from_them = Some(days_ago(140.0));
            story.known.last_from_me = Some(days_ago(150.0));
        },
        &["you haven't written or called since they were last heard of"],
    );
}

#[test]
fn a_last_chance_is_offered_and_remembered_where_nothing_else_is_missing() {
    let mut story = Story::of_silence();
    story.known.last_from_me = Some(days_ago(3.0));
    let until = days_ago(-11.0);
    assert_eq!(story.verdict().last_chance(), Some(LastChance::Runs { until }));
    story.known.starred = true;
    assert_eq!(story.verdict().last_chance(), None);

    let mut story = Story::of_silence();
    story.turns = Story::asking(&[300.0, 280.0, 250.0, 200.0, 150.0]);
    story.known.last_from_them = Some(days_ago(140.0));
    story.known.last_from_me = Some(days_ago(150.0));
    assert_eq!(story.verdict().last_chance(), Some(LastChance::ToGive));
}

#[test]
fn only_matured_turns_of_the_last_year_that_asked_something_count() {
    let four = "the chance that they miss more than half is only 86 %";
    check(|story| story.turns[0].0.start = days_ago(366.0), &[four]);
    check(|story| story.turns[1].0.closed = Some(Closed::SaidDone), &[four]);
    let late_courtesy = |story: &mut Story| {
        let (first, _) = &mut story.turns[0];
        *first = Turn { needs_reply: 0.05, ..first.clone().answered_after(24.0 * 8.0) };
    };
    check(late_courtesy, &[four]);
}

#[test]
fn nobody_wrote_for_two_years_is_untested_rather_than_unanswered() {
    let strangers = |story: &mut Story| {
        story.turns.clear();
        story.known.last_from_them = None;
        story.known.last_from_me = None;
    };
    check(strangers, &["untested"]);
    let long_ago = |days: f64| {
        move |story: &mut Story| {
            strangers(story);
            story.known.last_from_me = Some(days_ago(days));
        }
    };
    check(long_ago(731.0), &["untested"]);
    assert!(told_of(long_ago(729.0)).len() > 1);
    check(
        |story| {
            strangers(story);
            story.known.kept_since = Some(days_ago(6.0));
        },
        &["you said on 31 December 2025 to keep them for a year"],
    );
    check(
        |story| {
            strangers(story);
            story.known.since = Some(days_ago(10.0));
        },
        &["you have known them only since 27 December 2025"],
    );
}

fn told_of(change: impl FnOnce(&mut Story)) -> Vec<String> {
    let mut story = Story::of_silence();
    change(&mut story);
    told(&story.verdict())
}

/// How many unanswered turns it takes with the default prior.
#[track_caller]
fn check_silences_needed(q: f64, expect: usize) {
    let needed = (1..30).find(|&count| {
        let mut story = Story::of_silence();
        let days: Vec<f64> = (0..count).map(|n| 20.0 + 30.0 * n as f64).collect();
        story.turns = Story::asking(&days);
        story.turns.iter_mut().for_each(|(turn, _)| turn.needs_reply = q);
        story.is_suggested()
    });
    assert_eq!(needed, Some(expect), "at q = {q}");
}

#[test]
fn the_less_an_answer_was_needed_the_more_silence_it_takes() {
    check_silences_needed(1.0, 5);
    check_silences_needed(0.67, 9);
}

fn candidate(contact: i64, probability_below_half: f64, silent_days: Option<f64>) -> Candidate {
    let Verdict::Suggest(suggestion) = Story::of_silence().verdict() else {
        panic!("the plain case suggests");
    };
    let silent_since = silent_days.map(days_ago);
    Candidate {
        contact: ContactId(contact),
        suggestion: Suggestion { probability_below_half, silent_since, ..suggestion },
    }
}

#[track_caller]
fn check_weekly(most: usize, expect: &[i64]) {
    let candidates = vec![
        candidate(1, 0.91, Some(300.0)),
        candidate(2, 0.97, Some(100.0)),
        candidate(3, 0.97, Some(200.0)),
        candidate(4, 0.97, None),
        candidate(5, 0.92, Some(100.0)),
        candidate(6, 0.90, Some(900.0)),
    ];
    let week: Vec<i64> = weekly(candidates, most).iter().map(|c| c.contact.0).collect();
    assert_eq!(week, expect);
}

#[test]
fn five_a_week_the_surest_and_the_longest_silent_first() {
    check_weekly(PER_WEEK, &[4, 3, 2, 5, 1]);
    check_weekly(2, &[4, 3]);
    check_weekly(0, &[]);
}

#[test]
fn five_untested_a_week_the_never_touched_first() {
    let untested = |contact: i64, last: Option<f64>, known: f64| {
        let last_touch = last.map(days_ago);
        (ContactId(contact), Untested { last_touch, known_since: Some(days_ago(known)) })
    };
    let all = vec![
        untested(1, Some(800.0), 3000.0),
        untested(2, None, 1000.0),
        untested(3, Some(900.0), 1000.0),
        untested(4, None, 2000.0),
    ];
    let week: Vec<i64> = weekly_untested(all.clone(), PER_WEEK).iter().map(|(c, _)| c.0).collect();
    assert_eq!(week, [4, 2, 3, 1]);
    assert_eq!(weekly_untested(all, 1).len(), 1);
}

prop_compose! {
    fn any_turn()(
        mine in prop::bool::weighted(0.85),
        hours in 20..9000_i64,
        q in prop_oneof![Just(1.0), 0.3..1.0],
        answer in prop::option::weighted(0.25, 1..2000_i64),
        closed in prop::bool::weighted(0.1),
        thread in 0..6_i64,
    ) -> (Turn, i64) {
        let side = if mine { Side::Mine } else { Side::Theirs };
        let plain = Turn { needs_reply: q, ..turn(side, hours as f64 / 24.0) };
        let plain = Turn { closed: closed.then_some(Closed::SaidDone), ..plain };
        (answer.map_or(plain.clone(), |hours| plain.answered_after(hours as f64)), thread)
    }
}

/// Stories near enough to a suggestion that some are one.
fn any_story() -> impl Strategy<Value = Story> {
    let prior = prop_oneof![Just(DEFAULT_PRIOR), Just(Beta::new(0.4, 1.6))];
    (prop::collection::vec(any_turn(), 4..14), prior).prop_map(|(mut turns, prior)| {
        for ((turn, _), id) in turns.iter_mut().zip(1..) {
            turn.id.touch = TouchId::Message(MessageNumber(id));
            turn.touches = vec![turn.id.touch];
        }
        let known = Background { last_from_me: None, ..Story::of_silence().known };
        Story { turns, known, prior }
    })
}

proptest! {
    #[test]
    fn neither_order_nor_duplicates_matter(
        (story, again) in any_story().prop_flat_map(|story| {
            let twice = story.turns.iter().chain(story.turns.iter().take(3)).cloned();
            let twice: Vec<_> = twice.collect();
            (Just(story), Just(twice).prop_shuffle())
        })
    ) {
        let shuffled = Story { turns: again, ..story.clone() };
        prop_assert_eq!(story.verdict(), shuffled.verdict());
    }

    #[test]
    fn an_answer_in_time_never_makes_a_suggestion(
        story in any_story(), days in 3.0..500.0, thread in 6..9_i64, which in 0..14_usize,
    ) {
        prop_assume!(!story.is_suggested());
        let mut more = story.clone();
        more.turns.push((asked(days).answered_after(5.0), thread));
        prop_assert!(!more.is_suggested(), "one more turn, answered");
        let mut same = story;
        if let Some((turn, _)) = same.turns.get_mut(which)
            && turn.side == Side::Mine
            && turn.answer.is_none()
        {
            *turn = turn.clone().answered_after(5.0);
            prop_assert!(!same.is_suggested(), "a silent turn, answered");
        }
    }
}
