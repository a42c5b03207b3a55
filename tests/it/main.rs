//! Every integration test in one binary: one link, one list.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and waits by the real clock"
)]

mod bad_input;
mod corpus;
mod deliver;
mod faults;
mod holidays;
mod imap;
mod imap_login;
mod imap_reconcile;
mod imap_servers;
mod imap_watch;
mod laws;
mod maildir;
mod main_job;
mod noise;
mod oracle;
mod peers;
mod service;
mod support;
mod tidy;
mod wake;
