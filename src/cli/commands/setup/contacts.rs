//! Who is known from the start: what an export tells, and whom the user writes with.

use std::path::{Path, PathBuf};

use super::args::SetupArgs;
use super::asking::Asker;
use crate::cli::commands::contacts::{self, ContactsArgs};
use crate::cli::commands::import::{self, ImportArgs};
use crate::cli::desk::Desk;
use crate::daemon::xdg_folder;
use crate::domain::text::{clean, count};
use crate::error::Result;

/// As many are named of those who are proposed.
const NAMED: usize = 5;

/// Whether anybody is known now.
///
/// # Errors
/// Those of taking exports in and of making contacts; `Failed` where the answer is to stop.
pub(super) fn made(desk: &Desk, args: &SetupArgs, asker: &Asker) -> Result<bool> {
    let mut files = args.import.clone();
    if files.is_empty() && asker.can_ask() {
        for archive in archives_of_linkedin() {
            let question = format!("Import your connections from {}?", archive.display());
            if asker.confirmed(&question, true)? {
                files.push(archive);
            }
        }
    }
    if !files.is_empty() {
        import::run(desk, &ImportArgs::of(files))?;
    }
    let store = desk.store_to_read()?;
    let suggested = desk.book(&store)?.suggestions()?;
    let known = store.contact_count()?;
    drop(store);
    if suggested.is_empty() {
        if known == 0 {
            desk.tell("You haven't exchanged mail with anyone yet.");
        }
        return Ok(known > 0);
    }
    let people = count(suggested.len() as u64, "person", "people");
    let names: Vec<String> = suggested.iter().take(NAMED).map(|it| clean(&it.name)).collect();
    let more = if suggested.len() > NAMED { "…" } else { "" };
    let question =
        format!("You write with {people} ({}{more}). Make them contacts?", names.join(", "));
    let agreed = match asker.can_ask() {
        true => asker.confirmed(&question, true)?,
        // Who brought contacts along may not want others.
        false => known == 0,
    };
    if !agreed {
        desk.tell("`requite contacts --suggest` lists the people you write with.");
        return Ok(known > 0);
    }
    contacts::run(desk, &ContactsArgs::add_all())?;
    desk.tell("`requite contacts --add --undo` undoes that.");
    Ok(true)
}

/// LinkedIn's exports, as a browser saves them; the newest name first.
fn archives_of_linkedin() -> Vec<PathBuf> {
    let Some(downloads) = downloads() else { return Vec::new() };
    let files = std::fs::read_dir(downloads).into_iter().flatten().flatten();
    let is_archive = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        name.contains("linkedin") && name.ends_with(".zip")
    };
    let mut archives: Vec<PathBuf> = files.map(|file| file.path()).filter(is_archive).collect();
    archives.sort_unstable_by(|a, b| b.cmp(a));
    archives
}

/// As xdg-user-dirs has it (`XDG_DOWNLOAD_DIR="$HOME/Downloads"`).
fn downloads() -> Option<PathBuf> {
    let home = std::env::home_dir()?;
    let config = xdg_folder("XDG_CONFIG_HOME", ".config")?;
    let named = std::fs::read_to_string(config.join("user-dirs.dirs")).unwrap_or_default();
    Some(named_downloads(&named, &home).unwrap_or_else(|| home.join("Downloads")))
}

fn named_downloads(text: &str, home: &Path) -> Option<PathBuf> {
    let named = text.lines().find_map(|line| line.trim().strip_prefix("XDG_DOWNLOAD_DIR="))?;
    let path = named.trim().trim_matches('"');
    Some(match path.strip_prefix("$HOME/") {
        Some(below) => home.join(below),
        None => PathBuf::from(path),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_downloads_may_have_another_name() {
        let text = "# comment\nXDG_DESKTOP_DIR=\"$HOME/Bureau\"\nXDG_DOWNLOAD_DIR=\"$HOME/Téléchargements\"\n";
        let home = Path::new("/home/ada");
        let named = named_downloads(text, home);
        assert_eq!(named.as_deref(), Some(Path::new("/home/ada/Téléchargements")));
        assert_eq!(named_downloads("", home), None);
    }
}
