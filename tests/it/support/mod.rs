//! What the tests run against.

pub mod imap_account;
pub mod imap_store;
pub mod scripted_imap;
