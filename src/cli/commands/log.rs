//! `log`: an entry by hand.

use crate::cli::desk::Desk;
use crate::domain::correspondence::EntryKind;
use crate::domain::model::Moment;
use crate::error::{Error, Result};

pub fn run(
    _desk: &Desk,
    _kind: EntryKind,
    _words: &[String],
    _at: Option<Moment>,
    _missed: bool,
    _received: bool,
    _undo: bool,
) -> Result<()> {
    Err(Error::failed("not wired yet"))
}
