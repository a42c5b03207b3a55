//! The messages of an mbox (any of its dialects) or of a Maildir.

use std::fs;
use std::path::Path;

use crate::support::corpus;

pub fn messages(path: &Path) -> Vec<Vec<u8>> {
    if path.is_file() { corpus::messages(path) } else { maildir(path) }
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
