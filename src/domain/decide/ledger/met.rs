//! Who was on one message with whom, and on whose message somebody first appeared.
//!
//! Both are built message by message, in any order; the same message twice changes nothing.

use std::collections::HashMap;

use crate::domain::message::facts::MessageKey;
use crate::domain::model::Moment;

/// A mail to more people than this makes nobody known to anybody.
const LARGEST_ROUND: usize = 25;

/// One message: of two in the same second the key decides.
type Place = (Moment, MessageKey);

/// A message as far as it shows who knows whom. Each person stands under one address; the user's
/// own addresses are left out.
#[derive(Debug, Clone, Copy)]
pub struct MetIn<'a> {
    /// Of the message: each counts once.
    pub key: MessageKey,
    /// When it was sent.
    pub at: Moment,
    /// Who wrote it; `None`: the user.
    pub author: Option<&'a str>,
    /// Everybody in To and Cc.
    pub recipients: &'a [&'a str],
    /// As it was written.
    pub subject: &'a str,
}

impl<'a> MetIn<'a> {
    fn place(&self) -> Place {
        (self.at, self.key)
    }

    fn people(&self) -> Vec<&'a str> {
        let mut people: Vec<&str> = self.author.into_iter().collect();
        people.extend(self.recipients);
        people.sort_unstable();
        people.dedup();
        people
    }
}

/// The first message that two outside people were both on.
#[derive(Debug, Clone, Default)]
pub struct Met {
    /// By addresses in order.
    first: HashMap<(String, String), Place>,
}

impl Met {
    /// Takes one message in, in any order.
    pub fn see(&mut self, message: &MetIn<'_>) {
        let people = message.people();
        if people.len() > LARGEST_ROUND {
            return;
        }
        for (nth, one) in people.iter().enumerate() {
            for other in people.iter().skip(nth + 1) {
                earliest(&mut self.first, pair(one, other), message.place());
            }
        }
    }

    /// Whether the two were on one message before this one.
    pub fn before(&self, one: &str, other: &str, at: Moment, key: MessageKey) -> bool {
        self.first.get(&pair(one, other)).is_some_and(|first| *first < (at, key))
    }
}

/// On whose message each person first appeared.
#[derive(Debug, Clone, Default)]
pub struct Appearances {
    first: HashMap<String, (Place, Option<String>, bool)>,
}

/// The first that the mailbox knew of somebody, when somebody else brought them in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntroducedBy {
    /// Of the message.
    pub key: MessageKey,
    /// When it was sent.
    pub at: Moment,
    /// The sender.
    pub address: String,
    /// The subject says that it is an introduction.
    pub says_so: bool,
}

impl Appearances {
    /// Takes one message in, in any order.
    pub fn see(&mut self, message: &MetIn<'_>) {
        let people = message.people();
        // A crowd introduces nobody, but whoever wrote to it has appeared.
        let crowd = people.len() > LARGEST_ROUND;
        let says_so = !crowd && super::words::introduces(message.subject);
        let author = message.author.filter(|_| !crowd).map(str::to_owned);
        for person in people {
            let seen = (message.place(), author.clone(), says_so);
            match self.first.get_mut(person) {
                Some(first) if first.0 <= seen.0 => {}
                Some(first) => *first = seen,
                None => {
                    self.first.insert(person.to_owned(), seen);
                }
            }
        }
    }

    /// Who brought in the contact with these addresses; `None` where they wrote themselves, where
    /// I wrote first, and for whoever stood on a mail to a crowd.
    pub fn introduced_by(&self, addresses: &[&str]) -> Option<IntroducedBy> {
        let appearances = addresses.iter().filter_map(|address| self.first.get(*address));
        let ((at, key), author, says_so) = appearances.min_by_key(|first| first.0)?;
        let address = author.clone().filter(|author| !addresses.contains(&author.as_str()))?;
        Some(IntroducedBy { key: *key, at: *at, address, says_so: *says_so })
    }
}

pub(super) fn pair(one: &str, other: &str) -> (String, String) {
    let (low, high) = if one <= other { (one, other) } else { (other, one) };
    (low.to_owned(), high.to_owned())
}

fn earliest(first: &mut HashMap<(String, String), Place>, pair: (String, String), place: Place) {
    first.entry(pair).and_modify(|known| *known = place.min(*known)).or_insert(place);
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: &str = "ada@example.org";
    const BOB: &str = "bob@example.org";
    const CY: &str = "cy@example.com";

    fn seen<'a>(n: u8, author: Option<&'a str>, recipients: &'a [&'a str]) -> MetIn<'a> {
        let key = MessageKey([n; 16]);
        MetIn { key, at: Moment(i64::from(n)), author, recipients, subject: "Plan" }
    }

    #[test]
    fn two_people_meet_on_the_first_message_that_both_are_on() {
        let messages = [
            seen(5, None, &[ADA, BOB]),
            seen(3, Some(BOB), &[ADA, CY]),
            seen(9, Some(CY), &[]),
            seen(3, Some(BOB), &[ADA, CY]),
        ];
        let (mut met, mut backwards) = (Met::default(), Met::default());
        messages.iter().for_each(|message| met.see(message));
        messages.iter().rev().for_each(|message| backwards.see(message));
        assert_eq!(met.first, backwards.first);
        let before =
            |one, other, n: u8| met.before(one, other, Moment(n.into()), MessageKey([n; 16]));
        assert!(!before(ADA, BOB, 3), "they meet on this one");
        assert!(before(BOB, ADA, 4));
        assert!(before(ADA, CY, 5));
    }

    #[test]
    fn a_crowd_makes_nobody_known() {
        let crowd: Vec<String> = (0..40).map(|n| format!("p{n}@example.net")).collect();
        let mut recipients: Vec<&str> = crowd.iter().map(String::as_str).collect();
        recipients.push(ADA);
        let message = seen(1, Some(BOB), &recipients);
        let (mut met, mut appearances) = (Met::default(), Appearances::default());
        met.see(&message);
        appearances.see(&message);
        assert!(!met.before(ADA, BOB, Moment(9), MessageKey([9; 16])));
        assert_eq!(appearances.introduced_by(&[ADA]), None);
    }

    #[track_caller]
    fn check(messages: &[MetIn<'_>], expect: Option<(&str, bool)>) {
        for backwards in [false, true] {
            let mut messages = messages.to_vec();
            if backwards {
                messages.reverse();
            }
            let mut appearances = Appearances::default();
            messages.iter().for_each(|message| appearances.see(message));
            let found = appearances.introduced_by(&[ADA, "ada@home.example"]);
            let found = found.as_ref().map(|by| (by.address.as_str(), by.says_so));
            assert_eq!(found, expect);
        }
    }

    #[test]
    fn whoever_sent_the_first_mail_with_a_new_contact_on_it_introduced_them() {
        let intro = MetIn { subject: "Intro: Ada", ..seen(2, Some(BOB), &[ADA]) };
        check(&[intro, seen(3, Some(ADA), &[])], Some((BOB, true)));
        check(&[seen(2, Some(BOB), &[ADA]), seen(3, None, &[ADA])], Some((BOB, false)));
        check(&[seen(1, Some(ADA), &[]), intro], None);
        check(&[seen(1, None, &[ADA]), intro], None);
        check(&[seen(1, Some("ada@home.example"), &[ADA]), intro], None);
        check(&[seen(2, Some(BOB), &[CY])], None);
    }
}
