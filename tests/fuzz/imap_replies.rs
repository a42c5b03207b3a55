//! Any bytes as what an IMAP server says.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(
    // The parser's panics are met; whatever else panics ends the run all the same.
    init: std::panic::set_hook(Box::new(|_| ())),
    |bytes: &[u8]| requite::source::imap::read_replies(bytes)
);
