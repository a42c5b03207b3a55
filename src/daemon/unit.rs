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
use rustix::process::getuid;
use tokio::time::timeout;
use zbus::zvariant::{OwnedObjectPath, Value};
use zbus::{Connection, proxy};

use super::home::Home;
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
    #[zbus(property)]
    fn unit_path(&self) -> zbus::Result<Vec<String>>;
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
    interface = "org.freedesktop.login1.Manager",
    default_service = "org.freedesktop.login1",
    default_path = "/org/freedesktop/login1"
)]
trait Logins {
    fn get_user(&self, id: u32) -> zbus::Result<OwnedObjectPath>;
}

#[proxy(interface = "org.freedesktop.login1.User", default_service = "org.freedesktop.login1")]
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
    let bus = Connection::system().await?;
    let me = LoginsProxy::new(&bus).await?.get_user(getuid().as_raw()).await?;
    UserProxy::builder(&bus).path(me)?.build().await?.linger().await
}

/// Lets the daemon start with the session, and now: by the unit that is installed, or by one that is
/// written for this program. The manager may not know the variables by which `home` was found, so
/// where it lies elsewhere than usual the unit is told.
///
/// # Errors
/// `Failed` where no service manager of the user answers, the unit can't be written, or it doesn't
/// start.
pub async fn enable(home: &Home) -> Result<()> {
    let bus = Connection::session().await.map_err(|cause| unreachable().because(cause))?;
    let found = read(&bus).await.map_err(|cause| unreachable().because(cause))?;
    let units = units(&bus).await?;
    if found.load == "not-found" {
        let program = std::env::current_exe()
            .map_err(|cause| Error::failed("can't tell where this program is").because(cause))?;
        write(&units.join(NAME), &text(&program))?;
    }
    let places = units.join(format!("{NAME}.d/places.conf"));
    if !home.is_usual() {
        write(&places, &places_of(home))?;
    } else if places.exists() {
        fs::remove_file(&places).map_err(|cause| unwritable(&places).because(cause))?;
    }
    let started = timeout(START, start(&bus)).await;
    let started = started.map_err(|_| Error::failed("the service doesn't get ready"));
    match started?.map_err(|cause| Error::failed("the service can't be enabled").because(cause))? {
        result if result == "done" && is_active(&bus).await => Ok(()),
        result if result == "done" => Err(Error::failed("the service didn't start")
            .hint("systemctl --user status requite says which condition isn't met")),
        result => Err(Error::failed(format!("the service didn't start: {result}"))
            .hint("journalctl --user -u requite says why")),
    }
}

async fn is_active(bus: &Connection) -> bool {
    read(bus).await.is_ok_and(|unit| unit.active == "active")
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
    ending(&mut ended, &ours).await
}

/// How a job ends, in the words of systemd.
async fn ending(ended: &mut JobRemovedStream, ours: &OwnedObjectPath) -> zbus::Result<String> {
    while let Some(signal) = ended.next().await {
        let job = signal.args()?;
        if job.job == *ours {
            return Ok(job.result.to_owned());
        }
    }
    Ok("the bus has gone".to_owned())
}

/// Where a user's own units lie, as the manager has it: it may know another XDG_CONFIG_HOME.
async fn units(bus: &Connection) -> Result<PathBuf> {
    let asked = async { ManagerProxy::new(bus).await?.unit_path().await };
    let folders = asked.await.map_err(|cause| unreachable().because(cause))?;
    own(&folders).ok_or_else(|| Error::failed("your service manager reads no units of yours"))
}

/// The first that is no system's, and outlives the session (systemd.unit(5)).
fn own(folders: &[String]) -> Option<PathBuf> {
    let is_own = |folder: &Path| {
        folder.ends_with("systemd/user")
            && !["/run", "/etc", "/usr"].iter().any(|system| folder.starts_with(system))
    };
    folders.iter().map(PathBuf::from).find(|folder| is_own(folder))
}

fn write(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().unwrap_or(path);
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(path, text));
    written.map_err(|cause| unwritable(path).because(cause))
}

fn unwritable(path: &Path) -> Error {
    Error::failed(format!("{} can't be written", path.display()))
}

/// The unit for a program that lies anywhere.
fn text(program: &Path) -> String {
    let quoted = quoted("", program);
    let lines = TEXT.lines().map(|line| match line.starts_with("ExecStart=") {
        true => format!("ExecStart={quoted} run\n"),
        false => format!("{line}\n"),
    });
    lines.collect()
}

/// What is added to the unit where the configuration or the data lie elsewhere.
fn places_of(home: &Home) -> String {
    let config = home.config.display().to_string().replace('%', "%%");
    let base = home.data.parent().unwrap_or(&home.data);
    format!(
        "# Where `requite setup` found that things lie.\n\
         [Unit]\nConditionPathExists=\nConditionPathExists={config}\n\
         [Service]\nEnvironment={} {}\nReadWritePaths={} {}\n",
        quoted("REQUITE_CONFIG=", &home.config),
        quoted("XDG_DATA_HOME=", base),
        quoted("-", &home.data),
        quoted("-", home.config.parent().unwrap_or(base)),
    )
}

/// Its quotes are those of C, and a percent sign begins a specifier (systemd.syntax(7)).
fn quoted(before: &str, path: &Path) -> String {
    format!("{:?}", format!("{before}{}", path.display())).replace('%', "%%")
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
        let text = text(Path::new("/opt/my \"100 %\" tools/requite"));
        let starts: Vec<&str> =
            text.lines().filter(|line| line.starts_with("ExecStart=")).collect();
        assert_eq!(starts, ["ExecStart=\"/opt/my \\\"100 %%\\\" tools/requite\" run"]);
        assert!(text.contains("Type=notify"), "{text}");
    }

    #[test]
    fn units_lie_where_the_manager_looks_for_those_of_its_user() {
        let folders = [
            "/home/ada/.config/systemd/user.control",
            "/run/user/1000/systemd/transient",
            "/etc/systemd/user",
            "/home/ada/settings/systemd/user",
            "/home/ada/.local/share/systemd/user",
        ];
        let found = own(&folders.map(str::to_owned));
        assert_eq!(found, Some(PathBuf::from("/home/ada/settings/systemd/user")));
    }

    #[test]
    fn the_unit_is_told_of_places_that_only_a_shell_knows() {
        let home = Home {
            config: PathBuf::from("/etc/ada/requite/config.toml"),
            data: PathBuf::from("/var/100 %/requite"),
        };
        assert!(!home.is_usual());
        assert_eq!(
            places_of(&home),
            "# Where `requite setup` found that things lie.\n\
             [Unit]\nConditionPathExists=\nConditionPathExists=/etc/ada/requite/config.toml\n\
             [Service]\nEnvironment=\"REQUITE_CONFIG=/etc/ada/requite/config.toml\" \
             \"XDG_DATA_HOME=/var/100 %%\"\n\
             ReadWritePaths=\"-/var/100 %%/requite\" \"-/etc/ada/requite\"\n"
        );
    }
}
