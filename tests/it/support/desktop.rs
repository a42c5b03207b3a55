//! A desktop of the test's own: a session bus, a screen, and a notifier that comes and goes.
//!
//! Programs find their bus by the environment, which a test can't change for itself: so a scene
//! runs in a second process of the test binary, with the environment that it needs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command as AsyncCommand};

use super::peers;

const SCENE: &str = "REQUITE_TEST_SCENE";
const PATIENCE: Duration = Duration::from_secs(30);

/// Plays `scene` in a process of its own, whose session and system bus is at `bus`. `test` is the calling
/// test's full name.
pub fn with_bus(test: &str, bus: &str, scene: impl AsyncFnOnce()) {
    if std::env::var(SCENE).is_ok_and(|playing| playing == test) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        return runtime.expect("a runtime").block_on(scene());
    }
    let binary = std::env::current_exe().expect("this binary");
    let mut again = Command::new(binary);
    again.args(["--exact", test, "--nocapture"]).env(SCENE, test);
    again.env("DBUS_SESSION_BUS_ADDRESS", bus).env("DBUS_SYSTEM_BUS_ADDRESS", bus);
    let output = again.output().expect("this binary runs again");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

/// A private session bus, a virtual screen, and perhaps dunst. All end with it.
pub struct PrivateDesktop {
    dunst: PathBuf,
    dunstctl: PathBuf,
    address: String,
    display: String,
    folder: tempfile::TempDir,
    notifier: Option<Child>,
    _bus: Child,
    _screen: Child,
}

/// Where [`PrivateDesktop::start`] will put its bus: known before, so that the scene's own process
/// can be told.
pub fn bus_in(folder: &Path) -> String {
    format!("unix:path={}", folder.join("bus").display())
}

/// `None` where one of the programs is missing.
pub fn programs() -> Option<[PathBuf; 4]> {
    Some([
        peers::peer("dbus-daemon")?,
        peers::peer("Xvfb")?,
        peers::peer("dunst")?,
        peers::peer("dunstctl")?,
    ])
}

impl PrivateDesktop {
    /// Starts the bus that this process was told of, and a screen; no notifier yet.
    pub async fn start([dbus_daemon, xvfb, dunst, dunstctl]: [PathBuf; 4]) -> Self {
        let address = std::env::var("DBUS_SESSION_BUS_ADDRESS").expect("a bus address");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let bus = start_bus(&dbus_daemon, &address).await;
        let (screen, display) = first_line(AsyncCommand::new(xvfb).args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "800x600x24",
            "-nolisten",
            "tcp",
        ]))
        .await;
        let display = format!(":{display}");
        let (_bus, _screen, notifier) = (bus, screen, None);
        PrivateDesktop { dunst, dunstctl, address, display, folder, notifier, _bus, _screen }
    }

    /// Returns once dunst owns the notifier's name on the bus.
    pub async fn start_notifier(&mut self) {
        let mut dunst = AsyncCommand::new(&self.dunst);
        dunst.arg("-config").arg(self.write_settings());
        self.start_with(dunst).await;
    }

    /// The same with another notifier.
    pub async fn start_with(&mut self, mut notifier: AsyncCommand) {
        let bus = zbus::connection::Builder::address(self.address.as_str())
            .expect("a bus address")
            .build()
            .await
            .expect("the private bus");
        let names = zbus::fdo::DBusProxy::new(&bus).await.expect("the bus itself");
        let mut changes = names
            .receive_name_owner_changed_with_args(&[(0, "org.freedesktop.Notifications")])
            .await
            .expect("a subscription");
        notifier.env("DISPLAY", &self.display).kill_on_drop(true);
        notifier.stdout(Stdio::null()).stderr(Stdio::null());
        self.notifier = Some(notifier.spawn().expect("the notifier starts"));
        tokio::time::timeout(PATIENCE, changes.next()).await.expect("a notifier on the bus");
    }

    pub async fn stop_notifier(&mut self) {
        if let Some(mut notifier) = self.notifier.take() {
            notifier.kill().await.expect("dunst ends");
        }
    }

    /// Chooses the button of that label on the newest notification, as its menu would.
    pub async fn choose(&self, label: &str) {
        std::fs::write(self.choice(), format!("#{label} ")).expect("a choice");
        self.dunstctl(&["context"]).await;
    }

    /// Clicks the newest notification itself.
    pub async fn click(&self) {
        self.dunstctl(&["action"]).await;
    }

    /// Waits until so many notifications are on the screen: dunst announces that nowhere.
    pub async fn displays(&self, expected: usize) {
        let shown = async {
            while self.shown().await != expected {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, shown).await.expect("the notifications on the screen");
    }

    /// How many notifications are on the screen now.
    pub async fn shown(&self) -> usize {
        self.dunstctl(&["count", "displayed"]).await.trim().parse().expect("a number")
    }

    /// Closes all, and returns what this dunst ever showed, newest first.
    pub async fn history(&self) -> Vec<serde_json::Value> {
        self.dunstctl(&["close-all"]).await;
        let json: serde_json::Value =
            serde_json::from_str(&self.dunstctl(&["history"]).await).expect("JSON");
        json["data"][0].as_array().expect("a list").clone()
    }

    async fn dunstctl(&self, arguments: &[&str]) -> String {
        let output = AsyncCommand::new(&self.dunstctl).args(arguments).output().await;
        let output = output.expect("dunstctl runs");
        assert!(output.status.success(), "dunstctl {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// What stays until it is closed, with a menu that picks the line written to [`Self::choice`].
    fn write_settings(&self) -> PathBuf {
        let path = self.folder.path().join("dunstrc");
        let choice = self.choice();
        let settings = format!(
            "[global]\ndmenu = grep -m1 -F -f {}\nmarkup = full\n\
             [urgency_normal]\ntimeout = 0\n[urgency_critical]\ntimeout = 0\n",
            choice.display()
        );
        std::fs::write(&path, settings).expect("dunst's settings");
        path
    }

    fn choice(&self) -> PathBuf {
        self.folder.path().join("choice")
    }
}

/// A bus at this address, once it is there.
pub async fn start_bus(dbus_daemon: &Path, address: &str) -> Child {
    let listen = format!("--address={address}");
    let arguments = ["--session", "--nofork", "--print-address=1", &listen];
    first_line(AsyncCommand::new(dbus_daemon).args(arguments)).await.0
}

/// A program that says on its first line that it is ready.
pub async fn first_line(command: &mut AsyncCommand) -> (Child, String) {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().expect("the program starts");
    let mut line = String::new();
    let stdout = child.stdout.as_mut().expect("a piped stdout");
    let ready = tokio::time::timeout(PATIENCE, BufReader::new(stdout).read_line(&mut line)).await;
    ready.expect("the program says that it is ready").expect("its first line");
    (child, line.trim().to_owned())
}
