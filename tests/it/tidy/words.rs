//! What may not stand in a source file, wherever it does.

use super::source::{without_comments, without_tests};

const CLOCKS: [&str; 4] = ["SystemTime::now", "Timestamp::now", "Zoned::now", "Instant::now"];

const ABORTS: [&str; 6] =
    [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "dbg!("];

/// Folders that exist on one machine only.
const MACHINE_PATHS: [&str; 5] = ["/work/", "/root/", "/tmp/", "/Users/", "/home/"];

/// What wakes without anything having happened.
const TICKS: [&str; 3] = ["interval(", "interval_at(", "sleep("];

pub fn clock(path: &str, text: &str) -> Vec<String> {
    let mut banned = CLOCKS.to_vec();
    match path {
        "src/daemon/clock.rs" => banned.clear(),
        // Deadlines of a connection; clippy sees to it that they are tokio's.
        path if path.starts_with("src/source/imap") => banned.retain(|it| *it != "Instant::now"),
        _ => {}
    }
    mentions(&without_comments(text), &banned)
}

pub fn aborts(path: &str, text: &str) -> Vec<String> {
    let tests = path.ends_with("/tests.rs") || path.contains("/tests/");
    if tests { Vec::new() } else { mentions(&without_comments(&without_tests(text)), &ABORTS) }
}

/// A handful of lines needs no introduction.
pub fn purpose(_: &str, text: &str) -> Vec<String> {
    let explained = text.starts_with("//!") || text.lines().count() <= 5;
    if explained { Vec::new() } else { vec!["no //! at its head".to_owned()] }
}

pub fn chrono(_: &str, text: &str) -> Vec<String> {
    mentions(&without_comments(text), &["chrono::", "extern crate chrono"])
}

/// Only where a path begins; `/home/ada` belongs to the invented user of the examples.
pub fn machine_paths(_: &str, text: &str) -> Vec<String> {
    let text = text.replace("/home/ada", "");
    let begins = |path: &str| {
        let mut hits = text.match_indices(path).map(|(at, _)| &text[..at]);
        hits.any(|before| before.ends_with(['"', '\'', '`', ' ', '=', '(']))
    };
    MACHINE_PATHS.iter().filter(|path| begins(path)).map(|path| format!("{path}…")).collect()
}

/// The service wakes at an instant that something falls due, or when it is told of something.
pub fn ticks(path: &str, text: &str) -> Vec<String> {
    let is_service = path.starts_with("src/daemon/");
    let code = without_comments(&without_tests(text));
    let begins = |line: &str, tick: &str| {
        let before = line.match_indices(tick).map(|(at, _)| line[..at].chars().next_back());
        before.into_iter().any(|before| before.is_none_or(|c| !c.is_alphanumeric() && c != '_'))
    };
    let ticks = code.lines().filter(|line| is_service && TICKS.iter().any(|it| begins(line, it)));
    ticks.map(|line| line.trim().to_owned()).collect()
}

fn mentions(text: &str, banned: &[&str]) -> Vec<String> {
    let lines = text.lines().filter(|line| banned.iter().any(|banned| line.contains(banned)));
    lines.map(|line| line.trim().to_owned()).collect()
}
