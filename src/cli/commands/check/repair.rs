//! `check --repair`: a damaged database is put aside for the last good copy.

use crate::cli::desk::{Desk, settings_if_any};
use crate::cli::exit::Exit;
use crate::cli::globals::Globals;
use crate::error::{Error, Result};
use crate::store::{Repaired, Store};

/// # Errors
/// `Usage` while a daemon uses the database.
pub(super) fn run(globals: &Globals) -> Result<Exit> {
    let home = globals.home()?;
    let config = settings_if_any(&home)?;
    let desk = Desk::of_now(globals, home, config);
    let Some(_lock) = desk.home.lock()? else {
        return Err(Error::usage("a requite is running on this database")
            .hint("stop it first: systemctl --user stop requite"));
    };
    let path = Store::path(&desk.home.data);
    let path = path.display();
    desk.print(&match Store::repair(&desk.home.data)? {
        Repaired::Sound => format!("{path}: nothing to repair\n"),
        Repaired::Restored { damaged } => format!(
            "{path} is the last good copy; the damaged one is {}.\n\
             Mail that has come since is read again; what you told requite since then is gone.\n",
            damaged.display()
        ),
        Repaired::Removed { damaged } => format!(
            "There is no good copy. The damaged database is {}.\n\
             The next `requite sync` begins anew; import your contacts again.\n",
            damaged.display()
        ),
    })?;
    Ok(Exit::Fine)
}
