//! `mute`: never an alert about a contact.

use clap::Args;

use crate::cli::decisions::mark;
use crate::cli::desk::Desk;
use crate::domain::measure::decisions::Decided;
use crate::error::Result;

#[derive(Debug, Args)]
pub(crate) struct MuteArgs {
    pub(super) contact: String,
    #[arg(long)]
    pub(super) undo: bool,
}

/// # Errors
/// `Usage` for a contact whom nobody or several could be meant by.
pub(super) fn run(desk: &Desk, args: &MuteArgs) -> Result<()> {
    mark(desk, &Decided::Mute, &args.contact, args.undo)
}
