//! Any text as a configuration.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use requite::config;

fuzz_target!(|text: &str| {
    let environment = config::Environment::of_system();
    if let Err(error) = config::parse(text, Path::new("config.toml"), &environment) {
        assert!(!error.to_string().is_empty());
    }
});
