//! What the tests stand on: real peers on the loopback interface and on buses of their own.
//!
//! Decides nothing about what is right: it sets scenes and reports what happened. Nothing in here
//! leaves the loopback interface or writes outside a temporary folder.

pub mod certificate;
pub mod desktop;
pub mod peers;
pub mod smtpd;
