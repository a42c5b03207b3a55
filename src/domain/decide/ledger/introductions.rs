//! Introductions that I made: which of my mails makes two people known to each other, and what
//! became of it.
//!
//! Never reads a body: who is addressed, the subject, and who then writes to whom must do.

use super::met::{Met, pair};
use super::words::{first_name, introduces, words};
use super::{EntryId, Finding, LedgerKind, Outbound, Strength};
use crate::domain::message::facts::Mailbox;
use crate::domain::model::{ContactId, DAY, MessageNumber, Moment};
use crate::domain::text;

/// One person is nobody to introduce to; more than four are a round.
const PEOPLE: std::ops::RangeInclusive<usize> = 2..=4;
/// After so long, in seconds, without a word between them nothing came of it.
const PATIENCE: i64 = 14 * DAY;

/// A mail of mine that brought people together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduction {
    /// The stored message that introduces.
    pub message: MessageNumber,
    /// When it was sent.
    pub at: Moment,
    /// Everybody on it, To before Cc.
    pub people: Vec<Mailbox>,
    /// The addresses, in order, of each two that were never on one message before.
    pub new_pairs: Vec<(String, String)>,
    /// How plainly it says so.
    pub strength: Strength,
}

/// A mail from one outside person to others, with me on it.
#[derive(Debug, Clone, Copy)]
pub struct Between<'a> {
    /// When it was sent.
    pub at: Moment,
    /// The address of who wrote it.
    pub author: &'a str,
    /// The addresses in To and Cc.
    pub recipients: &'a [&'a str],
}

/// What became of an introduction, as far as I was copied: most people drop the introducer after
/// the first answer.
#[derive(Debug, Clone, PartialEq)]
pub enum IntroductionOutcome {
    /// It is too early to tell.
    Waiting,
    /// Nothing that I saw.
    Nothing,
    /// One of the two wrote to the other.
    Wrote {
        /// Who of the two wrote first.
        by: String,
        /// To whom.
        to: String,
        /// When.
        at: Moment,
        /// Wall hours since the introduction.
        after_h: f64,
    },
}

/// Whether a mail of mine is an introduction. `met` may know this mail and later ones already.
pub fn introduction(mail: &Outbound<'_>, met: &Met) -> Option<Introduction> {
    let people = mail.people();
    if !mail.starts_thread || !PEOPLE.contains(&people.len()) {
        return None;
    }
    let mut new = Vec::new();
    for (nth, one) in people.iter().enumerate() {
        let others = people.iter().skip(nth + 1).map(|other| (*one, *other));
        new.extend(
            others.filter(|(one, other)| {
                !met.before(&one.address, &other.address, mail.at, mail.key)
            }),
        );
    }
    if new.is_empty() {
        return None;
    }
    let said = introduces(mail.subject) || new.iter().any(|(a, b)| names(mail.subject, a, b));
    Some(Introduction {
        message: mail.id,
        at: mail.at,
        new_pairs: new.iter().map(|(one, other)| pair(&one.address, &other.address)).collect(),
        people: people.into_iter().cloned().collect(),
        strength: if said { Strength::Strong } else { Strength::Medium },
    })
}

/// Whether a subject names both by their first names.
fn names(subject: &str, one: &Mailbox, other: &Mailbox) -> bool {
    let subject = words(subject);
    let (one, other) = (first_name(one), first_name(other));
    one != other
        && [one, other].iter().all(|name| name.as_ref().is_some_and(|name| subject.contains(name)))
}

impl Introduction {
    /// What the mails between the introduced say at `now`, in any order.
    pub fn outcome<'a>(
        &self,
        mails: impl IntoIterator<Item = Between<'a>>,
        now: Moment,
    ) -> IntroductionOutcome {
        let first = mails
            .into_iter()
            .filter(|mail| self.at <= mail.at && mail.at <= now)
            .filter_map(|mail| Some((mail.at, mail.author, self.introduced_to(&mail)?)))
            .min();
        match first {
            Some((at, by, to)) => IntroductionOutcome::Wrote {
                by: by.to_owned(),
                to: to.to_owned(),
                at,
                after_h: at.hours_since(self.at),
            },
            None if now.0 - self.at.0 >= PATIENCE => IntroductionOutcome::Nothing,
            None => IntroductionOutcome::Waiting,
        }
    }

    /// To whom of those they were just introduced to a mail's author writes.
    fn introduced_to<'a>(&self, mail: &Between<'a>) -> Option<&'a str> {
        let others = mail.recipients.iter().copied();
        others.filter(|other| self.new_pairs.contains(&pair(mail.author, other))).min()
    }

    /// As an entry: one give to everybody on it. Once they write to each other, copying me, it is
    /// beyond doubt.
    pub fn found(
        &self,
        outcome: &IntroductionOutcome,
        contact_of: impl Fn(&str) -> Option<ContactId>,
    ) -> Finding {
        let contacts = self.people.iter().filter_map(|person| contact_of(&person.address));
        Finding {
            id: EntryId::Found { kind: LedgerKind::Introduction, message: self.message, nth: 0 },
            kind: LedgerKind::Introduction,
            at: self.at,
            contacts: super::each_once(contacts),
            strength: self.strength,
            borne_out: matches!(outcome, IntroductionOutcome::Wrote { .. }),
        }
    }
}

impl IntroductionOutcome {
    /// For the user, to stand behind the introduction.
    pub fn text(&self) -> String {
        match self {
            IntroductionOutcome::Waiting => "no word between them yet".to_owned(),
            IntroductionOutcome::Nothing => {
                format!("no word between them that you saw in {} days", PATIENCE / DAY)
            }
            IntroductionOutcome::Wrote { by, to, after_h, .. } => {
                format!("{by} wrote to {to} after {}", text::duration(*after_h))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::met::MetIn;
    use super::super::tests::{key, mail, person};
    use super::*;
    use crate::domain::model::HOUR;

    const ADA: &str = "Ada Lark <ada@example.org>";
    const BOB: &str = "Bob Moss <bob@example.com>";
    const CY: &str = "Cy Reed <cy@example.net>";

    /// A new mail of mine, at a time when Ada and Cy had already been on one message.
    fn found(subject: &str, to: &[&str], cc: &[&str]) -> Option<Introduction> {
        let mut met = Met::default();
        let recipients = ["ada@example.org", "cy@example.net"];
        met.see(&MetIn {
            key: key(1),
            at: Moment(10),
            author: None,
            recipients: &recipients,
            subject: "",
        });
        let (to, cc): (Vec<_>, Vec<_>) =
            (to.iter().map(|p| person(p)).collect(), cc.iter().map(|p| person(p)).collect());
        introduction(&mail(2, subject, &to, &cc), &met)
    }

    #[track_caller]
    fn check(subject: &str, to: &[&str], cc: &[&str], expect: Option<Strength>) {
        assert_eq!(found(subject, to, cc).map(|found| found.strength), expect, "{subject:?}");
    }

    #[test]
    fn two_people_who_never_shared_a_message_are_introduced() {
        check("Intro", &[ADA, BOB], &[], Some(Strength::Strong));
        check("Zusammenarbeit: Ada & Bob", &[ADA], &[BOB], Some(Strength::Strong));
        check("Ada's proposal", &[ADA, BOB], &[], Some(Strength::Medium));
        check("Ada <> Cy", &[ADA, CY], &[], None);
        check("Intro", &[ADA, CY, BOB], &[], Some(Strength::Strong));
        check("Intro", &[ADA], &[], None);
        check("Intro", &[ADA], &["ada@example.org"], None);
    }

    #[test]
    fn a_round_is_no_introduction() {
        let round = [ADA, BOB, CY, "d@example.org", "e@example.org"];
        check("Intro", &round[..4], &[], Some(Strength::Strong));
        check("Intro", &round, &[], None);
    }

    #[test]
    fn a_reply_is_no_introduction() {
        let to = [person(ADA), person(BOB)];
        let reply = Outbound { starts_thread: false, ..mail(2, "Intro", &to, &[]) };
        assert_eq!(introduction(&reply, &Met::default()), None);
    }

    #[test]
    fn it_stays_one_when_later_mails_are_known() {
        let to = [person(ADA), person(BOB)];
        let intro = mail(2, "Intro", &to, &[]);
        let recipients = ["ada@example.org", "bob@example.com"];
        let mut met = Met::default();
        for (n, at) in [(2, intro.at), (7, intro.at + 5)] {
            let seen =
                MetIn { key: key(n), at, author: None, recipients: &recipients, subject: "" };
            met.see(&seen);
        }
        assert!(introduction(&intro, &met).is_some());
    }

    #[track_caller]
    fn check_outcome(mails: &[(i64, &str, &str)], now_h: i64, expect: &str) {
        let intro = found("Intro", &[ADA, BOB, CY], &[]).expect("an introduction");
        let recipients: Vec<[&str; 1]> = mails.iter().map(|(_, _, to)| [*to]).collect();
        let mails = mails.iter().zip(&recipients).map(|((hours, author, _), recipients)| Between {
            at: intro.at + hours * HOUR,
            author,
            recipients,
        });
        assert_eq!(intro.outcome(mails, intro.at + now_h * HOUR).text(), expect);
    }

    #[test]
    fn what_became_of_it() {
        let (ada, bob, cy) = ("ada@example.org", "bob@example.com", "cy@example.net");
        check_outcome(&[], 24 * 14 - 1, "no word between them yet");
        check_outcome(&[], 24 * 14, "no word between them that you saw in 14 days");
        check_outcome(
            &[(30, ada, bob), (20, bob, cy), (25, bob, ada)],
            400,
            "bob@example.com wrote to cy@example.net after 20 h",
        );
        check_outcome(&[(30, ada, bob)], 29, "no word between them yet");
        check_outcome(
            &[(30, ada, cy), (31, "eve@example.org", ada)],
            40,
            "no word between them yet",
        );
    }

    #[test]
    fn it_is_one_give_to_each_and_confirmed_once_they_write() {
        let intro = found("Ada and Bob", &[ADA, BOB], &[]).expect("an introduction");
        let contact_of = |address: &str| match address {
            "ada@example.org" => Some(ContactId(1)),
            "bob@example.com" => Some(ContactId(2)),
            _ => None,
        };
        let entry = intro.found(&IntroductionOutcome::Waiting, contact_of);
        assert_eq!(entry.contacts, [ContactId(1), ContactId(2)]);
        assert!(!entry.borne_out);
        let recipients = ["bob@example.com"];
        let between =
            Between { at: intro.at + HOUR, author: "ada@example.org", recipients: &recipients };
        let outcome = intro.outcome([between], intro.at + 2 * HOUR);
        assert!(intro.found(&outcome, contact_of).borne_out);
    }
}
