//! `sync`: one complete pass over every account.

use crate::cli::desk::Desk;
use crate::error::{Error, Result};

pub async fn run(_desk: &Desk) -> Result<()> {
    Err(Error::failed("not wired yet"))
}
