//! Curves of how long answers take, and what is decided by them.

use requite::domain::decide::overdue::{self, IOwe};
use requite::domain::measure::statistics::curve::{self, PopulationCurve};
use requite::domain::measure::statistics::{Band, Interval, KaplanMeier, Observation};
use requite::domain::policy::EXPIRY_H;
use serde::Deserialize;

use super::{BETA_QUANTILE, Check, TOLERANCE};

#[derive(Deserialize)]
struct Turns {
    duration_h: Vec<f64>,
    replied: Vec<bool>,
    weight: Option<Vec<f64>>,
}

impl Turns {
    fn fit(&self) -> KaplanMeier {
        let weights = self.weight.clone().unwrap_or_else(|| vec![1.0; self.duration_h.len()]);
        let observations: Vec<_> = self
            .duration_h
            .iter()
            .zip(&self.replied)
            .zip(weights)
            .map(|((&hours, &answered), weight)| Observation { hours, answered, weight })
            .collect();
        KaplanMeier::fit(&observations)
    }
}

#[derive(Deserialize)]
struct Curve {
    n: usize,
    n_replied: usize,
    n_eff: f64,
    table: Vec<Row>,
    at: Vec<At>,
    quantiles: Vec<Quantile>,
}

#[derive(Deserialize)]
struct Row {
    t_h: f64,
    at_risk: f64,
    events: f64,
    censored: f64,
    survival: f64,
    ci95_loglog: Option<(f64, f64)>,
}

#[derive(Deserialize)]
struct At {
    t_h: f64,
    survival: f64,
    replied_by: f64,
    ci95_loglog: Option<(f64, f64)>,
    ci95_bpcp: Option<(f64, f64)>,
    beyond_follow_up: bool,
}

#[derive(Deserialize)]
struct Quantile {
    p: f64,
    t_h: Option<f64>,
    ci95_loglog: (Option<f64>, Option<f64>),
}

pub fn kaplan_meier(check: &mut Check) {
    let turns: Turns = check.input();
    let expected: Curve = check.expected();
    let curve = turns.fit();
    check.same("n", turns.duration_h.len(), expected.n);
    check.same("n_replied", turns.replied.iter().filter(|&&r| r).count(), expected.n_replied);
    check.close("n_eff", curve.n_eff(), expected.n_eff);

    check.same("number of times", curve.steps().len(), expected.table.len());
    for (step, row) in curve.steps().iter().zip(&expected.table) {
        let t = row.t_h;
        check.close("time", step.hours, t);
        check.close(&format!("at risk at {t}"), step.at_risk, row.at_risk);
        check.close(&format!("events at {t}"), step.events, row.events);
        check.close(&format!("censored at {t}"), step.censored, row.censored);
        check.close(&format!("S({t})"), step.survival(), row.survival);
        band(check, &curve, t, Band::LogLog, row.ci95_loglog);
    }
    for at in &expected.at {
        let t = at.t_h;
        check.close(&format!("S({t})"), curve.survival(t), at.survival);
        check.close(&format!("replied by {t}"), 1.0 - curve.survival(t), at.replied_by);
        band(check, &curve, t, Band::LogLog, at.ci95_loglog);
        band(check, &curve, t, Band::BetaProduct, at.ci95_bpcp);
        let beyond = curve.follow_up().is_none_or(|last| t > last);
        check.same(&format!("beyond follow-up at {t}"), beyond, at.beyond_follow_up);
    }
    for quantile in &expected.quantiles {
        let p = quantile.p;
        let got = curve.quantile_in(p, Band::LogLog);
        check.maybe(&format!("quantile {p}"), got.hours, quantile.t_h);
        check.maybe(&format!("quantile {p}, low,"), got.low, quantile.ci95_loglog.0);
        check.maybe(&format!("quantile {p}, high,"), got.high, quantile.ci95_loglog.1);
    }
}

fn band(check: &mut Check, curve: &KaplanMeier, t: f64, band: Band, expect: Option<(f64, f64)>) {
    let what = format!("{band:?} interval at {t}");
    let tolerance = if band == Band::BetaProduct { BETA_QUANTILE } else { TOLERANCE };
    match (curve.interval(t, band), expect) {
        (Some(Interval { low, high }), Some(expect)) => {
            check.interval(tolerance, &what, (low, high), expect);
        }
        (got, expect) => check.same(&what, got.is_some(), expect.is_some()),
    }
}

pub fn prior_curve(check: &mut Check) {
    #[derive(Deserialize)]
    struct Times {
        t_h: Vec<f64>,
    }
    #[derive(Deserialize)]
    struct Values {
        survival: Vec<f64>,
    }
    let (times, values): (Times, Values) = (check.input(), check.expected());
    check.same("number of times", times.t_h.len(), values.survival.len());
    for (t, survival) in times.t_h.into_iter().zip(values.survival) {
        check.close(&format!("S0({t})"), curve::prior_curve(t), survival);
    }
}

#[derive(Deserialize)]
struct OpenTurn {
    side: String,
    q_needs_reply: f64,
    age_h: f64,
    limit_h: f64,
    contact: Turns,
    population: Turns,
    tau: f64,
    lead_h: f64,
    q_star: f64,
    starred: bool,
    kappa_contact: f64,
    kappa_pop: f64,
}

#[derive(Deserialize)]
#[expect(non_snake_case, reason = "the file's names")]
struct Verdict {
    S_pop_age: f64,
    S_age: f64,
    S_limit: f64,
    S_720: f64,
    fire: bool,
    miss_prob: Option<f64>,
    due: Option<bool>,
    late_tail: Option<f64>,
    late: Option<bool>,
}

pub fn overdue(check: &mut Check) {
    let turn: OpenTurn = check.input();
    let expected: Verdict = check.expected();
    check.same("tau", overdue::MISS_TOLERATED, turn.tau);
    check.same("kappa_contact", curve::CONTACT_KAPPA, turn.kappa_contact);
    check.same("kappa_pop", curve::POPULATION_KAPPA, turn.kappa_pop);

    let (contact, population) = (turn.contact.fit(), PopulationCurve::of(&turn.population.fit()));
    let s_pop = |t| population.survival(t);
    let s = |t| curve::contact(&contact, s_pop(t), t);
    check.close("S_pop(age)", s_pop(turn.age_h), expected.S_pop_age);
    check.close("S(age)", s(turn.age_h), expected.S_age);
    check.close("S(limit)", s(turn.limit_h), expected.S_limit);
    check.close("S(720)", s(EXPIRY_H), expected.S_720);

    let OpenTurn { q_needs_reply: q, age_h, limit_h, starred, .. } = turn;
    match turn.side.as_str() {
        "mine" => {
            let miss = overdue::miss(q, s(age_h), s(limit_h));
            let owed = IOwe { q, age_h, limit_h, starred, miss };
            check.maybe("miss", Some(miss), expected.miss_prob);
            check.same("due", Some(owed.due(turn.lead_h, turn.q_star)), expected.due);
            check.same("fire", owed.fires(turn.lead_h, turn.q_star), expected.fire);
        }
        "theirs" => {
            let late = overdue::they_are_late(age_h, limit_h);
            let tail = overdue::late_tail(s(age_h), s(EXPIRY_H));
            check.maybe("late tail", Some(tail), expected.late_tail);
            check.same("late", Some(late), expected.late);
            check.same("fire", overdue::unusual(late, q, tail), expected.fire);
        }
        unknown => check.fail(format!("nobody is called {unknown}")),
    }
}
