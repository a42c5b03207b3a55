//! `report`: everything at a glance, as one page that needs nothing else.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::desk::Desk;
use crate::deliver;
use crate::domain::text::size;
use crate::error::{Error, Result};

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Where to write it; an earlier one is replaced. Without it, or for -, to stdout
    #[arg(value_name = "FILE.html")]
    file: Option<PathBuf>,
}

/// # Errors
/// Those of reading the database; `Usage` for a page on a terminal and for `--json`; `Failed` where
/// the file can't be written.
pub(super) fn run(desk: &Desk, args: &ReportArgs) -> Result<()> {
    if desk.json {
        return Err(Error::usage("the report is a page and has no JSON")
            .hint("contacts, status, ledger and digest say the same with --json"));
    }
    let file = args.file.as_deref().filter(|file| *file != Path::new("-"));
    if file.is_none() && io::stdout().is_terminal() {
        return Err(Error::usage("a terminal can't show the page")
            .hint("name a file: requite report report.html"));
    }
    let store = desk.store_to_read()?;
    let page = deliver::page(&desk.book(&store)?.report()?, &desk.config);
    let Some(file) = file else { return desk.print_bytes(page.as_bytes()) };
    write(file, &page).map_err(|cause| {
        Error::failed(format!("can't write {}", file.display()))
            .because(cause)
            .hint("check the folder and its permissions")
    })?;
    desk.say(&format!("{} written ({}).", file.display(), size(page.len() as u64)));
    Ok(())
}

/// As a whole or not at all, for the user's eyes only.
fn write(path: &Path, page: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(page.as_bytes())?;
    file.persist(path).map(drop).map_err(|failed| failed.error)
}
