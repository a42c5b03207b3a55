//! Any bytes as a file of vCards.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use requite::import::{self, Mapping, Statement};

fuzz_target!(
    // The card parser's panics are met; whatever else panics ends the run all the same.
    init: std::panic::set_hook(Box::new(|_| ())),
    |bytes: &[u8]| {
        let file = [b"BEGIN:VCARD\r\n", bytes].concat();
        let Ok(recognised) = import::recognise("a.vcf", &file, &Mapping::default()) else { return };
        let _ = recognised.each(Box::new(file.as_slice()), &mut |told| {
            if let Statement::Card(card) = told {
                assert!(!card.name.is_empty());
                assert!(!card.name.contains(char::is_control));
            }
            ControlFlow::Continue(())
        });
    }
);
