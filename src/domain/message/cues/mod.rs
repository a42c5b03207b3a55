//! What the beginning of a message's text says, as yes and no: it asks something, it speaks to
//! somebody by name, it only thanks.
//!
//! Text goes in and [`Cues`] come out; nothing of the text is kept. Takes linear time, whatever a
//! stranger has written, and one look at each letter for all phrases of all languages together.

mod marks;
mod named;
mod own;
mod phrases;
mod sentences;
#[cfg(test)]
mod tests;

use std::ops::Range;

use self::named::Named;
use self::phrases::{Kinds, PhraseAt, PhraseKind};
use self::sentences::{Folded, Sentence};

pub use self::marks::{Cues, Marks};
pub use self::named::{PET_NAMES, People};
pub use self::own::{Own, own};
pub use self::phrases::Language;

/// So many words may stand in a message that only thanks, greeting and farewell not counted…
const MOST_WORDS_OF_THANKS: usize = 14;
/// …and so many of them outside the phrases of thanks.
const MOST_WORDS_BESIDE_THANKS: usize = 4;
/// No salutation has more words.
const LONGEST_GREETING: usize = 6;
/// What stands below the last thing that was said: a name, thanks, a telephone number.
const LONGEST_TAIL: usize = 5;
const TAIL_SENTENCES: usize = 6;
/// Acknowledgements come early.
const ACKNOWLEDGED_WITHIN: usize = 2;
/// Nobody asks a longer question without a question mark.
const LONGEST_OPENING: usize = 30;
const LONGEST_PLEASANTRY: usize = 8;

/// Asks for something, in any way.
const ASKING: Kinds = Kinds::of(&[
    PhraseKind::Please,
    PhraseKind::Ask,
    PhraseKind::Answer,
    PhraseKind::Rsvp,
    PhraseKind::Call,
]);
/// What an offer of help takes back.
const OFFERED: Kinds = Kinds::of(&[PhraseKind::Answer, PhraseKind::Rsvp, PhraseKind::Call]);

/// The cues of a text. `people`: who is on its mail, its author left out.
pub fn read(text: &str, people: &People) -> Cues {
    let own = own(text);
    let folded = sentences::fold(&own.text);
    let phrases::Phrasing { found, language } = phrases::read(&folded.text);
    let said = said(&folded, &found, people);
    let mut marks = Marks::of_language(language);
    let content = content(&said);
    questions(&own, content, &mut marks);
    requests(content, &mut marks);
    beginnings(content, &mut marks);
    anywhere(&said, &mut marks);
    surroundings(&own, &folded, &mut marks);
    if said.iter().take(2).any(|it| it.greets_all) {
        marks.insert(Marks::GREETS_ALL);
    }
    let named = said.iter().fold(Named::default(), |all, it| all.with(it.named));
    if named.others && named.places == 0 {
        marks.insert(Marks::NAMES_OTHERS);
    }
    Cues { marks, named: named.places }
}

/// One sentence with what was found in it.
struct Said<'x> {
    sentence: &'x Sentence,
    /// All kinds, but for those that courtesy takes back.
    any: Kinds,
    /// Kinds with which a clause begins.
    begins: Kinds,
    /// Kinds with which the sentence begins.
    first: Kinds,
    /// Words in clauses that thank or acknowledge.
    thanking: usize,
    /// How often a machine speaks.
    machine: usize,
    named: Named,
    greets_all: bool,
    /// It is a salutation and nothing else.
    salutes: bool,
    takes_leave: bool,
}

impl Said<'_> {
    fn asks(&self) -> bool {
        let soft = self.first.has(PhraseKind::Opening) && self.sentence.words <= LONGEST_OPENING;
        (self.sentence.asked || soft) && !self.is_idle()
    }

    /// A question that wants no answer.
    fn is_idle(&self) -> bool {
        self.any.has(PhraseKind::Pleasantry) && self.sentence.words <= LONGEST_PLEASANTRY
            || self.first.has(PhraseKind::Rhetorical)
    }

    fn speaks_to_you(&self) -> bool {
        self.any.has(PhraseKind::You) || self.named != Named::default()
    }

    /// Below what was said last.
    fn is_tail(&self) -> bool {
        let closes = Kinds::of(&[PhraseKind::Thanks, PhraseKind::Farewell, PhraseKind::Closing]);
        let short = self.sentence.words <= LONGEST_TAIL;
        !self.sentence.asked && (self.takes_leave || short && !self.any.any(ASKING.without(closes)))
    }
}

fn said<'x>(folded: &'x Folded, found: &[PhraseAt], people: &People) -> Vec<Said<'x>> {
    let mut next = 0;
    let mut all = Vec::with_capacity(folded.sentences.len());
    for sentence in &folded.sentences {
        let clauses = folded.clauses.get(sentence.clauses.clone()).unwrap_or_default();
        let Some((head, tail)) = clauses.first().zip(clauses.last()) else { continue };
        let span = head.span.start..tail.span.end;
        while found.get(next).is_some_and(|found| found.end <= span.start) {
            next += 1;
        }
        let until = found.get(next..).unwrap_or_default();
        let here = until.iter().take_while(|found| found.end < span.end);
        let here = until.get(..here.count()).unwrap_or_default();
        next += here.len();
        all.push(heard(folded, sentence, here, people));
    }
    all
}

/// What the phrases of one clause do.
struct ClauseKinds {
    any: Kinds,
    /// Of those with which it begins, and of those that are all of it.
    starts: Kinds,
    whole: Kinds,
    /// How many are a machine's.
    machine: usize,
    /// The longest greeting or thanks with which it begins, with its length in bytes.
    opening: Option<(Kinds, usize)>,
}

/// `offers`: the sentence offers something.
fn clause_kinds(span: &Range<usize>, found: &[PhraseAt], offers: bool) -> ClauseKinds {
    let all = |kinds: Kinds, it: &PhraseAt| kinds.with(it.kinds);
    let inside = || found.iter().filter(|it| it.start >= span.start && it.start + 1 < span.end);
    let at_start = || found.iter().filter(|it| it.start == span.start);
    let mut any = inside().fold(Kinds::NONE, all);
    let starts = at_start().fold(Kinds::NONE, all);
    let whole = at_start().filter(|it| it.end + 1 >= span.end).fold(Kinds::NONE, all);
    let courteous = any.any(Kinds::of(&[PhraseKind::Offer, PhraseKind::Courtesy]));
    if courteous || offers && any.any(OFFERED) {
        any = any.without(ASKING);
    }
    // "Thanks for your answer."
    if starts.has(PhraseKind::Thanks) && !any.any(Kinds::of(&[PhraseKind::Please, PhraseKind::Ask]))
    {
        any = any.without(OFFERED);
    }
    let opening = at_start()
        .filter(|it| it.kinds.any(Kinds::of(&[PhraseKind::Greeting, PhraseKind::Thanks])))
        .map(|it| (it.kinds, it.end - it.start))
        .max_by_key(|(_, length)| *length);
    let machine = inside().filter(|it| it.kinds.has(PhraseKind::Machine)).count();
    ClauseKinds { any, starts, whole, machine, opening }
}

/// What the phrases say that were found in one sentence.
fn heard<'x>(
    folded: &'x Folded,
    sentence: &'x Sentence,
    found: &[PhraseAt],
    people: &People,
) -> Said<'x> {
    let mut said = Said {
        sentence,
        any: Kinds::NONE,
        begins: Kinds::NONE,
        first: Kinds::NONE,
        thanking: 0,
        machine: 0,
        named: Named::default(),
        greets_all: false,
        salutes: false,
        takes_leave: false,
    };
    let mut salutation = true;
    let offers = found.iter().any(|found| found.kinds.has(PhraseKind::Offer));
    let clauses = folded.clauses.get(sentence.clauses.clone()).unwrap_or_default();
    for (number, clause) in clauses.iter().enumerate() {
        let Range { start, end } = clause.span;
        let ClauseKinds { any, starts, whole, machine, opening } =
            clause_kinds(&clause.span, found, offers);
        said.any = said.any.with(any);
        if number == 0 {
            said.first = starts;
        }
        let alone = Kinds::of(&[PhraseKind::AckAlone, PhraseKind::All]);
        if clause.parted || number == 0 {
            said.begins = said.begins.with(starts.without(alone)).with(whole.only(alone));
        }
        let thanks = starts.any(Kinds::of(&[PhraseKind::Thanks, PhraseKind::Ack]))
            || whole.has(PhraseKind::AckAlone);
        said.thanking += if thanks { clause.words } else { 0 };
        said.machine += machine;
        let text = folded.text.get(start..end).unwrap_or_default();
        let last = number + 1 == clauses.len() && sentence.asked;
        if salutation || last || opening.is_some() {
            // "Ada and Bob" are two clauses that are one address.
            let joined = clauses.iter().skip(number + 1).take_while(|it| !it.parted).last();
            let together = joined.and_then(|last| folded.text.get(start..last.span.end));
            let named = people.spoken_to(together.unwrap_or(text), opening);
            // "Ada, Bob, and Carl -": names go on.
            salutation &= named != Named::default() || clause.words <= 1;
            said.named = said.named.with(named);
        }
        let greeting = starts.has(PhraseKind::Greeting) && clause.words <= LONGEST_GREETING;
        said.greets_all |=
            any.has(PhraseKind::All) && (greeting || whole.has(PhraseKind::All) && number == 0);
        if number == 0 {
            let greets = greeting || said.named != Named::default() && clause.words <= 3;
            said.salutes = clauses.len() == 1 && !sentence.asked && (greets || said.greets_all);
            said.takes_leave =
                starts.has(PhraseKind::Farewell) && sentence.words <= LONGEST_GREETING;
        }
    }
    said
}

/// What stands between salutation and farewell.
fn content<'s, 'x>(said: &'s [Said<'x>]) -> &'s [Said<'x>] {
    let salutes = said.iter().take_while(|it| it.salutes).count();
    let content = said.get(salutes..).unwrap_or_default();
    let leave = content.iter().position(|it| it.takes_leave).unwrap_or(content.len());
    content.get(..leave).unwrap_or_default()
}

fn questions(own: &Own, content: &[Said<'_>], marks: &mut Marks) {
    let asked: Vec<usize> = (0..content.len()).filter(|at| asks(content, *at)).collect();
    let below_quotes = |at: usize| {
        let begins = content.get(at).map_or(0, |it| it.sentence.at);
        own.below_quotes.iter().rfind(|below| **below <= begins).copied()
    };
    for (at, said) in asked.iter().filter_map(|at| Some((*at, content.get(*at)?))) {
        marks.insert(Marks::QUESTION);
        if said.speaks_to_you() {
            marks.insert(Marks::QUESTION_TO_YOU);
        }
        if said.any.has(PhraseKind::Anyone) {
            marks.insert(Marks::QUESTION_TO_ANYONE);
        }
        if at == 0 {
            marks.insert(Marks::BEGINS_ASKING);
        }
        if below_quotes(at).is_some() {
            marks.insert(Marks::QUESTION_BELOW_QUOTE);
        }
    }
    if asked.len() > 1 {
        marks.insert(Marks::QUESTIONS);
    }
    let tail = content.iter().rev().take(TAIL_SENTENCES).take_while(|it| it.is_tail()).count();
    let last = content.len().checked_sub(tail + 1);
    if let Some(said) = last.and_then(|last| content.get(last)) {
        if said.asks() || said.any.has(PhraseKind::Wonder) {
            marks.insert(Marks::ENDS_ASKING);
        }
        if said.any.any(ASKING) {
            marks.insert(Marks::ENDS_REQUESTING);
        }
    }
    let idle = |it: &Said<'_>| it.sentence.asked && it.is_idle();
    if asked.is_empty() && content.iter().any(idle) {
        marks.insert(Marks::IDLE_QUESTION);
    }
}

fn asks(content: &[Said<'_>], at: usize) -> bool {
    content.get(at).is_some_and(Said::asks)
}

fn requests(content: &[Said<'_>], marks: &mut Marks) {
    for said in content {
        let found = [
            (said.any.any(Kinds::of(&[PhraseKind::Please, PhraseKind::Ask])), Marks::REQUEST),
            (said.any.has(PhraseKind::Answer), Marks::WANTS_ANSWER),
            (said.any.has(PhraseKind::Rsvp), Marks::RSVP),
            (said.any.has(PhraseKind::Call), Marks::WANTS_CALL),
            (said.any.has(PhraseKind::Need), Marks::NEEDS),
            (said.any.has(PhraseKind::Wonder), Marks::WONDERS),
            (said.any.has(PhraseKind::Propose), Marks::PROPOSES),
            (said.any.has(PhraseKind::Invite), Marks::INVITES),
            (said.any.has(PhraseKind::Anyone) && said.any.any(ASKING), Marks::QUESTION_TO_ANYONE),
        ];
        found.into_iter().filter(|(holds, _)| *holds).for_each(|(_, mark)| marks.insert(mark));
    }
}

fn beginnings(content: &[Said<'_>], marks: &mut Marks) {
    let early = content.iter().take(ACKNOWLEDGED_WITHIN);
    let acknowledges = Kinds::of(&[PhraseKind::Ack, PhraseKind::AckAlone]);
    if early.clone().any(|it| it.begins.any(acknowledges) && !it.sentence.asked) {
        marks.insert(Marks::ACKNOWLEDGES);
    }
    if let Some(first) = content.first() {
        if first.first.has(PhraseKind::Thanks) {
            marks.insert(Marks::BEGINS_THANKING);
        }
        if first.first.has(PhraseKind::Agree) && !first.sentence.asked {
            marks.insert(Marks::BEGINS_ANSWERING);
        }
    }
    let words: usize = content.iter().map(|it| it.sentence.words).sum();
    let thanking: usize = content.iter().map(|it| it.thanking).sum();
    let opens = content.iter().find(|it| it.sentence.words > 1 || it.thanking > 0);
    let asking = Marks::QUESTION | Marks::REQUEST | Marks::WANTS_ANSWER | Marks::WANTS_CALL;
    let reserved = content.iter().any(|it| it.any.has(PhraseKind::Opinion));
    if opens.is_some_and(|first| first.thanking > 0)
        && words <= MOST_WORDS_OF_THANKS
        && words - thanking.min(words) <= MOST_WORDS_BESIDE_THANKS
        && !marks.intersects(asking)
        && !reserved
    {
        marks.insert(Marks::ONLY_THANKS);
    }
}

fn anywhere(said: &[Said<'_>], marks: &mut Marks) {
    let any = said.iter().fold(Kinds::NONE, |all, it| all.with(it.any));
    let machine: usize = said.iter().map(|it| it.machine).sum();
    let found = [
        (any.has(PhraseKind::Thanks), Marks::THANKS),
        (any.has(PhraseKind::Promise), Marks::PROMISES),
        (any.has(PhraseKind::Inform), Marks::INFORMS),
        (any.has(PhraseKind::Announce), Marks::ANNOUNCES),
        (any.has(PhraseKind::Urgent), Marks::URGENT),
        (any.has(PhraseKind::Problem), Marks::PROBLEM),
        (any.has(PhraseKind::Opinion), Marks::OPINION),
        (any.has(PhraseKind::Retract), Marks::RETRACTS),
        (any.has(PhraseKind::Closing), Marks::CLOSES),
        (any.has(PhraseKind::Offer), Marks::OFFERS),
        (any.has(PhraseKind::You), Marks::SAYS_YOU),
        (machine > 0, Marks::MACHINE),
        (machine > 2, Marks::MACHINE_OFTEN),
        (machine > 7, Marks::MACHINE_MOSTLY),
    ];
    found.into_iter().filter(|(holds, _)| *holds).for_each(|(_, mark)| marks.insert(mark));
}

fn surroundings(own: &Own, folded: &Folded, marks: &mut Marks) {
    let words: usize = folded.sentences.iter().map(|sentence| sentence.words).sum();
    let found = [
        (words == 0, Marks::NO_WORDS),
        ((1..=5).contains(&words), Marks::FEW_WORDS),
        ((6..=20).contains(&words), Marks::SHORT),
        ((101..=250).contains(&words), Marks::LONG),
        (words > 250, Marks::VERY_LONG),
        (own.patch, Marks::PATCH),
        (own.copies, Marks::COPIES),
        (!own.below_quotes.is_empty(), Marks::BELOW_QUOTE),
        (own.below_quotes.len() > 1, Marks::BETWEEN_QUOTES),
        (folded.links > 0, Marks::LINK),
        (folded.links > 3, Marks::LINKS),
    ];
    found.into_iter().filter(|(holds, _)| *holds).for_each(|(_, mark)| marks.insert(mark));
}
