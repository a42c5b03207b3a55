pub mod config;
pub mod domain;
pub mod error;
pub mod import;
pub mod mail;
pub mod source;
