//! `run`: the daemon in the foreground, for systemd.

use crate::cli::desk::Desk;
use crate::error::{Error, Result};

pub async fn run(_desk: &Desk) -> Result<()> {
    Err(Error::failed("not wired yet"))
}
