//! Whom a text speaks to by name, among those on the mail.
//!
//! A name that nobody on the mail bears is no address. Knows names only as the header and the user
//! give them.

use super::phrases::{Kinds, PhraseKind};

/// People of a mail whose places in To are told apart.
pub const PLACES: usize = 16;

/// Words of a name shorter than this are initials.
const SHORTEST: usize = 2;
/// A pet name shares at least so many first letters with the name: Andy, Andrew.
const SHARED: usize = 3;
const LONGEST_PET_NAME: usize = 6;
/// Pet names that don't begin like the name.
pub const PET_NAMES: [(&str, &str); 24] = [
    ("mike", "michael"),
    ("mick", "michael"),
    ("bob", "robert"),
    ("bobby", "robert"),
    ("bill", "william"),
    ("billy", "william"),
    ("jim", "james"),
    ("dick", "richard"),
    ("rick", "richard"),
    ("jack", "john"),
    ("liz", "elizabeth"),
    ("beth", "elizabeth"),
    ("peggy", "margaret"),
    ("meg", "margaret"),
    ("ted", "edward"),
    ("ned", "edward"),
    ("tony", "antonio"),
    ("tony", "anthony"),
    ("hank", "henry"),
    ("kathy", "katherine"),
    ("kate", "katherine"),
    ("gene", "eugene"),
    ("hannes", "johannes"),
    ("sepp", "josef"),
];
/// Begin many a name, and are none.
const NO_NAMES: [&str; 3] = ["all", "team", "the"];
/// Nobody is spoken to with more words than these.
const LONGEST_ADDRESS: usize = 6;

/// Who may be spoken to on a mail, by the words of their names in lower case.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// With a bit for their place among the first in To; none for all others.
    words: Vec<(String, u16)>,
}

/// Whom the clauses of a text name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Named {
    /// A bit for each of the first in To.
    pub places: u16,
    /// Somebody else on the mail.
    pub others: bool,
}

impl People {
    /// Somebody's name or address: the words of either name them. `place`: in To, from 1 on.
    pub fn add(&mut self, name: &str, place: Option<usize>) {
        let local = name.split_once('@').map(|(local, _)| local);
        let shortest = if local.is_some() { SHARED } else { SHORTEST };
        let bit = place.filter(|place| (1..=PLACES).contains(place));
        let bit = bit.map_or(0, |place| 1 << (place - 1));
        let words = local.unwrap_or(name).split(|c: char| !c.is_alphabetic());
        for word in words.filter(|word| word.chars().nth(shortest - 1).is_some()) {
            self.words.push((word.to_lowercase(), bit));
        }
    }

    /// Takes the author's own names out: they stand below the text.
    pub fn without(mut self, author: &People) -> People {
        self.words.retain(|(word, _)| !author.words.iter().any(|(own, _)| own == word));
        self
    }

    /// `None` where nobody bears the name.
    fn bearers(&self, word: &str) -> Option<Named> {
        let mut found: Option<Named> = None;
        for (_, bit) in self.words.iter().filter(|(name, _)| is_name(word, name)) {
            let named = found.get_or_insert_default();
            named.places |= bit;
            named.others |= *bit == 0;
        }
        found
    }

    /// Whom a clause speaks to, if it does nothing else. `begins`: with what kind of phrase, and
    /// how long that is in bytes.
    pub fn spoken_to(&self, clause: &str, begins: Option<(Kinds, usize)>) -> Named {
        let (kinds, length) = begins.unwrap_or_default();
        let greets = kinds.any(Kinds::of(&[PhraseKind::Greeting, PhraseKind::Thanks]));
        let rest = if greets { clause.get(length..).unwrap_or_default() } else { clause };
        let mut spoken = Named::default();
        let mut words = 0;
        for word in rest.split_whitespace() {
            words += 1;
            if words > LONGEST_ADDRESS {
                return Named::default();
            }
            if JOINING.contains(&word) {
                continue;
            }
            match self.bearers(word) {
                Some(named) => {
                    spoken.places |= named.places;
                    spoken.others |= named.others;
                }
                None => return Named::default(),
            }
        }
        // Namesakes: it is the one in To.
        spoken.others &= spoken.places == 0;
        spoken
    }
}

impl Named {
    pub fn with(self, other: Named) -> Named {
        Named { places: self.places | other.places, others: self.others | other.others }
    }
}

const JOINING: [&str; 12] =
    ["and", "und", "et", "y", "e", "en", "mr", "ms", "mrs", "herr", "frau", "dr"];

fn is_name(word: &str, name: &str) -> bool {
    if word == name {
        return true;
    }
    if NO_NAMES.contains(&word) {
        return false;
    }
    if PET_NAMES.contains(&(word, name)) {
        return true;
    }
    let shared = word.chars().zip(name.chars()).take_while(|(a, b)| a == b).count();
    let length = word.chars().count();
    shared >= SHARED && length <= LONGEST_PET_NAME && shared + 1 >= length
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREETING: Kinds = Kinds::of(&[PhraseKind::Greeting]);

    fn people() -> People {
        let mut people = People::default();
        people.add("Ada Lovelace", Some(1));
        people.add("ada@example.org", Some(1));
        people.add("Andrew Allen", Some(2));
        people.add("steven.january@example.org", Some(3));
        people.add("michael.example@example.org", Some(4));
        people.add("Émilie du Châtelet", None);
        people
    }

    #[track_caller]
    fn check(clause: &str, greeting: usize, places: u16, others: bool) {
        let begins = (greeting > 0).then_some((GREETING, greeting));
        assert_eq!(people().spoken_to(clause, begins), Named { places, others }, "{clause}");
    }

    #[test]
    fn names_on_the_mail_are_known() {
        check(" ada ", 0, 0b001, false);
        check(" hi ada ", 3, 0b001, false);
        check(" dear ms lovelace ", 5, 0b001, false);
        check(" ada and steve ", 0, 0b101, false);
        check(" andy ", 0, 0b010, false);
        check(" mike ", 0, 0b1000, false);
        check(" hi émilie ", 3, 0, true);
    }

    #[test]
    fn who_is_not_on_the_mail_is_not_spoken_to() {
        check(" hi grace ", 3, 0, false);
        check(" all ", 0, 0, false);
        check(" ada has the plan ", 0, 0, false);
        check(" and ", 0, 0, false);
        check("", 0, 0, false);
    }

    #[test]
    fn the_name_below_a_text_is_its_authors() {
        let mut author = People::default();
        author.add("Ada Example", None);
        let people = people().without(&author);
        assert_eq!(people.spoken_to(" ada ", None), Named::default());
        assert_eq!(people.spoken_to(" lovelace ", None).places, 1);
    }
}
