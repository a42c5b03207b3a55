//! What the project exists for: measuring, scoring and deciding, as pure functions over plain
//! values.
//!
//! Nothing in here knows a file, a socket, a database, a clock or a log: `now` is a parameter and
//! what should happen is returned as data.

pub mod absence;
pub mod calendar;
pub mod correspondence;
pub mod cues;
pub mod debts;
pub mod digest;
pub mod due;
pub mod explanation;
pub mod facts;
pub mod identity;
pub mod ledger;
pub mod lists;
pub mod model;
pub mod noise;
pub mod overdue;
pub mod policy;
pub mod population;
pub mod schedule;
pub mod score;
pub mod sift;
pub mod standing;
pub mod statistics;
pub mod text;
pub mod threading;
pub mod turns;
