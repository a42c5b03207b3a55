//! Every integration test in one binary: one link, one list.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and waits by the real clock"
)]

mod archives;
mod assistant;
mod bad_input;
mod bar;
mod beside;
mod corpus;
mod dead_addresses;
mod deliver;
mod discover;
mod faults;
mod faulty_network;
mod forged;
mod goa;
mod holidays;
mod hostile;
mod imap;
mod imap_budget;
mod imap_login;
mod imap_quirks;
mod imap_reconcile;
mod imap_restless;
mod imap_servers;
mod imap_texts;
mod imap_watch;
mod in_touch;
mod keyring;
mod killed_telling;
mod kills;
mod laws;
mod ledger;
mod maildir;
mod main_job;
mod network;
mod noise;
mod oauth;
mod oauth_peers;
mod oracle;
mod peers;
mod people;
mod pinning;
mod report;
mod service;
mod setup;
mod shell;
mod sift;
mod sign_in;
mod status_line;
mod support;
mod tidy;
mod upgrade;
mod wake;
mod year;
