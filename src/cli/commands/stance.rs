//! `stance`: shows it or changes it.

use crate::cli::desk::Desk;
use crate::domain::model::Stance;
use crate::error::{Error, Result};

pub fn run(_desk: &Desk, _stance: Option<Stance>, _yes: bool) -> Result<()> {
    Err(Error::failed("not wired yet"))
}
