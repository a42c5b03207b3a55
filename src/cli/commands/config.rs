//! `config`: where the configuration lies, what it says, and all that it could say.

use std::io::Write;

use clap::{Args, ValueEnum};

use crate::cli::globals::Globals;
use crate::config::{self, EXAMPLE};
use crate::error::{Error, Result};

#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    #[arg(value_enum)]
    what: ConfigView,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ConfigView {
    Path,
    Show,
    Example,
    Schema,
}

/// # Errors
/// `Config` where the file is to be shown and isn't there or is wrong.
pub(super) fn run(args: &ConfigArgs, globals: &Globals) -> Result<()> {
    let text = match args.what {
        ConfigView::Example => EXAMPLE.to_owned(),
        ConfigView::Schema => format!("{:#}\n", config::schema()),
        ConfigView::Path => format!("{}\n", globals.home()?.config.display()),
        ConfigView::Show => {
            let home = globals.home()?;
            home.settings()?;
            let path = home.config;
            std::fs::read_to_string(&path).map_err(|cause| {
                Error::config(format!("{} can't be read", path.display())).because(cause)
            })?
        }
    };
    // A reader that has gone away is no error.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(())
}
