//! What is known of a message when it is sent, as yes and no that can be said to people.

use crate::domain::message::cues::{Cues, Marks};
use crate::domain::message::noise::Traits;

/// A set of yes and no. The bits are stored with turns, which can be computed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Features(pub u64);

macro_rules! features {
    ($($(#[$doc:meta])* $name:ident $words:literal;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[derive(Clone, Copy)]
        enum Place { $($name),* }

        impl Features {
            $(#[doc = $words] $(#[$doc])* pub const $name: Features = Features(1 << Place::$name as u64);)*

            /// Every feature: its name, and the words for it.
            pub const NAMES: &[(&str, &str)] = &[$((stringify!($name), $words)),*];
            /// How many there are.
            pub const COUNT: usize = Self::NAMES.len();
        }
    };
}

features! {
    QUESTION_TO_YOU "asks you something";
    QUESTION "asks something";
    QUESTION_TO_ANYONE "asks whoever feels meant";
    QUESTIONS "asks several things";
    BEGINS_ASKING "begins with a question";
    ENDS_ASKING "asks you something at the end";
    ENDS_REQUESTING "ends with a request";
    QUESTION_BELOW_QUOTE "asks about what you wrote";
    RSVP "asks for an RSVP";
    REQUEST "asks you to do something";
    WANTS_ANSWER "wants your answer";
    WANTS_CALL "wants to speak to you";
    NEEDS "says what is needed";
    WONDERS "wants to know something";
    PROPOSES "proposes something";
    INVITES "invites you";
    URGENT "says that it is urgent";
    PROBLEM "reports a problem";
    OPINION "gives an opinion";
    ONLY_THANKS "only thanks";
    ACKNOWLEDGES "acknowledges";
    BEGINS_ANSWERING "begins as an answer";
    PROMISES "promises something";
    INFORMS "is for your information";
    ANNOUNCES "announces something";
    OFFERS "offers help with questions";
    CLOSES "takes leave";
    MACHINE "reads like a machine's";
    MACHINE_OFTEN "reads much like a machine's";
    GREETS_ALL "speaks to everybody";
    NAMES_YOU "speaks to you by name";
    NAMES_OTHERS "speaks to somebody else";
    SAYS_YOU "speaks to you";
    NO_WORDS "has no words of its own";
    FEW_WORDS "is a few words";
    SHORT "is short";
    LONG "is long";
    PATCH "proposes a change to a program";
    BELOW_QUOTE "answers below a quotation";
    LINK "has a link";
    /// A reply that asks nothing in any way.
    REPLY_ASKS_NOTHING "answers and asks nothing back";
    MACHINE_MOSTLY "reads like nothing but a machine's";
    /// Nothing in its words asks.
    ASKS_NOTHING "asks nothing";
    ASKS_YOU_ALONE "asks you alone";
    QUESTION_TO_YOU_ALONE "asks you alone a question";
    ASKS_OTHERS "asks somebody else by name";
    TO_YOU_ALONE "to you alone";
    FIRST_IN_TO "to you first";
    LATE_IN_TO "to others before you";
    LIST_IN_TO "to a mailing list";
    FEW_RECIPIENTS "to few";
    MANY_RECIPIENTS "to many";
    REPLY "is a reply";
    REPLIES_TO_OTHERS "replies to somebody else first";
    FORWARD "is a forward";
    SUBJECT_QUESTION "asks in the subject";
    SUBJECT_REQUEST "requests something in the subject";
    PATCH_SUBJECT "offers a change for review";
    SERIES_PART "is part of a series";
    MACHINE_SENDER "comes from a machine's address";
}

const _: () = assert!(Features::COUNT <= 60, "at most 60 features can be said to people");

/// How a message is addressed to the side that may owe an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Addressing {
    /// Among those that are copied.
    Cc,
    /// The place in To, from 1 on.
    To(u16),
}

/// A message between two sides, as far as it says whether an answer is due.
#[derive(Debug, Clone, Copy)]
pub struct Message {
    /// What its header says.
    pub traits: Traits,
    /// `None`: its text wasn't read.
    pub cues: Option<Cues>,
    /// `None`: the other side is named nowhere.
    pub addressing: Option<Addressing>,
    /// How many stand in To.
    pub to_count: u32,
    /// Distinct addresses in To and Cc.
    pub recipients: u32,
}

#[cfg(test)]
impl Features {
    /// A question to me alone.
    pub const PLAIN_QUESTION: Features = Self::TEXT
        .with(Self::QUESTION)
        .with(Self::QUESTION_TO_YOU)
        .with(Self::ENDS_ASKING)
        .with(Self::TO_YOU_ALONE)
        .with(Self::ASKS_YOU_ALONE);
    /// Thanks to me alone, which ask for nothing.
    pub const PLAIN_THANKS: Features = Self::TEXT
        .with(Self::ONLY_THANKS)
        .with(Self::ASKS_NOTHING)
        .with(Self::REPLY)
        .with(Self::REPLY_ASKS_NOTHING);
}

impl Features {
    /// None of them.
    pub const NONE: Features = Features(0);
    /// A call, whether it was picked up or not: it is always returned.
    pub const CALL: Features = Features(1 << 63);
    /// Asks for something in so many words.
    pub const ASKING: Features = Self::QUESTION
        .with(Self::QUESTION_TO_YOU)
        .with(Self::REQUEST)
        .with(Self::WANTS_ANSWER)
        .with(Self::RSVP);
    /// Asks for something to be done.
    pub const REQUESTING: Features = Self::REQUEST.with(Self::SUBJECT_REQUEST);
    /// The text was read: without this, nothing of it is known.
    pub const TEXT: Features = Features(1 << 62);

    /// Whether all of `other` are here.
    pub const fn contains(self, other: Features) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any of `other` is here.
    pub const fn intersects(self, other: Features) -> bool {
        self.0 & other.0 != 0
    }

    /// These and those.
    pub const fn with(self, other: Features) -> Features {
        Features(self.0 | other.0)
    }

    /// The places of those that hold.
    pub fn places(self) -> impl Iterator<Item = usize> {
        (0..Self::COUNT).filter(move |place| self.0 >> place & 1 == 1)
    }

    /// What says of this message whether it asks for an answer.
    pub fn of(message: &Message) -> Features {
        let header = header(message);
        // In a language without phrases and without a question mark the text says nothing.
        let read = message.cues.filter(|cues| {
            let known = cues.marks.language().is_some();
            let brief = Marks::NO_WORDS | Marks::FEW_WORDS | Marks::QUESTION;
            known || cues.marks.intersects(brief)
        });
        read.map_or(header, |cues| header.with(text(message, cues, header)).with(Features::TEXT))
    }
}

fn collect(found: &[(bool, Features)]) -> Features {
    let holding = found.iter().filter(|(holds, _)| *holds);
    holding.fold(Features::NONE, |all, (_, feature)| all.with(*feature))
}

fn header(message: &Message) -> Features {
    let Message { traits, addressing, to_count, recipients, .. } = *message;
    let has = |trait_| traits.contains(trait_);
    let prefixed = traits.intersects(Traits::REPLY_PREFIX | Traits::FORWARD);
    let reply = traits.intersects(Traits::REPLY_PREFIX | Traits::HAS_REPLY_HEADERS);
    let place = match addressing {
        Some(Addressing::To(place)) => Some(place),
        _ => None,
    };
    collect(&[
        (place.is_some() && to_count == 1, Features::TO_YOU_ALONE),
        (place == Some(1) && to_count > 1, Features::FIRST_IN_TO),
        (place.is_none_or(|place| place > 3), Features::LATE_IN_TO),
        (has(Traits::LIST_IN_TO), Features::LIST_IN_TO),
        ((2..=4).contains(&recipients), Features::FEW_RECIPIENTS),
        (recipients >= 10, Features::MANY_RECIPIENTS),
        (reply, Features::REPLY),
        (reply && place.is_some_and(|place| place > 1), Features::REPLIES_TO_OTHERS),
        (has(Traits::FORWARD), Features::FORWARD),
        (!prefixed && !reply && has(Traits::QUESTION), Features::SUBJECT_QUESTION),
        (!prefixed && !reply && has(Traits::REQUEST), Features::SUBJECT_REQUEST),
        (!prefixed && has(Traits::PATCH_SUBJECT), Features::PATCH_SUBJECT),
        (!prefixed && has(Traits::SERIES_PART), Features::SERIES_PART),
        (has(Traits::MACHINE_SENDER), Features::MACHINE_SENDER),
    ])
}

fn text(message: &Message, cues: Cues, header: Features) -> Features {
    let has = |mark| cues.marks.contains(mark);
    let of_marks = MARKS.iter().filter(|(mark, _)| cues.marks.contains(*mark));
    let of_marks = of_marks.fold(Features::NONE, |all, (_, feature)| all.with(*feature));
    let bit = match message.addressing {
        Some(Addressing::To(place @ 1..=16)) => 1 << (place - 1),
        _ => 0,
    };
    let names_you = cues.named & bit != 0;
    let names_others = !names_you && (cues.named != 0 || has(Marks::NAMES_OTHERS));
    let asking = Marks::QUESTION
        | Marks::REQUEST
        | Marks::WANTS_ANSWER
        | Marks::RSVP
        | Marks::WANTS_CALL
        | Marks::WONDERS
        | Marks::INVITES;
    // With next to no text the subject is the message.
    let brief = cues.marks.intersects(Marks::NO_WORDS | Marks::FEW_WORDS);
    let subject = Features::SUBJECT_QUESTION.with(Features::SUBJECT_REQUEST);
    let asks = cues.marks.intersects(asking) || brief && header.intersects(subject);
    let offers_change = header.contains(Features::PATCH_SUBJECT);
    let proposes = has(Marks::PROPOSES) || has(Marks::PATCH) || offers_change;
    // Changes to programs speak of accounts, links and copyright, too.
    let machine = |mark| has(mark) && !offers_change;
    let personal = header.intersects(Features::TO_YOU_ALONE)
        || header.contains(Features::FIRST_IN_TO.with(Features::FEW_RECIPIENTS))
        || names_you;
    let by_machine = machine(Marks::MACHINE_OFTEN) || header.contains(Features::MACHINE_SENDER);
    of_marks.with(collect(&[
        (names_you, Features::NAMES_YOU),
        (names_others, Features::NAMES_OTHERS),
        (asks && names_others, Features::ASKS_OTHERS),
        // A question is one however short.
        (!asks && has(Marks::FEW_WORDS), Features::FEW_WORDS),
        (!asks && has(Marks::SHORT), Features::SHORT),
        (!asks && !proposes, Features::ASKS_NOTHING),
        (!asks && header.contains(Features::REPLY), Features::REPLY_ASKS_NOTHING),
        (machine(Marks::MACHINE), Features::MACHINE),
        (machine(Marks::MACHINE_OFTEN), Features::MACHINE_OFTEN),
        (machine(Marks::MACHINE_MOSTLY), Features::MACHINE_MOSTLY),
        (asks && personal && !by_machine, Features::ASKS_YOU_ALONE),
        (has(Marks::QUESTION) && personal && !by_machine, Features::QUESTION_TO_YOU_ALONE),
    ]))
}

/// Marks that are features as they are.
const MARKS: &[(Marks, Features)] = &[
    (Marks::QUESTION_TO_YOU, Features::QUESTION_TO_YOU),
    (Marks::QUESTION, Features::QUESTION),
    (Marks::QUESTION_TO_ANYONE, Features::QUESTION_TO_ANYONE),
    (Marks::QUESTIONS, Features::QUESTIONS),
    (Marks::BEGINS_ASKING, Features::BEGINS_ASKING),
    (Marks::ENDS_ASKING, Features::ENDS_ASKING),
    (Marks::ENDS_REQUESTING, Features::ENDS_REQUESTING),
    (Marks::QUESTION_BELOW_QUOTE, Features::QUESTION_BELOW_QUOTE),
    (Marks::RSVP, Features::RSVP),
    (Marks::REQUEST, Features::REQUEST),
    (Marks::WANTS_ANSWER, Features::WANTS_ANSWER),
    (Marks::WANTS_CALL, Features::WANTS_CALL),
    (Marks::NEEDS, Features::NEEDS),
    (Marks::WONDERS, Features::WONDERS),
    (Marks::PROPOSES, Features::PROPOSES),
    (Marks::INVITES, Features::INVITES),
    (Marks::URGENT, Features::URGENT),
    (Marks::PROBLEM, Features::PROBLEM),
    (Marks::OPINION, Features::OPINION),
    (Marks::ONLY_THANKS, Features::ONLY_THANKS),
    (Marks::ACKNOWLEDGES, Features::ACKNOWLEDGES),
    (Marks::BEGINS_ANSWERING, Features::BEGINS_ANSWERING),
    (Marks::PROMISES, Features::PROMISES),
    (Marks::INFORMS, Features::INFORMS),
    (Marks::ANNOUNCES, Features::ANNOUNCES),
    (Marks::OFFERS, Features::OFFERS),
    (Marks::CLOSES, Features::CLOSES),
    (Marks::GREETS_ALL, Features::GREETS_ALL),
    (Marks::SAYS_YOU, Features::SAYS_YOU),
    (Marks::NO_WORDS, Features::NO_WORDS),
    (Marks::LONG, Features::LONG),
    (Marks::VERY_LONG, Features::LONG),
    (Marks::PATCH, Features::PATCH),
    (Marks::BELOW_QUOTE, Features::BELOW_QUOTE),
    (Marks::LINK, Features::LINK),
];
