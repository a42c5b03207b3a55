//! How judgements and labels compare, as tables.

use std::collections::BTreeMap;

use requite::domain::measure::need::{DUE, PERHAPS};
use requite::domain::measure::statistics::metrics::{Forecast, auc, average_precision};

use super::cases::Case;

const BINS: usize = 10;
const WORST: usize = 20;

/// AUC and average precision of *due*, and of *due or perhaps*; what of the listed is right, and
/// what of the due is listed; calibration.
pub fn figures(name: &str, cases: &[&Case], d: &[f64]) {
    let forecasts = |yes: f64| -> Vec<Forecast> {
        let all = cases.iter().zip(d);
        all.map(|(case, d)| Forecast { probability: *d, happened: case.due >= yes }).collect()
    };
    let (strict, lenient) = (forecasts(1.0), forecasts(0.5));
    let share = |of: &dyn Fn(&Case, f64) -> bool, yes: &dyn Fn(&Case, f64) -> bool| {
        let chosen: Vec<(&&Case, &f64)> = cases.iter().zip(d).filter(|(c, d)| of(c, **d)).collect();
        let right = chosen.iter().filter(|(case, d)| yes(case, **d)).count();
        right as f64 / chosen.len().max(1) as f64
    };
    let is_due = |case: &Case, _: f64| case.due == 1.0;
    let maybe = |case: &Case, _: f64| case.due > 0.0;
    let listed = |_: &Case, d: f64| d >= DUE;
    let shown = |_: &Case, d: f64| d >= PERHAPS;
    println!("  {name}");
    println!(
        "    AUC {:.3} (due or perhaps: {:.3}), average precision {:.3} ({:.3}), calibration error {:.3}",
        auc(&strict).unwrap_or(f64::NAN),
        auc(&lenient).unwrap_or(f64::NAN),
        average_precision(&strict).unwrap_or(f64::NAN),
        average_precision(&lenient).unwrap_or(f64::NAN),
        calibration_error(cases, d),
    );
    println!(
        "    of the {} listed as due: {:.2} due, {:.2} due or perhaps; of what is due: {:.2} listed \
         as due, {:.2} as due or perhaps",
        d.iter().filter(|d| **d >= DUE).count(),
        share(&listed, &is_due),
        share(&listed, &maybe),
        share(&is_due, &listed),
        share(&is_due, &shown),
    );
}

/// Over ten bins; *perhaps* counts half.
fn calibration_error(cases: &[&Case], d: &[f64]) -> f64 {
    let mut bins = [(0.0, 0.0); BINS];
    for (case, d) in cases.iter().zip(d) {
        let bin = &mut bins[((d * BINS as f64) as usize).min(BINS - 1)];
        bin.0 += d;
        bin.1 += case.due;
    }
    bins.iter().map(|(foretold, was)| (foretold - was).abs()).sum::<f64>() / d.len().max(1) as f64
}

pub fn by_mailbox(cases: &[&Case], d: &[f64]) {
    let mut rows: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for (case, d) in cases.iter().zip(d) {
        let row = rows.entry(&case.mailbox).or_default();
        row[0] += usize::from(*d >= DUE);
        row[1] += usize::from(*d >= DUE && case.due > 0.0);
        row[2] += usize::from(case.due == 1.0);
        row[3] += usize::from(*d >= DUE && case.due == 1.0);
    }
    for (mailbox, [listed, right, due, found]) in rows {
        println!(
            "    {mailbox:<24} listed {listed:>3}, right {right:>3}; due {due:>3}, listed {found:>3}"
        );
    }
}

/// How each kind of message is judged.
pub fn by_kind(cases: &[&Case], d: &[f64]) {
    let mut rows: BTreeMap<(&str, u8), [usize; 3]> = BTreeMap::new();
    for (case, d) in cases.iter().zip(d) {
        let judged = usize::from(*d >= PERHAPS) + usize::from(*d >= DUE);
        rows.entry((&case.kind, (case.due * 2.0) as u8)).or_default()[judged] += 1;
    }
    println!("    {:<18}{:>7}{:>14}{:>9}{:>5}", "kind", "label", "asks nothing", "perhaps", "due");
    for ((kind, label), [nothing, perhaps, due]) in rows {
        println!("    {kind:<18}{label:>7}{nothing:>14}{perhaps:>9}{due:>5}");
    }
}

pub fn worst(cases: &[&Case], d: &[f64]) {
    let mut wrong: Vec<(&&Case, &f64)> = cases.iter().zip(d).collect();
    wrong.sort_by(|(a, x), (b, y)| (b.due - *y).abs().total_cmp(&(a.due - *x).abs()));
    println!("    furthest off:");
    for (case, d) in wrong.into_iter().take(WORST) {
        println!(
            "      {:.2} for {:.1} {:<16} {} {}",
            d, case.due, case.kind, case.mailbox, case.id
        );
    }
}
