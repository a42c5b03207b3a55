//! What a week's digest says of the network, below the debts: what was given and asked, whom I am
//! losing touch with, whom I may let go of, and what it asks me.
//!
//! Chooses a few of many; what was told not long ago isn't told again.

use super::KeptWeek;
use super::told::{Told, ToldOf};
use crate::domain::decide::ledger::{LedgerEntry, LedgerKind, LedgerOutcome};
use crate::domain::decide::sift::{Candidate, PER_WEEK, Untested, weekly, weekly_untested};
use crate::domain::measure::balance::{Balance, Deed};
use crate::domain::measure::rhythm::Rhythm;
use crate::domain::model::{ContactId, DAY, Moment, Stance};
use crate::domain::text::listed;

/// So many of those with whom I am losing touch.
const LOSING_TOUCH: usize = 3;
/// So many questions about the ledger, and so many about new contacts.
const QUESTIONS: usize = 3;
const VALUE_QUESTIONS: usize = 2;
const WEEK: i64 = 7 * DAY;

/// Somebody by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedContact {
    /// Who.
    pub id: ContactId,
    /// As it is shown.
    pub name: String,
    /// Where they are to be found.
    pub profile_url: Option<String>,
}

impl NamedContact {
    /// Whose name isn't known any more.
    pub fn unknown(id: ContactId) -> NamedContact {
        NamedContact { id, name: id.to_string(), profile_url: None }
    }
}

/// Of the network, each part only as far as there is something to say.
#[derive(Debug, Clone, Default)]
pub struct NetworkWeek {
    /// Whether what I did is what I say.
    pub drift: Option<Drift>,
    /// What is left of all that was given and asked; `None`: nothing counts.
    pub balance: Option<Balance>,
    /// Those I made this week, and those of which something has become.
    pub introductions: Vec<ToldIntroduction>,
    /// Longest known first.
    pub losing_touch: Vec<(NamedContact, Rhythm)>,
    /// A reason to write.
    pub news: Vec<News>,
    /// What only I can know.
    pub questions: Vec<OpenQuestion>,
    /// Whom I may want to let go of.
    pub sift: Vec<ToldSuggestion>,
    /// With whom nothing was tried for long.
    pub untested: Vec<(NamedContact, Untested)>,
}

/// What the week says of the stance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drift {
    /// What I say.
    pub stance: Stance,
    /// What I gave this week: introductions, résumés, favours.
    pub gives: usize,
    /// What I asked.
    pub asks: usize,
    /// Of the answers that fell due, those I gave in time, 0…1; `None`: none fell due.
    pub returned: Option<f64>,
}

/// An introduction of mine, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToldIntroduction {
    /// What commands name it by.
    pub entry: LedgerEntry,
    /// Who was introduced.
    pub people: Vec<String>,
    /// `None`: nobody can see what became of it.
    pub outcome: Option<LedgerOutcome>,
    /// Of the mail.
    pub subject: Option<String>,
    /// Of the mail.
    pub message_id: Option<String>,
}

/// Something about a contact that is a reason to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// Of whom.
    pub contact: NamedContact,
    /// When it became known.
    pub at: Moment,
    /// What it is, with the name left out.
    pub text: String,
}

/// Something that only I can know, and the command that says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenQuestion {
    /// As a sentence.
    pub text: String,
    /// To be typed.
    pub command: String,
    /// What it is about: the id of an entry or of a contact.
    pub about: String,
}

/// A suggestion as the digest tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToldSuggestion {
    /// Whom.
    pub contact: NamedContact,
    /// In words, in the order in which they are told.
    pub reasons: Vec<String>,
    /// When the last chance was over.
    pub last_chance_ended: Moment,
}

/// The week's drift. Who says nothing of how they hold their network can't stray from it.
pub fn drift(
    entries: &[LedgerEntry],
    mine: KeptWeek,
    stance: Stance,
    now: Moment,
) -> Option<Drift> {
    let of_the_week =
        |entry: &&LedgerEntry| entry.state.counts() && entry.at <= now && entry.at > now - WEEK;
    let done =
        |deed| entries.iter().filter(of_the_week).filter(|entry| entry.kind.deed() == deed).count();
    let (gives, asks) = (done(Deed::Given), done(Deed::Asked));
    let returned = (mine.matured > 0).then(|| mine.in_time as f64 / mine.matured as f64);
    let is_worth_it = stance != Stance::Neutral && (gives + asks > 0 || returned.is_some());
    is_worth_it.then_some(Drift { stance, gives, asks, returned })
}

/// What is told of whoever wrote though the user had let go of them.
pub const CAME_BACK: &str = "wrote, and is no longer archived";

/// Whether an introduction belongs into this week's digest: it was made this week, or something
/// became of it, if only nothing, at `turned_at`.
pub fn is_of_the_week(entry: &LedgerEntry, turned_at: Option<Moment>, now: Moment) -> bool {
    let lately = |at: Moment| at <= now && at > now - WEEK;
    lately(entry.at) || turned_at.is_some_and(lately)
}

/// Those with whom I am losing touch of whom this week's digest tells.
pub fn losing_touch<T>(lost: Vec<(ContactId, T)>, told: &Told) -> Vec<(ContactId, T)> {
    told.due(ToldOf::LosingTouch, lost, |(contact, _)| *contact, LOSING_TOUCH)
}

/// The suggestions of which it tells: whose last chance passed this week, told of before or not, and
/// the new ones.
pub fn suggestions(candidates: Vec<Candidate>, told: &Told, now: Moment) -> Vec<Candidate> {
    let has_passed = |it: &Candidate| it.suggestion.last_chance_ended > now - WEEK;
    let (passed, others): (Vec<_>, Vec<_>) = candidates.into_iter().partition(has_passed);
    let room = PER_WEEK.saturating_sub(passed.len());
    let others = told.due(ToldOf::Sift, weekly(others, usize::MAX), |it| it.contact, room);
    weekly(passed.into_iter().chain(others).collect(), PER_WEEK)
}

/// Those with whom nothing was tried, as many as a week is for.
pub fn untested(untested: Vec<(ContactId, Untested)>, told: &Told) -> Vec<(ContactId, Untested)> {
    let in_order = weekly_untested(untested, usize::MAX);
    told.due(ToldOf::Untested, in_order, |(contact, _)| *contact, PER_WEEK)
}

/// Of what the ledger only suspects, what it asks about: introductions and the like before asks,
/// of which there are many; the newest first.
pub fn to_ask_about<'l>(
    entries: impl DoubleEndedIterator<Item = &'l LedgerEntry>,
    told: &Told,
) -> Vec<&'l LedgerEntry> {
    let (asks, rare): (Vec<_>, Vec<_>) = entries
        .rev()
        .filter(|entry| entry.state.is_open())
        .partition(|entry| entry.kind == LedgerKind::Ask);
    told.due(ToldOf::Question, [rare, asks].concat(), |entry| entry.id, QUESTIONS)
}

/// Of new contacts without a note of how I can help, those it asks about.
pub fn without_value(new: Vec<ContactId>, told: &Told) -> Vec<ContactId> {
    told.due(ToldOf::Question, new, |contact| *contact, VALUE_QUESTIONS)
}

/// What is asked about an entry; `people`: by name, `subject`: of its mail.
pub fn question(entry: &LedgerEntry, people: &[String], subject: Option<&str>) -> OpenQuestion {
    let everybody = listed(people);
    let (first, rest) = match people {
        [first, rest @ ..] => (first.as_str(), rest),
        [] => ("them", people),
    };
    let others = listed(rest);
    let about = subject.map(|subject| format!(" (“{subject}”)")).unwrap_or_default();
    let text = match (entry.kind, rest.is_empty()) {
        (LedgerKind::Introduction, false) => format!("Did you introduce {first} to {others}?"),
        (LedgerKind::Introduction, true) => format!("Did you introduce {first} to somebody?"),
        (LedgerKind::Resume, _) => {
            format!("Did you pass on a résumé, with {everybody} on the mail?")
        }
        (LedgerKind::Favour, _) => format!("Did you do {everybody} a favour?"),
        (LedgerKind::Ask, _) => format!("Did you ask {everybody} for something?"),
        (LedgerKind::Received, false) => format!("Did {first} introduce you to {others}?"),
        (LedgerKind::Received, true) => format!("Did {first} introduce you to somebody?"),
    };
    OpenQuestion {
        text: text + &about,
        command: format!("requite ledger --confirm {}", entry.id),
        about: entry.id.to_string(),
    }
}

/// What is asked about a new contact.
pub fn value_question(contact: &NamedContact) -> OpenQuestion {
    OpenQuestion {
        text: format!("How can you help {}?", contact.name),
        command: format!("requite log note --value {} \"…\"", contact.id),
        about: contact.id.to_string(),
    }
}

impl NetworkWeek {
    /// What a digest has told of once it was sent.
    pub fn told(&self) -> Vec<(ToldOf, String)> {
        let lost = self.losing_touch.iter().map(|(who, _)| (ToldOf::LosingTouch, who.id));
        let sifted = self.sift.iter().map(|told| (ToldOf::Sift, told.contact.id));
        let untested = self.untested.iter().map(|(who, _)| (ToldOf::Untested, who.id));
        let people = lost.chain(sifted).chain(untested);
        let asked = self.questions.iter().map(|it| (ToldOf::Question, it.about.clone()));
        people.map(|(of, who)| (of, who.to_string())).chain(asked).collect()
    }
}
