//! `man`: the manual pages, one for each command, into a folder.

use std::path::PathBuf;

use clap::Args;

use crate::error::{Error, Result};

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The folder; it is made where it isn't there
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// # Errors
/// `Failed` where the folder or a page in it can't be written.
pub(super) fn run(args: &ManArgs, grammar: clap::Command) -> Result<()> {
    let folder = &args.folder;
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(grammar, folder))
        .map_err(|cause| {
            Error::failed(format!("the manual pages can't be written into {}", folder.display()))
                .because(cause)
        })
}
