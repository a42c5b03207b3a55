//! The laws of the score, and worked examples.

use proptest::prelude::*;

use super::*;
use crate::domain::measure::statistics::Evidence;
use crate::domain::measure::statistics::empirical_bayes::DEFAULT_PRIOR;

/// What happens, and what it adds to the counts.
type Change = (&'static str, fn(&mut Counted, f64));

const STANCES: [Stance; 3] = [Stance::Resource, Stance::Tool, Stance::Neutral];

/// A contact as it is counted, before anything is estimated.
#[derive(Debug, Clone)]
struct Counted {
    in_time: f64,
    late: f64,
    silences: Vec<(f64, f64)>,
    my_in_time: f64,
    my_late: f64,
    init_me: f64,
    init_them: f64,
    gives: f64,
    asks_me: f64,
    received: f64,
    days: Option<f64>,
}

impl Counted {
    fn inputs(&self) -> Inputs {
        let mut them = Evidence::new(DEFAULT_PRIOR);
        them.in_time(self.in_time);
        them.late(self.late);
        self.silences.iter().for_each(|&(q, weight)| them.unanswered(q, weight));
        let mut me = Evidence::new(DEFAULT_PRIOR);
        me.in_time(self.my_in_time);
        me.late(self.my_late);
        let silent: f64 = self.silences.iter().map(|(_, weight)| weight).sum();
        Inputs {
            them: Share::from(&them.posterior()),
            me: Share::from(&me.posterior()),
            init_me: self.init_me,
            init_them: self.init_them,
            gives: self.gives,
            asks_me: self.asks_me,
            received: self.received,
            days_since_touch: self.days,
            matured: self.in_time + self.late + silent + self.my_in_time + self.my_late,
        }
    }

    fn score(&self, stance: Stance) -> f64 {
        score(&components(&self.inputs()), stance)
    }
}

fn counted() -> impl Strategy<Value = Counted> {
    let count = || 0.0..30.0;
    let turns =
        (count(), count(), prop::collection::vec((0.0..=1.0, 0.01..1.0), 0..5), count(), count());
    let ledger = (count(), count(), count(), count(), count());
    let days = prop::option::of(0.0..2000.0);
    (turns, ledger, days).prop_map(|(turns, ledger, days)| {
        let (in_time, late, silences, my_in_time, my_late) = turns;
        let (init_me, init_them, gives, asks_me, received) = ledger;
        Counted {
            in_time,
            late,
            silences,
            my_in_time,
            my_late,
            init_me,
            init_them,
            gives,
            asks_me,
            received,
            days,
        }
    })
}

fn stance() -> impl Strategy<Value = Stance> {
    prop::sample::select(STANCES.to_vec())
}

#[test]
fn the_weights_of_every_stance_add_up_to_one() {
    for stance in STANCES {
        let all = Components { r: 1.0, m: 1.0, x: 1.0, b: 1.0, v: 1.0, c: 1.0 };
        assert!((score(&all, stance) - 100.0).abs() < 1e-12, "{stance:?}");
    }
}

#[test]
fn who_never_answers_scores_nothing_whatever_else_is_good() {
    let all_but_reach = Components { r: 0.0, m: 1.0, x: 1.0, b: 1.0, v: 1.0, c: 1.0 };
    assert_eq!(score(&all_but_reach, Stance::Neutral), 0.0);
}

#[test]
fn no_figure_is_given_on_less_than_three_matured_turns() {
    let contact = |in_time| Counted {
        in_time,
        late: 0.0,
        silences: vec![],
        my_in_time: 0.0,
        my_late: 0.0,
        init_me: 0.0,
        init_them: 0.0,
        gives: 0.0,
        asks_me: 0.0,
        received: 0.0,
        days: Some(1.0),
    };
    let measured = |in_time| measure(&contact(in_time).inputs(), Stance::Resource);
    assert_eq!(measured(2.9).value, None);
    assert!(measured(2.9).range.low < measured(2.9).range.high);
    assert!(measured(3.0).value.is_some());
    assert_eq!(measured(5.0).confidence, 0.5);
}

proptest! {
    #[test]
    fn a_score_and_its_range_lie_between_0_and_100(contact in counted(), stance in stance()) {
        let inputs = contact.inputs();
        let Score { value, range, confidence, .. } = measure(&inputs, stance);
        prop_assert!(0.0 <= range.low && range.low <= range.high && range.high <= 100.0);
        prop_assert!((0.0..1.0).contains(&confidence));
        prop_assert!(value.is_none_or(|value| (0.0..=100.0).contains(&value)));
    }

    #[test]
    fn what_is_good_for_the_contact_never_lowers_it(
        contact in counted(), stance in stance(), more in 0.01..5.0,
    ) {
        let better: [Change; 5] = [
            ("they answered in time", |c, more| c.in_time += more),
            ("I answered in time", |c, more| c.my_in_time += more),
            ("I gave", |c, more| c.gives += more),
            ("they gave", |c, more| c.received += more),
            ("they began", |c, more| c.init_them += more),
        ];
        for (what, change) in better {
            let mut changed = contact.clone();
            change(&mut changed, more);
            prop_assert!(changed.score(stance) >= contact.score(stance) - 1e-9, "{what}");
        }
    }

    #[test]
    fn what_is_bad_for_the_contact_never_raises_it(
        contact in counted(), stance in stance(), more in 0.01..5.0,
    ) {
        let worse: [Change; 5] = [
            ("they answered late", |c, more| c.late += more),
            ("they didn't answer", |c, more| c.silences.push((0.8, more))),
            ("I asked", |c, more| c.asks_me += more),
            ("I began", |c, more| c.init_me += more),
            ("days passed", |c, more| c.days = c.days.map(|days| days + more)),
        ];
        for (what, change) in worse {
            let mut changed = contact.clone();
            change(&mut changed, more);
            prop_assert!(changed.score(stance) <= contact.score(stance) + 1e-9, "{what}");
        }
    }

    #[test]
    fn the_order_of_turns_does_not_matter(mut contact in counted(), stance in stance()) {
        let before = contact.score(stance);
        contact.silences.reverse();
        prop_assert!((contact.score(stance) - before).abs() < 1e-9);
    }
}
