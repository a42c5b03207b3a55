//! Weights fitted to judged messages: those of both sides together first, then each side's own, not
//! far from them.

use requite::domain::measure::need::fit::{self, Example, Shift, Wander};
use requite::domain::measure::need::{Features, logistic};
use requite::domain::model::Side;

use super::cases::Case;

/// Ridge: how far a weight may be from 0, and one side's from the common one.
const COMMON: Wander = Wander { intercept: 5.0, feature: 0.2, person: 1.0 };
const OWN: Wander = Wander { intercept: 1.0, feature: 0.4, person: 1.0 };

/// What too few messages were judged for, and nobody would doubt: who asks somebody else by name
/// asks me nothing. The fit begins here, as it does at 0 for all others.
const BEYOND_DOUBT: &[(Features, f64)] = &[(Features::ASKS_OTHERS, -1.5)];

/// Which features are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    Text,
    Header,
}

impl Set {
    pub fn name(self) -> &'static str {
        match self {
            Set::Text => "text and header",
            Set::Header => "header alone",
        }
    }
}

pub struct Fitted {
    pub intercept: f64,
    pub features: Vec<f64>,
}

impl Fitted {
    pub fn to<'a>(cases: impl Iterator<Item = &'a Case>, side: Side, set: Set) -> Fitted {
        // Contacts are people; by its header alone a machine's mail to me looks like theirs.
        let cases = cases.filter(|case| set == Set::Text || case.kind != "machine");
        let cases: Vec<&Case> = cases.collect();
        let examples = |fitted: &Fitted, of: &dyn Fn(&Case) -> bool| -> Vec<Example> {
            let chosen = cases.iter().filter(|case| of(case));
            chosen.map(|case| fitted.example(case.features(set), case.due)).collect()
        };
        let common = fit::fit(Features::COUNT, &examples(&Fitted::to_nothing(), &|_| true), COMMON);
        let common = Fitted::to_nothing().moved(&common);
        let own = examples(&common, &|case| case.side == side);
        common.moved(&fit::fit(Features::COUNT, &own, OWN))
    }

    fn to_nothing() -> Fitted {
        let mut features = vec![0.0; Features::COUNT];
        for (known, weight) in BEYOND_DOUBT {
            known.places().for_each(|place| features[place] = *weight);
        }
        Fitted { intercept: 0.0, features }
    }

    fn example(&self, features: Features, due: f64) -> Example {
        let held = features.places().map(|place| (place, 1.0)).collect();
        Example { offset: self.logit(features), features: held, person: None, due }
    }

    fn moved(&self, by: &Shift) -> Fitted {
        let features = self.features.iter().zip(&by.features).map(|(at, by)| at + by).collect();
        Fitted { intercept: self.intercept + by.intercept, features }
    }

    fn logit(&self, features: Features) -> f64 {
        self.intercept + features.places().map(|place| self.features[place]).sum::<f64>()
    }
}

/// d of each message of a side, by what the other mailboxes taught.
pub fn leaving_one_out(cases: &[Case], side: Side, set: Set) -> Vec<f64> {
    let mut fitted: Vec<(&str, Fitted)> = Vec::new();
    let of_side = cases.iter().filter(|case| case.side == side);
    let judged = of_side.map(|case| {
        let known = fitted.iter().position(|(mailbox, _)| *mailbox == case.mailbox);
        let place = known.unwrap_or_else(|| {
            let others = cases.iter().filter(|other| other.mailbox != case.mailbox);
            fitted.push((&case.mailbox, Fitted::to(others, side, set)));
            fitted.len() - 1
        });
        logistic(fitted[place].1.logit(case.features(set)))
    });
    judged.collect()
}
