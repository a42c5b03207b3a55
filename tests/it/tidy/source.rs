//! The project's own source, as text.

use std::fs;
use std::path::{Path, PathBuf};

pub struct Source {
    /// From the project's root: `src/store/mod.rs`.
    pub path: String,
    pub text: String,
}

/// All of it, in the order of its paths.
pub fn all() -> Vec<Source> {
    let mut waiting = vec![root().join("src")];
    let mut sources = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            sources.push(Source { path: name, text: fs::read_to_string(&path).unwrap() });
        }
    }
    assert!(!sources.is_empty());
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

pub fn without_comments(text: &str) -> String {
    let code = |line: &'_ str| line.split_once("//").map_or(line.len(), |(code, _)| code.len());
    text.lines().map(|line| format!("{}\n", &line[..code(line)])).collect()
}

/// Drops what follows `#[cfg(test)]` up to the item's end, as rustfmt lays it out: a line that
/// begins as far left as the attribute and closes the item.
pub fn without_tests(text: &str) -> String {
    let mut kept = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let indent = line.len() - line.trim_start().len();
        if line.trim() != "#[cfg(test)]" {
            kept += &format!("{line}\n");
            continue;
        }
        let ends = |line: &&str| {
            let level = line.len() - line.trim_start().len() == indent;
            level && line.ends_with(['}', ';'])
        };
        let _ = lines.find(ends);
    }
    kept
}
