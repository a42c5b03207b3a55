//! A database that can't be opened, read or written: told plainly, and nothing stored is lost.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::geteuid;
use serde_json::Value;

use crate::support::eventually;
use crate::support::maildir::Maildir;
use crate::support::message::Message;
use crate::support::peers::peer;
use crate::support::world::World;

/// A home with a Maildir and some mail from Bob, not yet read.
fn with_mail(count: usize) -> World {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    let inbox = Maildir::create(world.home().join("Mail"));
    world.configure(&format!(
        "[me]\naddresses = [\"ada@example.com\"]\n[alerts]\ndesktop = false\n{}",
        inbox.account("box")
    ));
    for number in 1..=count {
        let at = "2026-03-02T09:00:00Z";
        let mail = Message::at(at)
            .from(&format!("Bob <bob{number}@example.org>"))
            .to("ada@example.com")
            .subject(&format!("Lunch {number}?"))
            .id(&format!("{number}@example.org"));
        inbox.keep(at.parse().unwrap(), "S", &mail.bytes());
    }
    let cards = "BEGIN:VCARD\nVERSION:3.0\nFN:Bob\nEMAIL:bob1@example.org\nEND:VCARD\n";
    world.write("bob.vcf", cards);
    world
}

/// The same, read, and Bob known.
fn with_stored_mail() -> World {
    let world = with_mail(3);
    bring_bob(&world);
    world.run(&["sync"]);
    world
}

fn bring_bob(world: &World) {
    world.run(&["import", world.home().join("bob.vcf").to_str().unwrap()]);
}

fn database(world: &World) -> PathBuf {
    world.home().join("data/requite.db")
}

fn messages(world: &World) -> Value {
    world.json(&["status", "--json"])["totals"]["messages"].clone()
}

/// What a pass over the mailbox leaves, as of the day after.
fn figures(world: &World) -> [Value; 2] {
    let at = "2026-03-03T09:00:00Z";
    let mut found =
        ["status", "contacts"].map(|command| world.json(&[command, "--json", "--at", at]));
    // Turns are numbered as they came in, which is as the folder lists its files.
    for debt in found[0]["i_owe"].as_array_mut().unwrap() {
        debt["id"].take();
    }
    found
}

/// A command that fails with this code, and says all of this.
#[track_caller]
fn check_failure(mut command: Command, code: i32, said: &[&str]) {
    let output = command.output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    for sign in ["panicked", "unexpectedly", "RUST_BACKTRACE", "please report"] {
        assert!(!complaint.contains(sign), "{complaint}");
    }
    for part in said {
        assert!(complaint.contains(part), "it doesn't say {part:?}:\n{complaint}");
    }
    assert_eq!(output.status.code(), Some(code), "{complaint}");
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let world = with_stored_mail();
    let db = world.database();
    db.pragma_update(None, "user_version", 99).unwrap();
    db.close().unwrap();
    let before = fs::read(database(&world)).unwrap();
    for command in ["status", "sync", "run"] {
        let said = ["newer requite", "version 99", "this one knows", "help:"];
        check_failure(world.command(&[command]), 1, &said);
    }
    assert!(fs::read(database(&world)).unwrap() == before, "the file was touched");
}

/// A command as somebody whom permissions bind; `None` where that can't be had.
fn as_nobody(world: &World, arguments: &[&str]) -> Option<Command> {
    let wanted = world.command(arguments);
    if !geteuid().is_root() {
        return Some(wanted);
    }
    let mut command = Command::new(peer("setpriv")?);
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    command.arg(wanted.get_program()).args(wanted.get_args()).stdin(Stdio::null());
    command.env_clear();
    command.envs(wanted.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut probe = Command::new("setpriv");
    probe.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(wanted.get_program());
    if probe.arg("--version").output().is_ok_and(|output| output.status.success()) {
        return Some(command);
    }
    eprintln!("skipped: nobody may not run the program where it lies");
    None
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let world = with_stored_mail();
    let data = world.home().join("data");
    let open = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    open(world.home(), 0o755);
    open(&world.home().join("config.toml"), 0o644);
    open(&data, 0o555);
    open(&database(&world), 0o444);
    for command in ["sync", "run"] {
        let Some(command) = as_nobody(&world, &[command]) else { return };
        check_failure(command, 1, &["can", "help:", "writable"]);
    }
    for (command, said) in [("status", "3 messages"), ("contacts", "Bob")] {
        let Some(mut command) = as_nobody(&world, &[command]) else { return };
        let output = command.output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && told.contains(said), "{output:?}");
    }
    open(&data, 0o755);
    assert_eq!(messages(&world), 3);
}

/// A small disk of its own over the data folder; `None` where this process may not mount one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(over: &Path) -> Option<Self> {
        fs::create_dir_all(over).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=512k", "tmpfs"]).arg(over);
        if !mount.output().is_ok_and(|output| output.status.success()) {
            eprintln!("skipped: only root may mount a small disk");
            return None;
        }
        Some(SmallDisk(over.to_owned()))
    }

    fn grow(&self) {
        self.remount("remount,size=64m");
    }

    fn remount(&self, options: &str) {
        let done = Command::new("mount").args(["-o", options]).arg(&self.0).status().unwrap();
        assert!(done.success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily, as an asserting test may still have a daemon on it.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_disk_that_fills_up_loses_nothing() {
    let world = with_mail(1500);
    let Some(disk) = SmallDisk::mount(&world.home().join("data")) else { return };
    bring_bob(&world);
    check_failure(world.command(&["sync"]), 1, &["the disk is full", "help:", "free some space"]);
    let stored = messages(&world).as_u64().unwrap();
    assert!(stored < 1500, "{stored}");
    assert_eq!(world.json(&["contacts", "--json"])["contacts"][0]["name"], "Bob");

    disk.grow();
    world.run(&["sync"]);
    let clean = with_mail(1500);
    bring_bob(&clean);
    clean.run(&["sync"]);
    assert_eq!(messages(&world), 1500);
    assert_eq!(figures(&world), figures(&clean));
}

#[test]
fn a_daemon_waits_for_room_and_says_so() {
    let world = with_mail(1);
    let Some(disk) = SmallDisk::mount(&world.home().join("data")) else { return };
    bring_bob(&world);
    let mut daemon = world.daemon();
    daemon.ready();
    let inbox = Maildir::create(world.home().join("Mail"));
    for number in 2..=1500 {
        let mail = Message::at("2026-03-02T09:00:00Z")
            .from(&format!("Bob <bob{number}@example.org>"))
            .to("ada@example.com")
            .id(&format!("{number}@example.org"));
        inbox.deliver(mail.time(), &mail.bytes());
    }
    let told = "Can't store mail: the disk is full";
    eventually(Duration::from_secs(60), "it says so", || daemon.log().contains(told).then_some(()));
    assert!(!daemon.has_ended());
    disk.grow();
    let stored = || (messages(&world) == 1500).then_some(());
    eventually(Duration::from_secs(60), "all mail is stored", stored);
    assert!(daemon.terminate().success());
}

#[test]
fn a_disk_that_turns_read_only_is_named() {
    let world = with_mail(3);
    let Some(disk) = SmallDisk::mount(&world.home().join("data")) else { return };
    bring_bob(&world);
    disk.remount("remount,ro");
    check_failure(world.command(&["sync"]), 1, &["can't write", "Read-only file system"]);
    assert_eq!(world.json(&["contacts", "--json"])["contacts"][0]["name"], "Bob");
    assert_eq!(messages(&world), 0);
    disk.remount("remount,rw");
    world.run(&["sync"]);
    assert_eq!(messages(&world), 3);
}

#[test]
fn a_damaged_database_says_how_to_begin_anew() {
    let world = with_stored_mail();
    let clean = figures(&world);
    let mut bytes = fs::read(database(&world)).unwrap();
    for page in bytes.chunks_mut(4096).skip(1) {
        page[..64].fill(0xa5);
    }
    fs::write(database(&world), &bytes).unwrap();
    for command in ["status", "sync", "contacts"] {
        check_failure(
            world.command(&[command]),
            1,
            &["damaged", "help:", "requite check --repair"],
        );
    }
    fs::write(database(&world), "This was a database once.").unwrap();
    check_failure(world.command(&["sync"]), 1, &["damaged", "help:", "requite check --repair"]);

    let said = world.run(&["check", "--repair"]);
    assert!(said.contains("There is no good copy"), "{said}");
    assert!(world.home().join("data/requite.db.damaged").exists());
    bring_bob(&world);
    world.run(&["sync"]);
    assert_eq!(figures(&world), clean);
}

#[test]
fn a_sound_database_is_left_alone_and_a_running_daemon_keeps_its_own() {
    let world = with_stored_mail();
    let before = fs::read(database(&world)).unwrap();
    assert!(world.run(&["check", "--repair"]).contains("nothing to repair"));
    assert!(fs::read(database(&world)).unwrap() == before);
    let daemon = world.daemon();
    daemon.ready();
    check_failure(world.command(&["check", "--repair"]), 2, &["running", "systemctl --user stop"]);
    assert!(daemon.terminate().success());
}

#[test]
fn two_writers_at_once_lose_nothing() {
    let world = with_mail(400);
    bring_bob(&world);
    let mut pass = world.command(&["sync"]);
    let mut pass = pass.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    for number in 1..=20 {
        world.run(&["log", "note", "Bob", &format!("note {number}")]);
    }
    assert!(pass.wait().unwrap().success());
    assert_eq!(messages(&world), 400);
    let db = world.database();
    let notes: usize = db
        .query_row("SELECT count(*) FROM entry WHERE text LIKE 'note %'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(notes, 20);
}
