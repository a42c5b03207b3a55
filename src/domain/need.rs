//! Needs-reply: how likely a touch expects an answer at all.

/// What is known of a touch when it is sent. Yes is 1, no is 0.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Features {
    /// The only address in To; Cc doesn't matter.
    pub sole_to: f64,
    /// log₂ of the distinct addresses in To and Cc, the recipient's own included.
    pub log2_recipients: f64,
    pub cc_only: f64,
    /// Logit of the share of this sender's touches that were answered; 0 without a history.
    pub hist_logit: f64,
    /// It answers a touch of the other side.
    pub reply_to_mine: f64,
    /// The fourth touch of its thread or a later one.
    pub depth_ge4: f64,
    /// Only on a thread's first touch: a "Re: …?" asks nothing new.
    pub subject_question: f64,
    pub subject_request: f64,
    pub forward: f64,
    pub introduced_or_first_contact: f64,
    pub text_question: f64,
    pub text_request: f64,
    pub text_names_me: f64,
    pub text_thanks_only: f64,
}

/// What each feature adds to the logit.
#[derive(Debug, Clone, Copy, PartialEq)]
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
        text_question: 1.0,
        text_request: 0.8,
        text_names_me: 0.5,
        text_thanks_only: -2.0,
    },
};

/// For what I write: my own replies ask less than theirs do.
pub const HAND_MINE: Weights =
    Weights { features: Features { reply_to_mine: -1.0, ..HAND.features }, ..HAND };

impl Features {
    pub const COUNT: usize = 14;

    pub fn values(&self) -> [f64; Self::COUNT] {
        [
            self.sole_to,
            self.log2_recipients,
            self.cc_only,
            self.hist_logit,
            self.reply_to_mine,
            self.depth_ge4,
            self.subject_question,
            self.subject_request,
            self.forward,
            self.introduced_or_first_contact,
            self.text_question,
            self.text_request,
            self.text_names_me,
            self.text_thanks_only,
        ]
    }
}

/// q, between 0 and 1.
pub fn needs_reply(weights: &Weights, features: &Features) -> f64 {
    let terms = weights.features.values().into_iter().zip(features.values());
    let z = weights.intercept + terms.map(|(weight, value)| weight * value).sum::<f64>();
    1.0 / (1.0 + (-z).exp())
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
