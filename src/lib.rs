//! Requite measures how fast you answer the people you know, and they you, from the mail itself.
pub mod cli;
pub mod config;
pub mod daemon;
pub mod deliver;
pub mod domain;
pub mod error;
pub mod import;
pub mod mail;
pub mod source;
pub mod store;
