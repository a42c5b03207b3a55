//! Any text as what a person wrote.
#![no_main]

use libfuzzer_sys::fuzz_target;
use requite::domain::message::cues::{self, People};

fuzz_target!(|text: &str| {
    let mut people = People::default();
    people.add("Ada Example", Some(1));
    let once = cues::read(text, &people);
    assert_eq!(cues::read(text, &people), once);
    cues::own(text);
});
