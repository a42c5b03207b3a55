//! A temporary home and the program run in it.

use std::fs::{self, File};
use std::net::Shutdown;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use super::{PATIENCE, eventually, text_of};

/// Everything of one user: configuration, data, runtime folder. Knows no desktop and no bus, so
/// that no test ever shows something to whoever runs it.
pub struct World {
    home: TempDir,
    program: PathBuf,
}

impl World {
    /// `program`: `env!("CARGO_BIN_EXE_requite")`.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        let home = tempfile::Builder::new().prefix("requite").tempdir().unwrap();
        World { home, program: program.into() }
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Writes the configuration file.
    pub fn configure(&self, toml: &str) {
        fs::write(self.configuration(), toml).unwrap();
    }

    /// The database, as another program would open it.
    pub fn database(&self) -> Connection {
        Connection::open(self.home().join("data/requite.db")).unwrap()
    }

    /// Leaves a digest of this week in the outbox, in that state since then.
    pub fn leave_digest(&self, state: &str, since: Timestamp) {
        let outbox = "INSERT INTO outbox (kind, subject, period, state, at, payload)
                      VALUES ('digest', '', ?1, ?2, ?3, '')";
        let week = Timestamp::now().to_zoned(TimeZone::UTC).strftime("%G-W%V").to_string();
        let mark = rusqlite::params![week, state, since.as_second()];
        self.database().execute(outbox, mark).unwrap();
    }

    /// How many digests are known to have gone out.
    pub fn digests_sent(&self) -> u64 {
        let sql = "SELECT count(*) FROM outbox WHERE kind = 'digest' AND state = 'sent'";
        self.database().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// Puts a file into the home, for an import or a password, readable by its owner alone.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.home().join(name);
        fs::write(&path, content).unwrap();
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(&path, private).unwrap();
        path
    }

    /// The program with this home and nothing of the environment that could matter.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--home").arg(self.home()).arg("--config").arg(self.configuration());
        command.args(arguments).stdin(Stdio::null());
        command
            .env_clear()
            .env("TZ", "UTC")
            .env("HOME", self.home())
            .env("XDG_RUNTIME_DIR", self.home());
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command
    }

    /// Runs it to its end, whatever that is.
    pub fn output(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What it prints; panics unless it exits with 0.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {}\n{complaint}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }

    #[track_caller]
    pub fn json(&self, arguments: &[&str]) -> Value {
        let printed = self.run(arguments);
        serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error} in {printed}"))
    }

    /// Exit code and complaint of a run that has to fail.
    #[track_caller]
    pub fn fails(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.output(arguments);
        assert!(!output.status.success(), "{arguments:?} should have failed");
        let code = output.status.code().expect("an exit code rather than a signal");
        (code, String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// Starts `requite run`; it ends with the returned value.
    pub fn daemon(&self) -> Daemon {
        self.daemon_with(self.command(&["run"]))
    }

    /// The same with a command that the test has changed: another bus, a tracer in front.
    pub fn daemon_with(&self, mut command: Command) -> Daemon {
        let socket = self.home().join("notify");
        let _ = fs::remove_file(&socket);
        let socket_of_systemd = UnixDatagram::bind(&socket).unwrap();
        let log = self.home().join("daemon.log");
        let file = File::options().create(true).append(true).open(&log).unwrap();
        command.env("NOTIFY_SOCKET", &socket);
        if !command.get_envs().any(|(name, _)| name == "WATCHDOG_USEC") {
            // As with `WatchdogSec=1`: fed twice a second.
            command.env("WATCHDOG_USEC", "1000000");
        }
        command.stdout(file.try_clone().unwrap()).stderr(file);
        let notices = take_notices(socket_of_systemd.try_clone().unwrap());
        Daemon { child: command.spawn().unwrap(), socket: socket_of_systemd, notices, log }
    }

    pub fn configuration(&self) -> PathBuf {
        self.home().join("config.toml")
    }
}

/// A running daemon. What it tells systemd is read here in systemd's place.
pub struct Daemon {
    child: Child,
    socket: UnixDatagram,
    notices: Receiver<String>,
    log: PathBuf,
}

/// Reads whatever comes, as systemd does: a full socket would hold the daemon up.
fn take_notices(socket: UnixDatagram) -> Receiver<String> {
    let (sender, notices) = channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(size @ 1..) = socket.recv(&mut buffer) {
            let text = String::from_utf8_lossy(&buffer[..size]);
            if text.lines().any(|line| sender.send(line.to_owned()).is_err()) {
                return;
            }
        }
    });
    notices
}

impl Daemon {
    /// Waits until it says that it is up.
    #[track_caller]
    pub fn ready(&self) {
        self.notice("READY=1");
    }

    /// Waits for a notice such as `WATCHDOG=1` or `STATUS=`, and returns the line that has it.
    #[track_caller]
    pub fn notice(&self, expected: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let rest = end.saturating_duration_since(Instant::now());
            let Ok(line) = self.notices.recv_timeout(rest) else {
                panic!("no notice {expected}; the log says:\n{}", self.log());
            };
            if line.starts_with(expected) {
                return line;
            }
        }
    }

    /// What it said until now is no longer waited for.
    pub fn forget_notices(&self) {
        self.notices.try_iter().for_each(drop);
    }

    pub fn log(&self) -> String {
        text_of(&self.log)
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop, as systemd does, and waits until it has.
    #[track_caller]
    pub fn terminate(mut self) -> ExitStatus {
        self.stop();
        self.ended()
    }

    /// Asks it to stop.
    pub fn stop(&self) {
        self.signal(Signal::TERM);
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Ends it without warning, as a power cut does.
    pub fn kill(mut self) {
        self.signal(Signal::KILL);
        self.ended();
    }

    /// Waits until it ends by itself.
    #[track_caller]
    pub fn ended(&mut self) -> ExitStatus {
        let child = &mut self.child;
        eventually(PATIENCE, "the daemon has ended", || child.try_wait().unwrap())
    }

    /// Asks it to read its configuration anew.
    pub fn reload(&self) {
        self.signal(Signal::HUP);
    }

    /// Stops its time, as a suspended machine does.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Already ended is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Ends the reading thread.
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}

#[test]
fn a_program_runs_in_its_own_home() {
    let world = World::new("echo");
    world.configure("stance = \"neutral\"");
    let home = world.home().display();
    let expect = format!("--home {home} --config {home}/config.toml status --json\n");
    assert_eq!(world.run(&["status", "--json"]), expect);
    assert_eq!(World::new("false").fails(&["status"]), (1, String::new()));
}

#[test]
fn a_daemon_is_heard_and_ended() {
    let world = World::new("sleep");
    let mut sleep = Command::new("sleep");
    sleep.arg("600");
    let daemon = world.daemon_with(sleep);
    let systemd = UnixDatagram::unbound().unwrap();
    systemd.send_to(b"STATUS=watching\nREADY=1", world.home().join("notify")).unwrap();
    assert_eq!(daemon.notice("READY"), "READY=1");
    let status = daemon.terminate();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(15));
}
