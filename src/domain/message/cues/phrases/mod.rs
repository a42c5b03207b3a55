//! Finds the phrases by which texts ask, tell, thank and greet, in seven languages at once.
//!
//! The phrases stand in tables, a file a language. Knows words only: what a phrase means where it
//! stands is for the rules to say.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// Names every kind once, as the tables write it and as the code does.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $name:literal,)*) => {
        /// What a phrase does.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum PhraseKind {
            $($(#[$doc])* $kind,)*
        }

        impl PhraseKind {
            fn named(name: &str) -> Option<PhraseKind> {
                match name {
                    $($name => Some(PhraseKind::$kind),)*
                    _ => None,
                }
            }
        }
    };
}

kinds! {
    /// Words that a language can't do without, by which it is known.
    Common "common",
    You "you",
    /// Makes a request of what stands beside it.
    Please "please",
    /// Asks the reader to do something.
    Ask "ask",
    /// Says what is needed, without saying of whom.
    Need "need",
    /// Asks for a word back.
    Answer "answer",
    /// Asks whether the reader takes part.
    Rsvp "rsvp",
    /// Asks to be called or visited.
    Call "call",
    /// "If you have any questions": what follows from it asks for nothing.
    Offer "offer",
    /// Sounds like a request and asks for nothing.
    Courtesy "courtesy",
    /// Asks at the beginning of a sentence, even without a question mark.
    Opening "opening",
    /// Asks wherever it stands, even without a question mark.
    Wonder "wonder",
    /// Puts something up for a decision.
    Propose "propose",
    Invite "invite",
    /// Speaks to whoever feels meant.
    Anyone "anyone",
    Thanks "thanks",
    /// Says "seen" or "done" at the beginning of a clause.
    Ack "ack",
    /// Says so only if nothing else is in the clause.
    AckAlone "ack alone",
    /// Begins an answer.
    Agree "agree",
    Promise "promise",
    Inform "inform",
    Announce "announce",
    /// What programs and advertisers write.
    Machine "machine",
    /// Everybody, in a salutation.
    All "all",
    Urgent "urgent",
    Problem "problem",
    Opinion "opinion",
    /// Takes back what was asked.
    Retract "retract",
    Closing "closing",
    /// A question that wants no answer.
    Pleasantry "pleasantry",
    /// Begins a question that wants no answer.
    Rhetorical "rhetorical",
    Greeting "greeting",
    Farewell "farewell",
}

/// A set of kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kinds(u64);

impl Kinds {
    pub const NONE: Kinds = Kinds(0);

    pub const fn of(kinds: &[PhraseKind]) -> Kinds {
        let (mut bits, mut at) = (0, 0);
        while at < kinds.len() {
            bits |= 1 << kinds[at] as u64;
            at += 1;
        }
        Kinds(bits)
    }

    pub const fn has(self, kind: PhraseKind) -> bool {
        self.0 >> kind as u64 & 1 == 1
    }

    pub const fn any(self, of: Kinds) -> bool {
        self.0 & of.0 != 0
    }

    pub const fn only(self, kinds: Kinds) -> Kinds {
        Kinds(self.0 & kinds.0)
    }

    pub const fn without(self, kinds: Kinds) -> Kinds {
        Kinds(self.0 & !kinds.0)
    }

    pub const fn with(self, kinds: Kinds) -> Kinds {
        Kinds(self.0 | kinds.0)
    }
}

/// A language whose phrases are known, each from a table of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// By `english.txt`; some of its phrases are known in texts of any language.
    English,
    /// By `german.txt`.
    German,
    /// By `french.txt`.
    French,
    /// By `spanish.txt`.
    Spanish,
    /// By `italian.txt`.
    Italian,
    /// By `portuguese.txt`.
    Portuguese,
    /// By `dutch.txt`.
    Dutch,
}

impl Language {
    /// Every language. Their places are stored with the marks: only ever add at the end.
    pub const ALL: [Language; 7] = [
        Language::English,
        Language::German,
        Language::French,
        Language::Spanish,
        Language::Italian,
        Language::Portuguese,
        Language::Dutch,
    ];

    /// In English, as JSON and the terminal spell it.
    pub fn name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::German => "German",
            Language::French => "French",
            Language::Spanish => "Spanish",
            Language::Italian => "Italian",
            Language::Portuguese => "Portuguese",
            Language::Dutch => "Dutch",
        }
    }

    fn table(self) -> &'static str {
        match self {
            Language::English => include_str!("english.txt"),
            Language::German => include_str!("german.txt"),
            Language::French => include_str!("french.txt"),
            Language::Spanish => include_str!("spanish.txt"),
            Language::Italian => include_str!("italian.txt"),
            Language::Portuguese => include_str!("portuguese.txt"),
            Language::Dutch => include_str!("dutch.txt"),
        }
    }
}

/// A phrase where it was found, by bytes of the folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhraseAt {
    /// Of the space before it.
    pub start: usize,
    /// Of the space behind it.
    pub end: usize,
    pub kinds: Kinds,
}

/// The phrases of a text, and its language.
#[derive(Debug, Default)]
pub struct Phrasing {
    /// By where they end.
    pub found: Vec<PhraseAt>,
    /// `None`: of none of its words is it known.
    pub language: Option<Language>,
}

/// English phrases that people use in any language.
const EVERYWHERE: Kinds = Kinds::of(&[
    PhraseKind::Answer,
    PhraseKind::Inform,
    PhraseKind::Urgent,
    PhraseKind::Machine,
    PhraseKind::Greeting,
    PhraseKind::Farewell,
    PhraseKind::Thanks,
    PhraseKind::Please,
    PhraseKind::Ack,
]);

/// At least one word in so many is a common one in a text whose language is known.
const COMMON_ONE_IN: usize = 15;

/// `folded`: words in lower case, each between single spaces.
pub fn read(folded: &str) -> Phrasing {
    let Some(Phrases { automaton, meanings }) = &*PHRASES else { return Phrasing::default() };
    let mut votes = [0_u32; Language::ALL.len()];
    let mut seen: Vec<(usize, usize, &Meanings)> = Vec::new();
    for hit in automaton.find_overlapping_iter(folded) {
        let Some(meanings) = meanings.get(hit.pattern().as_usize()) else { continue };
        for (votes, kinds) in votes.iter_mut().zip(meanings) {
            *votes += u32::from(kinds.has(PhraseKind::Common));
        }
        // The space behind one phrase is the one before the next.
        seen.push((hit.start(), hit.end() - 1, meanings));
    }
    let most = votes.iter().max().copied().unwrap_or_default();
    // A word or two of a language stand in texts of any other by chance.
    let words =
        folded.split_whitespace().filter(|it| it.starts_with(char::is_alphanumeric)).count();
    let known = most > 0 && most as usize * COMMON_ONE_IN >= words;
    let spoken = votes.iter().position(|votes| *votes == most && known);
    let language = spoken.and_then(|spoken| Language::ALL.get(spoken)).copied();
    let found = seen.into_iter().filter_map(|(start, end, meanings)| {
        let kinds = kinds_in(meanings, spoken);
        (kinds != Kinds::NONE).then_some(PhraseAt { start, end, kinds })
    });
    Phrasing { found: found.collect(), language }
}

/// What a phrase says in this language, or, where it isn't known, in any.
fn kinds_in(meanings: &Meanings, spoken: Option<usize>) -> Kinds {
    let [english, ..] = *meanings;
    match spoken {
        Some(0) => english,
        Some(other) => {
            meanings.get(other).copied().unwrap_or_default().with(english.only(EVERYWHERE))
        }
        None => meanings.iter().fold(Kinds::NONE, |all, kinds| all.with(*kinds)),
    }
}

/// Of a phrase, by language.
type Meanings = [Kinds; Language::ALL.len()];

struct Phrases {
    automaton: AhoCorasick,
    /// Of each pattern.
    meanings: Vec<Meanings>,
}

/// `None`: more phrases than an automaton can hold, which a test would notice.
static PHRASES: LazyLock<Option<Phrases>> = LazyLock::new(|| {
    let mut meanings: BTreeMap<String, Meanings> = BTreeMap::new();
    for (place, language) in Language::ALL.into_iter().enumerate() {
        for (kind, phrase) in entries(language.table()) {
            let meant = meanings.entry(format!(" {phrase} ")).or_default();
            if let Some(kinds) = meant.get_mut(place) {
                *kinds = kinds.with(Kinds::of(&[kind]));
            }
        }
    }
    let (patterns, meanings): (Vec<String>, Vec<Meanings>) = meanings.into_iter().unzip();
    let kind = Some(AhoCorasickKind::ContiguousNFA);
    let automaton = AhoCorasick::builder().kind(kind).build(patterns).ok()?;
    Some(Phrases { automaton, meanings })
});

/// The phrases of a table with their kinds: `[kind]` above, `|` between them.
fn entries(table: &str) -> impl Iterator<Item = (PhraseKind, String)> {
    let mut sections = table.split("\n[");
    sections.next();
    sections.flat_map(|section| {
        let (name, phrases) = section.split_once(']').unwrap_or_default();
        let kind = PhraseKind::named(name);
        let words = |phrase: &str| phrase.split_whitespace().collect::<Vec<_>>().join(" ");
        let phrases = phrases.split('|').map(words).filter(|phrase| !phrase.is_empty());
        let phrases: Vec<String> = phrases.collect();
        kind.into_iter().flat_map(move |kind| phrases.clone().into_iter().map(move |it| (kind, it)))
    })
}

#[cfg(test)]
mod tests {
    use super::super::sentences::fold;
    use super::*;

    fn kinds(text: &str) -> Kinds {
        let folded = fold(text);
        read(&folded.text).found.iter().fold(Kinds::NONE, |all, found| all.with(found.kinds))
    }

    #[test]
    fn every_phrase_of_every_table_can_be_found() {
        for language in Language::ALL {
            let table = language.table();
            let sections = table.matches("\n[").count();
            let kinds: std::collections::BTreeSet<PhraseKind> =
                entries(table).map(|(kind, _)| kind).collect();
            assert_eq!(kinds.len(), sections, "a kind of the {} table", language.name());
            for (_, phrase) in entries(table) {
                assert_eq!(
                    fold(&phrase).text.trim_matches([' ', '.']),
                    phrase,
                    "in the {} table",
                    language.name()
                );
            }
        }
        assert!(PHRASES.is_some());
    }

    #[test]
    fn a_language_is_known_by_its_common_words() {
        #[track_caller]
        fn check(text: &str, expect: Option<Language>) {
            assert_eq!(read(&fold(text).text).language, expect, "{text}");
        }
        check("I will send the plan to you on Monday.", Some(Language::English));
        check("Ich schicke dir den Plan am Montag.", Some(Language::German));
        check("Je vous envoie le plan lundi.", Some(Language::French));
        check("Te envío el plan el lunes.", Some(Language::Spanish));
        check("Ti mando il piano lunedì con i numeri.", Some(Language::Italian));
        check("Envio o plano na segunda, com os números.", Some(Language::Portuguese));
        check("Ik stuur het plan op maandag.", Some(Language::Dutch));
        check("Plán pošlu v pondělí.", None);
    }

    #[test]
    fn a_phrase_counts_in_its_own_language_only() {
        // "je" is you in Dutch and I in French.
        assert!(kinds("Kun je het plan op maandag sturen?").has(PhraseKind::You));
        assert!(!kinds("Je suis dans le train.").has(PhraseKind::You));
        assert!(kinds("FYI, der Plan ist auf dem Server.").has(PhraseKind::Inform));
    }

    #[test]
    fn phrases_are_whole_words_and_may_overlap() {
        let both = kinds("Please let me know if you have any questions.");
        assert!(
            both.has(PhraseKind::Please)
                && both.has(PhraseKind::Answer)
                && both.has(PhraseKind::Offer)
        );
        assert!(!kinds("We are pleased that it is so.").has(PhraseKind::Please));
    }
}
