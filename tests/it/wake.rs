//! What logind and NetworkManager say is understood, and nothing of it is needed.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use requite::daemon::wake::look_out;
use tokio::process::{Child, Command};
use tokio::sync::watch;
use zbus::zvariant::Value;

use crate::support::desktop::{bus_in, start_bus, with_bus};
use crate::support::peers::{peer, python_with};

const PATIENCE: Duration = Duration::from_secs(30);
const LOGIND: [&str; 3] =
    ["org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager"];
const NETWORK: [&str; 3] = [
    "org.freedesktop.NetworkManager",
    "/org/freedesktop/NetworkManager",
    "org.freedesktop.NetworkManager",
];

/// A stand-in for one of the system's services, from its published template.
async fn mock(
    python: &Path,
    template: &str,
    [name, ..]: [&str; 3],
    bus: &zbus::Connection,
) -> Child {
    let mut command = Command::new(python);
    command.args(["-m", "dbusmock", "--system", "--template", template]);
    let child = command.stdout(Stdio::null()).kill_on_drop(true).spawn().unwrap();
    let names = zbus::fdo::DBusProxy::new(bus).await.unwrap();
    let there = async {
        while !names.name_has_owner(name.try_into().unwrap()).await.unwrap() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, there).await.expect("the service on the bus");
    child
}

async fn emit(
    bus: &zbus::Connection,
    [name, path, interface]: [&str; 3],
    (signal, signature, argument): (&str, &str, Value<'_>),
) {
    let arguments = (interface, signal, signature, vec![argument]);
    let mock = Some("org.freedesktop.DBus.Mock");
    bus.call_method(Some(name), path, mock, "EmitSignal", &arguments).await.unwrap();
}

#[test]
fn the_bus_tells_of_sleep_and_network() {
    let (Some(daemon), Some(python)) = (peer("dbus-daemon"), python_with("dbusmock")) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let address = bus_in(folder.path());
    with_bus("wake::the_bus_tells_of_sleep_and_network", &address, async || {
        let address = std::env::var("DBUS_SYSTEM_BUS_ADDRESS").unwrap();
        let _daemon = start_bus(&daemon, &address).await;
        let bus = zbus::connection::Builder::address(address.as_str()).unwrap();
        let bus = bus.build().await.unwrap();
        let _logind = mock(&python, "logind", LOGIND, &bus).await;
        let _network = mock(&python, "networkmanager", NETWORK, &bus).await;
        let (sender, mut wakes) = watch::channel(0);
        let looking_out = tokio::spawn(look_out(sender));
        // Until it listens, nobody knows that it doesn't.
        let falling_asleep = || ("PrepareForSleep", "b", Value::from(true));
        let waking = || ("PrepareForSleep", "b", Value::from(false));
        let heard = async {
            while !wakes.has_changed().unwrap() {
                emit(&bus, LOGIND, waking()).await;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, heard).await.expect("the wake-up");
        wakes.mark_unchanged();

        emit(&bus, LOGIND, falling_asleep()).await;
        emit(&bus, NETWORK, ("StateChanged", "u", Value::from(20_u32))).await;
        emit(&bus, NETWORK, ("StateChanged", "u", Value::from(70_u32))).await;
        let told = tokio::time::timeout(PATIENCE, wakes.changed()).await;
        told.expect("the network").unwrap();
        assert!(!looking_out.is_finished());
    });
}

#[test]
fn without_a_bus_it_goes_on_looking() {
    let folder = tempfile::tempdir().unwrap();
    with_bus("wake::without_a_bus_it_goes_on_looking", &bus_in(folder.path()), async || {
        let (sender, wakes) = watch::channel(0);
        let looking_out = look_out(sender);
        let ended = tokio::time::timeout(Duration::from_millis(300), looking_out).await;
        assert!(ended.is_err() && !wakes.has_changed().unwrap_or(false));
    });
}
