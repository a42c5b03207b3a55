//! `run`: the daemon in the foreground, for systemd.

use crate::cli::desk::Desk;
use crate::daemon::clock::Clock;
use crate::daemon::{self, Daemon, Outlet};
use crate::error::Result;

/// # Errors
/// `Config` without an account to watch; else those of the database that can't be opened.
pub(super) async fn run(desk: Desk) -> Result<()> {
    let outlet = Outlet { desktop: true, also: None };
    let Desk { home, config, .. } = desk;
    daemon::run(Daemon { home, config, clock: Clock::System, outlet }).await
}
