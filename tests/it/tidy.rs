//! The rules of the house, checked on its own source. Each rule comes with a snippet that breaks
//! it, so that it is known to notice.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const MAX_LINES: usize = 500;

/// What a room may import; a room that isn't listed may not exist. Edges never know each other,
/// but the checked configuration is plain data that two of them read.
const ROOMS: [(&str, &[&str]); 14] = [
    ("domain", &["domain"]),
    ("error", &["error"]),
    ("mail", &["mail", "domain"]),
    ("import", &["import", "domain", "error"]),
    ("auth", &["auth", "trust", "config", "domain", "error"]),
    ("source", &["source", "auth", "trust", "config", "mail", "domain", "error"]),
    ("discover", &["discover", "trust", "config", "domain", "error"]),
    ("trust", &["trust", "config", "error"]),
    ("store", &["store", "mail", "domain", "error"]),
    ("deliver", &["deliver", "auth", "trust", "config", "mail", "domain", "error"]),
    ("config", &["config", "mail", "domain", "error"]),
    (
        "daemon",
        &[
            "daemon", "source", "import", "store", "deliver", "auth", "config", "mail", "domain",
            "error",
        ],
    ),
    (
        "cli",
        &[
            "cli", "daemon", "discover", "source", "import", "store", "deliver", "auth", "config",
            "mail", "domain", "error",
        ],
    ),
    ("main", &["cli", "error"]),
];

const CLOCKS: [&str; 4] = ["SystemTime::now", "Timestamp::now", "Zoned::now", "Instant::now"];

const ABORTS: [&str; 6] =
    [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "dbg!("];

/// Folders that exist on one machine only.
const MACHINE_PATHS: [&str; 5] = ["/work/", "/root/", "/tmp/", "/Users/", "/home/"];

/// A second TLS or D-Bus stack, by the names of its crates.
const SECOND_STACKS: [&str; 8] = [
    "openssl",
    "openssl-sys",
    "native-tls",
    "boring",
    "ring",
    "webpki-roots",
    "dbus",
    "libdbus-sys",
];

type Rule = fn(&str, &str) -> Vec<String>;

#[test]
fn rooms_import_only_what_they_may() {
    holds(imports);
    breaks(imports, "src/domain/measure/score.rs", "use crate::store::Store;");
    breaks(imports, "src/domain.rs", "fn f() { crate::error::fail() }");
    breaks(imports, "src/source/imap/watch.rs", "use crate::{domain::model, store::Store};");
    breaks(imports, "src/deliver/email.rs", "use crate::source::RawMail;");
    breaks(imports, "src/daemon/mod.rs", "use crate::cli::render;");
    breaks(imports, "src/main.rs", "use requite::store::Store;");
    breaks(imports, "src/helpers.rs", "");
    passes(imports, "src/source/mod.rs", "use crate::{\n    config::{self, Tls},\n    error};");
    passes(imports, "src/domain/measure/score.rs", "//! See [`crate::store`].");
}

#[test]
fn only_the_clock_knows_the_time() {
    holds(clock);
    breaks(clock, "src/domain/decide/overdue.rs", "let now = jiff::Timestamp::now();");
    breaks(clock, "src/deliver/email.rs", "tokio::time::Instant::now()");
    breaks(clock, "src/source/imap/exec.rs", "std::time::SystemTime::now()");
    passes(clock, "src/source/imap/exec.rs", "let end = Instant::now() + limit;");
    passes(clock, "src/daemon/clock.rs", "Timestamp::now()");
}

#[test]
fn nothing_aborts_outside_of_tests() {
    holds(aborts);
    breaks(aborts, "src/mail.rs", "let first = parts.next().unwrap();");
    breaks(aborts, "src/mail.rs", "#[cfg(test)]\nmod tests {\n}\nfn f() {\n    todo!()\n}");
    passes(aborts, "src/mail.rs", "#[cfg(test)]\nmod tests {\n    x.unwrap();\n}\n");
    passes(aborts, "src/mail/tests.rs", "x.unwrap();");
    passes(aborts, "src/mail.rs", "let x = y.unwrap_or_default(); // not .unwrap()");
}

#[test]
fn files_stay_short() {
    holds(length);
    breaks(length, "src/mail.rs", &"//!\n".repeat(MAX_LINES + 1));
    passes(length, "src/mail.rs", &"//!\n".repeat(MAX_LINES));
}

#[test]
fn every_module_says_what_it_is_for() {
    holds(purpose);
    breaks(purpose, "src/mail.rs", "use std::fmt;\n\nfn f() {\n    g();\n    h();\n}");
    passes(purpose, "src/mail.rs", "//! Bytes → facts.");
}

#[test]
fn one_library_tells_the_time() {
    holds(chrono);
    breaks(chrono, "src/mail.rs", "use chrono::Utc;");
    passes(chrono, "src/mail.rs", "let chronology = 1;");
}

#[test]
fn no_path_belongs_to_one_machine() {
    holds(machine_paths);
    breaks(machine_paths, "src/mail.rs", "const DATA: &str = \"/home/bob/mail\";");
    passes(machine_paths, "src/config/file.rs", "assert_eq!(path, \"/home/ada/Mail\");");
    passes(machine_paths, "src/mail.rs", "see https://example.com/tmp/");
}

#[test]
fn one_tls_stack_and_one_bus() {
    // What is built, rather than Cargo.lock: that also lists what a feature nobody asks for
    // would add.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut tree = Command::new(cargo);
    tree.args(["tree", "--locked", "--offline", "--prefix=none", "--format={p}"]);
    let output = tree.current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    assert_eq!(stacks(&tree), Vec::<String>::new());

    let check = |tree: &str, expect: &[&str]| assert_eq!(stacks(tree), expect, "{tree}");
    check("zbus v5.1.0\nrustls v0.23.4\nopenssl-probe v0.2.0", &[]);
    check("zbus v5.1.0\nring v0.17.14", &["a second stack: ring"]);
    check("zbus v5.1.0\nzbus v5.1.0 (*)\nzbus v6.0.0", &["not one D-Bus stack: zbus 5, zbus 6"]);
}

fn imports(path: &str, text: &str) -> Vec<String> {
    let room = path.trim_start_matches("src/").split(['/', '.']).next().unwrap_or_default();
    if room == "lib" {
        return Vec::new();
    }
    let Some((_, may)) = ROOMS.iter().find(|(name, _)| *name == room) else {
        return vec![format!("no room is called {room}")];
    };
    let code = without_comments(text);
    let named = code.match_indices("crate::").map(|(at, found)| &code[at + found.len()..]);
    let by_main = code.match_indices("requite::").map(|(at, found)| &code[at + found.len()..]);
    let imported = named.chain(by_main).flat_map(first_names);
    imported.filter(|name| !may.contains(name)).map(|name| format!("{room} → {name}")).collect()
}

/// The rooms in `a::b`, or in `{a::b, c::{d, e}}`.
fn first_names(path: &str) -> Vec<&str> {
    let Some(group) = path.strip_prefix('{') else { return vec![name(path)] };
    let mut names = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.push(name(group[start..at].trim()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn name(path: &str) -> &str {
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_');
    &path[..end.unwrap_or(path.len())]
}

fn clock(path: &str, text: &str) -> Vec<String> {
    let mut banned = CLOCKS.to_vec();
    match path {
        "src/daemon/clock.rs" => banned.clear(),
        // Deadlines of a connection; clippy sees to it that they are tokio's.
        path if path.starts_with("src/source/imap") => banned.retain(|it| *it != "Instant::now"),
        _ => {}
    }
    mentions(&without_comments(text), &banned)
}

fn aborts(path: &str, text: &str) -> Vec<String> {
    let tests = path.ends_with("/tests.rs") || path.contains("/tests/");
    if tests { Vec::new() } else { mentions(&without_comments(&without_tests(text)), &ABORTS) }
}

fn length(_: &str, text: &str) -> Vec<String> {
    let lines = text.lines().count();
    if lines > MAX_LINES { vec![format!("{lines} lines; split it by concept")] } else { Vec::new() }
}

/// A handful of lines needs no introduction.
fn purpose(_: &str, text: &str) -> Vec<String> {
    let explained = text.starts_with("//!") || text.lines().count() <= 5;
    if explained { Vec::new() } else { vec!["no //! at its head".to_owned()] }
}

fn chrono(_: &str, text: &str) -> Vec<String> {
    mentions(&without_comments(text), &["chrono::", "extern crate chrono"])
}

/// Only where a path begins; `/home/ada` belongs to the invented user of the examples.
fn machine_paths(_: &str, text: &str) -> Vec<String> {
    let text = text.replace("/home/ada", "");
    let begins = |path: &str| {
        let mut hits = text.match_indices(path).map(|(at, _)| &text[..at]);
        hits.any(|before| before.ends_with(['"', '\'', '`', ' ', '=', '(']))
    };
    MACHINE_PATHS.iter().filter(|path| begins(path)).map(|path| format!("{path}…")).collect()
}

/// `tree`: a line per package, name and version first.
fn stacks(tree: &str) -> Vec<String> {
    let mut packages: Vec<(&str, &str)> = tree
        .lines()
        .filter_map(|line| line.split_once(" v"))
        .map(|(name, version)| (name, version.split('.').next().unwrap_or_default()))
        .collect();
    packages.sort_unstable();
    packages.dedup();
    let second = packages.iter().filter(|(name, _)| SECOND_STACKS.contains(name));
    let mut wrong: Vec<String> =
        second.map(|(name, _)| format!("a second stack: {name}")).collect();
    let buses: Vec<String> = packages
        .iter()
        .filter(|(name, _)| *name == "zbus")
        .map(|(name, major)| format!("{name} {major}"))
        .collect();
    if buses.len() != 1 {
        wrong.push(format!("not one D-Bus stack: {}", buses.join(", ")));
    }
    wrong
}

fn mentions(text: &str, banned: &[&str]) -> Vec<String> {
    let lines = text.lines().filter(|line| banned.iter().any(|banned| line.contains(banned)));
    lines.map(|line| line.trim().to_owned()).collect()
}

fn without_comments(text: &str) -> String {
    let code = |line: &'_ str| line.split_once("//").map_or(line.len(), |(code, _)| code.len());
    text.lines().map(|line| format!("{}\n", &line[..code(line)])).collect()
}

/// Drops what follows `#[cfg(test)]` up to the item's end, as rustfmt lays it out: a line that
/// begins as far left as the attribute and closes the item.
fn without_tests(text: &str) -> String {
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

#[track_caller]
fn holds(rule: Rule) {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        wrong.extend(rule(&path, &text).into_iter().map(|what| format!("{path}: {what}")));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[track_caller]
fn breaks(rule: Rule, path: &str, snippet: &str) {
    assert!(!rule(path, snippet).is_empty(), "not noticed in {path}: {snippet}");
}

#[track_caller]
fn passes(rule: Rule, path: &str, snippet: &str) {
    assert_eq!(rule(path, snippet), Vec::<String>::new(), "{path}: {snippet}");
}

/// Every source file by its path from the root.
fn sources() -> Vec<(String, String)> {
    let mut waiting = vec![root().join("src")];
    let mut files = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            files.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
    assert!(!files.is_empty());
    files.sort();
    files
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}
