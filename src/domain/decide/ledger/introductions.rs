//! Introductions that I made: which of my mails makes two people known to each other, and what
//! became of it.
//!
//! Never reads a body: who is addressed, the subject, and who then writes to whom must do.

use serde::{Deserialize, Serialize};

use super::met::pair;
use super::words::{Introducing, first_name, introduces, words};
use super::{EntryId, Finding, LedgerKind, Outbound, Strength};
use crate::domain::message::facts::Mailbox;
use crate::domain::message::noise::addresses::is_persons;
use crate::domain::model::{ContactId, DAY, MessageNumber, Moment};
use crate::domain::text;

/// One person is nobody to introduce to; more than four are a round.
const PEOPLE: std::ops::RangeInclusive<usize> = 2..=4;
/// After so long, in seconds, without a word between them nothing came of it.
pub const PATIENCE: i64 = 14 * DAY;
/// Whose addresses say nothing of whom one works with.
const FOR_EVERYBODY: &[&str] = &[
    "aol.com",
    "fastmail.com",
    "free.fr",
    "gmail.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "libero.it",
    "live.com",
    "mac.com",
    "mail.ru",
    "mailbox.org",
    "me.com",
    "msn.com",
    "orange.fr",
    "outlook.com",
    "posteo.de",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "t-online.de",
    "web.de",
    "yahoo.com",
    "ymail.com",
];

/// A mail of mine that brought people together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The first that one of them wrote to the other.
    pub first_word: Option<FirstWord>,
}

/// What one of the introduced wrote to the other, with me on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstWord {
    /// When it was sent.
    pub at: Moment,
    /// The address of who wrote it.
    pub by: String,
    /// The address of whom it went to.
    pub to: String,
}

/// What became of an introduction, as far as I was copied: most people drop the introducer after
/// the first answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum IntroductionOutcome<'a> {
    /// It is too early to tell.
    Waiting,
    /// Nothing that I saw.
    Nothing,
    /// One of the two wrote to the other.
    Wrote {
        /// What.
        word: &'a FirstWord,
        /// Wall hours since the introduction.
        after_h: f64,
    },
}

/// Whether a mail of mine to so many, my own addresses among them, may introduce anybody: its
/// subject says so, or may name two people.
pub fn may_introduce(subject: &str, recipients: u32) -> bool {
    const MINE: usize = 2;
    let capitals = || {
        let words = subject.split(|c: char| !c.is_alphanumeric());
        words.filter(|word| word.starts_with(char::is_uppercase)).count()
    };
    (*PEOPLE.start()..=PEOPLE.end() + MINE).contains(&(recipients as usize))
        && (introduces(subject).is_some() || capitals() >= 2)
}

/// The addresses, in order, of each two whom a mail of mine may have made known to each other:
/// people, who don't work for the same.
pub fn pairs(mail: &Outbound<'_>) -> Vec<(String, String)> {
    let people = persons(mail);
    if !mail.starts_thread || mail.is_tagged || !PEOPLE.contains(&people.len()) {
        return Vec::new();
    }
    let mut pairs = Vec::new();
    for (nth, one) in people.iter().enumerate() {
        let others = people.iter().skip(nth + 1);
        let strangers = others.filter(|other| !are_colleagues(&one.address, &other.address));
        pairs.extend(strangers.map(|other| pair(&one.address, &other.address)));
    }
    pairs
}

/// The introduction that a mail of mine is, whose [`pairs`] these are as far as they were never on
/// one message before.
pub fn introduction(mail: &Outbound<'_>, new_pairs: Vec<(String, String)>) -> Option<Introduction> {
    let people = persons(mail);
    let strength = strength(mail.subject, &people, &new_pairs)?;
    Some(Introduction {
        message: mail.id,
        at: mail.at,
        new_pairs,
        people: people.into_iter().cloned().collect(),
        strength,
        first_word: None,
    })
}

/// Everybody on it who is neither a list nor a program.
fn persons<'a>(mail: &Outbound<'a>) -> Vec<&'a Mailbox> {
    mail.people().into_iter().filter(|it| is_persons(&it.address)).collect()
}

/// `None` where the subject says nothing of an introduction: neither a word that may also announce
/// slides, nor that two people first stand on one mail, makes it one.
fn strength(subject: &str, people: &[&Mailbox], pairs: &[(String, String)]) -> Option<Strength> {
    let subject_words = words(subject);
    let name = |address: &str| {
        let person = people.iter().find(|person| person.address == address)?;
        first_name(person).filter(|name| subject_words.contains(name))
    };
    let named = pairs.iter().map(|(one, other)| match (name(one), name(other)) {
        (Some(one), Some(other)) if one != other => 2,
        (None, None) => 0,
        _ => 1,
    });
    match (introduces(subject), named.max()?) {
        (Some(Introducing::Plainly), _) | (Some(Introducing::Perhaps), 1..) | (None, 2..) => {
            Some(Strength::Strong)
        }
        (Some(Introducing::Perhaps) | None, _) => None,
    }
}

/// Whether both write from the same company's addresses: they need nobody to meet.
fn are_colleagues(one: &str, other: &str) -> bool {
    let company = |address: &str| {
        let (_, host) = address.rsplit_once('@')?;
        let mut labels: Vec<&str> = host.rsplit('.').take(3).collect();
        // example.co.uk and example.com.au: the company stands in the third label.
        let is_national = labels.get(1).is_some_and(|label| label.len() <= 3);
        if !is_national {
            labels.truncate(2);
        }
        (!FOR_EVERYBODY.contains(&host)).then(|| labels.join("."))
    };
    company(one).is_some_and(|of_one| company(other) == Some(of_one))
}

impl Introduction {
    /// With the earliest of what one of the introduced wrote to the other, in any order.
    pub fn followed_by(self, words: impl IntoIterator<Item = FirstWord>) -> Introduction {
        let later = words.into_iter().filter(|word| {
            word.at >= self.at && self.new_pairs.contains(&pair(&word.by, &word.to))
        });
        let first = later
            .min_by(|one, other| (one.at, &one.by, &one.to).cmp(&(other.at, &other.by, &other.to)));
        Introduction { first_word: first, ..self }
    }

    /// What had become of it at `now`.
    pub fn outcome(&self, now: Moment) -> IntroductionOutcome<'_> {
        match self.first_word.as_ref().filter(|word| word.at <= now) {
            Some(word) => {
                IntroductionOutcome::Wrote { word, after_h: word.at.hours_since(self.at) }
            }
            None if now.0 - self.at.0 >= PATIENCE => IntroductionOutcome::Nothing,
            None => IntroductionOutcome::Waiting,
        }
    }

    /// As an entry: one give to everybody on it. Once they write to each other, copying me, it is
    /// beyond doubt.
    pub fn found(&self, contact_of: impl Fn(&str) -> Option<ContactId>, now: Moment) -> Finding {
        let contacts = self.people.iter().filter_map(|person| contact_of(&person.address));
        Finding {
            id: EntryId::Found { kind: LedgerKind::Introduction, message: self.message, nth: 0 },
            kind: LedgerKind::Introduction,
            at: self.at,
            contacts: super::each_once(contacts),
            strength: self.strength,
            borne_out: matches!(self.outcome(now), IntroductionOutcome::Wrote { .. }),
        }
    }
}

impl IntroductionOutcome<'_> {
    /// As JSON spells it.
    pub fn name(&self) -> &'static str {
        match self {
            IntroductionOutcome::Waiting => "waiting",
            IntroductionOutcome::Nothing => "nothing",
            IntroductionOutcome::Wrote { .. } => "wrote",
        }
    }

    /// For the user, to stand behind the introduction; `name_of` an address.
    pub fn text(&self, name_of: impl Fn(&str) -> String) -> String {
        match self {
            IntroductionOutcome::Waiting => "no word between them yet".to_owned(),
            IntroductionOutcome::Nothing => {
                format!("no word between them that you saw in {} days", PATIENCE / DAY)
            }
            IntroductionOutcome::Wrote { word, after_h } => {
                let (by, to) = (name_of(&word.by), name_of(&word.to));
                format!("{by} wrote to {to} after {}", text::duration(*after_h))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{mail, person};
    use super::*;
    use crate::domain::model::HOUR;

    const ADA: &str = "Ada Lark <ada@example.org>";
    const BOB: &str = "Bob Moss <bob@example.com>";
    const CY: &str = "Cy Reed <cy@example.net>";

    /// A new mail of mine to people who never stood on one message, but for Ada and Cy.
    fn found(subject: &str, to: &[&str], cc: &[&str]) -> Option<Introduction> {
        let (to, cc): (Vec<_>, Vec<_>) =
            (to.iter().map(|p| person(p)).collect(), cc.iter().map(|p| person(p)).collect());
        let mail = mail(2, subject, &to, &cc);
        let mut pairs = pairs(&mail);
        pairs.retain(|pair| *pair != ("ada@example.org".to_owned(), "cy@example.net".to_owned()));
        introduction(&mail, pairs)
    }

    #[track_caller]
    fn check(subject: &str, to: &[&str], cc: &[&str], expect: Option<Strength>) {
        assert_eq!(found(subject, to, cc).map(|found| found.strength), expect, "{subject:?}");
    }

    #[test]
    fn two_people_who_never_shared_a_message_are_introduced() {
        check("Intro", &[ADA, BOB], &[], Some(Strength::Strong));
        check("Zusammenarbeit: Ada & Bob", &[ADA], &[BOB], Some(Strength::Strong));
        check("Bob, meet a friend", &[ADA, BOB], &[], Some(Strength::Strong));
        check("Ada <> Cy", &[ADA, CY], &[], None);
        check("Intro", &[ADA, CY, BOB], &[], Some(Strength::Strong));
        check("Intro", &[ADA], &[], None);
        check("Intro", &[ADA], &["ada@example.org"], None);
    }

    #[test]
    fn to_stand_on_one_mail_is_no_introduction() {
        check("Ada's proposal", &[ADA, BOB], &[], None);
        check("Let's have lunch", &[ADA, BOB], &[], None);
        check("Meeting presentation", &[ADA, BOB], &[], None);
    }

    #[test]
    fn slides_for_colleagues_are_no_introduction() {
        let (dee, flo) = ("Dee <dee@acme.example>", "Flo <flo@us.acme.example>");
        check("Customer Meeting Presentation", &[dee, flo], &[], None);
        check("Intro", &["a@gmail.com", "b@gmail.com"], &[], Some(Strength::Strong));
    }

    #[test]
    fn lists_and_programs_are_nobody_to_introduce() {
        let lists = ["linux-kernel@vger.kernel.org", "users@lists.example.net"];
        check("Introducing version 2", &lists, &[ADA], None);
        check("Intro", &[ADA, "ci-bot@example.com"], &[], None);
        let to = [person(ADA), person(BOB)];
        let announcement = Outbound { is_tagged: true, ..mail(2, "[ANNOUNCE] Intro", &to, &[]) };
        assert_eq!(pairs(&announcement), []);
    }

    #[test]
    fn a_round_is_no_introduction() {
        let round = [ADA, BOB, CY, "Dee <dee@example.edu>", "Eve <eve@example.de>"];
        check("Intro", &round[..4], &[], Some(Strength::Strong));
        check("Intro", &round, &[], None);
    }

    #[test]
    fn a_reply_is_no_introduction() {
        let to = [person(ADA), person(BOB)];
        let reply = Outbound { starts_thread: false, ..mail(2, "Intro", &to, &[]) };
        assert_eq!(pairs(&reply), []);
    }

    #[track_caller]
    fn check_outcome(words: &[(i64, &str, &str)], now_h: i64, expect: &str) {
        let intro = found("Intro", &[ADA, BOB, CY], &[]).expect("an introduction");
        let at = intro.at;
        let words = words.iter().map(|(hours, by, to)| FirstWord {
            at: at + hours * HOUR,
            by: (*by).to_owned(),
            to: (*to).to_owned(),
        });
        let intro = intro.followed_by(words);
        assert_eq!(intro.outcome(at + now_h * HOUR).text(str::to_owned), expect);
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
            &[(30, ada, cy), (31, "eve@example.org", ada), (-1, ada, bob)],
            40,
            "no word between them yet",
        );
    }

    #[test]
    fn it_is_one_give_to_each_and_confirmed_once_they_write() {
        let intro = found("Ada and Bob", &[ADA, BOB], &[]).expect("an introduction");
        let at = intro.at;
        let contact_of = |address: &str| match address {
            "ada@example.org" => Some(ContactId(1)),
            "bob@example.com" => Some(ContactId(2)),
            _ => None,
        };
        let entry = intro.found(contact_of, at + 2 * HOUR);
        assert_eq!(entry.contacts, [ContactId(1), ContactId(2)]);
        assert!(!entry.borne_out);
        let (by, to) = ("ada@example.org".to_owned(), "bob@example.com".to_owned());
        let intro = intro.followed_by([FirstWord { at: at + HOUR, by, to }]);
        assert!(intro.found(contact_of, at + 2 * HOUR).borne_out);
        assert!(!intro.found(contact_of, at).borne_out, "nobody had written yet");
    }
}
