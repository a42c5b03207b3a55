//! What a package brings for the shell and for reading: completions, manual pages, a schema.

use crate::support::world::World;

#[test]
fn every_command_has_a_manual_page() {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    let folder = world.home().join("a/man");
    world.run(&["man", folder.to_str().unwrap()]);
    for (page, content) in [
        ("requite.1", "Reads mail, never changes it"),
        ("requite-status.1", "\\-\\-exit\\-code"),
        ("requite-auth-login.1", "ACCOUNT"),
    ] {
        let page = std::fs::read_to_string(folder.join(page)).unwrap();
        assert!(page.contains(content), "{page}");
    }
    let (code, complaint) = world.fails(&["man", "/dev/null/man"]);
    assert_eq!(code, 1, "{complaint}");
    assert!(complaint.contains("/dev/null/man"), "{complaint}");
}

#[test]
fn three_shells_learn_what_can_be_typed() {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    for shell in ["bash", "zsh", "fish"] {
        let script = world.run(&["completions", shell]);
        assert!(script.contains("losing-touch"), "{shell}: {script}");
    }
}

#[test]
fn the_schema_of_the_configuration_is_one_document() {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    let schema: serde_json::Value =
        serde_json::from_str(&world.run(&["config", "schema"])).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    assert!(schema["properties"]["account"].is_object(), "{schema}");
}

#[test]
fn an_option_without_effect_is_refused() {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    for command in ["sync", "run", "check", "setup", "demo"] {
        let (code, complaint) = world.fails(&[command, "--at", "2026-11-16"]);
        assert_eq!(code, 2, "{command}: {complaint}");
        assert!(complaint.contains("--at has no effect on this command"), "{complaint}");
    }
}
