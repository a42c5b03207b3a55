//! Why an answer may be due, or why not, in words that fit the facts: the strongest of what spoke
//! for the verdict.

use super::{Features, PERHAPS, shipped};
use crate::domain::model::Side;

/// What some features say together, of a message to me and of one of mine.
struct Reason {
    features: Features,
    /// With any of these it is said more exactly elsewhere.
    unless: Features,
    theirs: &'static str,
    mine: &'static str,
}

/// At most so many speak for what a message asks; how it is addressed comes on top.
const MOST: usize = 2;
/// Less than this is no reason, in log-odds.
const WORTH_SAYING: f64 = 0.05;

const fn reason(features: Features, theirs: &'static str, mine: &'static str) -> Reason {
    Reason { features, unless: Features::NONE, theirs, mine }
}

const ANY_QUESTION: Features = Features::QUESTION.with(Features::QUESTION_TO_YOU);
const PLACED: Features = Features::ENDS_ASKING.with(Features::QUESTION_BELOW_QUOTE);

const FOR: &[Reason] = &[
    reason(Features::ENDS_ASKING, "ends with a question", "you ended with a question"),
    Reason {
        unless: Features::ENDS_ASKING,
        ..reason(
            Features::QUESTION_BELOW_QUOTE,
            "asks about what you wrote",
            "you asked about what they wrote",
        )
    },
    Reason {
        unless: PLACED,
        ..reason(Features::QUESTION_TO_YOU, "asks you something", "you asked them something")
    },
    Reason {
        unless: PLACED.with(Features::QUESTION_TO_YOU),
        ..reason(Features::QUESTION, "asks something", "you asked something")
    },
    reason(Features::RSVP, "asks if you'll take part", "you asked if they'll take part"),
    Reason {
        unless: Features::RSVP,
        ..reason(Features::WANTS_ANSWER, "wants to hear from you", "you want to hear from them")
    },
    Reason {
        unless: Features::WANTS_ANSWER.with(Features::RSVP),
        ..reason(
            Features::REQUEST.with(Features::ENDS_REQUESTING),
            "asks you to do something",
            "you asked them to do something",
        )
    },
    reason(
        Features::PATCH_SUBJECT.with(Features::PATCH),
        "offers a change for review",
        "you offered a change for review",
    ),
    Reason {
        unless: ANY_QUESTION,
        ..reason(Features::WONDERS, "wants to know something", "you want to know something")
    },
    Reason {
        unless: ANY_QUESTION.with(Features::PATCH_SUBJECT),
        ..reason(Features::PROPOSES, "proposes something", "you proposed something")
    },
    reason(Features::INVITES, "invites you", "you invited them"),
    reason(Features::WANTS_CALL, "wants to speak to you", "you want to speak to them"),
    reason(Features::SUBJECT_QUESTION, "asks in the subject", "you asked in the subject"),
    reason(
        Features::SUBJECT_REQUEST,
        "requests something in the subject",
        "you asked for something in the subject",
    ),
    reason(Features::URGENT, "says it's urgent", "you said that it is urgent"),
    reason(Features::PROBLEM, "reports a problem", "you reported a problem"),
    reason(Features::NEEDS, "says what is needed", "you said what is needed"),
];

const ADDRESSING: &[Reason] = &[
    reason(Features::TO_YOU_ALONE, "to you alone", "to them alone"),
    reason(Features::NAMES_YOU, "speaks to you by name", "speaks to them by name"),
    reason(Features::FIRST_IN_TO, "to you first", "to them first"),
    reason(Features::FEW_RECIPIENTS, "to you and a few others", "to them and a few others"),
];

const AGAINST: &[Reason] = &[
    reason(Features::ONLY_THANKS, "only thanks", "you only said thanks"),
    reason(Features::MACHINE_SENDER, "comes from a machine's address", "from a machine's address"),
    reason(
        Features::MACHINE.with(Features::MACHINE_OFTEN).with(Features::MACHINE_MOSTLY),
        "reads like a machine's",
        "reads like a machine's",
    ),
    reason(Features::ACKNOWLEDGES, "acknowledges", "you acknowledged"),
    reason(
        Features::REPLY_ASKS_NOTHING.with(Features::BEGINS_ANSWERING),
        "answers and asks nothing back",
        "you answered and asked nothing back",
    ),
    reason(Features::NO_WORDS, "has no words of its own", "has no words of yours"),
    reason(
        Features::NAMES_OTHERS.with(Features::REPLIES_TO_OTHERS),
        "speaks to somebody else",
        "speaks to somebody else",
    ),
    reason(Features::ANNOUNCES, "announces something", "you announced something"),
    reason(Features::INFORMS, "is for your information", "is for their information"),
    reason(Features::MANY_RECIPIENTS.with(Features::LATE_IN_TO), "to many", "to many"),
    Reason {
        unless: Features::REPLY_ASKS_NOTHING,
        ..reason(Features::ASKS_NOTHING, "asks nothing", "you asked nothing")
    },
];

/// Two or three reasons for `d`, the strongest first; never none.
pub fn because(side: Side, features: Features, d: f64) -> Vec<&'static str> {
    let said = |reason: &Reason| if side == Side::Theirs { reason.theirs } else { reason.mine };
    if features.contains(Features::CALL) {
        return vec![if side == Side::Theirs {
            "you missed their call"
        } else {
            "they missed your call"
        }];
    }
    let asked = d >= PERHAPS;
    let mut told: Vec<&str> = strongest(side, features, if asked { FOR } else { AGAINST }, asked)
        .into_iter()
        .take(MOST)
        .map(said)
        .collect();
    if asked {
        let addressed = ADDRESSING.iter().find(|it| features.intersects(it.features));
        told.extend(addressed.map(said));
    }
    if !features.contains(Features::TEXT) {
        told.push("text not read");
    }
    if told.is_empty() {
        told.push(if asked { "may ask for something" } else { "asks nothing" });
    }
    told
}

/// The reasons that hold, by what they add to the verdict.
fn strongest(side: Side, features: Features, reasons: &[Reason], asked: bool) -> Vec<&Reason> {
    let weights = &shipped(side, features).features;
    let sign = if asked { 1.0 } else { -1.0 };
    let added = |reason: &Reason| {
        let held = Features(features.0 & reason.features.0);
        sign * held.places().filter_map(|place| weights.get(place)).sum::<f64>()
    };
    let holds = |reason: &&Reason| {
        features.intersects(reason.features) && !features.intersects(reason.unless)
    };
    let mut strongest: Vec<(f64, &Reason)> =
        reasons.iter().filter(holds).map(|reason| (added(reason), reason)).collect();
    strongest.retain(|(added, _)| *added >= WORTH_SAYING);
    strongest.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    strongest.into_iter().map(|(_, reason)| reason).collect()
}
