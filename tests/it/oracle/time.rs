//! What age does to weight, and which hours count.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use requite::domain::measure::calendar::Calendar;
use requite::domain::measure::statistics::weights;
use requite::domain::model::Moment;
use serde::Deserialize;

use super::Check;

pub fn decay(check: &mut Check) {
    #[derive(Deserialize)]
    struct Ages {
        age_days: Vec<f64>,
        half_life_days: f64,
    }
    #[derive(Deserialize)]
    struct Weights {
        weight: Vec<f64>,
        sum_w: f64,
        n_eff: f64,
        normalised: Vec<f64>,
    }
    let (ages, expected): (Ages, Weights) = (check.input(), check.expected());
    let got: Vec<f64> =
        ages.age_days.iter().map(|&age| weights::decay(age, ages.half_life_days)).collect();
    check.close("sum", got.iter().sum(), expected.sum_w);
    check.close("n_eff", weights::kish(&got), expected.n_eff);
    each(check, "weight", &got, &expected.weight);
    each(check, "normalised weight", &weights::normalised(&got), &expected.normalised);
}

fn each(check: &mut Check, what: &str, got: &[f64], expect: &[f64]) {
    check.same(what, got.len(), expect.len());
    for (i, (&got, &expect)) in got.iter().zip(expect).enumerate() {
        check.close(&format!("{what} {i}"), got, expect);
    }
}

pub fn clock(check: &mut Check) {
    #[derive(Deserialize)]
    struct Wait {
        start: Timestamp,
        end: Timestamp,
        tz: String,
        mode: String,
        holidays: BTreeSet<Date>,
        out_of_office: Vec<(Timestamp, Timestamp)>,
    }
    #[derive(Deserialize)]
    struct Hours {
        wall_h: f64,
        clock_h: f64,
    }
    let (wait, expected): (Wait, Hours) = (check.input(), check.expected());
    let (start, end) = (Moment::from(wait.start), Moment::from(wait.end));
    check.close("wall hours", end.hours_since(start), expected.wall_h);

    if wait.mode != "business_day" {
        return check.fail(format!("no clock runs as {}", wait.mode));
    }
    let absences = wait.out_of_office.into_iter().map(|(a, b)| (a.into(), b.into()));
    let calendar = Calendar::new(TimeZone::get(&wait.tz).unwrap())
        .with_holidays(wait.holidays)
        .with_absences(absences);
    check.close("clock hours", calendar.business_hours(start, end), expected.clock_h);
    let due = calendar.after_business_hours(start, expected.clock_h);
    check.close("hours until due", calendar.business_hours(start, due), expected.clock_h);
}
