//! A desktop that says what it was asked, in place of a real one: a notifier, the portal that opens
//! things, systemd's user manager and logind, all on one private bus.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::process::Child;
use tokio::runtime::{Builder, Runtime};
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, interface};

use super::desktop::start_bus;
use super::peers::peer;

const PATIENCE: Duration = Duration::from_secs(30);
const NOTIFIER: &str = "org.freedesktop.Notifications";
const NOTIFIER_PATH: &str = "/org/freedesktop/Notifications";
const SESSION_PATH: &str = "/org/freedesktop/login1/session/_31";

/// One notification, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    pub number: u32,
    pub replaces: u32,
    pub title: String,
    pub body: String,
    pub actions: Vec<String>,
    pub urgency: u8,
}

/// What all the services were asked.
#[derive(Debug, Default)]
pub struct Asked {
    pub shown: Vec<Notification>,
    pub closed: Vec<u32>,
    /// By the portal: the URL and the token.
    pub opened: Vec<(String, Option<String>)>,
    /// By systemd: the words of the command and its environment.
    pub started: Vec<(Vec<String>, Vec<String>)>,
    locked: bool,
    idle: bool,
    /// The environment of the user's services.
    environment: Vec<String>,
    portal_fails: bool,
}

type Shared = Arc<Mutex<Asked>>;

pub struct MockedDesktop {
    asked: Shared,
    bus: Connection,
    _daemon: Child,
    /// Answers while a scene waits for something else.
    served_by: Option<Runtime>,
}

impl Drop for MockedDesktop {
    fn drop(&mut self) {
        if let Some(served_by) = self.served_by.take() {
            served_by.shutdown_background();
        }
    }
}

impl MockedDesktop {
    /// On the bus of this process. `services`: which there are, beside the notifier.
    pub async fn start(services: &[Service]) -> Option<MockedDesktop> {
        let address = std::env::var("DBUS_SESSION_BUS_ADDRESS").expect("a bus address");
        MockedDesktop::start_at(address, services).await
    }

    /// The same on a bus at this address.
    pub async fn start_at(address: String, services: &[Service]) -> Option<MockedDesktop> {
        let _daemon = start_bus(&peer("dbus-daemon")?, &address).await;
        let asked = Shared::default();
        let serving = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (services, shared) = (services.to_vec(), Arc::clone(&asked));
        let bus = serving.spawn(async move {
            let bus = zbus::connection::Builder::address(address.as_str()).unwrap();
            let bus = bus.build().await.unwrap();
            for service in services {
                service.serve(&bus, &shared).await;
            }
            bus.object_server().at(NOTIFIER_PATH, Notifier(shared)).await.unwrap();
            bus.request_name(NOTIFIER).await.unwrap();
            bus
        });
        let bus = bus.await.unwrap();
        Some(MockedDesktop { asked, bus, _daemon, served_by: Some(serving) })
    }

    pub fn asked(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap()
    }

    /// Waits until so many notifications were shown in all; the last.
    pub async fn shows(&self, count: usize) -> Notification {
        self.comes(&format!("{count} notifications"), |asked| asked.shown.len() >= count).await;
        let asked = self.asked();
        assert_eq!(asked.shown.len(), count, "{:#?}", asked.shown);
        asked.shown[count - 1].clone()
    }

    /// Waits until that holds.
    pub async fn comes(&self, what: &str, holds: impl Fn(&Asked) -> bool) {
        let waiting = async {
            while !holds(&self.asked()) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let over = tokio::time::timeout(PATIENCE, waiting).await;
        over.unwrap_or_else(|_| panic!("no {what}: {:#?}", self.asked()));
    }

    /// The user presses a button, or the alert itself; the token comes behind it, as it may.
    pub async fn press(&self, number: u32, key: &str, token: Option<&str>) {
        self.signal("ActionInvoked", &(number, key)).await;
        if let Some(token) = token {
            self.signal("ActivationToken", &(number, token)).await;
        }
        self.signal("NotificationClosed", &(number, 2_u32)).await;
    }

    /// Its time is over.
    pub async fn expire(&self, number: u32) {
        self.signal("NotificationClosed", &(number, 1_u32)).await;
    }

    async fn signal(
        &self,
        name: &str,
        body: &(impl serde::Serialize + zbus::zvariant::DynamicType),
    ) {
        let to: Option<&str> = None;
        self.bus.emit_signal(to, NOTIFIER_PATH, NOTIFIER, name, body).await.unwrap();
    }

    /// The screen is locked, or unlocked.
    pub async fn lock(&self, locked: bool) {
        self.asked().locked = locked;
        self.session_changed("LockedHint", locked).await;
    }

    /// Nobody has touched anything for a while, or somebody does again.
    pub async fn idle(&self, idle: bool) {
        self.asked().idle = idle;
        self.session_changed("IdleHint", idle).await;
    }

    async fn session_changed(&self, property: &str, value: bool) {
        let changed = HashMap::from([(property, Value::from(value))]);
        let none: &[&str] = &[];
        let body = ("org.freedesktop.login1.Session", changed, none);
        let properties = "org.freedesktop.DBus.Properties";
        let to: Option<&str> = None;
        self.bus
            .emit_signal(to, SESSION_PATH, properties, "PropertiesChanged", &body)
            .await
            .unwrap();
    }

    /// What the user's services learn when somebody logs in.
    pub fn set_environment(&self, lines: &[&str]) {
        self.asked().environment = lines.iter().map(|&line| line.to_owned()).collect();
    }

    /// The portal finds nothing that opens such a thing.
    pub fn portal_fails(&self) {
        self.asked().portal_fails = true;
    }
}

/// What there may be beside a notifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    Portal,
    Systemd,
    Logind,
}

impl Service {
    async fn serve(self, bus: &Connection, asked: &Shared) {
        let server = bus.object_server();
        let asked = || Arc::clone(asked);
        match self {
            Service::Portal => {
                server.at("/org/freedesktop/portal/desktop", Portal(asked())).await.unwrap();
                bus.request_name("org.freedesktop.portal.Desktop").await.unwrap();
            }
            Service::Systemd => {
                server.at("/org/freedesktop/systemd1", Systemd(asked())).await.unwrap();
                bus.request_name("org.freedesktop.systemd1").await.unwrap();
            }
            Service::Logind => {
                server.at("/org/freedesktop/login1", Logind).await.unwrap();
                server.at(SESSION_PATH, Session(asked())).await.unwrap();
                bus.request_name("org.freedesktop.login1").await.unwrap();
            }
        }
    }
}

struct Notifier(Shared);

#[interface(name = "org.freedesktop.Notifications")]
impl Notifier {
    #[expect(clippy::too_many_arguments, reason = "Desktop Notifications 1.2")]
    fn notify(
        &self,
        _app: &str,
        replaces: u32,
        _icon: &str,
        title: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        let mut asked = self.0.lock().unwrap();
        let number = if replaces > 0 { replaces } else { 1 + asked.shown.len() as u32 };
        let urgency = hints.get("urgency").map_or(1, |value| u8::try_from(value).unwrap());
        asked.shown.push(Notification { number, replaces, title, body, actions, urgency });
        number
    }

    fn close_notification(&self, number: u32) {
        self.0.lock().unwrap().closed.push(number);
    }

    fn get_capabilities(&self) -> Vec<String> {
        vec!["actions".to_owned(), "body".to_owned()]
    }

    fn get_server_information(&self) -> (&str, &str, &str, &str) {
        ("mock", "tests", "1", "1.2")
    }
}

struct Portal(Shared);

#[interface(name = "org.freedesktop.portal.OpenURI")]
impl Portal {
    #[zbus(name = "OpenURI")]
    async fn open_uri(
        &self,
        _parent: &str,
        url: String,
        options: HashMap<String, OwnedValue>,
        #[zbus(header)] header: zbus::message::Header<'_>,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> OwnedObjectPath {
        let text = |name: &str| Some(String::try_from(options.get(name)?.clone()).unwrap());
        let fails = {
            let mut asked = self.0.lock().unwrap();
            asked.opened.push((url, text("activation_token")));
            asked.portal_fails
        };
        let sender = header.sender().unwrap().trim_start_matches(':').replace('.', "_");
        let path = format!(
            "/org/freedesktop/portal/desktop/request/{sender}/{}",
            text("handle_token").unwrap()
        );
        let answer = (if fails { 2_u32 } else { 0 }, HashMap::<String, OwnedValue>::new());
        let request = "org.freedesktop.portal.Request";
        let to: Option<&str> = None;
        emitter
            .connection()
            .emit_signal(to, path.as_str(), request, "Response", &answer)
            .await
            .unwrap();
        OwnedObjectPath::try_from(path).unwrap()
    }
}

struct Systemd(Shared);

type Command_ = (String, Vec<String>, bool);

#[interface(name = "org.freedesktop.systemd1.Manager")]
impl Systemd {
    fn start_transient_unit(
        &self,
        _name: &str,
        _mode: &str,
        properties: Vec<(String, OwnedValue)>,
        _aux: Vec<(String, Vec<(String, OwnedValue)>)>,
    ) -> OwnedObjectPath {
        let properties: HashMap<String, OwnedValue> = properties.into_iter().collect();
        let commands: Vec<Command_> = properties["ExecStart"].clone().try_into().unwrap();
        let environment: Vec<String> = properties["Environment"].clone().try_into().unwrap();
        let (_, words, _) = commands.into_iter().next().unwrap();
        self.0.lock().unwrap().started.push((words, environment));
        OwnedObjectPath::try_from("/org/freedesktop/systemd1/job/1").unwrap()
    }

    #[zbus(property)]
    fn environment(&self) -> Vec<String> {
        self.0.lock().unwrap().environment.clone()
    }
}

struct Logind;

#[interface(name = "org.freedesktop.login1.Manager")]
impl Logind {
    fn list_sessions(&self) -> Vec<(String, u32, String, String, ObjectPath<'static>)> {
        let path = ObjectPath::from_static_str_unchecked(SESSION_PATH);
        let me = rustix::process::getuid().as_raw();
        vec![("1".to_owned(), me, "ada".to_owned(), "seat0".to_owned(), path)]
    }
}

struct Session(Shared);

#[interface(name = "org.freedesktop.login1.Session")]
impl Session {
    #[zbus(property, name = "Type")]
    fn kind(&self) -> &str {
        "wayland"
    }

    #[zbus(property)]
    fn active(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn locked_hint(&self) -> bool {
        self.0.lock().unwrap().locked
    }

    #[zbus(property)]
    fn idle_hint(&self) -> bool {
        self.0.lock().unwrap().idle
    }
}
