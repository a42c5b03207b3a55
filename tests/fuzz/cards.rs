//! Any bytes as a file of vCards.
#![no_main]

use libfuzzer_sys::fuzz_target;
use requite::import;

fuzz_target!(
    // The card parser's panics are met; whatever else panics ends the run all the same.
    init: std::panic::set_hook(Box::new(|_| ())),
    |bytes: &[u8]| {
        let file = [b"BEGIN:VCARD\r\n", bytes].concat();
        for card in import::read(&file).into_iter().flat_map(|import| import.cards) {
            assert!(!card.name.is_empty());
            assert!(!card.name.contains(char::is_control));
        }
    }
);
