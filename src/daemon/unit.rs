//! The daemon as a unit of the user's service manager (org.freedesktop.systemd1): how it is, and
//! that it is to start with the session.
//!
//! Speaks D-Bus; no program is started.

mod sandbox;

pub use sandbox::{Sandbox, sandbox};

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::StreamExt;
use tokio::time::timeout;
use zbus::zvariant::{OwnedObjectPath, Value};
use zbus::{Connection, proxy};

use crate::error::{Error, Result};

const NAME: &str = "requite.service";
/// As it is installed without a package.
const TEXT: &str = include_str!("../../systemd/requite.service");
/// As long as the unit itself may take.
const START: Duration = Duration::from_secs(120);

#[proxy(
    interface = "org.freedesktop.systemd1.Manager",
    default_service = "org.freedesktop.systemd1",
    default_path = "/org/freedesktop/systemd1"
)]
trait Manager {
    fn subscribe(&self) -> zbus::Result<()>;
    fn reload(&self) -> zbus::Result<()>;
    fn load_unit(&self, name: &str) -> zbus::Result<OwnedObjectPath>;
    fn enable_unit_files(
        &self,
        files: &[&str],
        runtime: bool,
        force: bool,
    ) -> zbus::Result<(bool, Vec<(String, String, String)>)>;
    fn restart_unit(&self, name: &str, mode: &str) -> zbus::Result<OwnedObjectPath>;
    fn start_transient_unit(
        &self,
        name: &str,
        mode: &str,
        properties: &[(&str, Value<'_>)],
        auxiliary: &[(&str, &[(&str, Value<'_>)])],
    ) -> zbus::Result<OwnedObjectPath>;
    #[zbus(signal)]
    fn job_removed(&self, id: u32, job: OwnedObjectPath, unit: &str, result: &str);
}

#[proxy(interface = "org.freedesktop.systemd1.Unit", default_service = "org.freedesktop.systemd1")]
trait LoadedUnit {
    #[zbus(property)]
    fn load_state(&self) -> zbus::Result<String>;
    #[zbus(property)]
    fn active_state(&self) -> zbus::Result<String>;
    #[zbus(property)]
    fn unit_file_state(&self) -> zbus::Result<String>;
}

#[proxy(
    interface = "org.freedesktop.login1.User",
    default_service = "org.freedesktop.login1",
    default_path = "/org/freedesktop/login1/user/self"
)]
trait User {
    #[zbus(property)]
    fn linger(&self) -> zbus::Result<bool>;
}

/// The unit in the words of systemd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// `loaded`, `not-found`…
    pub load: String,
    /// `active`, `inactive`, `failed`…
    pub active: String,
    /// `enabled`, `disabled`…; empty where there is no file.
    pub file: String,
    /// Whether the user's services outlive the session; `None` where nobody says.
    pub lingers: Option<bool>,
}

/// How the unit is.
///
/// # Errors
/// `Failed` where no service manager of the user answers.
pub async fn state() -> Result<Unit> {
    let bus = Connection::session().await.map_err(|cause| unreachable().because(cause))?;
    let found = read(&bus).await.map_err(|cause| unreachable().because(cause))?;
    Ok(Unit { lingers: lingers().await.ok(), ..found })
}

async fn read(bus: &Connection) -> zbus::Result<Unit> {
    let path = ManagerProxy::new(bus).await?.load_unit(NAME).await?;
    let unit = LoadedUnitProxy::builder(bus).path(path)?.build().await?;
    Ok(Unit {
        load: unit.load_state().await?,
        active: unit.active_state().await?,
        file: unit.unit_file_state().await?,
        lingers: None,
    })
}

async fn lingers() -> zbus::Result<bool> {
    UserProxy::new(&Connection::system().await?).await?.linger().await
}

/// Lets the daemon start with the session, and now: by the unit that is installed, or by one that is
/// written for this program.
///
/// # Errors
/// `Failed` where no service manager of the user answers, the unit can't be written, or it doesn't
/// start.
pub async fn enable() -> Result<()> {
    let bus = Connection::session().await.map_err(|cause| unreachable().because(cause))?;
    let found = read(&bus).await.map_err(|cause| unreachable().because(cause))?;
    if found.load == "not-found" {
        let program = std::env::current_exe()
            .map_err(|cause| Error::failed("cannot tell where this program is").because(cause))?;
        write(&units()?, &program)?;
    }
    let started = timeout(START, start(&bus)).await;
    let started = started.map_err(|_| Error::failed("the service doesn't get ready"));
    match started?.map_err(|cause| Error::failed("the service can't be enabled").because(cause))? {
        result if result == "done" => Ok(()),
        result => Err(Error::failed(format!("the service didn't start: {result}"))
            .hint("journalctl --user -u requite says why")),
    }
}

/// How the job ended.
async fn start(bus: &Connection) -> zbus::Result<String> {
    let manager = ManagerProxy::new(bus).await?;
    manager.subscribe().await?;
    manager.reload().await?;
    manager.enable_unit_files(&[NAME], false, false).await?;
    manager.reload().await?;
    let mut ended = manager.receive_job_removed().await?;
    let ours = manager.restart_unit(NAME, "replace").await?;
    while let Some(signal) = ended.next().await {
        let job = signal.args()?;
        if job.job == ours {
            return Ok(job.result.to_owned());
        }
    }
    Ok("the bus has gone".to_owned())
}

/// Where a user's own units lie (systemd.unit(5)).
fn units() -> Result<PathBuf> {
    let config = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let config = config.filter(|path| path.is_absolute());
    let home = || std::env::home_dir().map(|home| home.join(".config"));
    config
        .or_else(home)
        .map(|config| config.join("systemd/user"))
        .ok_or_else(|| Error::failed("neither HOME nor XDG_CONFIG_HOME is set"))
}

fn write(folder: &Path, program: &Path) -> Result<()> {
    let path = folder.join(NAME);
    fs::create_dir_all(folder).and_then(|()| fs::write(&path, text(program))).map_err(|cause| {
        Error::failed(format!("{} can't be written", path.display())).because(cause)
    })
}

/// The unit for a program that lies anywhere.
fn text(program: &Path) -> String {
    // Its quotes are those of C, and a percent sign begins a specifier (systemd.service(5)).
    let quoted = format!("{:?}", program.to_string_lossy()).replace('%', "%%");
    let lines = TEXT.lines().map(|line| match line.starts_with("ExecStart=") {
        true => format!("ExecStart={quoted} run\n"),
        false => format!("{line}\n"),
    });
    lines.collect()
}

fn unreachable() -> Error {
    Error::failed("your service manager can't be reached")
        .hint("log in to a session of systemd, or start `requite run` in another way")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_starts_the_program_from_wherever_it_lies() {
        let folder = tempfile::tempdir().unwrap();
        let units = folder.path().join("systemd/user");
        write(&units, Path::new("/opt/my \"100 %\" tools/requite")).unwrap();
        let text = fs::read_to_string(units.join(NAME)).unwrap();
        let starts: Vec<&str> =
            text.lines().filter(|line| line.starts_with("ExecStart=")).collect();
        assert_eq!(starts, ["ExecStart=\"/opt/my \\\"100 %%\\\" tools/requite\" run"]);
        assert!(text.contains("Type=notify"), "{text}");
    }
}
