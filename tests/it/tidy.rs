//! The rules of the house, checked on its own source. Each rule comes with a snippet that breaks
//! it, so that it is known to notice.

use std::process::Command;

mod rooms;
mod source;
mod stacks;
mod words;

use source::{Source, all, root};

/// Of one file, by its path and its text.
type Rule = fn(&str, &str) -> Vec<String>;

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

#[track_caller]
fn holds(rule: Rule) {
    let mut wrong = Vec::new();
    for Source { path, text, .. } in all() {
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
