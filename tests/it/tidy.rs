//! The rules of the house, checked on its own source. Each rule comes with a snippet that breaks
//! it, so that it is known to notice.

use std::process::Command;

use sha2::{Digest as _, Sha256};

mod circles;
mod names;
mod rooms;
mod sizes;
mod source;
mod stacks;
mod words;

use source::{Source, all, root};

/// Of one file, by its path and its text.
type Rule = fn(&str, &str) -> Vec<String>;
/// Of all files together.
type CrateRule = fn(&[Source]) -> Vec<String>;

#[test]
fn rooms_import_only_what_they_may() {
    holds(rooms::imports);
    breaks(rooms::imports, "src/domain/measure/score.rs", "use crate::store::Store;");
    breaks(rooms::imports, "src/domain.rs", "fn f() { crate::error::fail() }");
    breaks(rooms::imports, "src/source/imap/watch.rs", "use crate::{domain::model, store::Store};");
    breaks(rooms::imports, "src/deliver/email.rs", "use crate::source::RawMail;");
    breaks(rooms::imports, "src/daemon/mod.rs", "use crate::cli::render;");
    breaks(rooms::imports, "src/main.rs", "use requite::store::Store;");
    breaks(rooms::imports, "src/helpers.rs", "");
    passes(
        rooms::imports,
        "src/source/mod.rs",
        "use crate::{\n    config::{self, Tls},\n    error};",
    );
    passes(rooms::imports, "src/domain/measure/score.rs", "//! See [`crate::store`].");
}

#[test]
fn each_floor_of_the_domain_knows_only_those_below() {
    holds(rooms::floors);
    breaks(rooms::floors, "src/domain/message/noise/mod.rs", "use crate::domain::measure::turns;");
    breaks(rooms::floors, "src/domain/measure/score.rs", "use crate::domain::decide::debts::Debt;");
    breaks(rooms::floors, "src/domain/model.rs", "use crate::domain::message::facts::Facts;");
    passes(rooms::floors, "src/domain/decide/debts.rs", "use crate::domain::measure::turns::Turn;");
    passes(rooms::floors, "src/domain/measure/score.rs", "use crate::domain::model::Moment;");
}

#[test]
fn no_files_know_each_other_in_a_circle() {
    hold(circles::circles);
    let check = |files: &[(&str, &str)], expect: &[&str]| {
        let files: Vec<Source> = files.iter().map(|(path, text)| Source::of(path, text)).collect();
        assert_eq!(circles::circles(&files), expect);
    };
    let pair = [("src/a.rs", "use crate::b::{self, Y};"), ("src/b.rs", "fn f(x: crate::a::X) {}")];
    check(&pair, &["src/a.rs → src/b.rs: , Y", "src/b.rs → src/a.rs: X"]);
    let handed_on = [
        ("src/a/mod.rs", "pub use b::B;"),
        ("src/a/b.rs", "use super::c::C;"),
        ("src/a/c.rs", "use crate::a::B;"),
    ];
    check(&handed_on, &["src/a/b.rs → src/a/c.rs: C", "src/a/c.rs → src/a/b.rs: B"]);
    let by_parent = [
        ("src/a.rs", "use b::B; struct A;"),
        ("src/a/b.rs", "use super::c::C;"),
        ("src/a/c.rs", "use super::A;"),
    ];
    let [first, second, third] =
        ["src/a.rs → src/a/b.rs: B", "src/a/b.rs → src/a/c.rs: C", "src/a/c.rs → src/a.rs: A"];
    check(&by_parent, &[first, second, third]);
    check(&[("src/a.rs", "use b::B;"), ("src/a/b.rs", "use super::A;")], &[]);
    let of_tests =
        [("src/a.rs", "use crate::b::B;"), ("src/b.rs", "#[cfg(test)] use crate::a::A;")];
    check(&of_tests, &[]);
}

#[test]
fn a_public_types_name_means_one_thing() {
    hold(names::types);
    assert!(names::EXCEPTIONS.len() <= 8);
    let named =
        |a: &str, b: &str| names::types(&[Source::of("src/a.rs", a), Source::of("src/b.rs", b)]);
    assert_eq!(named("pub struct X;", "pub(super) enum X {}"), ["X: src/a.rs, src/b.rs"]);
    assert!(named("pub struct X;", "struct X;").is_empty());
    assert!(named("pub struct X;", "#[cfg(test)] pub trait X {}").is_empty());
}

#[test]
fn files_and_functions_stay_short() {
    hold(sizes::files);
    hold(sizes::functions);
    let file = |lines: usize| sizes::files(&[Source::of("src/a.rs", &"//!\n".repeat(lines))]);
    assert!(file(sizes::FILE).is_empty());
    assert!(!file(sizes::FILE + 1).is_empty());
    // A short one for each, so that nine in ten are.
    let functions = |text: String| {
        let short = "fn f() {}\n".repeat(19);
        sizes::functions(&[Source::of("src/a.rs", &(short + &text))])
    };
    let long = |lines: usize| format!("impl X {{ fn long() {{{}}} }}", "\n".repeat(lines - 1));
    assert!(functions(long(sizes::FUNCTION)).is_empty());
    assert_eq!(functions(long(sizes::FUNCTION + 1)), ["src/a.rs: long has 61 lines"]);
    assert_eq!(
        functions("impl X { fn f(&self, a: A, b: A, c: A, d: A, e: A, f: A) {} }".to_owned()),
        ["src/a.rs: f has 7 parameters"]
    );
    let many = format!("fn f() {{{}}}\n", "\n".repeat(sizes::MOST_FUNCTIONS));
    assert!(functions(many.repeat(2)).is_empty());
    assert!(!functions(many.repeat(3)).is_empty());
}

#[test]
fn the_service_wakes_only_when_something_is_due_or_happened() {
    holds(words::ticks);
    breaks(words::ticks, "src/daemon/service.rs", "let looks = tokio::time::interval(SECOND);");
    breaks(words::ticks, "src/daemon/errands.rs", "sleep(SHORTLY).await;");
    passes(words::ticks, "src/daemon/service.rs", "sleep_until(deadline).await;");
}

#[test]
fn only_the_clock_knows_the_time() {
    holds(words::clock);
    breaks(words::clock, "src/domain/decide/overdue.rs", "let now = jiff::Timestamp::now();");
    breaks(words::clock, "src/deliver/email.rs", "tokio::time::Instant::now()");
    breaks(words::clock, "src/source/imap/exec.rs", "std::time::SystemTime::now()");
    passes(words::clock, "src/source/imap/exec.rs", "let end = Instant::now() + limit;");
    passes(words::clock, "src/daemon/clock.rs", "Timestamp::now()");
}

#[test]
fn nothing_aborts_outside_of_tests() {
    holds(words::aborts);
    breaks(words::aborts, "src/mail.rs", "let first = parts.next().unwrap();");
    breaks(words::aborts, "src/mail.rs", "#[cfg(test)]\nmod tests {\n}\nfn f() {\n    todo!()\n}");
    passes(words::aborts, "src/mail.rs", "#[cfg(test)]\nmod tests {\n    x.unwrap();\n}\n");
    passes(words::aborts, "src/mail/tests.rs", "x.unwrap();");
    passes(words::aborts, "src/mail.rs", "let x = y.unwrap_or_default(); // not .unwrap()");
}

#[test]
fn every_module_says_what_it_is_for() {
    holds(words::purpose);
    breaks(words::purpose, "src/mail.rs", "use std::fmt;\n\nfn f() {\n    g();\n    h();\n}");
    passes(words::purpose, "src/mail.rs", "//! Bytes → facts.");
}

#[test]
fn one_library_tells_the_time() {
    holds(words::chrono);
    breaks(words::chrono, "src/mail.rs", "use chrono::Utc;");
    passes(words::chrono, "src/mail.rs", "let chronology = 1;");
}

#[test]
fn no_path_belongs_to_one_machine() {
    holds(words::machine_paths);
    breaks(words::machine_paths, "src/mail.rs", "const DATA: &str = \"/home/bob/mail\";");
    passes(words::machine_paths, "src/config/file.rs", "assert_eq!(path, \"/home/ada/Mail\");");
    passes(words::machine_paths, "src/mail.rs", "see https://example.com/tmp/");
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
    assert_eq!(stacks::stacks(&tree), Vec::<String>::new());

    let check = |tree: &str, expect: &[&str]| assert_eq!(stacks::stacks(tree), expect, "{tree}");
    check("zbus v5.1.0\nrustls v0.23.4\nopenssl-probe v0.2.0", &[]);
    check("zbus v5.1.0\nring v0.17.14", &["a second stack: ring"]);
    check("zbus v5.1.0\nzbus v5.1.0 (*)\nzbus v6.0.0", &["not one D-Bus stack: zbus 5, zbus 6"]);
}

/// `tests/pictures/run` makes them, and says of what.
#[test]
fn the_pictures_of_the_readme_show_what_there_is() {
    const MOST: u64 = 150_000;
    let made_of = std::fs::read_to_string(root().join("tests/pictures/made-of")).unwrap();
    for line in made_of.lines() {
        let (hash, file) = line.split_once("  ").unwrap();
        let bytes = std::fs::read(root().join(file)).unwrap();
        let now: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(now, hash, "{file} has changed since tests/pictures/run made the pictures");
    }
    for picture in ["alert", "digest", "report"] {
        let file = root().join(format!("tests/pictures/{picture}.png"));
        assert!(file.metadata().unwrap().len() <= MOST, "{picture}");
    }
}

#[track_caller]
fn holds(rule: Rule) {
    let mut wrong = Vec::new();
    for Source { path, text, .. } in all() {
        wrong.extend(rule(&path, &text).into_iter().map(|what| format!("{path}: {what}")));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[track_caller]
fn hold(rule: CrateRule) {
    let wrong = rule(&all());
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
