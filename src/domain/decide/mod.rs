//! What to do about what was measured: who is to be told of what and when, and how it is explained.
//!
//! Says what is due as data; does none of it.

pub mod agenda;
pub mod alerts;
pub mod debts;
pub mod digest;
pub mod explanation;
pub mod ledger;
pub mod mailed_command;
pub mod outbox;
pub mod overdue;
pub mod report;
pub mod schedule;
pub mod sift;
pub mod suggestions;
