//! The IMAP engine.
