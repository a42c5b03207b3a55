//! `star`: a contact whose answers must not be late.

use clap::Args;

use crate::cli::decisions::mark;
use crate::cli::desk::Desk;
use crate::domain::measure::decisions::Decided;
use crate::error::Result;

#[derive(Debug, Args)]
pub(crate) struct StarArgs {
    pub(super) contact: String,
    #[arg(long)]
    pub(super) undo: bool,
}

/// # Errors
/// `Usage` for a contact whom nobody or several could be meant by.
pub(super) fn run(desk: &Desk, args: &StarArgs) -> Result<()> {
    mark(desk, &Decided::Star, &args.contact, args.undo)
}
