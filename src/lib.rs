//! Requite measures how fast you answer the people you know, and how fast they answer you, from
//! the mail itself and on your own machine.
//!
//! # The map
//! Dependencies point one way:
//! `main → cli → {daemon, discover} → {source, import, store, deliver} → auth → trust → config →
//! mail → domain → std`.
//!
//! | room | is for |
//! |---|---|
//! | [`domain`] | what the project exists for: touches → turns → standings, debts, alerts, digest. Pure |
//! | [`mail`] | header bytes → facts, texts → cues and days of return; the only user of the mail parser |
//! | [`source`] | IMAP and Maildir → raw mail, into a bounded sink; archives of mail, read once |
//! | [`import`] | contact exports → cards, calendars → holidays |
//! | [`store`] | one SQLite file, one writer |
//! | [`deliver`] | alerts to the desktop, the digest to the post |
//! | [`discover`] | an address → its servers, when the user asks for them |
//! | [`trust`] | whose TLS certificate is good enough |
//! | [`auth`] | what proves to a server who the user is: passwords and tokens |
//! | [`config`] | the file → checked values; secrets when a connection needs them |
//! | [`daemon`] | wiring only: clock, reading, intake, book, errands, service |
//! | [`cli`] | arguments in, text or JSON out |
//!
//! # The way of one message
//! A source wakes and reads what is new → a batch on the bounded sink → `daemon::reading` makes
//! facts of it → `daemon::intake` commits, in one transaction, the messages, their copies, the
//! turns of the contacts they touch and the cursor → `daemon::errands` looks at what that makes
//! due. Measuring says whose texts are wanted; a server's source fetches those after all headers, and
//! they take the same road. So does the timer on a tick. A crash repeats work, never effects.
//!
//! # What always holds
//! - The mailbox is only read: EXAMINE and PEEK over IMAP, and no write below a Maildir.
//! - No host is contacted that the configuration doesn't name, but for `check --discover`, which
//!   asks for the servers of an address.
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
//! - Who reads the database never waits for who writes it; who writes holds it for a moment only.
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
