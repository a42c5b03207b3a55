//! A database of an earlier version is measured anew by this one.

use std::fs;

use rusqlite::Connection;
use serde_json::Value;

use crate::support::exchange::{complaints, number};
use crate::support::peers::peer;
use crate::support::world::World;

const NOW: &str = "2026-11-26T12:00:00Z";

/// Who had the program when it learned from silence that nothing was asked.
fn upgraded() -> World {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    world.configure(
        "[me]\naddresses = [\"ada@example.com\"]\nzone = \"UTC\"\n\
         [[account]]\nname = \"home\"\nkind = \"maildir\"\npath = \"~/Mail\"\n",
    );
    fs::create_dir(world.home().join("data")).unwrap();
    let old = Connection::open(world.home().join("data/requite.db")).unwrap();
    old.execute_batch(include_str!("../fixtures/upgrade/version_7.sql")).unwrap();
    world
}

fn show(world: &World, name: &str) -> Value {
    world.json(&["show", name, "--json", "--at", NOW])
}

/// How many of my turns have that status.
fn of_status(shown: &Value, status: &str) -> usize {
    let turns = shown["turns"].as_array().unwrap().iter();
    turns.filter(|turn| turn["side"] == "mine" && turn["status"] == status).count()
}

#[test]
fn silence_that_an_earlier_version_explained_away_counts() {
    let world = upgraded();
    let vera = show(&world, "Vera");
    assert_eq!(of_status(&vera, "expired"), 12, "{vera:#}");
    assert_eq!(vera["them"]["within_limit"]["matured"], 12);
    assert_eq!(of_status(&vera, "closed"), 1, "what the user said of a turn holds");
    assert!(vera["them"]["within_limit"]["mean"].as_f64().unwrap() < 0.5);
}

#[test]
fn what_was_answered_stays_answered() {
    let bea = show(&upgraded(), "Bea");
    assert_eq!(of_status(&bea, "answered"), 4, "{bea:#}");
    assert_eq!(bea["them"]["answered"], 4);
}

#[test]
fn the_word_of_then_teaches_nothing() {
    let needs = |world: &World| -> Vec<f64> {
        let vera = show(world, "Vera");
        let open = vera["turns"].as_array().unwrap().clone();
        let open = open.into_iter().filter(|turn| turn["status"] == "expired");
        open.map(|turn| turn["needs_reply"].as_f64().unwrap()).collect()
    };
    let world = upgraded();
    let before = needs(&world);
    world.run(&["done", "C1-12", "--undo"]);
    assert_eq!(needs(&world)[..9], before[..9]);
}

/// Where the database lies, beside what this is of it.
fn file(world: &World, end: &str) -> std::path::PathBuf {
    world.home().join(format!("data/requite.db{end}"))
}

#[test]
fn a_copy_of_before_is_kept_and_put_in_its_place_when_it_is_damaged() {
    use std::os::unix::fs::PermissionsExt;

    let world = upgraded();
    let sound = show(&world, "Vera");
    let copy = file(&world, ".last-good");
    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!file(&world, ".copying").exists());
    let version: i64 = Connection::open(&copy)
        .unwrap()
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 7);

    fs::write(file(&world, ""), vec![0xa5; 20_000]).unwrap();
    let said = world.run(&["check", "--repair"]);
    assert!(said.contains("is the last good copy"), "{said}");
    assert_eq!(show(&world, "Vera"), sound);
}

#[test]
fn a_damaged_database_is_not_brought_up_to_date() {
    let world = upgraded();
    let mut bytes = fs::read(file(&world, "")).unwrap();
    let half = bytes.len() / 2 / 4096 * 4096;
    bytes[half..half + 4096].fill(0xa5);
    fs::write(file(&world, ""), &bytes).unwrap();
    let (code, said) = world.fails(&["status"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("damaged") && said.contains("requite check --repair"), "{said}");
    assert!(fs::read(file(&world, "")).unwrap() == bytes, "the file was touched");
}

/// `status` under a tracer, which kills it at the `at`th of these calls; how many there were.
fn traced(world: &World, strace: &std::path::Path, at: Option<u32>) -> u32 {
    const CALLS: &str = "pwrite64,write,fdatasync,fsync,rename,unlink,ftruncate";
    let log = world.home().join("trace");
    let command = world.command(&["status", "--json"]);
    let mut tracer = std::process::Command::new(strace);
    tracer.args(["-f", "-e", &format!("trace={CALLS}"), "-o"]).arg(&log);
    if let Some(at) = at {
        tracer.args(["-e", &format!("inject={CALLS}:signal=SIGKILL:when={at}")]);
    }
    tracer.arg(command.get_program()).args(command.get_args());
    tracer.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    tracer.output().unwrap();
    let lines = fs::read_to_string(log).unwrap().lines().filter(|it| it.contains('(')).count();
    u32::try_from(lines).unwrap()
}

#[test]
fn an_upgrade_that_is_killed_at_any_step_ends_like_one_that_was_not() {
    let Some(strace) = peer("strace") else { return };
    let clean = upgraded();
    let steps = traced(&clean, &strace, None);
    let expect = show(&clean, "Vera");
    let tries = number("REQUITE_KILLS", 10).min(steps);
    let at = |n: u32| 1 + n * (steps - 1) / tries.max(1);
    let wrong = complaints((0..tries).map(at).collect(), 2, |at| {
        let world = upgraded();
        traced(&world, &strace, Some(at));
        let known = show(&world, "Vera");
        (known != expect).then(|| format!("killed at {at} of {steps}: {known:#}"))
    });
    eprintln!("{tries} upgrades killed, of {steps} steps: {} wrong", wrong.len());
    assert_eq!(wrong, Vec::<String>::new());
}
