//! Which program opens a message, as the desktop's settings have it.

use std::path::{Path, PathBuf};

use super::Part;
use crate::config::Config;
use crate::daemon::xdg_folder;

/// What a `mid:` link is to the desktop (MIME applications specification, RFC 2392).
const SCHEME: &str = "x-scheme-handler/mid=";

pub(super) fn part(config: &Config) -> Part {
    const NAME: &str = "opening messages";
    if let Some([program, ..]) = config.opener.as_deref() {
        return Part::well(NAME, format!("by {program} ([alerts] open)"));
    }
    if config.accounts.iter().any(|account| account.webmail.is_some()) {
        return Part::well(NAME, "in the browser (`webmail` of an account)");
    }
    match handler(&lists()) {
        Some(program) => Part::well(NAME, format!("by {program}, as the desktop has it")),
        None => Part::well(NAME, "no program here opens a single message").advised(
            "if your mail program can (Thunderbird: `thunderbird mid:…`), say [alerts] open = \
             [\"thunderbird\", \"{mid}\"]",
        ),
    }
}

/// The first that is named counts.
fn handler(lists: &[PathBuf]) -> Option<String> {
    lists.iter().find_map(|list| named(&std::fs::read_to_string(list).ok()?))
}

fn named(list: &str) -> Option<String> {
    let programs = list.lines().find_map(|line| line.trim().strip_prefix(SCHEME))?;
    let first = programs.split(';').map(str::trim).find(|program| !program.is_empty())?;
    Some(first.trim_end_matches(".desktop").to_owned())
}

/// In the order in which they count.
fn lists() -> Vec<PathBuf> {
    let many = |variable: &str, usual: &str| {
        let named = std::env::var_os(variable).filter(|value| !value.is_empty());
        let named = named.unwrap_or_else(|| usual.into());
        std::env::split_paths(&named).collect::<Vec<_>>()
    };
    let mut folders = Vec::from_iter(xdg_folder("XDG_CONFIG_HOME", ".config"));
    folders.extend(many("XDG_CONFIG_DIRS", "/etc/xdg"));
    let mut data = Vec::from_iter(xdg_folder("XDG_DATA_HOME", ".local/share"));
    data.extend(many("XDG_DATA_DIRS", "/usr/local/share:/usr/share"));
    let data: Vec<PathBuf> = data.iter().map(|folder| folder.join("applications")).collect();
    let list = |name: &'static str| move |folder: &PathBuf| Path::new(folder).join(name);
    let said = folders.iter().chain(&data).map(list("mimeapps.list"));
    said.chain(data.iter().map(list("mimeinfo.cache"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_program_of_the_first_list_opens_a_message() {
        let folder = tempfile::tempdir().unwrap();
        let list = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let silent = list("a", "[Default Applications]\nx-scheme-handler/mailto=x.desktop\n");
        let said =
            list("b", "[MIME Cache]\nx-scheme-handler/mid=thunderbird.desktop;mutt.desktop;\n");
        let later = list("c", "x-scheme-handler/mid=claws.desktop\n");
        let missing = folder.path().join("d");
        let found = handler(&[missing.clone(), silent.clone(), said, later]);
        assert_eq!(found.as_deref(), Some("thunderbird"));
        assert_eq!(handler(&[missing, silent]), None);
    }
}
