//! One binary for all integration tests.

mod imap;
mod imap_login;
mod imap_watch;
mod support;
