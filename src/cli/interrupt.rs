//! Ctrl-C and SIGTERM while a provider is asked for a token: its answer may replace the one that is
//! kept, so the end waits until that has been written down.

use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use tokio::runtime::Builder;

use crate::auth;
use crate::error::{Error, Result};

/// From here on these signals end the program as they always do, but not before.
///
/// # Errors
/// `Failed` where the system lets nobody listen.
pub(super) fn heed() -> Result<()> {
    let cannot = |cause| Error::failed("can't wait for signals").because(cause);
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(cannot)?;
    let clock = Builder::new_current_thread().enable_time().build().map_err(cannot)?;
    // Not a task: a question on the terminal or a long import holds up all tasks.
    thread::spawn(move || {
        for signal in signals.forever() {
            let _ended = clock.block_on(auth::settle());
            // Only fails for signals that nobody can end by.
            let _ = emulate_default_handler(signal);
        }
    });
    Ok(())
}
