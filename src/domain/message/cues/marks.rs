//! The yes and no that stay of a text, and how they are said to people.

use std::ops::{BitOr, BitOrAssign};

use super::phrases::Language;

/// What is kept of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Cues {
    /// What was found in it, and its language.
    pub marks: Marks,
    /// Who is spoken to by name: a bit for each of the first in To.
    pub named: u16,
}

/// A set of marks. The bits are stored: never renumber.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Marks(pub u64);

macro_rules! marks {
    ($($(#[$doc:meta])* $name:ident = $bit:literal, $words:literal;)*) => {
        impl Marks {
            $($(#[$doc])* pub const $name: Marks = Marks(1 << $bit);)*

            /// Every mark with the words for it.
            pub const WORDS: &[(Marks, &str)] = &[$((Marks::$name, $words)),*];
        }
    };
}

marks! {
    /// Some sentence between salutation and farewell asks, and wants an answer.
    QUESTION = 0, "asks something";
    /// A question says "you" or speaks to somebody on the mail by name.
    QUESTION_TO_YOU = 1, "asks you something";
    /// The question speaks to whoever feels meant.
    QUESTION_TO_ANYONE = 2, "asks anybody";
    /// More than one sentence asks.
    QUESTIONS = 3, "asks several things";
    /// The first sentence behind the salutation is a question.
    BEGINS_ASKING = 4, "begins by asking";
    /// The last thing it says, but for thanks and a name, is a question.
    ENDS_ASKING = 5, "asks at the end";
    /// The last thing it says, but for thanks and a name, asks for something to be done.
    ENDS_REQUESTING = 6, "requests something at the end";
    /// A question stands somewhere below quoted lines.
    QUESTION_BELOW_QUOTE = 7, "asks below a quotation";
    /// "How are you?", and no other question.
    IDLE_QUESTION = 8, "asks out of courtesy";
    /// "Please", "could you".
    REQUEST = 9, "asks you to do something";
    /// "Let me know", "any thoughts".
    WANTS_ANSWER = 10, "asks for a word back";
    /// "Call me", "let's discuss"; visits too.
    WANTS_CALL = 11, "asks for a call";
    /// "I need", "must be": without saying of whom.
    NEEDS = 12, "says what is needed";
    /// "I was wondering", "I have a question": asks without a question mark.
    WONDERS = 13, "wants to know something";
    /// "How about", "I suggest".
    PROPOSES = 14, "proposes something";
    /// "Would you like to", "join us".
    INVITES = 15, "invites";
    /// "Asap", "by Friday".
    URGENT = 16, "says that it is urgent";
    /// "Doesn't work", "unable to".
    PROBLEM = 17, "reports a problem";
    /// "I think", "it seems", "however".
    OPINION = 18, "gives an opinion";
    /// The first sentence behind the salutation begins with thanks.
    BEGINS_THANKING = 19, "begins with thanks";
    /// It thanks anywhere, if only in the farewell.
    THANKS = 20, "thanks";
    /// It thanks or acknowledges in a few words, and asks nothing and has no reservation.
    ONLY_THANKS = 21, "only thanks";
    /// "Got it", "will do", in one of the first two sentences behind the salutation.
    ACKNOWLEDGES = 22, "acknowledges";
    /// The first sentence behind the salutation begins with "yes", "no", "sorry" or the like.
    BEGINS_ANSWERING = 23, "begins as an answer";
    /// "I will", "let me check".
    PROMISES = 24, "promises something";
    /// "FYI", "attached is".
    INFORMS = 25, "informs";
    /// "Pleased to announce", "reminder".
    ANNOUNCES = 26, "announces something";
    /// "If you have any questions": asks for nothing.
    OFFERS = 27, "offers help with questions";
    /// "Hope this helps", "no need to reply", "take care".
    CLOSES = 28, "takes leave";
    /// "Never mind", "figured it out": what was asked before is settled.
    RETRACTS = 29, "takes something back";
    /// At least one phrase of programs and advertisers: "unsubscribe", "click here".
    MACHINE = 30, "has a phrase of machines";
    /// At least three such phrases as of [`Marks::MACHINE`].
    MACHINE_OFTEN = 31, "has several phrases of machines";
    /// "Hi all", in one of the first two sentences.
    GREETS_ALL = 32, "greets everybody";
    /// It speaks to somebody on the mail by name who isn't among the first in To.
    NAMES_OTHERS = 33, "speaks to somebody else";
    /// "You" or "your" stands anywhere in it.
    SAYS_YOU = 34, "says \"you\"";
    /// Nothing of its own is left beside quotations, signatures and links.
    NO_WORDS = 35, "has no words of its own";
    /// 1 to 5 words of its own.
    FEW_WORDS = 36, "has up to 5 words";
    /// 6 to 20 words of its own.
    SHORT = 37, "has up to 20 words";
    /// 101 to 250 words of its own.
    LONG = 38, "has more than 100 words";
    /// More than 250 words of its own.
    VERY_LONG = 39, "has more than 250 words";
    /// A diff.
    PATCH = 40, "holds a change to a program";
    /// Another message is quoted or forwarded below it as a whole.
    COPIES = 41, "copies another message";
    /// Words of its own stand below quoted lines.
    BELOW_QUOTE = 42, "answers below a quotation";
    /// They do so in several places.
    BETWEEN_QUOTES = 43, "answers between quotations";
    /// At least one address of a page.
    LINK = 44, "has a link";
    /// At least four.
    LINKS = 45, "has several links";
    /// Asks whether the reader takes part.
    RSVP = 46, "asks for an RSVP";
    /// At least eight such phrases as of [`Marks::MACHINE`].
    MACHINE_MOSTLY = 47, "has many phrases of machines";
}

/// Where the language stands: 0 for none, else its place in [`Language::ALL`] from 1 on.
const LANGUAGE: u32 = 56;
const LANGUAGE_BITS: u64 = 0b1111;

impl Marks {
    /// Nothing was found, the language included.
    pub const NONE: Marks = Marks(0);

    pub(super) fn of_language(language: Option<Language>) -> Marks {
        let place = language.and_then(|it| Language::ALL.iter().position(|known| *known == it));
        Marks(place.map_or(0, |place| place as u64 + 1) << LANGUAGE)
    }

    /// In which the text is written; `None` where too few of its words tell.
    pub fn language(self) -> Option<Language> {
        let place = (self.0 >> LANGUAGE & LANGUAGE_BITS).checked_sub(1)?;
        Language::ALL.get(usize::try_from(place).ok()?).copied()
    }

    /// Whether all of `other` are here.
    pub const fn contains(self, other: Marks) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any of `other` is here.
    pub const fn intersects(self, other: Marks) -> bool {
        self.0 & other.0 != 0
    }

    /// Adds all of `other`.
    pub fn insert(&mut self, other: Marks) {
        self.0 |= other.0;
    }

    /// These without those.
    pub const fn without(self, other: Marks) -> Marks {
        Marks(self.0 & !other.0)
    }

    /// What either holds: `|` for constants.
    pub const fn with(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }

    /// What it says, for people.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        Self::WORDS.iter().filter(move |(mark, _)| self.contains(*mark)).map(|(_, words)| *words)
    }
}

impl BitOr for Marks {
    type Output = Marks;
    fn bitor(self, other: Marks) -> Marks {
        self.with(other)
    }
}

impl BitOrAssign for Marks {
    fn bitor_assign(&mut self, other: Marks) {
        self.insert(other);
    }
}
