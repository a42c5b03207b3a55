//! The program as a child whose time and memory are measured, and the people it is told of.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, ExitStatus};
use std::time::Duration;

use super::mailbox;

/// Waits for the end. The high-water mark only grows, so that looking often misses little.
pub fn watch(child: &mut Child) -> (ExitStatus, f64) {
    let file = format!("/proc/{}/status", child.id());
    let mut peak: f64 = 0.0;
    loop {
        let status = fs::read_to_string(&file).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
        peak = peak.max(kib.unwrap_or_default() * 1024.0);
        if let Some(status) = child.try_wait().unwrap() {
            return (status, peak);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn rate(messages: usize, took: Duration) -> f64 {
    messages as f64 / took.as_secs_f64()
}

/// Built with the benchmark and so in the same profile, unless told otherwise.
pub fn program() -> PathBuf {
    let named = std::env::var_os("REQUITE_BINARY").map(PathBuf::from);
    named.unwrap_or_else(|| env!("CARGO_BIN_EXE_requite").into())
}

pub fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// The contacts as vCards (RFC 6350).
pub fn vcards(contacts: usize) -> String {
    let card = |number| {
        let mailbox = mailbox::contact(number);
        let (name, address) = mailbox.split_once(" <").unwrap();
        let address = address.trim_end_matches('>');
        format!("BEGIN:VCARD\r\nVERSION:4.0\r\nFN:{name}\r\nEMAIL:{address}\r\nEND:VCARD\r\n")
    };
    (0..contacts).map(card).collect()
}
