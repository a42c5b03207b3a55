//! `due`: the opposite of `done`, where the program doesn't see that somebody is waiting.

use clap::Args;

use crate::cli::decisions::{decide_on_turns, named_turns, take_back_from_turns, tell};
use crate::cli::desk::Desk;
use crate::cli::person;
use crate::domain::measure::decisions::{Decided, Verb};
use crate::error::Result;

#[derive(Debug, Args)]
pub(crate) struct DueArgs {
    /// IDs from `status`, like C12-345
    #[arg(value_name = "ID", required = true)]
    pub(super) ids: Vec<String>,
    #[arg(long)]
    pub(super) undo: bool,
}

/// # Errors
/// `Usage` for an id that is in no turn, and for taking back what was never said.
pub(super) fn run(desk: &Desk, args: &DueArgs) -> Result<()> {
    let store = person::known_people(desk)?;
    let named = named_turns(&store, &args.ids)?;
    if args.undo {
        take_back_from_turns(desk, &store, Verb::Due, &named)?;
        return tell(desk, &store, &named, "is judged by its words again");
    }
    decide_on_turns(desk, &store, &named, Decided::Due)?;
    tell(desk, &store, &named, "needs an answer")
}
