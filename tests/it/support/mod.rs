//! What the tests stand on: a temporary home to run the program in, real servers, invented mail.
//!
//! Decides nothing about what is right: it sets scenes and reports what happened. Nothing in here
//! leaves the loopback interface or writes outside a temporary folder.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "the benchmark compiles this too and uses a part of it; a scene that fails to be set \
              fails the test, and only a real clock can limit the waiting for a real server"
)]

pub mod acquaintances;
pub mod certificate;
pub mod corpus;
pub mod courier;
pub mod cyrus;
pub mod desktop;
pub mod dovecot;
pub mod exchange;
pub mod exports;
pub mod imap;
pub mod imap_account;
pub mod imap_store;
pub mod keyring;
pub mod maildir;
pub mod message;
pub mod mocked_desktop;
pub mod nameserver;
pub mod oauth_server;
pub mod peers;
pub mod provider;
pub mod proxy;
pub mod scripted_imap;
pub mod silent_keyring;
pub mod smtpd;
pub mod web;
pub mod world;

use std::path::Path;
use std::time::{Duration, Instant};

/// Long enough for a loaded machine; nothing waits this long unless it fails.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Asks again until there is an answer, for what can't be awaited: another program's files, its
/// log, its exit. Panics with `what` at the deadline.
#[track_caller]
pub fn eventually<T>(deadline: Duration, what: &str, mut answer: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + deadline;
    let mut pause = Duration::from_millis(2);
    loop {
        if let Some(answer) = answer() {
            return answer;
        }
        assert!(Instant::now() < end, "after {deadline:?} still not: {what}");
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

/// The whole file as text; empty where there is none yet.
pub fn text_of(path: &Path) -> String {
    std::fs::read(path)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default()
}
