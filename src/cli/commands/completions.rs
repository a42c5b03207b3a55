//! `completions`: what a shell needs to complete what is typed.

use std::io::Write;

use clap::Args;
use clap_complete::{Shell, generate};

use crate::error::Result;

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// Whose completions to print
    shell: Shell,
}

/// # Errors
/// None: a reader that has gone away is no error.
pub(super) fn run(args: &CompletionsArgs, mut grammar: clap::Command) -> Result<()> {
    let mut script = Vec::new();
    let name = grammar.get_name().to_owned();
    generate(args.shell, &mut grammar, name, &mut script);
    let _ = std::io::stdout().write_all(&script);
    Ok(())
}
