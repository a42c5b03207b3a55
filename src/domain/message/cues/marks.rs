//! The yes and no that stay of a text, and how they are said to people.

use std::ops::{BitOr, BitOrAssign};

use super::phrases::Language;

/// What is kept of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Cues {
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
    QUESTION = 0, "asks something";
    QUESTION_TO_YOU = 1, "asks you something";
    /// The question speaks to whoever feels meant.
    QUESTION_TO_ANYONE = 2, "asks anybody";
    QUESTIONS = 3, "asks several things";
    BEGINS_ASKING = 4, "begins by asking";
    /// The last thing it says, but for thanks and a name, is a question.
    ENDS_ASKING = 5, "asks at the end";
    ENDS_REQUESTING = 6, "requests something at the end";
    QUESTION_BELOW_QUOTE = 7, "asks below a quotation";
    /// "How are you?"
    IDLE_QUESTION = 8, "asks out of courtesy";
    REQUEST = 9, "asks you to do something";
    WANTS_ANSWER = 10, "asks for a word back";
    WANTS_CALL = 11, "asks for a call";
    NEEDS = 12, "says what is needed";
    WONDERS = 13, "wants to know something";
    PROPOSES = 14, "proposes something";
    INVITES = 15, "invites";
    URGENT = 16, "says that it is urgent";
    PROBLEM = 17, "reports a problem";
    OPINION = 18, "gives an opinion";
    BEGINS_THANKING = 19, "begins with thanks";
    THANKS = 20, "thanks";
    ONLY_THANKS = 21, "only thanks";
    ACKNOWLEDGES = 22, "acknowledges";
    BEGINS_ANSWERING = 23, "begins as an answer";
    PROMISES = 24, "promises something";
    INFORMS = 25, "informs";
    ANNOUNCES = 26, "announces something";
    OFFERS = 27, "offers help with questions";
    CLOSES = 28, "takes leave";
    RETRACTS = 29, "takes something back";
    MACHINE = 30, "has a phrase of machines";
    MACHINE_OFTEN = 31, "has several phrases of machines";
    GREETS_ALL = 32, "greets everybody";
    /// It speaks to somebody on the mail by name who isn't among the first in To.
    NAMES_OTHERS = 33, "speaks to somebody else";
    SAYS_YOU = 34, "says \"you\"";
    NO_WORDS = 35, "has no words of its own";
    FEW_WORDS = 36, "has up to 5 words";
    SHORT = 37, "has up to 20 words";
    LONG = 38, "has more than 100 words";
    VERY_LONG = 39, "has more than 250 words";
    PATCH = 40, "holds a change to a program";
    COPIES = 41, "copies another message";
    BELOW_QUOTE = 42, "answers below a quotation";
    BETWEEN_QUOTES = 43, "answers between quotations";
    LINK = 44, "has a link";
    LINKS = 45, "has several links";
    RSVP = 46, "asks for an RSVP";
    MACHINE_MOSTLY = 47, "has many phrases of machines";
}

/// Where the language stands: 0 for none, else its place in [`Language::ALL`] from 1 on.
const LANGUAGE: u32 = 56;
const LANGUAGE_BITS: u64 = 0b1111;

impl Marks {
    pub const NONE: Marks = Marks(0);

    pub(super) fn of_language(language: Option<Language>) -> Marks {
        let place = language.and_then(|it| Language::ALL.iter().position(|known| *known == it));
        Marks(place.map_or(0, |place| place as u64 + 1) << LANGUAGE)
    }

    pub fn language(self) -> Option<Language> {
        let place = (self.0 >> LANGUAGE & LANGUAGE_BITS).checked_sub(1)?;
        Language::ALL.get(usize::try_from(place).ok()?).copied()
    }

    /// Whether all of `other` are here.
    pub const fn contains(self, other: Marks) -> bool {
        self.0 & other.0 == other.0
    }

    pub const fn intersects(self, other: Marks) -> bool {
        self.0 & other.0 != 0
    }

    pub fn insert(&mut self, other: Marks) {
        self.0 |= other.0;
    }

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
