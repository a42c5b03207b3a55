pub mod config;
pub mod deliver;
pub mod domain;
pub mod error;
pub mod import;
pub mod source;
