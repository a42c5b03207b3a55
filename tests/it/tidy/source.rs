//! The project's own source, as text and as syntax, with its tests left out.

use std::fs;
use std::path::{Path, PathBuf};

use syn::{Attribute, File, Item};

pub struct Source {
    /// From the project's root: `src/store/mod.rs`.
    pub path: String,
    pub text: String,
    pub syntax: File,
}

impl Source {
    pub fn of(path: &str, text: &str) -> Source {
        let mut syntax = syn::parse_file(text).unwrap_or_else(|why| panic!("{path}: {why}"));
        leave_tests_out(&mut syntax.items);
        Source { path: path.to_owned(), text: text.to_owned(), syntax }
    }

    /// Whether all of it is there for tests, or for the fuzzer.
    pub fn is_test(&self) -> bool {
        let path = &self.path;
        path.ends_with("/tests.rs") || path.contains("/tests/") || path.ends_with("/fuzzing.rs")
    }

    /// `src/store/people.rs` → `store`, `people`.
    pub fn module(&self) -> Vec<String> {
        let path = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        let path = path.trim_end_matches("/mod");
        path.split('/').filter(|name| *name != "lib").map(str::to_owned).collect()
    }
}

fn leave_tests_out(items: &mut Vec<Item>) {
    items.retain(|item| !attributes(item).iter().any(is_for_tests));
    for item in items {
        if let Item::Mod(module) = item
            && let Some((_, items)) = &mut module.content
        {
            leave_tests_out(items);
        }
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    let mut found = false;
    if attribute.path().is_ident("cfg") {
        let _ = attribute.parse_nested_meta(|meta| {
            found |= meta.path.is_ident("test") || meta.path.is_ident("fuzzing");
            Ok(())
        });
    }
    found
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(it) => &it.attrs,
        Item::Enum(it) => &it.attrs,
        Item::Fn(it) => &it.attrs,
        Item::Impl(it) => &it.attrs,
        Item::Mod(it) => &it.attrs,
        Item::Static(it) => &it.attrs,
        Item::Struct(it) => &it.attrs,
        Item::Trait(it) => &it.attrs,
        Item::Type(it) => &it.attrs,
        Item::Use(it) => &it.attrs,
        _ => &[],
    }
}

/// All of it, in the order of its paths.
pub fn all() -> Vec<Source> {
    let mut waiting = vec![root().join("src")];
    let mut sources = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            sources.push(Source::of(&name, &fs::read_to_string(&path).unwrap()));
        }
    }
    assert!(!sources.is_empty());
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

pub fn without_comments(text: &str) -> String {
    let code = |line: &'_ str| line.split_once("//").map_or(line.len(), |(code, _)| code.len());
    text.lines().map(|line| format!("{}\n", &line[..code(line)])).collect()
}

/// Drops what follows `#[cfg(test)]` up to the item's end, as rustfmt lays it out: a line that
/// begins as far left as the attribute and closes the item.
pub fn without_tests(text: &str) -> String {
    let mut kept = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let indent = line.len() - line.trim_start().len();
        if line.trim() != "#[cfg(test)]" {
            kept += &format!("{line}\n");
            continue;
        }
        let ends = |line: &&str| {
            let level = line.len() - line.trim_start().len() == indent;
            level && line.ends_with(['}', ';'])
        };
        let _ = lines.find(ends);
    }
    kept
}
