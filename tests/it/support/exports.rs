//! Contacts as networks export them, in any number.

use std::fmt::Write as _;
use std::io::Write as _;

/// LinkedIn's Connections.csv; every third has an address.
pub fn connections(count: usize) -> String {
    let head = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n";
    let mut rows = head.to_owned();
    for row in 0..count {
        let address = if row % 3 == 0 { format!("p{row}@example.net") } else { String::new() };
        let link = format!("https://www.linkedin.com/in/p{row}");
        let work = "Company,Engineer,06 Mar 2024";
        let _ = writeln!(rows, "First{},Last{row},{link},{address},{work}", row % 700);
    }
    rows
}

/// A card for each, by name and address.
pub fn vcard(people: &[(&str, &str)]) -> String {
    let card = |(name, address): &(&str, &str)| {
        format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nEMAIL:{address}\r\nEND:VCARD\r\n")
    };
    people.iter().map(card).collect()
}

/// An archive of these files.
pub fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
