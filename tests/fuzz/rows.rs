//! Any bytes below the heading of LinkedIn's Connections.csv.
#![no_main]

use libfuzzer_sys::fuzz_target;
use requite::import;

const HEADING: &[u8] =
    b"First Name,Last Name,URL,Email Address,Company,Position,Connected On\n";

fuzz_target!(|bytes: &[u8]| {
    import::read(bytes);
    let Some(import) = import::read(&[HEADING, bytes].concat()) else { return };
    let lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).count();
    assert!(import.cards.len() + import.skipped.len() <= 2 * lines);
    assert!(import.cards.iter().all(|card| !card.name.is_empty()));
});
