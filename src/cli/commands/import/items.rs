//! What there is to import: files, folders and archives, down to the items that are read one by one.
//!
//! Looks at the beginnings of files only; what is in them is read where it is brought in.

use std::cmp::Ordering;
use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::import::{
    BEGINNING, Format, Mapping, Package, Recognised, Statement, Unrecognised, is_package, recognise,
};
use crate::source::archive::{self, Archive};

/// No folder of exports is deeper, or has more files.
const DEEPEST: usize = 8;
const MOST_FILES: usize = 10_000;

/// Something that is brought in as a whole, or why it can't be.
pub(super) struct Item {
    /// As the user knows it: a member of an archive stands behind the archive's path.
    pub(super) path: PathBuf,
    pub(super) content: Result<ItemContent, String>,
}

pub(super) enum ItemContent {
    /// Of history.
    Mail(Archive),
    /// People, calls, messages.
    Export(Box<Export>),
}

/// A file, or a member of an archive, that was recognised.
pub(super) struct Export {
    file: PathBuf,
    member: Option<usize>,
    recognised: Recognised,
}

impl Item {
    fn refused(path: &Path, why: impl Into<String>) -> Item {
        Item { path: path.to_owned(), content: Err(why.into()) }
    }

    pub(super) fn mail(&self) -> Option<&Archive> {
        match &self.content {
            Ok(ItemContent::Mail(archive)) => Some(archive),
            _ => None,
        }
    }

    pub(super) fn export(&self) -> Option<&Export> {
        match &self.content {
            Ok(ItemContent::Export(export)) => Some(export),
            _ => None,
        }
    }

    /// Who the user is comes first, then people, then what they did.
    pub(super) fn order(&self, other: &Item) -> Ordering {
        let format = |item: &Item| item.export().map(Export::format);
        format(self).cmp(&format(other))
    }
}

impl Export {
    pub(super) fn format(&self) -> Format {
        self.recognised.format
    }

    /// Gives away everything that it tells.
    ///
    /// # Errors
    /// Why it can't be read to its end, as a phrase for the user.
    pub(super) fn each(
        &self,
        take: &mut dyn FnMut(Statement) -> ControlFlow<()>,
    ) -> Result<(), String> {
        match self.member {
            Some(member) => {
                let mut package = Package::open(&self.file)?;
                self.recognised.each(package.member(member)?, take)
            }
            None => {
                let file = File::open(&self.file).map_err(unreadable)?;
                self.recognised.each(Box::new(BufReader::new(file)), take)
            }
        }
    }
}

/// Everything below the paths that the user named, in their order.
pub(super) fn items(paths: &[PathBuf], mapping: &Mapping) -> Vec<Item> {
    paths.iter().flat_map(|path| items_of(path, mapping)).collect()
}

fn items_of(path: &Path, mapping: &Mapping) -> Vec<Item> {
    match of_file(path, mapping) {
        Ok(items) => items,
        Err(_) if path.is_dir() => of_folder(path, mapping),
        Err(nothing) => vec![Item::refused(path, nothing.why())],
    }
}

/// What one file holds, or a Maildir.
fn of_file(path: &Path, mapping: &Mapping) -> Result<Vec<Item>, Unrecognised> {
    let item = |content| vec![Item { path: path.to_owned(), content: Ok(content) }];
    if let Ok(Some(archive)) = archive::recognise(path) {
        return Ok(item(ItemContent::Mail(archive)));
    }
    let beginning = File::open(path).and_then(beginning);
    let beginning = beginning.map_err(|cause| Unrecognised::Nothing(unreadable(cause)))?;
    if is_package(&beginning) {
        return Ok(of_package(path, mapping));
    }
    export(path, path, None, &beginning, mapping).map(item)
}

/// Of many files those of no interest are not told of.
fn among_others(path: &Path, found: Result<Vec<Item>, Unrecognised>) -> Vec<Item> {
    match found {
        Ok(items) => items,
        Err(Unrecognised::Unclear(why)) => vec![Item::refused(path, why)],
        Err(Unrecognised::Nothing(_)) => Vec::new(),
    }
}

/// `shown`: the path by which the user knows it.
fn export(
    file: &Path,
    shown: &Path,
    member: Option<usize>,
    beginning: &[u8],
    mapping: &Mapping,
) -> Result<ItemContent, Unrecognised> {
    let name = shown.file_name().unwrap_or_default().to_string_lossy();
    let recognised = recognise(&name, beginning, mapping)?;
    Ok(ItemContent::Export(Box::new(Export { file: file.to_owned(), member, recognised })))
}

/// What a folder holds that is known.
fn of_folder(folder: &Path, mapping: &Mapping) -> Vec<Item> {
    let mut files = Vec::new();
    if let Err(cause) = walk(folder, DEEPEST, &mut files) {
        return vec![Item::refused(folder, unreadable(cause))];
    }
    files.sort();
    let of_file = |file: &PathBuf| among_others(file, of_file(file, mapping));
    let found: Vec<Item> = files.iter().flat_map(of_file).collect();
    if found.is_empty() {
        let why = "a folder with neither a Maildir nor an export of people in it";
        return vec![Item::refused(folder, why)];
    }
    found
}

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() && depth > 0 {
            walk(&entry.path(), depth - 1, files)?;
        } else if kind.is_file() && files.len() < MOST_FILES {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// What an archive holds that is known.
fn of_package(path: &Path, mapping: &Mapping) -> Vec<Item> {
    let mut package = match Package::open(path) {
        Ok(package) => package,
        Err(why) => return vec![Item::refused(path, why)],
    };
    let mut found = Vec::new();
    for (member, name) in package.members() {
        let shown = path.join(name.trim_start_matches(['/', '\\']));
        let mut beginning = Vec::new();
        let read = package.member(member).and_then(|input| {
            input.take(BEGINNING).read_to_end(&mut beginning).map_err(unreadable)
        });
        match read {
            Ok(_) => {
                let export = export(path, &shown, Some(member), &beginning, mapping);
                let item = |content| vec![Item { path: shown.clone(), content: Ok(content) }];
                found.extend(among_others(&shown, export.map(item)));
            }
            Err(why) => found.push(Item::refused(&shown, why)),
        }
    }
    if found.is_empty() {
        let why = "an archive in which nothing is known: no connections, messages or cards";
        return vec![Item::refused(path, why)];
    }
    found
}

fn beginning(file: impl Read) -> std::io::Result<Vec<u8>> {
    let mut beginning = Vec::new();
    file.take(BEGINNING).read_to_end(&mut beginning)?;
    Ok(beginning)
}

fn unreadable(cause: std::io::Error) -> String {
    format!("can't be read: {cause}")
}
