//! The daemon as systemd sees it.

use std::time::{Duration, Instant};

use super::*;
use crate::support::{PATIENCE, eventually};

fn settled() -> World {
    let world = world();
    let maildir = Maildir::create(world.home().join("Mail"));
    world.configure(&configuration(&[SILENT, &maildir_account(&maildir)]));
    world
}

#[track_caller]
fn is_watched(world: &World) {
    eventually(PATIENCE, "the account is watched", || {
        (status(world)["accounts"][0]["state"] == "watching").then_some(())
    });
}

#[test]
fn the_service_manager_hears_of_it_and_can_end_it() {
    let world = settled();
    let daemon = world.daemon();
    daemon.ready();
    for _ in 0..3 {
        daemon.notice("WATCHDOG=1");
    }
    let asked = Instant::now();
    assert_eq!(daemon.terminate().code(), Some(0));
    assert!(asked.elapsed() < Duration::from_secs(2), "it took {:?}", asked.elapsed());
}

#[test]
fn a_daemon_that_talks_to_a_server_ends_as_soon() {
    let Some(dovecot) = Dovecot::start() else { return };
    let world = world();
    world.configure(&configuration(&[SILENT, &imap_account(&world, &dovecot)]));
    let daemon = world.daemon();
    daemon.ready();
    is_watched(&world);
    let asked = Instant::now();
    assert_eq!(daemon.terminate().code(), Some(0));
    assert!(asked.elapsed() < Duration::from_secs(2), "it took {:?}", asked.elapsed());
}

#[test]
fn a_second_daemon_leaves_the_home_to_the_first() {
    let world = settled();
    let first = world.daemon();
    first.ready();
    let second = world.output(&["run"]);
    let said = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(0), "{said}");
    assert!(said.contains("another requite already watches this home"), "{said}");
    first.notice("WATCHDOG=1");
    assert!(first.terminate().success());
}

#[test]
fn after_a_power_cut_nothing_is_said_to_be_watched() {
    let world = settled();
    let daemon = world.daemon();
    daemon.ready();
    is_watched(&world);
    daemon.kill();
    let account = &status(&world)["accounts"][0];
    assert_eq!((&account["state"], &account["detail"]), (&"idle".into(), &"".into()));
    let printed = world.run(&["status"]);
    assert!(printed.contains("stopped") && !printed.contains("watching"), "{printed}");
    let said = String::from_utf8(world.output(&["status"]).stderr).unwrap();
    assert!(said.contains("`systemctl --user start requite`"), "{said}");
    let daemon = world.daemon();
    daemon.ready();
    is_watched(&world);
    assert!(daemon.terminate().success());
}

#[test]
fn a_pass_beside_a_daemon_leaves_the_word_to_the_daemon() {
    let world = settled();
    let daemon = world.daemon();
    daemon.ready();
    is_watched(&world);
    let said = status(&world)["accounts"].clone();
    world.run(&["sync"]);
    assert_eq!(status(&world)["accounts"], said);
    assert!(daemon.terminate().success());
    assert_eq!(status(&world)["accounts"][0]["state"], "idle");
}
