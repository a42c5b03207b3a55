//! Whether the service manager can lock the daemon in as systemd/sandbox.conf asks for: that takes a
//! user namespace, which not every system lets its users make, and some managers leave it out
//! without a word. So it is tried, on a program that only looks.

use tokio::time::timeout;
use zbus::zvariant::Value;
use zbus::{Connection, proxy};

use super::{LoadedUnitProxy, ManagerProxy, NAME, START, ending};

/// The root of what it sees is read-only.
const LOOKS: &str = "grep -q ' / ro,' /proc/self/mountinfo";

#[proxy(
    interface = "org.freedesktop.systemd1.Service",
    default_service = "org.freedesktop.systemd1"
)]
trait Service {
    #[zbus(property)]
    fn private_users(&self) -> zbus::Result<bool>;
}

/// How far the daemon is locked in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sandbox {
    /// It runs in one.
    InUse,
    /// One is asked for that can't be made: the daemon doesn't start.
    Missing,
    /// There could be one.
    Possible,
    /// This system lets its users make none.
    Impossible,
}

/// How far the daemon is locked in, or could be; `None` where it isn't installed as a service, or
/// no service manager answers.
pub async fn sandbox() -> Option<Sandbox> {
    let bus = Connection::session().await.ok()?;
    let wanted = is_wanted(&bus).await.ok().flatten()?;
    let works = timeout(START, is_made(&bus)).await.ok()?.ok()?;
    Some(match (wanted, works) {
        (true, true) => Sandbox::InUse,
        (true, false) => Sandbox::Missing,
        (false, true) => Sandbox::Possible,
        (false, false) => Sandbox::Impossible,
    })
}

/// `None`: there is no such unit.
async fn is_wanted(bus: &Connection) -> zbus::Result<Option<bool>> {
    let path = ManagerProxy::new(bus).await?.load_unit(NAME).await?;
    let unit = LoadedUnitProxy::builder(bus).path(&path)?.build().await?;
    if unit.load_state().await? != "loaded" {
        return Ok(None);
    }
    let service = ServiceProxy::builder(bus).path(&path)?.build().await?;
    service.private_users().await.map(Some)
}

async fn is_made(bus: &Connection) -> zbus::Result<bool> {
    let manager = ManagerProxy::new(bus).await?;
    manager.subscribe().await?;
    let mut ended = manager.receive_job_removed().await?;
    let command = vec![("/bin/sh", vec!["/bin/sh", "-c", LOOKS], false)];
    let properties = [
        ("Type", Value::from("oneshot")),
        ("CollectMode", Value::from("inactive-or-failed")),
        ("StandardError", Value::from("null")),
        ("PrivateUsers", Value::from(true)),
        ("ProtectSystem", Value::from("strict")),
        ("ExecStart", Value::from(command)),
    ];
    let name = format!("requite-sandbox-{}.service", std::process::id());
    let ours = manager.start_transient_unit(&name, "replace", &properties, &[]).await?;
    Ok(ending(&mut ended, &ours).await? == "done")
}
