//! `stance`: how the user holds their network, shown or changed.
//!
//! Changes one line of the configuration and leaves the rest of it as it was written.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use clap::Args;
use clap::builder::TypedValueParser;
use serde_json::json;
use toml_edit::{DocumentMut, Item, Value};

use crate::cli::ask::confirmed;
use crate::cli::choice::one_of;
use crate::cli::desk::Desk;
use crate::domain::measure::score;
use crate::domain::model::Stance;
use crate::error::{Error, Result};
use crate::store::Store;

mod moves;

use moves::{Change, move_list, moves};

#[derive(Debug, Args)]
pub(crate) struct StanceArgs {
    #[arg(value_parser = stance())]
    stance: Option<Stance>,
    /// Don't ask
    #[arg(long, requires = "stance")]
    yes: bool,
}

fn stance() -> impl TypedValueParser<Value = Stance> {
    one_of(Stance::ALL.map(|stance| (stance.name(), stance)))
}

/// Shows the stance, or changes it: after a question on a terminal, with `--yes` elsewhere.
///
/// # Errors
/// `Usage` where nobody can be asked, `Failed` where the answer is no or the configuration can't
/// be written, `Config` where it is no TOML.
pub(super) fn run(desk: &Desk, args: &StanceArgs) -> Result<()> {
    let held = desk.config.policy.stance;
    let Some(wanted) = args.stance else { return show(desk, held) };
    if wanted == held {
        desk.say(&format!("the stance is {} already", held.name()));
    } else {
        if !args.yes {
            confirm(desk, wanted)?;
        }
        write(&desk.home.config, wanted)?;
        note(desk, held, wanted)?;
        desk.say(&format!("the stance is {} now", wanted.name()));
    }
    if desk.json {
        desk.print_json(json!({ "stance": wanted.name(), "changed": wanted != held }))?;
    }
    Ok(())
}

/// Notes the change, so that what it does can be shown for a while.
fn note(desk: &Desk, held: Stance, wanted: Stance) -> Result<()> {
    if !Store::path(&desk.home.data).exists() {
        return Ok(());
    }
    desk.store_to_write()?.transaction(|store| {
        // Where nobody had noted it yet.
        store.note_stance(held, desk.now)?;
        store.note_stance(wanted, desk.now)
    })
}

fn show(desk: &Desk, stance: Stance) -> Result<()> {
    let weights = score::weights_of(stance);
    let change = Change::of(desk, stance)?;
    if desk.json {
        let (r, m, x, b, v, c) = (weights.r, weights.m, weights.x, weights.b, weights.v, weights.c);
        let weights = json!({ "R": r, "M": m, "X": x, "B": b, "V": v, "C": c });
        let change = change.as_ref().map(Change::json);
        let stance = stance.name();
        return desk.print_json(json!({ "stance": stance, "weights": weights, "change": change }));
    }
    let mut text = format!("{}: {}\n\n", stance.name(), meaning(stance));
    let parts = [
        (weights.r, "they answer you within the limit"),
        (weights.m, "you answer them within the limit"),
        (weights.x, "they too begin conversations"),
        (weights.b, "you give more than you ask"),
        (weights.v, "what they gave you"),
        (weights.c, "how fresh the contact is"),
    ];
    for (weight, part) in parts {
        text.push_str(&format!("{:>5.0} %  {part}\n", 100.0 * weight));
    }
    if let Some(change) = change {
        text.push_str(&change.text(stance, desk));
    }
    desk.print(&text)
}

fn meaning(stance: Stance) -> &'static str {
    match stance {
        Stance::Resource => "you are a resource to your network; give before you ask",
        Stance::Tool => "your network is a tool for you; what counts is whether it answers",
        Stance::Neutral => "neither side comes first",
    }
}

fn confirm(desk: &Desk, wanted: Stance) -> Result<()> {
    let asks = io::stdin().is_terminal();
    if !asks {
        return Err(Error::usage("this changes every score, and there's no terminal to ask in")
            .hint("add --yes"));
    }
    confirmed(&format!("{}Change the stance to {}?", effect(desk, wanted)?, wanted.name()))
}

/// What the change does to the scores, in a few lines.
fn effect(desk: &Desk, wanted: Stance) -> Result<String> {
    let Some(store) = Store::open_to_read(&desk.home.data)? else { return Ok(String::new()) };
    Ok(move_list(moves(desk, &store, desk.config.policy.stance, wanted)?))
}

fn write(path: &Path, stance: Stance) -> Result<()> {
    let cannot = |cause: io::Error| {
        Error::failed(format!("can't write {}", path.display()))
            .because(cause)
            .hint("check the owner and the permissions of the file and its folder")
    };
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => String::new(),
        Err(cause) => return Err(cannot(cause)),
    };
    let text = with_stance(&text, stance)
        .map_err(|cause| Error::config(format!("{} isn't TOML", path.display())).because(cause))?;
    replace(path, &text).map_err(cannot)
}

fn with_stance(text: &str, stance: Stance) -> Result<String, toml_edit::TomlError> {
    let mut document: DocumentMut = text.parse()?;
    match document.get_mut("stance").and_then(Item::as_value_mut) {
        Some(value) => {
            let around = value.decor().clone();
            *value = Value::from(stance.name());
            *value.decor_mut() = around;
        }
        None => {
            document.insert("stance", toml_edit::value(stance.name()));
        }
    }
    Ok(document.to_string())
}

/// All of the new text or all of the old stands in the file, whatever happens in between. Where
/// the path is a link, what it leads to is replaced.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    if let Ok(known) = fs::metadata(&path) {
        file.as_file().set_permissions(known.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(&path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[track_caller]
    fn check(before: &str, after: &str) {
        assert_eq!(with_stance(before, Stance::Tool).unwrap(), after);
    }

    #[test]
    fn only_the_stance_changes_in_the_file() {
        check("", "stance = \"tool\"\n");
        check(
            "stance = 'neutral' # mine\nlimit = \"2d\"\n",
            "stance = \"tool\" # mine\nlimit = \"2d\"\n",
        );
        check(
            "limit = \"2d\"\n\n# who\n[me]\n",
            "limit = \"2d\"\nstance = \"tool\"\n\n# who\n[me]\n",
        );
    }

    #[test]
    fn the_file_keeps_its_permissions_and_a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("real.toml"), folder.path().join("config.toml"));
        fs::write(&file, "limit = \"2d\"\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write(&link, Stance::Neutral).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "limit = \"2d\"\nstance = \"neutral\"\n");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[test]
    fn where_there_is_no_file_one_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/config.toml");
        write(&path, Stance::Tool).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "stance = \"tool\"\n");
    }
}
