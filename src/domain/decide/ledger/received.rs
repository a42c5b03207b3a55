//! Introductions that I received: somebody wrote to me and to a person of whom my mailbox had seen
//! nothing, and said that it was one.

use serde::{Deserialize, Serialize};

use super::words::{Introducing, introduces};
use super::{EntryId, Finding, LedgerKind, Strength};
use crate::domain::message::facts::Mailbox;
use crate::domain::message::noise::addresses::is_persons;
use crate::domain::model::{ContactId, MessageNumber, Moment};

/// A mail to more people than this introduces nobody.
const PEOPLE: usize = 4;

/// A mail of somebody else's that brought a person to me.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// The stored message that introduces.
    pub message: MessageNumber,
    /// When it was sent.
    pub at: Moment,
    /// Who wrote it.
    pub by: Mailbox,
    /// Who was new.
    pub newcomers: Vec<Mailbox>,
}

/// Whether somebody else's mail to so many may bring in people of whom nothing was seen before.
pub fn may_introduce(subject: &str, recipients: u32) -> bool {
    recipients > 1 && introduces(subject) == Some(Introducing::Plainly)
}

/// The introduction that a mail of `by` is, whose subject [`may_introduce`]: to `others`, of whom
/// `newcomers` had been on no message before.
pub fn received(
    message: MessageNumber,
    at: Moment,
    by: &Mailbox,
    others: &[Mailbox],
    newcomers: Vec<Mailbox>,
) -> Option<Received> {
    let newcomers: Vec<Mailbox> =
        newcomers.into_iter().filter(|person| is_persons(&person.address)).collect();
    let is_one = !newcomers.is_empty() && others.len() <= PEOPLE && is_persons(&by.address);
    is_one.then(|| Received { message, at, by: by.clone(), newcomers })
}

impl Received {
    /// As an entry: received from whoever wrote it, where they are a contact.
    pub fn found(&self, contact_of: impl Fn(&str) -> Option<ContactId>) -> Finding {
        Finding {
            id: EntryId::Found { kind: LedgerKind::Received, message: self.message, nth: 0 },
            kind: LedgerKind::Received,
            at: self.at,
            contacts: contact_of(&self.by.address).into_iter().collect(),
            strength: Strength::Strong,
            borne_out: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::person;
    use super::*;

    #[test]
    fn being_introduced_is_received_from_whoever_did_it() {
        let (bob, ada) = (person("Bob <bob@example.org>"), person("Ada <ada@example.com>"));
        let others = std::slice::from_ref(&ada);
        let found = received(MessageNumber(8), Moment(9), &bob, others, vec![ada.clone()]);
        let found = found.expect("an introduction");
        let entry = found.found(|address| (address == "bob@example.org").then_some(ContactId(2)));
        assert_eq!((entry.id.to_string(), entry.contacts), ("v8".to_owned(), vec![ContactId(2)]));
        assert_eq!(received(MessageNumber(8), Moment(9), &bob, others, Vec::new()), None);
    }

    #[test]
    fn only_plain_words_introduce() {
        assert!(may_introduce("Intro: Ada <> Max", 2));
        assert!(!may_introduce("Intro: Ada <> Max", 1), "to me alone");
        assert!(!may_introduce("Meet us at the fair", 2));
        assert!(!may_introduce("Introduction to statistics", 2));
    }

    #[test]
    fn programs_and_crowds_introduce_nobody() {
        let ada = person("Ada <ada@example.com>");
        let by = |by: &str, others: &[Mailbox]| {
            received(MessageNumber(8), Moment(9), &person(by), others, vec![ada.clone()])
        };
        assert_eq!(by("noreply@example.com", std::slice::from_ref(&ada)), None);
        let crowd: Vec<Mailbox> = (0..5).map(|n| person(&format!("p{n}@example.net"))).collect();
        assert_eq!(by("bob@example.org", &crowd), None);
    }
}
