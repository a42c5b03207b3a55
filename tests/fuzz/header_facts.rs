//! Any bytes as the header of a mail and the beginning of its body.
#![no_main]

use libfuzzer_sys::fuzz_target;
use requite::mail;

fuzz_target!(
    // What the mail parser breaks on is met; whatever else panics ends the run all the same.
    init: std::panic::set_hook(Box::new(|_| ())),
    |bytes: &[u8]| {
        let body = bytes.windows(4).position(|end| end == b"\r\n\r\n").map_or(0, |at| at + 4);
        let (header, body) = bytes.split_at(body);
        let Ok(mut facts) = mail::facts(header) else { return };
        mail::read_text(&mut facts, header, body, mail::Owner::default());
        assert!(facts.to.len() + facts.cc.len() <= mail::MOST_RECIPIENTS);
        assert!(facts.references.len() <= 200);
        for mailbox in facts.to.iter().chain(&facts.cc).chain(&facts.author) {
            assert!(!mailbox.address.is_empty());
            assert!(!mailbox.address.contains(['\r', '\n', '\0']));
        }
        assert!(!facts.subject.contains(['\r', '\n', '\0']));
    }
);
