//! A desktop's own way to show a page; where there is none, the user opens it.

use std::io::IsTerminal;
use std::process::Stdio;

/// Only where somebody sits at a terminal.
pub(super) fn open(page: &str) {
    if std::io::stderr().is_terminal() {
        let mut opener = std::process::Command::new("xdg-open");
        let opener = opener.arg(page).stdin(Stdio::null()).stdout(Stdio::null());
        let _ = opener.stderr(Stdio::null()).spawn();
    }
}
