//! Finds the real programs that tests talk to: servers, notifiers, tracers.
//!
//! Installs nothing; `tests/run` does.

use std::path::PathBuf;
use std::process::Command;

/// Where daemons live that stand on no ordinary user's `PATH`.
const ADMIN: [&str; 3] = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/// The program, or `None` with a word on stderr, so that a test can leave early. With
/// `REQUITE_REQUIRE_PEERS=1` a missing program fails the test instead.
#[track_caller]
pub fn peer(program: &str) -> Option<PathBuf> {
    required(program, find(program))
}

/// Python, if it has this module; as [`peer`].
#[track_caller]
pub fn python_with(module: &str) -> Option<PathBuf> {
    let has_it = |python: &PathBuf| {
        let import = Command::new(python).args(["-c", &format!("import {module}")]).output();
        import.is_ok_and(|output| output.status.success())
    };
    required(module, find("python3").filter(has_it))
}

#[track_caller]
fn required(name: &str, found: Option<PathBuf>) -> Option<PathBuf> {
    if found.is_none() {
        let required = std::env::var("REQUITE_REQUIRE_PEERS").is_ok_and(|value| value == "1");
        assert!(!required, "{name} is required here, but it is not installed");
        eprintln!("skipped: {name} is not installed");
    }
    found
}

/// The folder with unpacked Debian packages that has this file: a machine takes only one IMAP
/// server as installed. As with [`peer`] where there is none.
#[track_caller]
pub fn unpacked(file: &str) -> Option<PathBuf> {
    let root = std::env::var_os("REQUITE_PEER_ROOT").map(PathBuf::from);
    let found = root.filter(|root| root.join(file).is_file());
    if found.is_none() {
        let required = std::env::var("REQUITE_REQUIRE_PEERS").is_ok_and(|value| value == "1");
        assert!(!required, "{file} is required here, but it is not below REQUITE_PEER_ROOT");
        eprintln!("skipped: {file} is not below REQUITE_PEER_ROOT");
    }
    found
}

/// One that no Debian package brings: never required.
pub fn optional(program: &str) -> Option<PathBuf> {
    let found = find(program);
    if found.is_none() {
        eprintln!("skipped: {program} is not installed");
    }
    found
}

/// Where libraries of unpacked packages lie.
pub fn libraries(root: &std::path::Path) -> std::ffi::OsString {
    let machine = format!("{}-linux-gnu", std::env::consts::ARCH);
    let folders = [
        root.join("usr/lib").join(&machine),
        root.join("lib").join(&machine),
        root.join("usr/lib"),
        root.join("usr/lib/courier-authlib"),
    ];
    std::env::join_paths(folders).unwrap()
}

fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(ADMIN.iter().map(PathBuf::from));
    folders.map(|folder| folder.join(program)).find(|file| file.is_file())
}

#[test]
fn a_program_is_found_by_its_name() {
    assert!(find("sh").is_some());
    assert!(find("no-such-program-anywhere").is_none());
}
/// Xfce's notifier, which no `PATH` has: below the folder of the machine's libraries. As [`peer`].
#[track_caller]
pub fn xfce4_notifyd() -> Option<PathBuf> {
    let libraries = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let places = libraries.map(|folder| folder.path().join("xfce4/notifyd/xfce4-notifyd"));
    required("xfce4-notifyd", places.into_iter().find(|path| path.is_file()))
}
