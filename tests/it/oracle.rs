//! The statistics against worked cases made with other people's libraries.
//!
//! `REQUITE_ORACLE` names another file of the same form; see `fixtures/oracle/README.md`.

mod curves;
mod shares;
mod time;

use std::path::PathBuf;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// For everything but quantiles of a Beta.
const TOLERANCE: f64 = 1e-9;
const BETA_QUANTILE: f64 = 1e-7;

#[derive(Deserialize)]
struct Vectors {
    n_cases: usize,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    kind: String,
    input: Value,
    expected: Value,
}

#[test]
fn oracle() {
    let path = std::env::var_os("REQUITE_ORACLE").map_or_else(
        || {
            PathBuf::from(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/fixtures/oracle/vectors.json"
            ))
        },
        PathBuf::from,
    );
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let Vectors { n_cases, cases } = serde_json::from_str(&text).unwrap();
    assert_eq!(cases.len(), n_cases, "{} is incomplete", path.display());

    let failures: Vec<String> = cases.iter().flat_map(run).collect();
    println!("{} cases checked", cases.len());
    assert!(failures.is_empty(), "{} disagree:\n{}", failures.len(), failures.join("\n"));
}

fn run(case: &Case) -> Vec<String> {
    let mut check = Check { case, failures: Vec::new() };
    match case.kind.as_str() {
        "km" => curves::kaplan_meier(&mut check),
        "prior_curve" => curves::prior_curve(&mut check),
        "overdue" => curves::overdue(&mut check),
        "beta_binomial" => shares::beta_binomial(&mut check),
        "thinned_beta" => shares::thinned_beta(&mut check),
        "eb_fit" => shares::empirical_bayes(&mut check),
        "wilson" => shares::wilson(&mut check),
        "metrics" => shares::metrics(&mut check),
        "score" => shares::score(&mut check),
        "due_map" => shares::due_map(&mut check),
        "decay" => time::decay(&mut check),
        "clock" => time::clock(&mut check),
        unknown => check.fail(format!("nothing checks the kind {unknown}")),
    }
    check.failures
}

/// One case under way: what disagreed so far.
struct Check<'a> {
    case: &'a Case,
    failures: Vec<String>,
}

impl Check<'_> {
    fn input<T: DeserializeOwned>(&self) -> T {
        self.read("input", &self.case.input)
    }

    fn expected<T: DeserializeOwned>(&self) -> T {
        self.read("expected", &self.case.expected)
    }

    fn read<T: DeserializeOwned>(&self, part: &str, value: &Value) -> T {
        T::deserialize(value).unwrap_or_else(|e| panic!("{} {part}: {e}", self.case.id))
    }

    fn fail(&mut self, what: String) {
        self.failures.push(format!("{}: {what}", self.case.id));
    }

    fn close(&mut self, what: &str, got: f64, expect: f64) {
        self.within(TOLERANCE, what, got, expect);
    }

    /// Within `tolerance`, absolute or relative.
    fn within(&mut self, tolerance: f64, what: &str, got: f64, expect: f64) {
        let off = (got - expect).abs();
        if off.is_nan() || off > tolerance * expect.abs().max(1.0) {
            self.fail(format!("{what} is {got}, not {expect} (off by {off:e})"));
        }
    }

    fn same<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, got: T, expect: T) {
        if got != expect {
            self.fail(format!("{what} is {got:?}, not {expect:?}"));
        }
    }

    /// Both unknown, or both known and close.
    fn maybe(&mut self, what: &str, got: Option<f64>, expect: Option<f64>) {
        match (got, expect) {
            (Some(got), Some(expect)) => self.close(what, got, expect),
            _ => self.same(what, got, expect),
        }
    }

    fn interval(&mut self, tolerance: f64, what: &str, got: (f64, f64), expect: (f64, f64)) {
        self.within(tolerance, &format!("{what}, low,"), got.0, expect.0);
        self.within(tolerance, &format!("{what}, high,"), got.1, expect.1);
    }
}
