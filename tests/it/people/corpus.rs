//! Contact exports of many programs, where a corpus of them is at hand.

use std::path::{Path, PathBuf};

use crate::support::world::World;

fn exports() -> Option<PathBuf> {
    let corpus = std::env::var_os("REQUITE_CORPUS").map(PathBuf::from);
    let exports = corpus.map(|corpus| corpus.join("contacts")).filter(|it| it.is_dir());
    if exports.is_none() {
        eprintln!("skipped: REQUITE_CORPUS names no corpus with contact exports");
    }
    exports
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_export = path
            .extension()
            .is_some_and(|it| ["csv", "xml", "vcf"].iter().any(|known| it == *known));
        if path.is_dir() {
            files(&path, found);
        } else if is_export {
            found.push(path);
        }
    }
    found.sort();
}

#[test]
fn each_comes_in_or_says_why_not_and_twice_changes_nothing() {
    let Some(exports) = exports() else { return };
    let mut found = Vec::new();
    files(&exports, &mut found);
    assert!(found.len() >= 25, "{found:?}");
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    world.configure("[me]\nnames = [\"Pedro Fuentes\"]\naddresses = [\"pedro@example.com\"]\n");
    let paths: Vec<&str> = found.iter().map(|path| path.to_str().unwrap()).collect();
    let arguments = [vec!["import", "--json"], paths.clone()].concat();
    let import = || {
        let output = world.output(&arguments);
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let contents = || world.json(&["contacts", "--json", "--at", "2026-03-01"])["contacts"].clone();
    let nobody = contents();
    let first = import();
    for file in first["files"].as_array().unwrap() {
        let came = ["new", "matched", "changed"].iter().any(|it| file[it].as_u64() > Some(0));
        let says = !file["skipped"].as_array().unwrap().is_empty();
        assert!(came || says, "{file}");
    }
    let everybody = contents();
    let again = import();
    for file in again["files"].as_array().unwrap() {
        assert_eq!((&file["new"], &file["changed"]), (&0.into(), &0.into()), "{file}");
    }
    assert_eq!(contents(), everybody);
    world.run(&["import", "--undo"]);
    assert_eq!(contents(), nobody);
}
