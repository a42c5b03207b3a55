//! `done`: turns need no answer any more.

use clap::Args;

use crate::cli::decisions::{decide_on_turns, named_turns, take_back_from_turns, tell};
use crate::cli::desk::Desk;
use crate::cli::person;
use crate::domain::measure::decisions::{Decided, Verb};
use crate::domain::measure::turns::Closed;
use crate::error::Result;

#[derive(Debug, Args)]
pub(crate) struct DoneArgs {
    /// IDs from `status`, like C12-345
    #[arg(value_name = "ID", required = true)]
    pub(super) ids: Vec<String>,
    #[arg(long)]
    pub(super) undo: bool,
}

/// # Errors
/// `Usage` for an id that is in no turn, and for taking back what was never said.
pub(super) fn run(desk: &Desk, args: &DoneArgs) -> Result<()> {
    let store = person::known_people(desk)?;
    let named = named_turns(&store, &args.ids)?;
    if args.undo {
        take_back_from_turns(desk, &store, Verb::Done, &named)?;
        return tell(desk, &store, &named, "is open again");
    }
    let (done, open): (Vec<_>, Vec<_>) = named
        .into_iter()
        .partition(|(_, turn)| turn.answer.is_some() || turn.closed() == Some(Closed::SaidDone));
    decide_on_turns(desk, &store, &open, Decided::Done)?;
    tell(desk, &store, &done, "is done already")?;
    tell(desk, &store, &open, "is done")
}
