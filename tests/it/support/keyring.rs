//! A Secret Service of the test's own: gnome-keyring on a private bus, without a screen to ask on.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};

use super::peers;

const PASSPHRASE: &str = "open sesame";

pub struct Keyring {
    program: PathBuf,
    folder: PathBuf,
    daemon: Child,
    _bus: Child,
}

/// `None` where one of the programs is missing.
pub fn programs() -> Option<[PathBuf; 2]> {
    Some([peers::peer("dbus-daemon")?, peers::peer("gnome-keyring-daemon")?])
}

impl Keyring {
    /// Starts the bus that this process was told of, and an open keyring on it.
    pub async fn start([dbus_daemon, program]: [PathBuf; 2], folder: &Path) -> Self {
        let bus = start_bus(&dbus_daemon, folder).await;
        let daemon = open(&program, folder).await;
        Keyring { program, folder: folder.to_owned(), daemon, _bus: bus }
    }

    /// As a login does: a new daemon that is told the passphrase.
    pub async fn unlock(&mut self) {
        self.daemon.kill().await.unwrap();
        self.daemon = open(&self.program, &self.folder).await;
    }

    pub async fn lock(&self) {
        let service = oo7::dbus::Service::new().await.unwrap();
        for collection in service.collections().await.unwrap() {
            collection.lock(None).await.unwrap();
        }
    }
}

/// Starts the bus that this process was told of.
pub(super) async fn start_bus(dbus_daemon: &Path, folder: &Path) -> Child {
    let address = std::env::var("DBUS_SESSION_BUS_ADDRESS").unwrap();
    let config = folder.join("bus.conf");
    std::fs::write(&config, bus_without_activation(&address)).unwrap();
    let mut bus = at_home(dbus_daemon, folder)
        .args(["--nofork", "--print-address=1", "--config-file"])
        .arg(&config)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(bus.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
    bus
}

/// A session bus that starts nothing by itself: a late word to a daemon that was just killed would
/// have it start another, which knows no passphrase and holds the name.
fn bus_without_activation(address: &str) -> String {
    format!(
        "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"
          \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">
        <busconfig>
          <type>session</type>
          <listen>{address}</listen>
          <auth>EXTERNAL</auth>
          <policy context=\"default\">
            <allow send_destination=\"*\" eavesdrop=\"true\"/>
            <allow eavesdrop=\"true\"/>
            <allow own=\"*\"/>
          </policy>
        </busconfig>"
    )
}

/// Returns once it owns its name on the bus and is open.
async fn open(program: &Path, folder: &Path) -> Child {
    let bus = zbus::Connection::session().await.unwrap();
    let names = zbus::fdo::DBusProxy::new(&bus).await.unwrap();
    let owned = async || {
        let name = "org.freedesktop.secrets".try_into().unwrap();
        names.name_has_owner(name).await.unwrap()
    };
    let turns = async |expected: bool| {
        while owned().await != expected {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(super::PATIENCE, turns(false)).await.expect("the old one has gone");
    let mut daemon = at_home(program, folder)
        .args(["--foreground", "--components=secrets", "--unlock"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    daemon.stdin.take().unwrap().write_all(PASSPHRASE.as_bytes()).await.unwrap();
    tokio::time::timeout(super::PATIENCE, turns(true)).await.expect("a keyring on the bus");
    // It takes its name before it has read the passphrase.
    let opens = async {
        let service = oo7::dbus::Service::new().await.unwrap();
        while !is_open(&service).await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(super::PATIENCE, opens).await.expect("an open keyring");
    daemon
}

async fn is_open(service: &oo7::dbus::Service) -> bool {
    match service.with_alias(oo7::dbus::Service::DEFAULT_COLLECTION).await.unwrap() {
        Some(collection) => !collection.is_locked().await.unwrap(),
        None => false,
    }
}

/// Neither the keyring nor the screen of whoever runs the tests is touched.
fn at_home(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.env("HOME", folder).env("XDG_DATA_HOME", folder).env("XDG_RUNTIME_DIR", folder);
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    command.stderr(Stdio::null()).kill_on_drop(true);
    command
}
