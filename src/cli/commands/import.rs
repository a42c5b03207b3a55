//! `import`: takes in contacts.

use std::path::PathBuf;

use crate::cli::desk::Desk;
use crate::error::{Error, Result};

pub fn run(_desk: &Desk, _files: &[PathBuf], _dry_run: bool, _undo: bool) -> Result<()> {
    Err(Error::failed("not wired yet"))
}
