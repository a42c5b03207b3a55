//! Needs-reply: how likely a touch expects an answer at all.
//!
//! A logistic model over what is known of a touch when it is sent. Its weights are set by hand
//! until [`learn`] has seen what the user answers.

use serde::{Deserialize, Serialize};

use super::model::Side;

pub mod learn;
pub mod samples;
pub mod sparse;

/// Names every feature once, for the struct and for those that need them in a row.
macro_rules! features {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What is known of a touch when it is sent. Yes is 1, no is 0.
        #[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
        pub struct Features {
            $($(#[$doc])* pub $name: f64,)*
        }

        impl Features {
            pub const NAMES: &[&str] = &[$(stringify!($name)),*];
            pub const COUNT: usize = Self::NAMES.len();

            pub fn values(&self) -> [f64; Self::COUNT] {
                [$(self.$name),*]
            }

            pub fn from_values([$($name),*]: [f64; Self::COUNT]) -> Features {
                Features { $($name),* }
            }
        }
    };
}

features! {
    /// The only address in To; Cc doesn't matter.
    sole_to,
    /// log₂ of the distinct addresses in To and Cc, the recipient's own included.
    log2_recipients,
    cc_only,
    /// Logit of the share of this sender's touches that were answered; 0 without a history.
    hist_logit,
    /// It answers a touch of the other side.
    reply_to_mine,
    /// The fourth touch of its thread or a later one.
    depth_ge4,
    /// Only on a thread's first touch: a "Re: …?" asks nothing new.
    subject_question,
    subject_request,
    forward,
    introduced_or_first_contact,
    /// Opens a thread under a subject with a tag, as `[board] …`, or is a part of such a series.
    tagged_opening,
    /// One of several that are numbered in the tag, and not their cover.
    series_part,
    /// A tagged opening behind another touch of the same author: the rest of a series.
    follows_own,
    /// log₂ of one more than the messages that References name, at most 4.
    log2_depth,
    /// Replies to somebody else, or to what never reached me.
    reply_to_other,
    text_question,
    text_request,
    text_names_me,
    text_thanks_only,
    /// Short, thanks or acknowledges, and asks nothing.
    text_acknowledges,
    /// A reply that asks something back.
    text_question_in_reply,
    text_ends_asking,
    /// Proposes a change to a program, and is no reply.
    text_patch_opening,
}

impl Features {
    /// To single precision, in which they are kept: measured now or read again, they are the same.
    pub fn rounded(&self) -> Features {
        Features::from_values(self.values().map(|value| f64::from(value as f32)))
    }
}

/// What each feature adds to the logit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    pub intercept: f64,
    pub features: Features,
}

/// Set by hand: what holds before anything is learned, and what learning is drawn towards.
pub const HAND: Weights = Weights {
    intercept: -1.2,
    features: Features {
        sole_to: 1.0,
        log2_recipients: -0.6,
        cc_only: -2.5,
        hist_logit: 0.8,
        reply_to_mine: 0.3,
        depth_ge4: -0.3,
        subject_question: 0.9,
        subject_request: 0.6,
        forward: -0.6,
        introduced_or_first_contact: 0.4,
        tagged_opening: 0.5,
        series_part: 0.0,
        follows_own: -0.8,
        log2_depth: 0.0,
        reply_to_other: -0.5,
        text_question: 1.0,
        text_request: 0.8,
        text_names_me: 0.5,
        text_thanks_only: -2.0,
        text_acknowledges: -0.7,
        text_question_in_reply: 0.5,
        text_ends_asking: 0.3,
        text_patch_opening: 0.5,
    },
};

/// For what I write: my own replies ask less than theirs do.
pub const HAND_MINE: Weights =
    Weights { features: Features { reply_to_mine: -1.0, ..HAND.features }, ..HAND };

/// The weights of either side's touches.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Model {
    pub theirs: Weights,
    pub mine: Weights,
}

impl Model {
    pub const BY_HAND: Model = Model { theirs: HAND, mine: HAND_MINE };

    pub fn of(&self, side: Side) -> &Weights {
        match side {
            Side::Theirs => &self.theirs,
            Side::Mine => &self.mine,
        }
    }
}

impl Weights {
    pub fn logit(&self, features: &Features) -> f64 {
        let terms = self.features.values().into_iter().zip(features.values());
        self.intercept + terms.map(|(weight, value)| weight * value).sum::<f64>()
    }
}

/// q, the probability that a touch expects an answer.
pub fn needs_reply(weights: &Weights, features: &Features) -> f64 {
    1.0 / (1.0 + (-weights.logit(features)).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_to_me_alone_asks_more_than_a_copy_for_many() {
        let question = Features { sole_to: 1.0, subject_question: 1.0, ..Features::default() };
        let copy = Features { cc_only: 1.0, log2_recipients: 4.0, ..Features::default() };
        assert!(needs_reply(&HAND, &question) > 0.6);
        assert!(needs_reply(&HAND, &copy) < 0.01);
    }

    #[test]
    fn my_own_replies_ask_less_than_theirs() {
        let reply = Features { sole_to: 1.0, reply_to_mine: 1.0, ..Features::default() };
        assert!(needs_reply(&HAND_MINE, &reply) < needs_reply(&HAND, &reply));
    }
}
