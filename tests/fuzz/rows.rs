//! Any bytes as an export, and below the heading of each table that is known.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use requite::import::{self, Mapping, Statement};

const HEADINGS: [&[u8]; 6] = [
    b"",
    b"First Name,Last Name,URL,Email Address,Company,Position,Connected On\n",
    b"CONVERSATION ID,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT\n",
    b"Endorsement Date,Skill Name,Endorser First Name,Endorser Last Name\n",
    b"Name,Given Name,E-mail 1 - Value,Phone 1 - Value\n",
    b"<calls>",
];

fuzz_target!(|bytes: &[u8]| {
    let lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).count();
    for heading in HEADINGS {
        let file = [heading, bytes].concat();
        let Ok(recognised) = import::recognise("a.csv", &file, &Mapping::default()) else { continue };
        let mut told = 0;
        let _ = recognised.each(Box::new(file.as_slice()), &mut |statement| {
            told += 1;
            if let Statement::Card(card) = statement {
                assert!(!card.name.is_empty());
            }
            ControlFlow::Continue(())
        });
        assert!(heading.starts_with(b"<") || told <= 3 * (lines + 1));
    }
});
