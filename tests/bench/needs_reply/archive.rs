//! The messages of an mbox (any of its dialects) or of a Maildir.

use std::fs;
use std::path::Path;

pub fn messages(path: &Path) -> Vec<Vec<u8>> {
    if path.is_file() { mbox(&fs::read(path).unwrap()) } else { maildir(path) }
}

fn mbox(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut found: Vec<Vec<u8>> = Vec::new();
    let mut after_blank = true;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if after_blank && line.starts_with(b"From ") {
            found.push(Vec::new());
            after_blank = false;
            continue;
        }
        after_blank = line == b"\n" || line == b"\r\n";
        let quotes = line.iter().take_while(|byte| **byte == b'>').count();
        let quoted = quotes > 0 && line[quotes..].starts_with(b"From ");
        if let Some(message) = found.last_mut() {
            message.extend_from_slice(if quoted { &line[1..] } else { line });
        }
    }
    found
}

/// With all folders below it.
fn maildir(path: &Path) -> Vec<Vec<u8>> {
    let mut waiting = vec![path.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let kept = folder.ends_with("cur") || folder.ends_with("new");
            if path.is_dir() {
                waiting.push(path);
            } else if kept {
                files.push(path);
            }
        }
    }
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}
