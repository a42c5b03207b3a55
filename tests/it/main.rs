//! Every integration test in one binary: one link, one list.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and waits by the real clock"
)]

mod maildir;
