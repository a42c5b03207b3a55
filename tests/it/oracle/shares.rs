//! Shares, the scores made of them, and forecasts.

use std::collections::BTreeMap;

use requite::domain::measure::need::fit::{Example, Wander, fit};
use requite::domain::measure::need::logistic;
use requite::domain::measure::score::{self, Inputs, Share};
use requite::domain::measure::statistics::empirical_bayes::{self, Tally};
use requite::domain::measure::statistics::metrics::{self, Forecast};
use requite::domain::measure::statistics::{
    Beta, Evidence, Interval, Posterior, weights, wilson as share,
};
use requite::domain::model::Stance;
use serde::Deserialize;

use super::{BETA_QUANTILE, Check, TOLERANCE};

pub fn beta_binomial(check: &mut Check) {
    #[derive(Deserialize)]
    struct Counts {
        prior_alpha: f64,
        prior_beta: f64,
        k: f64,
        n: f64,
    }
    #[derive(Deserialize)]
    struct Expected {
        post_alpha: f64,
        post_beta: f64,
        mean: f64,
        sd: f64,
        ci80: (f64, f64),
        ci90: (f64, f64),
        ci95: (f64, f64),
        prob_below_0_5: f64,
        prob_at_least_0_8: f64,
        shrinkage: f64,
    }
    let (counts, expected): (Counts, Expected) = (check.input(), check.expected());
    let prior = Beta::new(counts.prior_alpha, counts.prior_beta);
    let posterior = prior.updated(counts.k, counts.n - counts.k);
    check.close("a", posterior.a, expected.post_alpha);
    check.close("b", posterior.b, expected.post_beta);
    check.close("mean", posterior.mean(), expected.mean);
    check.close("sd", posterior.sd(), expected.sd);
    for (tail, interval) in [(0.1, expected.ci80), (0.05, expected.ci90), (0.025, expected.ci95)] {
        let got = (posterior.quantile(tail), posterior.quantile(1.0 - tail));
        check.interval(BETA_QUANTILE, &format!("interval at {tail}"), got, interval);
    }
    check.close("P(p < .5)", posterior.below(0.5), expected.prob_below_0_5);
    check.close("P(p ≥ .8)", 1.0 - posterior.below(0.8), expected.prob_at_least_0_8);
    check.close("shrinkage", prior.strength() / posterior.strength(), expected.shrinkage);
}

pub fn thinned_beta(check: &mut Check) {
    #[derive(Deserialize)]
    struct Turns {
        prior_alpha: f64,
        prior_beta: f64,
        answered_in_time_w: Vec<f64>,
        answered_late_w: Vec<f64>,
        unanswered: Vec<Silence>,
    }
    #[derive(Deserialize)]
    struct Silence {
        q: f64,
        w: f64,
    }
    #[derive(Deserialize)]
    struct Expected {
        mean: f64,
        sd: f64,
        ci80: (f64, f64),
        prob_below_0_5: f64,
        tolerance: Option<Tolerance>,
    }
    #[derive(Deserialize)]
    struct Tolerance {
        abs: f64,
    }
    let (turns, expected): (Turns, Expected) = (check.input(), check.expected());
    let mut evidence = Evidence::new(Beta::new(turns.prior_alpha, turns.prior_beta));
    turns.answered_in_time_w.into_iter().for_each(|w| evidence.in_time(w));
    turns.answered_late_w.into_iter().for_each(|w| evidence.late(w));
    turns.unanswered.into_iter().for_each(|silence| evidence.unanswered(silence.q, silence.w));
    let posterior = evidence.posterior();

    let tolerance = expected.tolerance.map_or(TOLERANCE, |tolerance| tolerance.abs);
    check.within(tolerance, "mean", posterior.mean(), expected.mean);
    check.within(tolerance, "sd", posterior.sd(), expected.sd);
    let interval = (posterior.quantile(0.1), posterior.quantile(0.9));
    check.interval(tolerance.max(BETA_QUANTILE), "80 % interval", interval, expected.ci80);
    check.within(tolerance, "P(p < .5)", posterior.below(0.5), expected.prob_below_0_5);
}

pub fn empirical_bayes(check: &mut Check) {
    #[derive(Deserialize)]
    struct Population {
        k: Vec<f64>,
        n: Vec<f64>,
        s_bounds: (f64, f64),
    }
    #[derive(Deserialize)]
    struct Expected {
        m: f64,
        s: f64,
        alpha: f64,
        beta: f64,
        loglik: f64,
        s_at_bound: bool,
        loglik_at: Vec<LogLikelihood>,
        tolerance: Tolerance,
    }
    #[derive(Deserialize)]
    struct LogLikelihood {
        m: f64,
        s: f64,
        loglik: f64,
    }
    #[derive(Deserialize)]
    struct Tolerance {
        m: f64,
        s_rel: f64,
        loglik: f64,
    }
    let (population, expected): (Population, Expected) = (check.input(), check.expected());
    let tallies: Vec<_> = population
        .k
        .iter()
        .zip(&population.n)
        .map(|(&in_time, &matured)| Tally { in_time, matured })
        .collect();
    for LogLikelihood { m, s, loglik } in expected.loglik_at {
        let got = empirical_bayes::log_likelihood(&tallies, m, s);
        check.close(&format!("log likelihood at {m}, {s}"), got, loglik);
    }
    let fit = empirical_bayes::fit(&tallies, population.s_bounds);
    let Tolerance { m, s_rel, loglik } = expected.tolerance;
    check.within(m, "m", fit.m, expected.m);
    check.within(s_rel, "s", fit.s, expected.s);
    check.within(s_rel, "alpha", fit.prior().a, expected.alpha);
    check.within(s_rel, "beta", fit.prior().b, expected.beta);
    check.within(loglik, "log likelihood", fit.log_likelihood, expected.loglik);
    check.same("at bound", fit.at_bound, expected.s_at_bound);
}

pub fn wilson(check: &mut Check) {
    #[derive(Deserialize)]
    struct Counts {
        k: f64,
        n: f64,
    }
    #[derive(Deserialize)]
    struct Ends {
        low: f64,
        high: f64,
    }
    let (counts, expected): (Counts, Ends) = (check.input(), check.expected());
    let Interval { low, high } = share::wilson(counts.k, counts.n);
    check.interval(BETA_QUANTILE, "interval", (low, high), (expected.low, expected.high));
}

pub fn metrics(check: &mut Check) {
    #[derive(Deserialize)]
    struct Forecasts {
        y: Vec<u8>,
        p: Vec<f64>,
    }
    #[derive(Deserialize)]
    struct Expected {
        auc: Option<f64>,
        average_precision: Option<f64>,
        brier: Option<f64>,
        log_loss: Option<f64>,
    }
    let (given, expected): (Forecasts, Expected) = (check.input(), check.expected());
    let forecasts: Vec<_> = given
        .y
        .iter()
        .zip(&given.p)
        .map(|(&y, &probability)| Forecast { probability, happened: y == 1 })
        .collect();
    check.maybe("AUC", metrics::auc(&forecasts), expected.auc);
    let precision = metrics::average_precision(&forecasts);
    check.maybe("average precision", precision, expected.average_precision);
    check.maybe("Brier score", metrics::brier(&forecasts), expected.brier);
    check.maybe("log loss", metrics::log_loss(&forecasts), expected.log_loss);
}

pub fn score(check: &mut Check) {
    #[derive(Deserialize)]
    struct Counts {
        prior: (f64, f64),
        half_life_days: f64,
        k_t: f64,
        n_t: f64,
        k_m: f64,
        n_m: f64,
        init_me: f64,
        init_them: f64,
        gives: f64,
        asks_me: f64,
        received: f64,
        days_since_touch: Option<f64>,
    }
    #[derive(Deserialize)]
    struct Expected {
        components: BTreeMap<String, f64>,
        by_stance: BTreeMap<String, ByStance>,
        confidence: f64,
        show_number: bool,
        prob_reach_below_half: f64,
    }
    #[derive(Deserialize)]
    struct ByStance {
        score: f64,
        range80: (f64, f64),
    }
    let (counts, expected): (Counts, Expected) = (check.input(), check.expected());
    check.same("half-life", weights::HALF_LIFE_DAYS, counts.half_life_days);
    let prior = Beta::new(counts.prior.0, counts.prior.1);
    let posterior = |k: f64, n: f64| Posterior::Beta(prior.updated(k, n - k));
    let them = posterior(counts.k_t, counts.n_t);
    let inputs = Inputs {
        them: Share::from(&them),
        me: Share::from(&posterior(counts.k_m, counts.n_m)),
        init_me: counts.init_me,
        init_them: counts.init_them,
        gives: counts.gives,
        asks_me: counts.asks_me,
        received: counts.received,
        days_since_touch: counts.days_since_touch,
        matured: counts.n_t + counts.n_m,
    };

    let parts = score::components(&inputs);
    let named = [
        ("R", parts.r),
        ("M", parts.m),
        ("X", parts.x),
        ("B", parts.b),
        ("V", parts.v),
        ("C", parts.c),
    ];
    for (name, got) in named {
        check.close(name, got, expected.components[name]);
    }
    for (name, expected) in &expected.by_stance {
        let stance = Stance::deserialize(serde_json::json!(name)).unwrap();
        check.close(name, score::score(&parts, stance), expected.score);
        let Interval { low, high } = score::range80(&inputs, stance);
        check.interval(BETA_QUANTILE, &format!("{name} range"), (low, high), expected.range80);
    }
    let measured = score::measure(&inputs, Stance::Resource);
    check.close("confidence", measured.confidence, expected.confidence);
    check.same("shown", measured.value.is_some(), expected.show_number);
    check.close("P(R < .5)", them.below(0.5), expected.prob_reach_below_half);
}

pub fn due_map(check: &mut Check) {
    #[derive(Deserialize)]
    struct Judged {
        person: String,
        #[serde(default)]
        due: f64,
        features: BTreeMap<String, f64>,
    }
    #[derive(Deserialize)]
    struct Given {
        weights: BTreeMap<String, f64>,
        prior_sd: f64,
        person_sd: f64,
        said: Vec<Judged>,
        ask: Vec<Judged>,
    }
    #[derive(Deserialize)]
    struct Expected {
        intercept_shift: f64,
        shifts: BTreeMap<String, f64>,
        persons: BTreeMap<String, f64>,
        d: Vec<f64>,
    }
    let (mut given, expected): (Given, Expected) = (check.input(), check.expected());
    let intercept = given.weights.remove("intercept").unwrap();
    let names: Vec<&String> = given.weights.keys().collect();
    let persons: Vec<&String> = expected.persons.keys().collect();
    let example = |judged: &Judged| {
        let features = judged.features.iter();
        let features: Vec<(usize, f64)> = features
            .map(|(name, value)| (names.iter().position(|it| *it == name).unwrap(), *value))
            .collect();
        let offset = |(name, value): (&String, &f64)| given.weights[name] * value;
        Example {
            offset: intercept + judged.features.iter().map(offset).sum::<f64>(),
            features,
            person: persons.iter().position(|it| **it == judged.person),
            due: judged.due,
        }
    };
    let said: Vec<Example> = given.said.iter().map(example).collect();
    let wander =
        Wander { intercept: given.prior_sd, feature: given.prior_sd, person: given.person_sd };
    let shift = fit(names.len(), &said, wander);
    check.close("intercept", shift.intercept, expected.intercept_shift);
    for (name, got) in names.iter().zip(&shift.features) {
        check.close(name, *got, expected.shifts[*name]);
    }
    let of_person = |place: Option<usize>| {
        place.and_then(|place| shift.persons.get(place)).copied().unwrap_or_default()
    };
    for (place, person) in persons.iter().enumerate() {
        check.close(person, of_person(Some(place)), expected.persons[*person]);
    }
    for (asked, expected) in given.ask.iter().map(example).zip(&expected.d) {
        let moved = asked.features.iter().map(|(place, value)| shift.features[*place] * value);
        let z = asked.offset + shift.intercept + moved.sum::<f64>() + of_person(asked.person);
        check.close("d", logistic(z), *expected);
    }
}
