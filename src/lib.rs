//! Requite measures how fast you answer the people you know, and how fast they answer you, from
//! the mail itself and on your own machine.
//!
//! # The map
//! Dependencies point one way:
//! `main → cli → daemon → book → {source, import, store, deliver, discover} → auth → trust → config
//! → mail → domain → std`; `cli` asks some of those directly.
//!
//! | room | is for |
//! |---|---|
//! | [`domain`] | what the project exists for, pure, in three floors: what a message is, what it means, what to do about it |
//! | [`mail`] | header bytes → facts, texts → cues and days of return; the only user of the mail parser |
//! | [`source`] | IMAP and Maildir → raw mail, into a bounded sink; archives of mail, read once |
//! | [`import`] | contact exports → cards, calendars → holidays |
//! | [`store`] | one SQLite file, one writer |
//! | [`deliver`] | alerts to the desktop, the digest to the post, the report as a page |
//! | [`discover`] | an address → its servers, when the user asks for them |
//! | [`trust`] | whose TLS certificate is good enough |
//! | [`auth`] | what proves to a server who the user is: passwords and tokens |
//! | [`config`] | the file → checked values; secrets when a connection needs them |
//! | [`book`] | everything known at one instant, for reading; measuring, which writes what it derives |
//! | [`daemon`] | the service: clock, reading, intake, mailboxes, errands |
//! | [`cli`] | one file a command: its arguments, what it does, its text and its JSON |
//!
//! # One message, word by word
//! [`RawMail`](source::RawMail): its bytes, as a source found them → [`Facts`](domain::message::facts::Facts):
//! what its header says → a stored *message*, and its *copies*, one for each folder it lies in →
//! [`Letter`](domain::measure::touches::Letter): the message between me and one contact →
//! [`Touch`](domain::measure::turns::Touch): one that counts →
//! [`UnjudgedTurn`](domain::measure::turns::UnjudgedTurn): touches of one side and their answer, as the
//! store keeps it → [`Turn`](domain::measure::turns::Turn): judged, by how likely it asks for an answer →
//! [`Debt`](domain::decide::debts::Debt): one that is still owed →
//! [`NamedDebt`](domain::decide::debts::NamedDebt): with the words that a page shows beside it.
//!
//! # Words
//! | word | is |
//! |---|---|
//! | contact, identity | a known person; what they are recognised by |
//! | letter, touch, entry | mail with a contact; what counts of it; what the user entered by hand |
//! | traits, noise | what a header says of how a message came about; why one is no human touch |
//! | cues, features | yes/no marks of a text; what says whether a message asks for an answer |
//! | turn, answer, outcome | see above; what ended its waiting; whether that was in time |
//! | hindsight | when less was known of a contact's mail than is known now |
//! | terms | a contact's limit, and the clock on which it runs |
//! | finding, ledger entry | what the mail says was given, asked or received; what is held of it |
//! | balance | what of that counts with a contact, and is left by now |
//! | sift, last chance | whom the user may want to let go of; the last message that waits for them |
//! | archived, kept | let go of, until they write; on no list of the sift for a year |
//! | bounce, dead address | mail that couldn't be delivered; where nobody reads any more |
//! | drift | whether what was given and asked is what the stance says |
//! | rhythm | how often the two of us are in touch, and whether we are losing it |
//! | standing | both response times, the shares within the limit and the score |
//! | population, survey | what all contacts teach about each; learning it |
//! | decision | what the user said of a contact or a turn |
//! | agenda, task | what is due at an instant, and when to look again |
//! | delivery, outbox | what is told or sent once; where it is remembered |
//! | on screen | an alert that was shown and isn't closed yet |
//! | mailed command | what the user says of an entry of the digest, by a mail to themself |
//! | batch | what a source hands over at once; a morning's alerts are an alert batch |
//! | book, scales | everything known as of one instant; of it what everybody is measured by |
//! | history | all turns with a contact once more, packed: what goes through everybody reads that |
//! | report, picture | everything to look at; what can be drawn of a contact |
//!
//! # The way of one message
//! A source wakes and reads what is new → a batch on the bounded sink → `daemon::reading` makes
//! facts of it → `daemon::intake` commits, in one transaction, the messages, their copies, the
//! turns of the contacts they touch and the cursor → `daemon::errands` looks at what that makes
//! due, and the service sleeps until the next instant of the agenda or until something happens.
//! Measuring says whose texts are wanted; a server's source fetches those after all headers, and
//! they take the same road. A crash repeats work, never effects.
//!
//! # A new alert, in three rooms
//! 1. `domain`: when it is due, in [`agenda`](domain::decide::agenda) (a [`Task`](domain::decide::agenda::Task),
//!    and what has to be known for it), and what makes each one the one that it is, in
//!    [`outbox`](domain::decide::outbox) (a [`Delivery`](domain::decide::outbox::Delivery)). Both are
//!    tested by example, without a database.
//! 2. `store`: where what has to be known isn't kept yet, a query in the file of its table.
//! 3. `daemon::errands`: gathers it in `known`, carries the task out in `perform`, and says it in
//!    `errands::words`; `errands::showing` brings it there, and `errands::standing` looks after it.
//!
//! `tests/it/main_job/telling.rs` shows it on a real desktop, and `alerts.rs` beside it on one that
//! says what it was asked.
//!
//! # What always holds
//! - The mailbox is only read: EXAMINE and PEEK over IMAP, and no write below a Maildir.
//! - No host is contacted that the configuration doesn't name, but for `check --discover` and
//!   `setup`, which ask for the servers of an address and try those that are named.
//! - Turns are a pure function of all touches with a contact and what the user said of them;
//!   standings are one of turns, entries, policy, what was learned of all contacts, and `now`.
//!   The order of arrival never matters.
//! - Whether a message asks for an answer depends on the message and on what the user said, never
//!   on who answers: silence never lowers it.
//! - What is told as of an earlier instant is what a database would tell that never saw later mail.
//! - Nothing in `domain` knows an edge, and only `daemon::clock` asks what time it is.
//! - Three tables keep counts honest: `instance` (where a copy lies) → `message` (what it is, by a
//!   key that survives moves) → `turn` (what it means). The cursor moves in the transaction of
//!   what it covers.
//! - What the user said, and what was alerted, attaches to (contact, touch): backfill can move the
//!   start of a turn, but neither lose nor repeat them.
//! - Who wrote a message is believed by what is known from before: the word of the server that the
//!   user named, a list's history. Nothing in a single mail proves it, and only mail by me or a
//!   contact ties others together.
//! - A copy brings folders, flags and an earlier time, and nothing else.
//! - Who reads the database never waits for who writes it; who writes holds it for a moment only,
//!   but for an import, of which each file comes in as a whole or not at all.
//! - Whose a number, a profile or a name of an export is follows from everybody who is known,
//!   whichever of the two came first; who could be two is nobody.
//! - A mail changes nothing but what it is, unless it is from me to me and bears the token of a
//!   digest of this home.
//! - No program is started but those that the configuration names, and `xdg-open` for a page that
//!   the user at the terminal asked for; what opens a message is started by others.
//! - Edges don't import each other, and bytes from outside never panic: each is counted, or shown
//!   with its reason.

#![forbid(unsafe_code)]

pub mod auth;
pub mod book;
pub mod cli;
pub mod config;
pub mod daemon;
pub mod deliver;
pub mod discover;
pub mod domain;
pub mod error;
pub mod import;
pub mod mail;
pub mod source;
pub mod store;
pub mod trust;
