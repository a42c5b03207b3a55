//! `done`, `snooze`, `mute`, `star`, `set`.

use crate::cli::desk::Desk;
use crate::error::{Error, Result};

pub fn done(_desk: &Desk, _id: &str, _undo: bool) -> Result<()> {
    Err(Error::failed("not wired yet"))
}

pub fn snooze(_desk: &Desk, _id: &str, _duration: Option<&str>, _undo: bool) -> Result<()> {
    Err(Error::failed("not wired yet"))
}

pub fn mute(_desk: &Desk, _contact: &str, _undo: bool) -> Result<()> {
    Err(Error::failed("not wired yet"))
}

pub fn star(_desk: &Desk, _contact: &str, _undo: bool) -> Result<()> {
    Err(Error::failed("not wired yet"))
}

pub fn set(_desk: &Desk, _contact: &str, _settings: &[String], _undo: bool) -> Result<()> {
    Err(Error::failed("not wired yet"))
}
