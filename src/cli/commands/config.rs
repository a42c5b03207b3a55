//! `config`: where the configuration lies, what it says, and all that it could say.

use std::io::Write;

use crate::cli::args::{ConfigView, Globals};
use crate::config::EXAMPLE;
use crate::error::{Error, Result};

pub fn run(what: ConfigView, globals: &Globals) -> Result<()> {
    let text = match what {
        ConfigView::Example => EXAMPLE.to_owned(),
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
