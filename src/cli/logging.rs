//! Where log lines go: the journal under systemd, else stderr.

use anstream::{AutoStream, ColorChoice};
use rustix::fs::fstat;
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

/// Where they go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log {
    /// With fields and priorities.
    Journal,
    /// As lines.
    Stderr,
}

/// Begins to write lines of `level` and above.
pub fn start(level: Level) -> Log {
    // Libraries show what they send at lower levels: a login must never be seen.
    let others = level.min(Level::WARN);
    let filter = Targets::new().with_default(others).with_target("requite", level);
    let journal = if stderr_is_the_journal() { tracing_journald::layer().ok() } else { None };
    let log = if journal.is_some() { Log::Journal } else { Log::Stderr };
    let lines = journal.is_none().then(|| {
        tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(AutoStream::choice(&std::io::stderr()) != ColorChoice::Never)
            .without_time()
            .with_target(false)
    });
    // Fails only where one was started before.
    let _ = tracing_subscriber::registry().with(filter).with(journal).with(lines).try_init();
    log
}

/// systemd.exec(5), `JOURNAL_STREAM`: device and inode of the journal's stream. A terminal that
/// systemd started passes the variable on, so it is compared with what stderr really is.
fn stderr_is_the_journal() -> bool {
    let Ok(stream) = std::env::var("JOURNAL_STREAM") else { return false };
    fstat(std::io::stderr())
        .is_ok_and(|stderr| stream == format!("{}:{}", stderr.st_dev, stderr.st_ino))
}
