//! What each feature adds to the log-odds that an answer is due. Fitted to messages that were read
//! and judged, one by one; `cargo bench -- due --fit` prints this table.

use super::Features;
use crate::domain::model::Side;

/// The weights of one side, for texts that were read or for headers alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    pub intercept: f64,
    /// In the order of [`Features::NAMES`].
    pub features: [f64; Features::COUNT],
}

impl Weights {
    pub fn logit(&self, features: Features) -> f64 {
        let held = features.places().filter_map(|place| self.features.get(place));
        self.intercept + held.sum::<f64>()
    }

    pub fn d(&self, features: Features) -> f64 {
        if features.contains(Features::CALL) { 1.0 } else { logistic(self.logit(features)) }
    }
}

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
    INTERCEPT [-1.05, -1.17, -0.96, -0.23];
    QUESTION_TO_YOU [0.28, 0.30, 0.00, 0.00];
    QUESTION [0.53, 0.61, 0.00, 0.00];
    QUESTION_TO_ANYONE [0.15, 0.20, 0.00, 0.00];
    QUESTIONS [0.08, 0.06, 0.00, 0.00];
    BEGINS_ASKING [0.13, 0.14, 0.00, 0.00];
    ENDS_ASKING [0.49, 0.45, 0.00, 0.00];
    ENDS_REQUESTING [0.55, 0.70, 0.00, 0.00];
    QUESTION_BELOW_QUOTE [0.12, 0.16, 0.00, 0.00];
    RSVP [0.28, 0.16, 0.00, 0.00];
    REQUEST [0.11, 0.19, 0.00, 0.00];
    WANTS_ANSWER [0.79, 0.82, 0.00, 0.00];
    WANTS_CALL [-0.22, -0.28, 0.00, 0.00];
    NEEDS [0.05, 0.13, 0.00, 0.00];
    WONDERS [0.43, 0.27, 0.00, 0.00];
    PROPOSES [0.28, 0.33, 0.00, 0.00];
    INVITES [0.07, 0.07, 0.00, 0.00];
    URGENT [-0.12, -0.11, 0.00, 0.00];
    PROBLEM [0.07, 0.03, 0.00, 0.00];
    OPINION [0.16, 0.11, 0.00, 0.00];
    BEGINS_THANKING [0.00, 0.10, 0.00, 0.00];
    ONLY_THANKS [-0.39, -0.40, 0.00, 0.00];
    ACKNOWLEDGES [-0.14, -0.22, 0.00, 0.00];
    BEGINS_ANSWERING [-0.28, -0.22, 0.00, 0.00];
    PROMISES [-0.31, -0.23, 0.00, 0.00];
    INFORMS [-0.01, -0.09, 0.00, 0.00];
    ANNOUNCES [-0.02, -0.16, 0.00, 0.00];
    OFFERS [-0.20, -0.13, 0.00, 0.00];
    CLOSES [-0.13, -0.10, 0.00, 0.00];
    MACHINE [-0.93, -0.66, 0.00, 0.00];
    MACHINE_OFTEN [-0.93, -0.65, 0.00, 0.00];
    GREETS_ALL [-0.02, -0.02, 0.00, 0.00];
    NAMES_YOU [0.25, 0.33, 0.00, 0.00];
    NAMES_OTHERS [0.09, 0.04, 0.00, 0.00];
    SAYS_YOU [-0.50, 0.00, 0.00, 0.00];
    NO_WORDS [-0.45, -0.43, 0.00, 0.00];
    FEW_WORDS [-0.56, -0.57, 0.00, 0.00];
    SHORT [-0.18, -0.10, 0.00, 0.00];
    LONG [0.36, 0.07, 0.00, 0.00];
    PATCH [0.67, 0.35, 0.00, 0.00];
    BELOW_QUOTE [0.06, 0.37, 0.00, 0.00];
    LINK [-0.63, -0.57, 0.00, 0.00];
    REPLY_ASKS_NOTHING [-0.08, -0.23, 0.00, 0.00];
    MACHINE_MOSTLY [-0.43, -0.31, 0.00, 0.00];
    ASKS_NOTHING [-1.14, -1.11, 0.00, 0.00];
    ASKS_YOU_ALONE [1.18, 1.18, 0.00, 0.00];
    ASKS_OTHERS [-1.40, -1.44, -1.50, -1.50];
    TO_YOU_ALONE [-0.03, -0.17, 0.36, -0.10];
    FIRST_IN_TO [0.19, 0.21, 0.22, 0.46];
    LATE_IN_TO [-0.60, -0.46, -0.70, -0.63];
    LIST_IN_TO [0.14, -0.13, 0.32, -0.16];
    FEW_RECIPIENTS [0.74, 0.34, 0.54, 0.09];
    MANY_RECIPIENTS [-0.41, -0.26, -0.74, -0.52];
    REPLY [0.37, 0.35, -0.03, -0.18];
    REPLIES_TO_OTHERS [-0.12, -0.01, 0.22, 0.26];
    FORWARD [0.06, 0.06, -0.26, 0.14];
    SUBJECT_QUESTION [-0.27, -0.17, -0.10, -0.06];
    SUBJECT_REQUEST [-0.06, -0.05, -0.08, -0.06];
    PATCH_SUBJECT [1.45, 0.86, 1.78, 0.83];
    SERIES_PART [0.62, 0.23, 0.69, 0.24];
    MACHINE_SENDER [-0.20, -0.19, 0.17, 0.08];
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
