//! Mailboxes at random, and the stores that they are filed in.

use proptest::prelude::*;
use proptest::sample::Index;
use requite::book::{AsOf, Book};
use requite::book::{learn, measure_dirty};
use requite::domain::measure::decisions::{Decided, Decision, Verb};
use requite::domain::measure::entries::{Entry, EntryKind};
use requite::domain::message::mailbox::{Flags, MailboxKind, Role, Uid, UidValidity};
use requite::domain::model::{ContactId, HOUR, MessageNumber, Moment, TouchId};
use requite::domain::policy::Policy;
use requite::mail;
use requite::store::{Arrival, IdentityKind, ImportRun, NewCard, Store};

use super::told::Told;
use crate::support::message::Message;

pub const BEGIN: Moment = Moment(1_767_600_000);
/// A season later, when the last mail has been sent and all was learned.
pub const NOW: Moment = Moment(BEGIN.0 + 120 * 24 * HOUR);

/// Whose word on senders is taken.
const AUTHSERV_ID: &str = "mail.example.com";

const ME: usize = 0;
const PEOPLE: [&str; 5] = [
    "Ada Example <ada@example.com>",
    "Grace Hopper <grace@example.org>",
    "Alan Turing <alan@example.org>",
    // A contact without an address, known by her name alone.
    "Mary Shelley <mary@example.net>",
    "Somebody Else <else@example.net>",
];
const SUBJECTS: [&str; 4] = ["Lunch on Friday?", "The plan", "", "Please sign"];

/// One message before it is written.
#[derive(Debug, Clone)]
pub struct Draft {
    from: usize,
    to: Vec<usize>,
    cc: Vec<usize>,
    /// Among the earlier drafts, what it replies to and what else its References name.
    answers: Option<Index>,
    also: Option<Index>,
    /// Hours after what it replies to, else after the beginning.
    after: i64,
    subject: usize,
    kind: Kind,
    has_id: bool,
    answered: bool,
    discarded: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Mail,
    /// By a program that writes no reply headers.
    Headless,
    Forward,
    Reaction,
    Notice,
}

/// One message as a folder holds it.
#[derive(Debug, Clone)]
pub struct Piece {
    pub at: Moment,
    pub folder: &'static str,
    pub message: Message,
    pub answered: bool,
}

/// What the user says of one message.
#[derive(Debug, Clone)]
pub struct Said {
    about: Index,
    after: i64,
    verb: Verb,
}

fn any_draft() -> impl Strategy<Value = Draft> {
    let people = |most| prop::collection::vec(0..PEOPLE.len(), 0..most);
    let from = prop_oneof![5 => Just(ME), 5 => 1..PEOPLE.len()];
    let after = prop_oneof![4 => 1..60_i64, 3 => 0..80 * 24_i64, 1 => -2..1_i64];
    let kind = prop_oneof![
        12 => Just(Kind::Mail),
        2 => Just(Kind::Headless),
        2 => Just(Kind::Forward),
        1 => Just(Kind::Reaction),
        1 => Just(Kind::Notice),
    ];
    let ties =
        (prop::option::weighted(0.6, any::<Index>()), prop::option::weighted(0.15, any::<Index>()));
    let flags = (prop::bool::weighted(0.9), prop::bool::weighted(0.1), prop::bool::weighted(0.05));
    ((from, people(3), people(2)), ties, after, 0..SUBJECTS.len(), kind, flags).prop_map(
        |((from, to, cc), (answers, also), after, subject, kind, flags)| {
            let (has_id, answered, discarded) = flags;
            let others = |all: Vec<usize>| all.into_iter().filter(|one| *one != from).collect();
            let (mut to, cc): (Vec<usize>, _) = (others(to), others(cc));
            if to.is_empty() {
                to.push(if from == ME { 1 } else { ME });
            }
            Draft { from, to, cc, answers, also, after, subject, kind, has_id, answered, discarded }
        },
    )
}

/// In the order of writing, which need not be that of the clocks.
pub fn mailbox() -> impl Strategy<Value = Vec<Piece>> {
    prop::collection::vec(any_draft(), 1..22).prop_map(|drafts| {
        let mut pieces: Vec<Piece> = Vec::new();
        for (number, draft) in drafts.iter().enumerate() {
            let piece = written(number, draft, &drafts, &pieces);
            pieces.push(piece);
        }
        pieces
    })
}

fn written(number: usize, draft: &Draft, drafts: &[Draft], before: &[Piece]) -> Piece {
    let earlier = |index: &Index| (number > 0).then(|| index.index(number));
    let parent = draft.answers.as_ref().and_then(earlier);
    let at = parent.map_or(BEGIN, |parent| before[parent].at) + draft.after * HOUR;
    let at = at.max(BEGIN).min(BEGIN + 100 * 24 * HOUR);
    let id = |number: usize| format!("<{}@example.org>", number * 7919 % 1009);
    let names = |all: &[usize]| all.iter().map(|one| PEOPLE[*one]).collect::<Vec<_>>().join(", ");
    let prefix = match (draft.kind, parent) {
        (Kind::Forward, _) => "Fwd: ",
        (Kind::Notice, _) => "Automatic reply: back on 20 January: ",
        (_, Some(_)) => "Re: ",
        _ => "",
    };
    let subject = parent.map_or(draft.subject, |parent| drafts[parent].subject);
    let mut message = Message::of(at.timestamp())
        .from(PEOPLE[draft.from])
        .to(&names(&draft.to))
        .subject(&format!("{prefix}{}", SUBJECTS[subject]));
    if draft.from == ME {
        message = message.sent();
    }
    if !draft.cc.is_empty() {
        message = message.cc(&names(&draft.cc));
    }
    if draft.has_id {
        message = message.header("Message-ID", &id(number));
    }
    if draft.kind != Kind::Headless {
        let parent = parent.filter(|parent| drafts[*parent].has_id).map(id);
        let also = draft.also.as_ref().and_then(earlier).map(id);
        if let Some(parent) = &parent {
            message = message.header("In-Reply-To", parent);
        }
        let references: Vec<String> = also.into_iter().chain(parent).collect();
        if !references.is_empty() {
            message = message.header("References", &references.join(" "));
        }
    }
    message = match draft.kind {
        Kind::Reaction => message.header("Content-Type", "text/vnd.google.email-reaction+json"),
        Kind::Notice => message.header("Auto-Submitted", "auto-replied"),
        _ => message,
    };
    let folder = match draft {
        Draft { discarded: true, .. } => "Trash",
        Draft { from: ME, .. } => "Sent",
        _ => "INBOX",
    };
    Piece { at, folder, message, answered: draft.answered }
}

pub fn sayings() -> impl Strategy<Value = Vec<Said>> {
    let verb = prop::sample::select(vec![Verb::Done, Verb::Snooze]);
    let said = (any::<Index>(), 1..400_i64, verb);
    let said = said.prop_map(|(about, after, verb)| Said { about, after, verb });
    prop::collection::vec(said, 0..3)
}

/// A database of the five people's mail in two accounts.
pub struct Desk {
    pub store: Store,
    pub policy: Policy,
    next: u64,
}

impl Desk {
    pub fn new() -> Desk {
        let store = Store::in_memory().unwrap();
        let accounts = ["work", "home"].map(|name| (name.to_owned(), MailboxKind::Imap));
        store.set_accounts(&accounts).unwrap();
        for (account, _) in &accounts {
            let folders = [
                ("INBOX", Role::Inbox),
                ("Sent", Role::Sent),
                ("Archive", Role::Archive),
                ("Trash", Role::Trash),
                ("Junk", Role::Junk),
            ];
            let folders = folders.map(|(name, role)| (name.to_owned(), role));
            store.set_folders(account, &folders).unwrap();
        }
        store.set_mine(&["ada@example.com".to_owned()]).unwrap();
        let desk = Desk { store, policy: Policy::default(), next: 1 };
        desk.import("Grace Hopper", Some("grace@example.org"));
        desk.import("Alan Turing", Some("alan@example.org"));
        desk.import("Mary Shelley", None);
        desk
    }

    fn import(&self, name: &str, address: Option<&str>) {
        let email = |address: &str| (IdentityKind::Email, address.to_owned());
        let identities = address.into_iter().map(email).collect();
        let card = NewCard { name: name.to_owned(), identities, ..NewCard::default() };
        self.store.import_card(&card, BEGIN, &mut ImportRun::default()).unwrap();
    }

    /// Stores copies of these, and measures in the end.
    pub fn holding<'p>(pieces: impl IntoIterator<Item = &'p Piece>) -> Desk {
        Desk::new().filled(pieces)
    }

    /// The same, where nobody has to be found by their name.
    pub fn of_known_people<'p>(pieces: impl IntoIterator<Item = &'p Piece>) -> Desk {
        let desk = Desk::new();
        desk.import("Mary Shelley", Some("mary@example.net"));
        desk.filled(pieces)
    }

    fn filled<'p>(self, pieces: impl IntoIterator<Item = &'p Piece>) -> Desk {
        let mut desk = self;
        pieces.into_iter().for_each(|piece| desk.file("work", piece));
        desk.measure();
        desk
    }

    pub fn file(&mut self, account: &str, piece: &Piece) {
        let folder = self.store.folder(account, piece.folder).unwrap().unwrap().id;
        let facts = mail::facts(&piece.message.bytes()).unwrap();
        let arrival = Arrival {
            uid: Uid(self.next),
            flags: Flags { answered: piece.answered, ..Flags::default() },
            disowned: facts.is_disowned(AUTHSERV_ID),
            internal: Some(piece.message.time().into()),
            facts,
        };
        self.next += 1;
        self.store.add_copy(folder, UidValidity(0), &arrival, true).unwrap();
    }

    pub fn measure(&self) {
        self.store.recognise().unwrap();
        measure_dirty(&self.store, &self.policy).unwrap();
    }

    /// Says of every contact's message what the user says, as far as it is said by `until`.
    pub fn hear(&self, sayings: &[Said], pieces: &[Piece], until: Moment) {
        for Said { about, after, verb } in sayings {
            let piece = about.get(pieces);
            let at = piece.at + after * HOUR;
            let id = mail::facts(&piece.message.bytes()).unwrap().message_id;
            let Some(message) = id.and_then(|id| self.row_of(&id)).filter(|_| at <= until) else {
                continue;
            };
            for contact in (1..=3).map(ContactId) {
                let touch = TouchId::Message(message);
                let what = match verb {
                    Verb::Snooze => Decided::Snooze { touch, until: NOW + HOUR },
                    _ => Decided::Done(touch),
                };
                self.store.decide(&Decision { at, contact, what }).unwrap();
            }
        }
        self.measure();
    }

    /// A call with Grace, and a favour of Alan's.
    pub fn enter(&self, call: Moment) {
        for (kind, contact) in [(EntryKind::Call, 1), (EntryKind::Favour, 2)] {
            let entry = Entry { other_way: contact == 2, ..Entry::by_hand(kind, call, "") };
            self.store.add_entry(&entry, &[ContactId(contact)], call).unwrap();
        }
        self.measure();
    }

    fn row_of(&self, id: &str) -> Option<MessageNumber> {
        let count = i64::try_from(self.store.message_count().unwrap()).unwrap();
        (1..=count)
            .map(MessageNumber)
            .find(|row| self.store.headline(*row).unwrap().1.as_deref() == Some(id))
    }

    /// What is said after learning at that instant.
    pub fn learned(&self, at: Moment) -> Told {
        learn(&self.store, &self.policy, at).unwrap();
        self.told(AsOf::Now(at))
    }

    pub fn told(&self, as_of: AsOf) -> Told {
        let book = Book::open(&self.store, &self.policy, as_of).unwrap();
        let population = match as_of {
            AsOf::Now(_) => self.store.population(),
            AsOf::Then(_) => book.survey(),
        };
        Told::of(&book, &population.unwrap(), &self.store)
    }
}
