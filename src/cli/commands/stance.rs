//! `stance`: how the user holds their network, shown or changed.
//!
//! Changes one line of the configuration and leaves the rest of it as it was written.

use std::fs;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use clap::Args;
use clap::builder::TypedValueParser;
use serde_json::json;
use toml_edit::{DocumentMut, Item, Value};

use crate::book::Book;
use crate::cli::choice::one_of;
use crate::cli::desk::Desk;
use crate::domain::measure::score;
use crate::domain::measure::standing::Standing;
use crate::domain::model::Stance;
use crate::error::{Error, Result};
use crate::store::Store;

/// Contacts named when the stance changes.
const NAMED: usize = 3;
/// Scores are shown in whole points; less is no move.
const MOVE: f64 = 0.5;

#[derive(Debug, Args)]
pub(crate) struct StanceArgs {
    #[arg(value_parser = stance())]
    stance: Option<Stance>,
    /// Don't ask
    #[arg(long, requires = "stance")]
    yes: bool,
}

fn stance() -> impl TypedValueParser<Value = Stance> {
    let known = [Stance::Resource, Stance::Tool, Stance::Neutral];
    one_of(known.map(|stance| (stance.name(), stance)))
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
        desk.say(&format!("the stance is {} now", wanted.name()));
    }
    if desk.json {
        desk.print_json(json!({ "stance": wanted.name(), "changed": wanted != held }))?;
    }
    Ok(())
}

fn show(desk: &Desk, stance: Stance) -> Result<()> {
    let weights = score::weights_of(stance);
    if desk.json {
        let (r, m, x, b, v, c) = (weights.r, weights.m, weights.x, weights.b, weights.v, weights.c);
        let weights = json!({ "R": r, "M": m, "X": x, "B": b, "V": v, "C": c });
        return desk.print_json(json!({ "stance": stance.name(), "weights": weights }));
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
        return Err(Error::usage("the stance changes every score; nobody is there to be asked")
            .hint("confirm with --yes"));
    }
    let mut out = anstream::stderr().lock();
    let question =
        format!("{}Change the stance to {}? [y/N] ", effect(desk, wanted)?, wanted.name());
    let cannot_ask = |cause| Error::failed("cannot ask").because(cause);
    out.write_all(question.as_bytes()).and_then(|()| out.flush()).map_err(cannot_ask)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(cannot_ask)?;
    if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
        return Ok(());
    }
    Err(Error::failed("nothing was changed"))
}

/// What the change does to the scores, in a few lines.
fn effect(desk: &Desk, wanted: Stance) -> Result<String> {
    let Some(store) = Store::open_to_read(&desk.home.data)? else { return Ok(String::new()) };
    let mut moves = Vec::new();
    Book::open(&store, &desk.config.policy, desk.as_of())?.each_person(|person| {
        if person.archived_at.is_some() {
            return Ok(());
        }
        let Standing { inputs, score, .. } = person.standing;
        let name = person.row.name;
        let to = score::measure(&inputs, wanted).value;
        moves.extend(score.value.zip(to).map(|(from, to)| Move { name, from, to }));
        Ok(())
    })?;
    Ok(move_list(moves))
}

struct Move {
    name: String,
    from: f64,
    to: f64,
}

impl Move {
    fn by(&self) -> f64 {
        self.to - self.from
    }
}

fn move_list(mut moves: Vec<Move>) -> String {
    moves.retain(|one| one.by().abs() >= MOVE);
    moves.sort_by(|a, b| b.by().abs().total_cmp(&a.by().abs()).then_with(|| a.name.cmp(&b.name)));
    let rise = moves.iter().filter(|one| one.by() > 0.0).count();
    let mut text = match moves.len() {
        0 => "No score moves.\n".to_owned(),
        all => format!("Scores: {rise} up, {} down. The biggest moves:\n", all - rise),
    };
    for Move { name, from, to } in moves.iter().take(NAMED) {
        text.push_str(&format!("  {name}: {from:.0} → {to:.0}\n"));
    }
    text
}

fn write(path: &Path, stance: Stance) -> Result<()> {
    let cannot = |cause: io::Error| {
        Error::failed(format!("cannot write {}", path.display()))
            .because(cause)
            .hint("check the owner and the permissions of the file and its folder")
    };
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => String::new(),
        Err(cause) => return Err(cannot(cause)),
    };
    let text = with_stance(&text, stance)
        .map_err(|cause| Error::config(format!("{} is no TOML", path.display())).because(cause))?;
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

    #[test]
    fn the_biggest_moves_are_named_first() {
        let one = |name: &str, from, to| Move { name: name.to_owned(), from, to };
        let moves = vec![one("Ann", 50.0, 55.0), one("Bob", 50.0, 30.0), one("Cy", 1.0, 1.2)];
        assert_eq!(
            move_list(moves),
            "Scores: 1 up, 1 down. The biggest moves:\n  Bob: 50 → 30\n  Ann: 50 → 55\n"
        );
        assert_eq!(move_list(Vec::new()), "No score moves.\n");
    }
}
