//! `demo`: two weeks with a sample mailbox.

use std::path::Path;

use crate::error::{Error, Result};

pub async fn run(_keep: Option<&Path>, _once: bool, _json: bool) -> Result<()> {
    Err(Error::failed("not wired yet"))
}
