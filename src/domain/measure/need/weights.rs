//! What each feature adds to the log-odds that an answer is due. Fitted to messages that were read
//! and judged, one by one; `cargo bench -- due --fit` prints this table.

use super::Features;
use crate::domain::model::Side;

/// The weights of one side, for texts that were read or for headers alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// Log-odds of a message without any feature.
    pub intercept: f64,
    /// In the order of [`Features::NAMES`].
    pub features: [f64; Features::COUNT],
}

impl Weights {
    /// Log-odds that a message with these features asks for an answer.
    pub fn logit(&self, features: Features) -> f64 {
        let held = features.places().filter_map(|place| self.features.get(place));
        self.intercept + held.sum::<f64>()
    }

    /// The probability, 0…1.
    pub fn d(&self, features: Features) -> f64 {
        if features.contains(Features::CALL) { 1.0 } else { logistic(self.logit(features)) }
    }
}

/// Log-odds → probability.
pub fn logistic(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// Those that hold for what was read of a message.
pub fn shipped(side: Side, features: Features) -> &'static Weights {
    match (side, features.contains(Features::TEXT)) {
        (Side::Theirs, true) => &THEIRS,
        (Side::Mine, true) => &MINE,
        (Side::Theirs, false) => &THEIRS_BY_HEADER,
        (Side::Mine, false) => &MINE_BY_HEADER,
    }
}

/// A column of the table, the intercept first.
const fn column(number: usize) -> Weights {
    let mut features = [0.0; Features::COUNT];
    let mut place = 0;
    while place < Features::COUNT {
        features[place] = TABLE[place + 1][number];
        place += 1;
    }
    Weights { intercept: TABLE[0][number], features }
}

static THEIRS: Weights = column(0);
static MINE: Weights = column(1);
static THEIRS_BY_HEADER: Weights = column(2);
static MINE_BY_HEADER: Weights = column(3);

macro_rules! weights {
    ($($name:ident $row:tt;)*) => {
        #[cfg(test)]
        const NAMES: &[&str] = &[$(stringify!($name)),*];
        /// By the text: theirs, mine; by the header alone: theirs, mine.
        const TABLE: [[f64; 4]; Features::COUNT + 1] = [$($row),*];
    };
}

// BEGIN
weights! {
    INTERCEPT [-1.16, -1.14, -1.04, -0.12];
    QUESTION_TO_YOU [0.22, 0.23, 0.00, 0.00];
    QUESTION [0.38, 0.45, 0.00, 0.00];
    QUESTION_TO_ANYONE [0.09, 0.17, 0.00, 0.00];
    QUESTIONS [0.08, 0.02, 0.00, 0.00];
    BEGINS_ASKING [0.10, 0.10, 0.00, 0.00];
    ENDS_ASKING [0.43, 0.34, 0.00, 0.00];
    ENDS_REQUESTING [0.50, 0.71, 0.00, 0.00];
    QUESTION_BELOW_QUOTE [0.16, 0.17, 0.00, 0.00];
    RSVP [0.27, 0.06, 0.00, 0.00];
    REQUEST [0.19, 0.26, 0.00, 0.00];
    WANTS_ANSWER [0.79, 0.76, 0.00, 0.00];
    WANTS_CALL [-0.12, -0.24, 0.00, 0.00];
    NEEDS [0.06, 0.20, 0.00, 0.00];
    WONDERS [0.48, 0.19, 0.00, 0.00];
    PROPOSES [0.27, 0.30, 0.00, 0.00];
    INVITES [0.05, 0.05, 0.00, 0.00];
    URGENT [-0.09, -0.10, 0.00, 0.00];
    PROBLEM [0.13, 0.06, 0.00, 0.00];
    OPINION [0.17, 0.12, 0.00, 0.00];
    ONLY_THANKS [-0.30, -0.33, 0.00, 0.00];
    ACKNOWLEDGES [-0.08, -0.24, 0.00, 0.00];
    BEGINS_ANSWERING [-0.23, -0.15, 0.00, 0.00];
    PROMISES [-0.32, -0.18, 0.00, 0.00];
    INFORMS [0.07, -0.10, 0.00, 0.00];
    ANNOUNCES [0.06, -0.18, 0.00, 0.00];
    OFFERS [-0.20, -0.13, 0.00, 0.00];
    CLOSES [-0.12, -0.06, 0.00, 0.00];
    MACHINE [-0.86, -0.41, 0.00, 0.00];
    MACHINE_OFTEN [-0.85, -0.37, 0.00, 0.00];
    GREETS_ALL [-0.02, -0.02, 0.00, 0.00];
    NAMES_YOU [0.22, 0.34, 0.00, 0.00];
    NAMES_OTHERS [0.10, 0.04, 0.00, 0.00];
    SAYS_YOU [-0.49, 0.14, 0.00, 0.00];
    NO_WORDS [-0.37, -0.38, 0.00, 0.00];
    FEW_WORDS [-0.54, -0.51, 0.00, 0.00];
    SHORT [-0.40, -0.37, 0.00, 0.00];
    LONG [0.31, -0.08, 0.00, 0.00];
    PATCH [0.70, 0.31, 0.00, 0.00];
    BELOW_QUOTE [-0.03, 0.34, 0.00, 0.00];
    LINK [-0.54, -0.44, 0.00, 0.00];
    REPLY_ASKS_NOTHING [0.02, -0.22, 0.00, 0.00];
    MACHINE_MOSTLY [-0.41, -0.19, 0.00, 0.00];
    ASKS_NOTHING [-1.08, -1.08, 0.00, 0.00];
    ASKS_YOU_ALONE [0.93, 0.95, 0.00, 0.00];
    QUESTION_TO_YOU_ALONE [0.62, 0.47, 0.00, 0.00];
    ASKS_OTHERS [-1.40, -1.47, -1.50, -1.50];
    TO_YOU_ALONE [0.06, -0.12, 0.42, -0.19];
    FIRST_IN_TO [0.18, 0.18, 0.12, 0.35];
    LATE_IN_TO [-0.61, -0.34, -0.63, -0.43];
    LIST_IN_TO [0.20, 0.04, 0.52, -0.01];
    FEW_RECIPIENTS [0.79, 0.25, 0.60, 0.04];
    MANY_RECIPIENTS [-0.46, -0.21, -0.70, -0.32];
    REPLY [0.30, 0.31, -0.03, -0.17];
    REPLIES_TO_OTHERS [-0.13, 0.03, 0.14, 0.19];
    FORWARD [0.04, 0.05, -0.32, 0.24];
    SUBJECT_QUESTION [-0.28, -0.09, -0.09, -0.02];
    SUBJECT_REQUEST [-0.05, -0.03, -0.07, -0.03];
    PATCH_SUBJECT [1.52, 0.61, 1.81, 0.49];
    SERIES_PART [0.70, 0.18, 0.78, 0.18];
    MACHINE_SENDER [-0.37, -0.23, 0.19, 0.02];
}
// END

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_stands_beside_the_name_of_its_feature() {
        let features = Features::NAMES.iter().map(|(name, _)| *name);
        let names: Vec<&str> = std::iter::once("INTERCEPT").chain(features).collect();
        assert_eq!(NAMES, names);
    }
}
