//! Whether somebody sits there to see an alert: by logind's sessions, and by whether there is a
//! screen at all.
//!
//! Where logind doesn't answer, somebody is there. Asks nobody for anything else.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::{Stream, StreamExt, stream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tracing::debug;
use zbus::message::Type;
use zbus::zvariant::{OwnedObjectPath, OwnedValue};
use zbus::{Connection, MatchRule, Message, MessageStream};

use super::bus::{session, soon};

/// logind answers at once, or it is in trouble.
const PATIENCE: Duration = Duration::from_secs(3);
const LOGIND: &str = "org.freedesktop.login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const SESSION: &str = "org.freedesktop.login1.Session";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// Follows who is there, as long as it lives.
#[derive(Debug)]
pub struct Presence {
    somebody: watch::Receiver<bool>,
    /// Ends with it.
    _following: JoinSet<()>,
}

impl Presence {
    /// Asks logind once, and listens from then on.
    pub async fn follow() -> Presence {
        let (tell, somebody) = watch::channel(true);
        let mut following = JoinSet::new();
        let asking = async {
            let (sessions, changes) = Sessions::connect().await?;
            let there = sessions.somebody_is_there().await;
            zbus::Result::Ok((sessions, changes, there))
        };
        if let Ok(Ok((sessions, changes, there))) = timeout(PATIENCE, asking).await {
            let _ = tell.send(there);
            following.spawn(follow(sessions, changes, tell));
        } else {
            debug!("logind tells nothing of who is there");
            // The channel stays open, and nothing is told on it.
            following.spawn(async move { tell.closed().await });
        }
        Presence { somebody, _following: following }
    }

    pub fn somebody_is_there(&self) -> bool {
        *self.somebody.borrow()
    }

    /// Waits until somebody comes or goes. May be given up at any time.
    pub async fn changed(&mut self) {
        if self.somebody.changed().await.is_err() {
            std::future::pending().await
        }
    }
}

/// Whether there is a screen: in this program's environment, or in that of the user's services,
/// which learns of it when somebody logs in.
pub async fn is_graphical() -> bool {
    const SCREENS: [&str; 2] = ["DISPLAY", "WAYLAND_DISPLAY"];
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if SCREENS.into_iter().any(is_set) {
        return true;
    }
    let environment = soon(environment_of_services()).await.unwrap_or_default();
    environment.iter().any(|line| {
        let screen = line.split_once('=').filter(|(name, _)| SCREENS.contains(name));
        screen.is_some_and(|(_, value)| !value.is_empty())
    })
}

/// What systemd starts the user's services with now.
async fn environment_of_services() -> Option<Vec<String>> {
    let bus = session().await.ok()?;
    let systemd = Some("org.freedesktop.systemd1");
    let property = ("org.freedesktop.systemd1.Manager", "Environment");
    let path = "/org/freedesktop/systemd1";
    let answer = bus.call_method(systemd, path, Some(PROPERTIES), "Get", &property).await.ok()?;
    let value: OwnedValue = answer.body().deserialize().ok()?;
    Vec::<String>::try_from(value).ok()
}

async fn follow(
    sessions: Sessions,
    mut changes: impl Stream<Item = Message> + Unpin,
    tell: watch::Sender<bool>,
) {
    while changes.next().await.is_some() {
        let now = sessions.somebody_is_there().await;
        tell.send_if_modified(|before| std::mem::replace(before, now) != now);
    }
    // Without the bus nobody knows.
    let _ = tell.send(true);
    tell.closed().await;
}

struct Sessions(Connection);

impl Sessions {
    async fn connect() -> zbus::Result<(Sessions, impl Stream<Item = Message> + Unpin)> {
        let bus = Connection::system().await?;
        let of_a_session = MatchRule::builder()
            .msg_type(Type::Signal)
            .sender(LOGIND)?
            .interface(PROPERTIES)?
            .member("PropertiesChanged")?
            .path_namespace("/org/freedesktop/login1/session")?
            .build();
        let of_all =
            MatchRule::builder().msg_type(Type::Signal).sender(LOGIND)?.interface(MANAGER)?.build();
        let changed = MessageStream::for_match_rule(of_a_session, &bus, None).await?;
        let came_or_went = MessageStream::for_match_rule(of_all, &bus, None).await?;
        let changes = stream::select(changed, came_or_went);
        let changes = changes.filter_map(async |message| message.ok());
        Ok((Sessions(bus), Box::pin(changes)))
    }

    async fn somebody_is_there(&self) -> bool {
        match self.mine().await {
            Ok(mine) => is_seen(&mine),
            Err(error) => {
                debug!(%error, "logind doesn't say who is there");
                true
            }
        }
    }

    async fn mine(&self) -> zbus::Result<Vec<Session>> {
        let path = "/org/freedesktop/login1";
        let answer =
            self.0.call_method(Some(LOGIND), path, Some(MANAGER), "ListSessions", &()).await?;
        type Listed = (String, u32, String, String, OwnedObjectPath);
        let listed: Vec<Listed> = answer.body().deserialize()?;
        let me = rustix::process::getuid().as_raw();
        let mut sessions = Vec::new();
        for (.., path) in listed.into_iter().filter(|(_, user, ..)| *user == me) {
            let asking = self.0.call_method(
                Some(LOGIND),
                path.as_str(),
                Some(PROPERTIES),
                "GetAll",
                &(SESSION),
            );
            // It may have ended since.
            let Ok(answer) = asking.await else { continue };
            sessions.push(Session::of(&answer.body().deserialize()?));
        }
        Ok(sessions)
    }
}

/// As far as it matters who sits before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Session {
    is_graphical: bool,
    /// Its screen is the one that is shown.
    is_active: bool,
    is_locked: bool,
    is_idle: bool,
}

impl Session {
    fn of(properties: &HashMap<String, OwnedValue>) -> Session {
        let text = |name: &str| properties.get(name).and_then(|it| <&str>::try_from(it).ok());
        let flag = |name: &str| properties.get(name).and_then(|it| bool::try_from(it).ok());
        Session {
            is_graphical: matches!(text("Type"), Some("x11" | "wayland" | "mir")),
            is_active: flag("Active").unwrap_or(true),
            is_locked: flag("LockedHint").unwrap_or(false),
            is_idle: flag("IdleHint").unwrap_or(false),
        }
    }
}

/// Sessions of one user. A terminal knows nothing of what happens on a screen that was started from
/// it: only its lock counts.
fn is_seen(sessions: &[Session]) -> bool {
    let seen = |session: &Session| match session.is_graphical {
        true => session.is_active && !session.is_locked && !session.is_idle,
        false => !session.is_locked,
    };
    let mut graphical = sessions.iter().filter(|session| session.is_graphical).peekable();
    match graphical.peek() {
        Some(_) => graphical.any(seen),
        None => sessions.is_empty() || sessions.iter().any(seen),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Session =
        Session { is_graphical: true, is_active: true, is_locked: false, is_idle: false };
    const TERMINAL: Session = Session { is_graphical: false, ..SCREEN };

    #[test]
    fn somebody_sits_before_an_unlocked_screen_that_is_in_use() {
        #[track_caller]
        fn check(sessions: &[Session], expect: bool) {
            assert_eq!(is_seen(sessions), expect, "{sessions:?}");
        }
        check(&[], true);
        check(&[SCREEN], true);
        check(&[Session { is_locked: true, ..SCREEN }], false);
        check(&[Session { is_idle: true, ..SCREEN }], false);
        check(&[Session { is_active: false, ..SCREEN }], false);
        check(&[Session { is_locked: true, ..SCREEN }, SCREEN], true);
    }

    #[test]
    fn a_terminal_beside_a_locked_screen_sees_no_alert() {
        assert!(!is_seen(&[TERMINAL, Session { is_locked: true, ..SCREEN }]));
        assert!(is_seen(&[Session { is_idle: true, ..TERMINAL }]));
        assert!(!is_seen(&[Session { is_locked: true, ..TERMINAL }]));
    }
}
