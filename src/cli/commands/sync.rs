//! `sync`: one complete pass over every account. Delivers nothing.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::desk::Desk;
use crate::daemon;
use crate::daemon::clock::Clock;
use crate::domain::text::count;
use crate::error::Result;

/// # Errors
/// `Config` without an account; the first account's that failed, once all have been tried.
pub(super) async fn run(desk: &Desk) -> Result<()> {
    let read = pass(desk).await?;
    desk.say(&format!("{} read", count(read, "message", "messages")));
    Ok(())
}

/// How many messages were read.
///
/// # Errors
/// As of [`run`].
pub(super) async fn pass(desk: &Desk) -> Result<u64> {
    let bar = ProgressBar::new_spinner();
    if desk.quiet || !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) =
        ProgressStyle::with_template("{spinner} {human_pos} messages, {per_sec} {msg}")
    {
        bar.set_style(style);
    }
    let mut read = 0;
    let done = daemon::sync(&desk.home, &desk.config, Clock::System, |progress| {
        read = progress.messages;
        bar.set_position(progress.messages);
        let history = progress.history.as_ref().map(|at| format!("({at})"));
        let texts = progress.texts.as_ref().map(|at| format!("(reading texts: {at})"));
        bar.set_message(history.or(texts).unwrap_or_default());
    })
    .await;
    bar.finish_and_clear();
    done?;
    Ok(read)
}
