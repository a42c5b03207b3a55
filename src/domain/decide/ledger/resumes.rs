//! Résumés that I passed on: told by the names of attachments, never by what they hold.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::words::{name_words, words};
use super::{EntryId, Finding, LedgerKind, Outbound, Strength, each_once};
use crate::domain::message::facts::Mailbox;
use crate::domain::model::{ContactId, MessageNumber, Moment};

/// What a résumé's file is called; é counts as e.
const RESUME_WORDS: [&str; 4] = ["cv", "resume", "lebenslauf", "curriculum"];
/// What else stands in such a file's name without being the candidate's. Folded.
const FILLERS: &[&str] = &[
    "vitae",
    "final",
    "draft",
    "new",
    "neu",
    "latest",
    "updated",
    "update",
    "current",
    "aktuell",
    "version",
    "ver",
    "copy",
    "kopie",
    "public",
    "short",
    "long",
    "signed",
    "scan",
    "page",
    "pages",
    "eng",
    "english",
    "deutsch",
    "german",
    "francais",
    "french",
    "espanol",
    "spanish",
    "nederlands",
    "dutch",
    "en",
    "de",
    "fr",
    "es",
    "nl",
    "it",
    "pt",
    "uk",
    "us",
    "the",
    "of",
    "for",
    "and",
    "und",
    "application",
    "bewerbung",
    "candidate",
    "profile",
    "pdf",
    "docx",
    "doc",
];
/// Fewer letters than this could stand in any file's name by chance.
const LETTERS_OF_A_NAME: usize = 6;

/// Somebody's résumé, sent to others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// The stored message that carries it.
    pub message: MessageNumber,
    /// When it was sent.
    pub at: Moment,
    /// Its place among this mail's candidates, from 0.
    pub nth: u16,
    /// Its name.
    pub file: String,
    /// Whose it is.
    pub candidate: WhoseResume,
    /// Who got it.
    pub recipients: Vec<Mailbox>,
    /// How plainly the mail says so.
    pub strength: Strength,
}

/// Whose résumé a file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WhoseResume {
    /// Stands on the mail.
    Person(Mailbox),
    /// As the file name spells it.
    Named(String),
    /// To be asked.
    Unknown,
}

/// The candidates whose résumés a mail of mine carries, unless the only one who gets it is the
/// candidate, or the candidate is me.
pub fn resumes(mail: &Outbound<'_>, own_names: &[&str]) -> Vec<Resume> {
    let mut found: Vec<Resume> = Vec::new();
    for file in mail.attachments.iter().filter(|file| is_resume(file)) {
        let name = name_in(file);
        if own_names.iter().any(|own| fits(&name, &words(own))) {
            continue;
        }
        let (candidate, strength) = candidate(mail, &name);
        let recipients = recipients(mail, &candidate);
        if recipients.is_empty() || found.iter().any(|known| known.candidate == candidate) {
            continue;
        }
        found.push(Resume {
            message: mail.id,
            at: mail.at,
            nth: u16::try_from(found.len()).unwrap_or(u16::MAX),
            file: file.clone(),
            candidate,
            recipients,
            strength,
        });
    }
    found
}

/// Whom the file name fits, else who alone stands in Cc, else the name itself.
fn candidate(mail: &Outbound<'_>, name: &[String]) -> (WhoseResume, Strength) {
    let named = |person: &Mailbox| fits(name, &name_words(person));
    if let Some(person) = only(mail.cc, named).or_else(|| only(mail.to, named)) {
        return (WhoseResume::Person(person.clone()), Strength::Strong);
    }
    if let Some(person) = only(mail.cc, |_| true) {
        // The file may name a role, or somebody else.
        let strength = if name.is_empty() { Strength::Strong } else { Strength::Medium };
        return (WhoseResume::Person(person.clone()), strength);
    }
    if name.is_empty() {
        return (WhoseResume::Unknown, Strength::Medium);
    }
    (WhoseResume::Named(name.join(" ")), Strength::Medium)
}

fn only(people: &[Mailbox], fits: impl Fn(&Mailbox) -> bool) -> Option<&Mailbox> {
    let mut fitting = people.iter().filter(|person| fits(person));
    let first = fitting.next()?;
    fitting.all(|other| other.address == first.address).then_some(first)
}

/// Everybody in To but the candidate; those in Cc where that leaves nobody.
fn recipients(mail: &Outbound<'_>, candidate: &WhoseResume) -> Vec<Mailbox> {
    let without = |people: &[Mailbox]| -> Vec<Mailbox> {
        let others = people.iter().filter(|person| {
            !matches!(candidate, WhoseResume::Person(known) if known.address == person.address)
        });
        others.cloned().collect()
    };
    let to = without(mail.to);
    if to.is_empty() { without(mail.cc) } else { to }
}

impl Resume {
    /// Whether nothing but the file's name says whose it is.
    pub fn is_named(&self) -> bool {
        matches!(self.candidate, WhoseResume::Named(_))
    }

    /// As an entry: one give to whoever got it and one to the candidate.
    pub fn found(
        &self,
        contact_of: impl Fn(&str) -> Option<ContactId>,
        contact_named: impl Fn(&str) -> Option<ContactId>,
    ) -> Finding {
        let candidate = match &self.candidate {
            WhoseResume::Person(person) => contact_of(&person.address),
            WhoseResume::Named(name) => contact_named(name),
            WhoseResume::Unknown => None,
        };
        let recipients = self.recipients.iter().filter_map(|person| contact_of(&person.address));
        Finding {
            id: EntryId::Found { kind: LedgerKind::Resume, message: self.message, nth: self.nth },
            kind: LedgerKind::Resume,
            at: self.at,
            contacts: each_once(recipients.chain(candidate)),
            strength: self.strength,
            borne_out: false,
        }
    }
}

/// Whether a file is called a résumé: one of the words, after the begin, anything but a letter, or
/// a small Latin letter (`JaneCV`), and before anything but a letter (not `CVE-2026`).
pub fn is_resume(file: &str) -> bool {
    let letters: Vec<char> = file.nfc().collect();
    let plain: Vec<char> = letters.iter().map(|c| plain(*c)).collect();
    let parts = |c: char| c == '_' || !c.is_alphanumeric();
    (0..letters.len()).any(|at| {
        let (before, rest) = (at.checked_sub(1).and_then(|at| letters.get(at)), plain.get(at..));
        before.is_none_or(|c| parts(*c) || c.is_ascii_lowercase())
            && RESUME_WORDS.iter().any(|word| {
                let word: Vec<char> = word.chars().collect();
                let behind = letters.get(at + word.len());
                rest.is_some_and(|rest| rest.starts_with(&word))
                    && behind.is_none_or(|c| parts(*c) || c.is_numeric())
            })
    })
}

fn plain(letter: char) -> char {
    match letter.to_lowercase().next().unwrap_or(letter) {
        'é' => 'e',
        lower => lower,
    }
}

/// The words of a file's name that may be the candidate's, as they are spelled.
fn name_in(file: &str) -> Vec<String> {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let mut name = Vec::new();
    for run in stem.nfc().collect::<String>().split(|c: char| !c.is_alphabetic()) {
        name.extend(parted_by_case(run).iter().filter_map(|word| without_resume(word)));
    }
    name.retain(|word| {
        word.chars().count() >= 2 && !FILLERS.contains(&words(word).concat().as_str())
    });
    name
}

/// `JaneDoeCV` → Jane, Doe, CV; `CVJane` → CV, Jane.
fn parted_by_case(run: &str) -> Vec<String> {
    let letters: Vec<char> = run.chars().collect();
    let mut parts: Vec<String> = Vec::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let begins = letter.is_uppercase()
            && (before.is_some_and(|c| c.is_lowercase())
                || letters.get(at + 1).is_some_and(|c| c.is_lowercase()));
        match parts.last_mut() {
            Some(part) if !begins => part.push(*letter),
            _ => parts.push(letter.to_string()),
        }
    }
    parts
}

/// `janecv` → jane; nothing where the word is all there is.
fn without_resume(word: &str) -> Option<String> {
    let letters: Vec<char> = word.chars().map(plain).collect();
    let known = RESUME_WORDS
        .iter()
        .map(|known| known.chars().collect::<Vec<char>>())
        .find(|known| letters.ends_with(known));
    let kept = letters.len() - known.map_or(0, |known| known.len());
    (kept > 0).then(|| word.chars().take(kept).collect())
}

/// Whether a file's words name the bearer of a name: they are all hers, or all of hers are in
/// there, however they are joined.
fn fits(file: &[String], name: &[String]) -> bool {
    let file: Vec<String> = file.iter().flat_map(|word| words(word)).collect();
    let joined = file.concat();
    let letters: usize = name.iter().map(|word| word.chars().count()).sum();
    let all_hers = !file.is_empty() && file.iter().all(|word| name.contains(word));
    all_hers
        || name.len() >= 2
            && letters >= LETTERS_OF_A_NAME
            && name.iter().all(|word| joined.contains(word.as_str()))
}

#[cfg(test)]
mod tests;
